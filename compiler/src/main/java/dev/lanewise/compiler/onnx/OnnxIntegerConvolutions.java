package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.op.Cast;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.List;
import java.util.Map;

/**
 * Convolutions of quantised operands. Zero points are taken off first; sums are taken in f32, which has fast
 * kernels, where none can reach 2²⁴, else in f64: exact in either.
 */
final class OnnxIntegerConvolutions {

    private static final long EXACT_IN_F32 = 1 << 24;

    /** The largest difference of two 8-bit numbers. */
    private static final long LARGEST = 255;

    private OnnxIntegerConvolutions() {}

    static void register(Map<String, OnnxOp> ops) {
        ops.put(":ConvInteger", node -> node.out(new Formula(node).cast(sums(node, 0, 1, 2, 3, null), DType.I32)));
        ops.put(":QLinearConv", OnnxIntegerConvolutions::quantisedConv);
    }

    /**
     * The convolution of operands without their zero points, plus a bias, in f32 or f64.
     *
     * @param x input number of 8-bit integers [N, C, spatial...]
     * @param w input number of 8-bit integers [O, C / group, kernel...]
     * @param xZero input number of one zero point; it may be absent
     * @param wZero input number of one zero point, or one per O; it may be absent
     * @param bias i32 [O], {@code null} for none
     */
    private static Value sums(OnnxNode node, int x, int w, int xZero, int wZero, Value bias) {
        Formula f = new Formula(node);
        Value filter = shifted(f, node.in(w), node.inOrNull(wZero), 0, DType.F32);
        boolean small = largest(filter, bias) < EXACT_IN_F32;
        DType type = small ? DType.F32 : DType.F64;
        return OnnxConvolutions.conv(node, shifted(f, node.in(x), node.inOrNull(xZero), 1, type),
                f.cast(filter, type), bias == null ? null : f.cast(bias, type));
    }

    /** An operand without its zero point; zero points per channel lie along {@code axis}. */
    private static Value shifted(Formula f, Value operand, Value zero, int axis, DType type) {
        Value x = f.cast(operand, type);
        return zero == null ? x : f.minus(x, spread(f, f.cast(zero, type), x, axis));
    }

    /** Scales or zero points, so that they broadcast against x. */
    private static Value spread(Formula f, Value perAxis, Value x, int axis) {
        if (perAxis.type().size().is(1)) {
            return f.reshape(perAxis, List.of());
        }
        return f.along(perAxis, axis, x.rank());
    }

    /** A bound of what any part of a sum can come to. */
    private static double largest(Value filter, Value bias) {
        if (bias != null && !bias.isConstant()) {
            return Double.POSITIVE_INFINITY;
        }
        if (!filter.isConstant() || filter.rank() < 1) {
            Dim terms = ValueType.product(filter.shape().subList(Math.min(1, filter.rank()), filter.rank()));
            double most = bias == null ? 0 : Integer.MAX_VALUE;
            return most + (double) terms.max() * LARGEST * LARGEST;
        }
        Literal weights = filter.constant();
        int row = weights.size() / Math.max(1, weights.extent(0));
        double largest = 0;
        for (int o = 0; o < weights.extent(0); o++) {
            double sum = bias != null && o < bias.constant().size() ? Math.abs(bias.constant().doubleAt(o)) : 0;
            for (int i = 0; i < row; i++) {
                sum += Math.abs(weights.doubleAt(o * row + i)) * LARGEST;
            }
            largest = Math.max(largest, sum);
        }
        return largest;
    }

    private static void quantisedConv(OnnxNode node) {
        Formula f = new Formula(node);
        Value sums = f.cast(sums(node, 0, 3, 2, 5, node.inOrNull(8)), DType.F32);
        Value scaled = f.times(f.times(sums, f.reshape(node.in(1), List.of())), spread(f, node.in(4), sums, 1));
        node.out(requantised(node, scaled, 6, 7));
    }

    private static Value requantised(OnnxNode node, Value x, int scale, int zeroPoint) {
        Formula f = new Formula(node);
        Value rounded = f.apply(UnaryFn.ROUND, f.over(x, spread(f, f.cast(node.in(scale), DType.F32), x, 1)));
        Value moved = f.plus(rounded, spread(f, f.cast(node.in(zeroPoint), DType.F32), x, 1));
        return node.add(new Cast(node.in(zeroPoint).type().type(), true), moved);
    }
}
