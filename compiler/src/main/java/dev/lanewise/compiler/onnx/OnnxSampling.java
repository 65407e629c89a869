package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.op.Concat;
import dev.lanewise.compiler.op.Gather;
import dev.lanewise.compiler.op.GatherNd;
import dev.lanewise.compiler.op.Unary;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.ReduceFn;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.List;

/**
 * Images read at places between their elements. Per axis a place has a few taps, each an element and its
 * weight; the taps of all axes are multiplied out, gathered, weighted and summed.
 */
final class OnnxSampling {

    /** Far outside any image, and exact in i64: a place further out is outside as well. */
    private static final float FAR = 1 << 30;

    private static final double CUBIC_A = -0.75;

    private OnnxSampling() {}

    /** How an element is interpolated from those around it. */
    enum Mode {
        NEAREST,
        LINEAR,
        CUBIC
    }

    /** What lies outside the image. */
    enum Padding {
        ZEROS,
        BORDER,
        /** The image mirrored at the outer edges of its outermost elements. */
        MIRRORED_EDGES,
        /** The image mirrored at the centres of its outermost elements. */
        MIRRORED_CENTRES
    }

    /**
     * The taps of one axis of extent {@code n}.
     *
     * @param elements i64 [batch, places, taps], only those inside in [0, n)
     * @param weights [batch, places, taps]; {@code null} for a single tap of weight 1
     * @param inside bool [batch, places, taps]; {@code null} where all are
     */
    record Taps(Dim n, Value elements, Value weights, Value inside) {}

    /**
     * @param places [batch, places], floating point, in elements: 0 is the centre of the first
     */
    static Taps taps(Formula f, Value places, Dim n, Mode mode, Padding padding) {
        Value near = f.node().add(new Unary(UnaryFn.CLIP, -FAR, FAR), places);
        Value at = f.reshape(near, List.of(near.dim(0), near.dim(1), Dim.ONE));
        Value position;
        Value weights = null;
        if (mode == Mode.NEAREST) {
            position = f.apply(UnaryFn.ROUND, at); // to even, as ONNX's reference and ONNX Runtime do
        } else {
            double[] steps = mode == Mode.LINEAR ? new double[] {0, 1} : new double[] {-1, 0, 1, 2};
            Value offsets = f.node().constant(Literal.of(at.type().type(), steps, steps.length));
            position = f.plus(f.apply(UnaryFn.FLOOR, at), offsets);
            Value distance = f.apply(UnaryFn.ABS, f.minus(at, position));
            weights = mode == Mode.LINEAR ? f.minus(f.number(1, at.type().type()), distance)
                    : cubic(f, distance, CUBIC_A);
        }
        Value element = f.cast(position, DType.I64);
        Value extent = f.extent(n, DType.I64);
        return switch (padding) {
            case ZEROS -> new Taps(n, element, weights, f.apply(BinaryFn.AND,
                    f.apply(BinaryFn.GREATER_OR_EQUAL, element, 0), f.apply(BinaryFn.LESS, element, extent)));
            case BORDER -> new Taps(n, f.apply(BinaryFn.MIN, f.apply(BinaryFn.MAX, element, 0),
                    f.apply(BinaryFn.SUB, extent, 1)), weights, null);
            case MIRRORED_EDGES -> new Taps(n, mirrored(f, element, f.plus(extent, extent), 1), weights, null);
            case MIRRORED_CENTRES -> {
                Value period = f.apply(BinaryFn.SUB, f.plus(extent, extent), 2);
                yield new Taps(n, mirrored(f, element, f.apply(BinaryFn.MAX, period, 1), 0), weights, null);
            }
        };
    }

    /**
     * Keys, Cubic Convolution Interpolation for Digital Image Processing, 1981.
     *
     * @param d distances up to 2, of any shape
     * @param a the kernel's slope at distance 1
     */
    static Value cubic(Formula f, Value d, double a) {
        Value inner = polynomial(f, d, a + 2, -(a + 3), 0, 1);
        Value outer = polynomial(f, d, a, -5 * a, 8 * a, -4 * a);
        return f.where(f.apply(BinaryFn.LESS_OR_EQUAL, d, 1), inner, outer);
    }

    private static Value polynomial(Formula f, Value x, double... factors) {
        Value sum = f.number(factors[0], x.type().type());
        for (int i = 1; i < factors.length; i++) {
            sum = f.apply(BinaryFn.ADD, f.times(sum, x), factors[i]);
        }
        return sum;
    }

    /** The element that a walk to and fro is at: {@code min(i mod period, period − back − i mod period)}. */
    private static Value mirrored(Formula f, Value element, Value period, int back) {
        Value phase = f.apply(BinaryFn.MOD, element, period);
        return f.apply(BinaryFn.MIN, phase, f.apply(BinaryFn.SUB, f.minus(period, phase), back));
    }

    /**
     * Sums along one axis, each of a few weighted elements.
     *
     * @param x [..., n, ...]
     * @param elements by tap, i64 [places] in [0, n)
     * @param weights by tap, [places, 1...], which broadcast against the axis and those behind it
     * @return [..., places, ...]
     */
    static Value weighted(Formula f, Value x, int axis, List<Value> elements, List<Value> weights) {
        Value sum = null;
        for (int tap = 0; tap < elements.size(); tap++) {
            Value part = f.times(f.node().add(new Gather(axis), x, elements.get(tap)), weights.get(tap));
            sum = sum == null ? part : f.plus(sum, part);
        }
        return sum;
    }

    /**
     * Samples of each image.
     *
     * @param image [batch, spatial..., channels]
     * @param axes the taps of each spatial axis
     * @return [batch, places, channels]
     */
    static Value sample(Formula f, Value image, List<Taps> axes) {
        int last = image.rank() - 1;
        Dim size = ValueType.product(image.shape().subList(1, last));
        Taps all = axes.get(0);
        for (Taps next : axes.subList(1, axes.size())) {
            Value rows = f.times(all.elements, f.extent(next.n, DType.I64));
            all = new Taps(size, product(f, BinaryFn.ADD, rows, next.elements),
                    product(f, BinaryFn.MUL, all.weights, next.weights),
                    product(f, BinaryFn.AND, all.inside, next.inside));
        }
        Value elements = f.reshape(image, List.of(image.dim(0), size, image.dim(last)));
        Value chosen = all.elements;
        if (all.inside != null) {
            // one more element, which is zero: what lies outside is there
            Value zero = f.zeros(image.type().type(), List.of(image.dim(0), Dim.ONE, image.dim(last)));
            elements = f.node().add(new Concat(1), elements, zero);
            chosen = f.where(all.inside, chosen, f.extent(size, DType.I64));
        }
        Dim places = chosen.dim(1);
        Dim taps = chosen.dim(2);
        Value tuples = f.reshape(chosen, List.of(image.dim(0), places.times(taps), Dim.ONE));
        Value gathered = f.node().add(new GatherNd(1), elements, tuples);
        if (all.weights == null) {
            return gathered;
        }
        Value parts = f.reshape(gathered, List.of(image.dim(0), places, taps, image.dim(last)));
        Value weights = f.reshape(all.weights, List.of(image.dim(0), places, taps, Dim.ONE));
        return f.reduce(ReduceFn.SUM, f.times(parts, weights), List.of(2), false);
    }

    /** Each of a [batch, places, m] with each of b [batch, places, n]: [batch, places, m · n]. */
    private static Value product(Formula f, BinaryFn fn, Value a, Value b) {
        if (a == null || b == null) {
            return null;
        }
        Value left = f.reshape(a, List.of(a.dim(0), a.dim(1), a.dim(2), Dim.ONE));
        Value right = f.reshape(b, List.of(b.dim(0), b.dim(1), Dim.ONE, b.dim(2)));
        Value pairs = f.apply(fn, left, right);
        return f.reshape(pairs, List.of(pairs.dim(0), pairs.dim(1), a.dim(2).times(b.dim(2))));
    }
}
