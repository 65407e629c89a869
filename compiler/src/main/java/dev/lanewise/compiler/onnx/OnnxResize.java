package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Binary;
import dev.lanewise.compiler.op.Expand;
import dev.lanewise.compiler.op.Gather;
import dev.lanewise.compiler.op.MatMul;
import dev.lanewise.compiler.op.Transpose;
import dev.lanewise.compiler.op.Where;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.BinaryFn;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * ONNX's Resize and Upsample. Every mode is linear in the elements and works on one axis after another;
 * with a size known when compiling, an axis is a sum of a few gathers with weights that are constants, or,
 * where many elements meet (antialiasing), a product with a constant matrix.
 */
final class OnnxResize {

    /** More elements than this per result are summed by a matrix product. */
    private static final int MOST_GATHERS = 4;

    private final OnnxNode node;
    private final String mode;
    private final String coordinates;
    private final String nearest;
    private final boolean antialias;
    private final boolean excludeOutside;
    private final double cubicA;
    private final Float extrapolation;

    private OnnxResize(OnnxNode node) {
        this.node = node;
        boolean old = node.type().equals("Upsample") || node.opset() < 11;
        mode = node.oneOf("mode", "nearest", "nearest", "linear", "bilinear", "cubic").replace("bilinear", "linear");
        coordinates = node.oneOf("coordinate_transformation_mode", old ? "asymmetric" : "half_pixel",
                "half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "align_corners", "asymmetric",
                "tf_crop_and_resize", "tf_half_pixel_for_nn");
        nearest = node.oneOf("nearest_mode", old ? "floor" : "round_prefer_floor",
                "round_prefer_floor", "round_prefer_ceil", "floor", "ceil");
        antialias = node.flag("antialias", false) && !mode.equals("nearest");
        excludeOutside = node.flag("exclude_outside", false);
        cubicA = node.number("cubic_coeff_a", -0.75f);
        float value = node.number("extrapolation_value", 0);
        extrapolation = coordinates.equals("tf_crop_and_resize") ? value : null;
    }

    static void register(Map<String, OnnxOp> ops) {
        ops.put(":Resize", node -> new OnnxResize(node).resize());
        ops.put(":Upsample", node -> new OnnxResize(node).resize());
    }

    /** Scales: an attribute in Upsample 7, else input 1, or 2 beside roi and sizes from operator set 11 on. */
    private void resize() {
        Value x = node.in(0);
        boolean modern = node.type().equals("Resize") && node.opset() >= 11;
        int at = modern ? 2 : 1;
        long[] axes = node.integers("axes");
        if (axes == null) {
            axes = IntStream.range(0, x.rank()).asLongStream().toArray();
        }
        String policy = node.oneOf("keep_aspect_ratio_policy", "stretch", "stretch", "not_larger", "not_smaller");
        double[] roi = extrapolation != null ? node.literal(1).toDoubles() : null;
        if (roi != null && roi.length != 2 * axes.length) {
            throw node.misfit("a region of " + roi.length + " numbers for " + axes.length + " axes");
        }
        boolean bySizes = modern && node.has(3) && !node.in(3).type().size().is(0);
        double[] scales = null;
        List<Dim> sizes = null;
        if (bySizes) {
            sizes = node.dims(3);
        } else if (node.hasAttribute("scales")) {
            float[] numbers = node.numbers("scales");
            scales = IntStream.range(0, numbers.length).mapToDouble(i -> numbers[i]).toArray();
        } else if (node.hasAttribute("height_scale")) {
            scales = new double[] {1, 1, node.number("height_scale", 1), node.number("width_scale", 1)};
        } else {
            scales = node.literal(at).toDoubles();
        }
        if ((bySizes ? sizes.size() : scales.length) != axes.length) {
            throw node.misfit("scales or sizes for " + (bySizes ? sizes.size() : scales.length) + " axes; expected "
                    + axes.length);
        }
        double common = bySizes && !policy.equals("stretch") ? common(x, axes, sizes, policy.equals("not_larger")) : 0;
        for (int i = 0; i < axes.length; i++) {
            int axis = OnnxMovement.axis(node, axes[i], x.rank());
            double from = roi == null ? 0 : roi[i];
            double to = roi == null ? 1 : roi[i + axes.length];
            if (bySizes && sizes.get(i).equals(x.dim(axis)) && common == 0 && roi == null
                    || !bySizes && scales[i] == 1 && roi == null) {
                continue;
            }
            if (!x.dim(axis).isConstant()) {
                x = symbolic(x, axis, bySizes ? 0 : scales[i]);
                continue;
            }
            long n = x.dim(axis).constant();
            double scale = common > 0 ? common : bySizes ? number(sizes.get(i)) / n : scales[i];
            double size = common > 0 ? Math.floor(common * n + 0.5) : bySizes ? number(sizes.get(i))
                    : Math.floor(n * scale);
            if (!(scale > 0) || !(size < Integer.MAX_VALUE) || n == 0) {
                throw node.misfit("axis " + axis + " of " + x.type() + " scaled by " + scale);
            }
            if (size * (antialias ? n : MOST_GATHERS) > 1 << 22) {
                throw node.unsupported("an axis of " + n + " made " + size + " long");
            }
            x = axis(x, axis, new Axis((int) n, (int) size, scale, from, to));
        }
        node.out(x);
    }

    private double number(Dim size) {
        if (!size.isConstant()) {
            throw node.unsupported("the symbolic size " + size + "; fix it with --dim");
        }
        return size.constant();
    }

    /** One scale for all axes, so that nothing is distorted. */
    private double common(Value x, long[] axes, List<Dim> sizes, boolean smallest) {
        double common = smallest ? Double.MAX_VALUE : 0;
        for (int i = 0; i < axes.length; i++) {
            double scale = number(sizes.get(i)) / number(x.dim(OnnxMovement.axis(node, axes[i], x.rank())));
            common = smallest ? Math.min(common, scale) : Math.max(common, scale);
        }
        return common;
    }

    /** A symbolic axis whose elements are repeated a whole number of times. */
    private Value symbolic(Value x, int axis, double scale) {
        boolean repeats = mode.equals("nearest") && scale >= 1 && scale == Math.rint(scale)
                && (coordinates.equals("asymmetric") && nearest.equals("floor")
                        || coordinates.startsWith("half_pixel") && nearest.startsWith("round"));
        if (!repeats) {
            throw node.unsupported("the symbolic extent " + x.dim(axis) + " of axis " + axis
                    + " in this mode; fix it with --dim");
        }
        List<Dim> shape = new ArrayList<>(x.shape());
        shape.add(axis + 1, Dim.ONE);
        Value split = OnnxMovement.reshaped(node, x, shape);
        shape.set(axis + 1, Dim.of((long) scale));
        Value expanded = node.add(new Expand(shape), split);
        shape.remove(axis + 1);
        shape.set(axis, x.dim(axis).times((long) scale));
        return OnnxMovement.reshaped(node, expanded, shape);
    }

    /** One axis: its old and new extent, the scale as stated, and the region of it that is taken. */
    private record Axis(int n, int size, double scale, double from, double to) {}

    /** Where element {@code i} of the result lies among the elements of the input. */
    private double coordinate(int i, Axis axis) {
        return switch (coordinates) {
            // by the length before rounding, as ONNX's reference has it
            case "align_corners" -> axis.size == 1 ? 0 : i * (axis.n - 1.0) / (axis.scale * axis.n - 1);
            case "asymmetric" -> i / axis.scale;
            case "tf_half_pixel_for_nn" -> (i + 0.5) / axis.scale;
            case "pytorch_half_pixel" -> axis.size == 1 ? 0 : (i + 0.5) / axis.scale - 0.5;
            case "half_pixel_symmetric" -> {
                double adjustment = axis.size / (axis.scale * axis.n);
                yield axis.n / 2.0 * (1 - adjustment) + (i + 0.5) / axis.scale - 0.5;
            }
            case "tf_crop_and_resize" -> axis.size == 1
                    ? 0.5 * (axis.from + axis.to) * (axis.n - 1)
                    : axis.from * (axis.n - 1) + i * (axis.to - axis.from) * (axis.n - 1) / (axis.size - 1);
            default -> (i + 0.5) / axis.scale - 0.5;
        };
    }

    /**
     * Weights of consecutive elements.
     *
     * @param ratio distance from the element before the coordinate, in (0, 1]
     * @param start of the first weight, from the element before the coordinate
     */
    private record Weights(int start, double[] values) {}

    private Weights weights(double ratio, double scale) {
        double shrink = antialias ? Math.min(scale, 1) : 1;
        if (mode.equals("nearest")) {
            boolean left = switch (nearest) {
                case "round_prefer_floor" -> ratio <= 0.5;
                case "round_prefer_ceil" -> ratio < 0.5;
                case "floor" -> ratio < 1;
                default -> false;
            };
            return new Weights(left ? 0 : 1, new double[] {1});
        }
        boolean cubic = mode.equals("cubic");
        int start = (int) Math.floor(-(cubic ? 2 : 1) / shrink) + 1;
        double[] values = new double[2 - 2 * start];
        double sum = 0;
        for (int i = 0; i < values.length; i++) {
            double distance = Math.abs((start + i - ratio) * shrink);
            values[i] = cubic ? cubic(distance) : Math.max(0, 1 - distance);
            sum += values[i];
        }
        for (int i = 0; antialias && i < values.length; i++) {
            values[i] /= sum;
        }
        return new Weights(start, values);
    }

    /** Keys' kernel. */
    private double cubic(double d) {
        double a = cubicA;
        return d <= 1
                ? ((a + 2) * d - (a + 3)) * d * d + 1
                : d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0;
    }

    private Value axis(Value x, int at, Axis axis) {
        int taps = weights(0.5, axis.scale).values.length;
        long[][] index = new long[taps][axis.size];
        double[][] weight = new double[taps][axis.size];
        double[] outside = new double[axis.size];
        boolean anyOutside = false;
        for (int i = 0; i < axis.size; i++) {
            double coordinate = coordinate(i, axis);
            if (extrapolation != null && (coordinate < 0 || coordinate > axis.n - 1)) {
                outside[i] = 1;
                anyOutside = true;
            }
            int before = (int) Math.max(-2 * axis.n - 2L, Math.min(3L * axis.n, (long) Math.ceil(coordinate) - 1));
            Weights weights = weights(Math.max(0, Math.min(1, coordinate - before)), axis.scale);
            double sum = 0;
            for (int tap = 0; tap < taps; tap++) {
                int element = before + weights.start + tap;
                boolean inside = element >= 0 && element < axis.n;
                index[tap][i] = Math.max(0, Math.min(axis.n - 1, element));
                weight[tap][i] = inside || !excludeOutside ? weights.values[tap] : 0;
                sum += weight[tap][i];
            }
            for (int tap = 0; excludeOutside && tap < taps; tap++) {
                weight[tap][i] /= sum;
            }
        }
        Value y = mode.equals("nearest")
                ? gather(x, at, index[0])
                : taps <= MOST_GATHERS ? sum(x, at, index, weight) : product(x, at, axis, index, weight);
        if (anyOutside) {
            Value mask = node.constant(Literal.of(DType.BOOL, outside, along(x.rank(), at, axis.size)));
            Value value = node.constant(Literal.splat(x.type().type(), extrapolation));
            y = node.add(new Where(), mask, value, y);
        }
        return y;
    }

    private Value gather(Value x, int at, long[] index) {
        return node.add(new Gather(at), x, node.constant(Literal.of(index, index.length)));
    }

    private static int[] along(int rank, int axis, int size) {
        int[] shape = new int[rank - axis];
        java.util.Arrays.fill(shape, 1);
        shape[0] = size;
        return shape;
    }

    private Value sum(Value x, int at, long[][] index, double[][] weight) {
        requireFloating(x);
        Value sum = null;
        for (int tap = 0; tap < index.length; tap++) {
            Value weights = node.constant(
                    Literal.of(x.type().type(), weight[tap], along(x.rank(), at, weight[tap].length)));
            Value part = node.add(new Binary(BinaryFn.MUL), gather(x, at, index[tap]), weights);
            sum = sum == null ? part : node.add(new Binary(BinaryFn.ADD), sum, part);
        }
        return sum;
    }

    private Value product(Value x, int at, Axis axis, long[][] index, double[][] weight) {
        requireFloating(x);
        double[] matrix = new double[axis.n * axis.size]; // [n, size]
        for (int tap = 0; tap < index.length; tap++) {
            for (int i = 0; i < axis.size; i++) {
                matrix[(int) index[tap][i] * axis.size + i] += weight[tap][i];
            }
        }
        List<Integer> order = new ArrayList<>(IntStream.range(0, x.rank()).boxed().toList());
        order.set(at, x.rank() - 1);
        order.set(x.rank() - 1, at);
        Value last = at == x.rank() - 1 ? x : node.add(new Transpose(order), x);
        if (x.rank() == 1) {
            last = OnnxMovement.reshaped(node, last, List.of(Dim.ONE, x.dim(0)));
        }
        Value y = node.add(MatMul.PLAIN, last, node.constant(Literal.of(x.type().type(), matrix, axis.n, axis.size)));
        if (x.rank() == 1) {
            return OnnxMovement.reshaped(node, y, List.of(y.dim(1)));
        }
        return at == x.rank() - 1 ? y : node.add(new Transpose(order), y);
    }

    private void requireFloating(Value x) {
        if (!x.type().type().isFloating()) {
            throw node.unsupported("mode " + mode + " of " + x.type().type() + "; only floating-point types");
        }
    }
}
