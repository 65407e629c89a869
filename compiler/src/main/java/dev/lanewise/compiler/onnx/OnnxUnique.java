package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.GraphBuilder;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.op.Cumulate;
import dev.lanewise.compiler.op.Gather;
import dev.lanewise.compiler.op.NonZero;
import dev.lanewise.compiler.op.Repeat;
import dev.lanewise.compiler.op.ScatterElements;
import dev.lanewise.compiler.op.ScatterReduction;
import dev.lanewise.compiler.op.TopK;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.ReduceFn;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * ONNX's Unique: rows are sorted, and those that differ from the one before are kept. The sort is stable,
 * so the first of equal rows is the one that comes first.
 */
final class OnnxUnique {

    private OnnxUnique() {}
}
