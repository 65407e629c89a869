package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Cast;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.List;
import java.util.Map;

/**
 * Convolutions of quantised operands. Zero points are taken off first; sums are taken in f32, which is exact
 * as long as none reaches 2²⁴; beyond that they are refused.
 */
final class OnnxIntegerConvolutions {

    private static final long EXACT_IN_F32 = 1 << 24;

    private OnnxIntegerConvolutions() {}

    static void register(Map<String, OnnxOp> ops) {
        ops.put(":ConvInteger", node -> {
            Value y = conv(node, shifted(node, 0, 2, 1), shifted(node, 1, 3, 0), null);
            node.out(new Formula(node).cast(y, DType.I32));
        });
        ops.put(":QLinearConv", OnnxIntegerConvolutions::quantisedConv);
    }

    /**
     * An operand without its zero point.
     *
     * @param axis that zero points per channel lie along
     */
    private static Value shifted(OnnxNode node, int input, int zeroPoint, int axis) {
        Formula f = new Formula(node);
        Value x = f.cast(node.in(input), DType.F32);
        if (!node.has(zeroPoint)) {
            return x;
        }
        return f.minus(x, spread(f, f.cast(node.in(zeroPoint), DType.F32), x, axis));
    }

    /** Scales or zero points, so that they broadcast against x. */
    private static Value spread(Formula f, Value perAxis, Value x, int axis) {
        if (perAxis.type().size().is(1)) {
            return f.reshape(perAxis, List.of());
        }
        return f.along(perAxis, axis, x.rank());
    }

    private static Value conv(OnnxNode node, Value x, Value w, Value bias) {
        if (w.isConstant()) {
            Literal filter = w.constant();
            double largest = 0;
            int row = filter.size() / Math.max(1, filter.extent(0));
            for (int o = 0; o < filter.extent(0); o++) {
                double sum = bias != null && bias.isConstant() ? Math.abs(bias.constant().doubleAt(o)) : 0;
                for (int i = 0; i < row; i++) {
                    sum += Math.abs(filter.doubleAt(o * row + i)) * 255;
                }
                largest = Math.max(largest, sum);
            }
            if (largest >= EXACT_IN_F32) {
                throw node.unsupported("sums up to " + (long) largest + ", which f32 does not hold exactly");
            }
        }
        return OnnxConvolutions.conv(node, x, w, bias);
    }

    private static void quantisedConv(OnnxNode node) {
        Formula f = new Formula(node);
        Value x = shifted(node, 0, 2, 1);
        Value w = shifted(node, 3, 5, 0);
        Value bias = node.has(8) ? f.cast(node.in(8), DType.F32) : null;
        Value sums = conv(node, x, w, bias);
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
