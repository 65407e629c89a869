package dev.lanewise.compiler.onnx;

import dev.lanewise.runtime.kernel.ReduceFn;
import java.util.Map;

/** ONNX's reductions, positions of extremes, and running sums. */
final class OnnxReductions {

    private OnnxReductions() {}

    static void register(Map<String, OnnxOp> ops) {
        ops.put(":ReduceSum", reduction(13, f -> f, ReduceFn.SUM));
        ops.put(":ReduceMax", reduction(18, f -> f, ReduceFn.MAX));
        ops.put(":ReduceMin", reduction(18, f -> f, ReduceFn.MIN));
        ops.put(":ReduceProd", reduction(18, f -> f, ReduceFn.PROD));
        ops.put(":ReduceL1", reduction(18, f -> f, ReduceFn.SUM_ABS));
        ops.put(":ReduceSumSquare", reduction(18, f -> f, ReduceFn.SUM_SQUARE));
    }
}
