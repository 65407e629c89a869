package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Binary;
import dev.lanewise.compiler.op.Unary;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.Map;

/** ONNX's elementwise operators. */
final class OnnxElementwise {

    private OnnxElementwise() {}

    static void register(Map<String, OnnxOp> ops) {
        ops.put(":Relu", unary(UnaryFn.RELU));
        ops.put(":Sigmoid", unary(UnaryFn.SIGMOID));
        ops.put(":Tanh", unary(UnaryFn.TANH));
        ops.put(":Sqrt", unary(UnaryFn.SQRT));
        ops.put(":Not", unary(UnaryFn.NOT));

        ops.put(":Add", binary(BinaryFn.ADD));
        ops.put(":Sub", binary(BinaryFn.SUB));
        ops.put(":Mul", binary(BinaryFn.MUL));
        ops.put(":Div", binary(BinaryFn.DIV));
        ops.put(":Equal", binary(BinaryFn.EQUAL));
    }

    private static OnnxOp unary(UnaryFn fn) {
        return node -> {
            node.ignore("consumed_inputs"); // opset 1: a hint about memory
            node.out(node.add(Unary.of(fn), node.in(0)));
        };
    }

    private static OnnxOp binary(BinaryFn fn) {
        return node -> {
            node.ignore("consumed_inputs");
            Value a = node.in(0);
            Value b = node.in(1);
            node.out(node.add(new Binary(fn), a, b));
        };
    }
}
