package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Gather;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.ReduceFn;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.List;
import java.util.Map;

/**
 * Maxima over the bins of regions of images, whose borders are data. A bin is a product of an interval of
 * columns and one of rows, so that the maximum is taken over columns first, then over rows, each masked.
 *
 * <p>Source: R. Girshick, "Fast R-CNN", ICCV 2015, section 2.1.
 */
final class OnnxRoiPooling {

    private OnnxRoiPooling() {}

    static void register(Map<String, OnnxOp> ops) {
        ops.put(":MaxRoiPool", OnnxRoiPooling::maxRoiPool);
    }

    /** x [N, C, H, W], regions [R, 5]: image, left, top, right, bottom; out [R, C, bins high, bins wide]. */
    private static void maxRoiPool(OnnxNode node) {
        long[] bins = node.integers("pooled_shape");
        if (bins == null || bins.length != 2 || bins[0] <= 0 || bins[1] <= 0) {
            throw node.misfit("attribute 'pooled_shape' must be two positive numbers");
        }
        Formula f = new Formula(node);
        Value x = node.in(0);
        Value regions = node.in(1);
        if (x.rank() != 4 || regions.rank() != 2 || !regions.dim(1).is(5)) {
            throw node.misfit("expected images [N, C, H, W] and regions [R, 5]; found " + x.type() + " and "
                    + regions.type());
        }
        DType type = x.type().type();
        Value wide = f.wide(x);
        double scale = node.number("spatial_scale", 1);
        Value scaled = rounded(f, f.times(f.wide(regions), f.number(scale, wide.type().type())));
        Dim r = regions.dim(0);
        Value image = f.reshape(f.cast(f.part(f.wide(regions), 1, 0, 1), DType.I64), List.of(r));
        Value images = node.add(new Gather(0), wide, image); // [R, C, H, W]
        Value inColumns = inside(f, scaled, 1, 3, bins[1], x.dim(3)); // [R, bins, W]
        Value inRows = inside(f, scaled, 2, 4, bins[0], x.dim(2)); // [R, bins, H]
        Value columns = maxima(f, images, inColumns, List.of(r, x.dim(1), x.dim(2), Dim.ONE, x.dim(3)),
                List.of(r, Dim.ONE, Dim.ONE, Dim.of(bins[1]), x.dim(3)), 4); // [R, C, H, bins wide]
        Value rows = maxima(f, columns, inRows,
                List.of(r, x.dim(1), Dim.ONE, x.dim(2), Dim.of(bins[1])),
                List.of(r, Dim.ONE, Dim.of(bins[0]), x.dim(2), Dim.ONE), 3); // [R, C, bins high, bins wide]
        Value empty = f.apply(BinaryFn.EQUAL, rows, Double.NEGATIVE_INFINITY);
        node.out(f.cast(f.where(empty, f.number(0, wide.type().type()), rows), type));
    }

    /** To the nearest integer, halves away from zero. */
    private static Value rounded(Formula f, Value x) {
        Value half = f.number(0.5, x.type().type());
        return f.where(f.apply(BinaryFn.LESS, x, 0),
                f.apply(UnaryFn.CEIL, f.minus(x, half)), f.apply(UnaryFn.FLOOR, f.plus(x, half)));
    }

    /** Which of {@code n} elements lie in each bin of the interval between two columns of the regions. */
    private static Value inside(Formula f, Value regions, int from, int to, long bins, Dim n) {
        DType type = regions.type().type();
        Dim r = regions.dim(0);
        Value start = f.part(regions, 1, from, 1); // [R, 1]
        Value length = f.apply(BinaryFn.MAX, f.plus(f.minus(f.part(regions, 1, to, 1), start), f.number(1, type)), 1);
        Value size = f.apply(BinaryFn.DIV, length, bins);
        double[] numbers = new double[(int) bins];
        java.util.Arrays.setAll(numbers, i -> i);
        Value bin = f.node().constant(Literal.of(type, numbers, 1, (int) bins));
        Value first = f.plus(f.apply(UnaryFn.FLOOR, f.times(bin, size)), start); // [R, bins]
        Value end = f.plus(f.apply(UnaryFn.CEIL, f.times(f.plus(bin, f.number(1, type)), size)), start);
        Value element = f.cast(f.counting(n, 2, 3), type);
        List<Dim> column = List.of(r, Dim.of(bins), Dim.ONE);
        return f.apply(BinaryFn.AND,
                f.apply(BinaryFn.GREATER_OR_EQUAL, element, f.reshape(first, column)),
                f.apply(BinaryFn.LESS, element, f.reshape(end, column)));
    }

    /** The maximum of x over the elements inside, minus infinity where there are none. */
    private static Value maxima(Formula f, Value x, Value inside, List<Dim> shape, List<Dim> mask, int axis) {
        Value least = f.number(Double.NEGATIVE_INFINITY, x.type().type());
        Value masked = f.where(f.reshape(inside, mask), f.reshape(x, shape), least);
        return f.reduce(ReduceFn.MAX, masked, List.of(axis), false);
    }
}
