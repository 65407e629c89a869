package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Value;
import java.util.List;

/**
 * An ONNX sequence: a list of tensors whose length is known when the model is compiled. There is none at
 * run time: operators on sequences only say which tensors others use. Immutable.
 */
record OnnxSequence(List<Value> values) {

    OnnxSequence {
        values = List.copyOf(values);
    }

    int size() {
        return values.size();
    }
}
