package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Cast;
import dev.lanewise.compiler.op.MatMul;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.List;
import java.util.Map;

/**
 * ONNX's matrix products of quantised numbers: {@code (a − aZero) · (b − bZero)} in 32-bit integers, and
 * rounded to another quantised tensor by {@code aScale · bScale / yScale}.
 */
final class OnnxIntegerProducts {

    /** Terms of a product of differences of 8-bit numbers that f32 certainly sums exactly: 2²⁴ / 255². */
    private static final long EXACT_TERMS = 258;

    private OnnxIntegerProducts() {}

    static void register(Map<String, OnnxOp> ops) {
        ops.put(":MatMulInteger", node ->
                node.out(product(new Formula(node), node.in(0), node.in(1), node.inOrNull(2), node.inOrNull(3))));
        ops.put(":QLinearMatMul", OnnxIntegerProducts::scaled);
    }

    private static void scaled(OnnxNode node) {
        Formula f = new Formula(node);
        Value product = f.cast(product(f, node.in(0), node.in(3), node.in(2), node.in(5)), DType.F32);
        Value aScale = perRow(f, f.cast(node.in(1), DType.F32));
        Value bScale = f.cast(node.in(4), DType.F32);
        Value factor = f.over(f.times(aScale, bScale), f.cast(node.in(6), DType.F32));
        Value rounded = f.apply(UnaryFn.ROUND, f.times(product, factor));
        Value y = f.plus(rounded, f.cast(node.in(7), DType.F32));
        node.out(f.reshape(node.add(new Cast(node.in(7).type().type(), true), y), product.shape()));
    }

    /**
     * In i32; by way of f32, which has fast kernels, where that is exact.
     *
     * @param left 8-bit integers [..., m, k]
     * @param right 8-bit integers [..., k, n]
     * @param leftZero one number, or one per row; {@code null} for 0
     * @param rightZero one number, or one per column; {@code null} for 0
     */
    static Value product(Formula f, Value left, Value right, Value leftZero, Value rightZero) {
        OnnxNode node = f.node();
        if (left.rank() < 2 || right.rank() < 2) {
            throw node.unsupported(
                    "operands " + left.type() + " and " + right.type() + "; rank 2 or more is supported");
        }
        Dim terms = left.dim(left.rank() - 1);
        DType type = terms.max() <= EXACT_TERMS ? DType.F32 : DType.I32;
        Value x = f.cast(left, type);
        Value y = f.cast(right, type);
        if (leftZero != null) {
            x = f.minus(x, perRow(f, f.cast(leftZero, type)));
        }
        if (rightZero != null) {
            y = f.minus(y, f.cast(rightZero, type));
        }
        return f.cast(node.add(MatMul.PLAIN, x, y), DType.I32);
    }

    /** A vector of one number per row as a column. */
    private static Value perRow(Formula f, Value vector) {
        return vector.rank() != 1 ? vector : f.reshape(vector, List.of(vector.dim(0), Dim.ONE));
    }
}
