package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Gather;
import dev.lanewise.compiler.op.MatMul;
import dev.lanewise.compiler.op.Transpose;
import dev.lanewise.formats.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * An axis resized whose extents are known when compiling: a sum of a few gathers with weights that are
 * constants, or, where many elements meet (antialiasing), a product with a constant matrix.
 *
 * @param n its extent
 * @param size that of the result
 * @param scale the ratio of both as stated, which need not be that of the rounded size
 * @param from begin of the region that is taken, as part of the axis
 * @param to end of the region
 */
record ResizedAxis(ResizeRule rule, int n, int size, double scale, double from, double to) {

    /** More elements than this per result are summed by a matrix product. */
    static final int MOST_GATHERS = 4;

    /** Where element {@code i} of the result lies among the elements of the input. */
    private double coordinate(int i) {
        return switch (rule.coordinates()) {
            // by the length before rounding, as ONNX's reference has it
            case "align_corners" -> size == 1 ? 0 : i * (n - 1.0) / (scale * n - 1);
            case "asymmetric" -> i / scale;
            case "tf_half_pixel_for_nn" -> (i + 0.5) / scale;
            case "pytorch_half_pixel" -> size == 1 ? 0 : (i + 0.5) / scale - 0.5;
            case "half_pixel_symmetric" -> {
                double adjustment = size / (scale * n);
                yield n / 2.0 * (1 - adjustment) + (i + 0.5) / scale - 0.5;
            }
            case "tf_crop_and_resize" -> size == 1
                    ? 0.5 * (from + to) * (n - 1)
                    : from * (n - 1) + i * (to - from) * (n - 1) / (size - 1);
            default -> (i + 0.5) / scale - 0.5;
        };
    }

    /**
     * Weights of consecutive elements.
     *
     * @param ratio distance from the element before the coordinate, in (0, 1]
     * @param start of the first weight, from the element before the coordinate
     */
    private record Weights(int start, double[] values) {}

    private Weights weights(double ratio) {
        double shrink = rule.antialias() ? Math.min(scale, 1) : 1;
        if (rule.isNearest()) {
            boolean left = switch (rule.nearest()) {
                case "round_prefer_floor" -> ratio <= 0.5;
                case "round_prefer_ceil" -> ratio < 0.5;
                case "floor" -> ratio < 1;
                default -> false;
            };
            return new Weights(left ? 0 : 1, new double[] {1});
        }
        boolean cubic = rule.mode().equals("cubic");
        int start = (int) Math.floor(-(cubic ? 2 : 1) / shrink) + 1;
        double[] values = new double[2 - 2 * start];
        double sum = 0;
        for (int i = 0; i < values.length; i++) {
            double distance = Math.abs((start + i - ratio) * shrink);
            values[i] = cubic ? cubic(distance) : Math.max(0, 1 - distance);
            sum += values[i];
        }
        for (int i = 0; rule.antialias() && i < values.length; i++) {
            values[i] /= sum;
        }
        return new Weights(start, values);
    }

    /** Keys' kernel. */
    private double cubic(double d) {
        double a = rule.cubicA();
        return d <= 1
                ? ((a + 2) * d - (a + 3)) * d * d + 1
                : d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0;
    }

    /**
     * The axis {@code at} of x resized.
     *
     * @param x [..., n, ...]
     * @return [..., size, ...]
     */
    Value of(Formula f, Value x, int at) {
        int taps = weights(0.5).values.length;
        long[][] index = new long[taps][size];
        double[][] weight = new double[taps][size];
        double[] outside = new double[size];
        boolean anyOutside = false;
        for (int i = 0; i < size; i++) {
            double coordinate = coordinate(i);
            if (rule.extrapolation() != null && (coordinate < 0 || coordinate > n - 1)) {
                outside[i] = 1;
                anyOutside = true;
            }
            int before = (int) Math.max(-2 * n - 2L, Math.min(3L * n, (long) Math.ceil(coordinate) - 1));
            Weights weights = weights(Math.max(0, Math.min(1, coordinate - before)));
            double sum = 0;
            for (int tap = 0; tap < taps; tap++) {
                int element = before + weights.start + tap;
                boolean inside = element >= 0 && element < n;
                index[tap][i] = Math.max(0, Math.min(n - 1, element));
                weight[tap][i] = inside || !rule.excludeOutside() ? weights.values[tap] : 0;
                sum += weight[tap][i];
            }
            for (int tap = 0; rule.excludeOutside() && tap < taps; tap++) {
                weight[tap][i] /= sum;
            }
        }
        Value y = rule.isNearest()
                ? f.node().add(new Gather(at), x, elements(f, index[0]))
                : taps <= MOST_GATHERS ? sum(f, x, at, index, weight) : product(f, x, at, index, weight);
        if (anyOutside) {
            Value mask = f.node().constant(Literal.of(DType.BOOL, outside, along(x.rank(), at)));
            y = f.where(mask, f.number(rule.extrapolation(), x.type().type()), y);
        }
        return y;
    }

    private static Value elements(Formula f, long[] index) {
        return f.node().constant(Literal.of(index, index.length));
    }

    private int[] along(int rank, int axis) {
        int[] shape = new int[rank - axis];
        Arrays.fill(shape, 1);
        shape[0] = size;
        return shape;
    }

    private Value sum(Formula f, Value x, int at, long[][] index, double[][] weight) {
        List<Value> elements = new ArrayList<>();
        List<Value> weights = new ArrayList<>();
        for (int tap = 0; tap < index.length; tap++) {
            elements.add(elements(f, index[tap]));
            weights.add(f.node().constant(Literal.of(x.type().type(), weight[tap], along(x.rank(), at))));
        }
        return OnnxSampling.weighted(f, x, at, elements, weights);
    }

    private Value product(Formula f, Value x, int at, long[][] index, double[][] weight) {
        double[] matrix = new double[n * size]; // [n, size]
        for (int tap = 0; tap < index.length; tap++) {
            for (int i = 0; i < size; i++) {
                matrix[(int) index[tap][i] * size + i] += weight[tap][i];
            }
        }
        return product(f, x, at, f.node().constant(Literal.of(x.type().type(), matrix, n, size)));
    }

    /**
     * Sums along one axis by weights for every element.
     *
     * @param x [..., n, ...]
     * @param weights [n, size]
     * @return [..., size, ...]
     */
    static Value product(Formula f, Value x, int at, Value weights) {
        List<Integer> order = new ArrayList<>(Formula.axes(0, x.rank()));
        Collections.swap(order, at, x.rank() - 1);
        Value last = at == x.rank() - 1 ? x : f.node().add(new Transpose(order), x);
        if (x.rank() == 1) {
            last = f.reshape(last, List.of(Dim.ONE, x.dim(0)));
        }
        Value y = f.node().add(MatMul.PLAIN, last, weights);
        if (x.rank() == 1) {
            return f.reshape(y, List.of(y.dim(1)));
        }
        return at == x.rank() - 1 ? y : f.node().add(new Transpose(order), y);
    }
}
