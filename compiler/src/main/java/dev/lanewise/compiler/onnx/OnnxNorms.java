package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.op.LayerNorm;
import dev.lanewise.compiler.op.MatMul;
import dev.lanewise.compiler.op.RmsNorm;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.ReduceFn;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** ONNX's normalisations. Where there is no operation of their own they are written out as formulas. */
final class OnnxNorms {

    /** The band matrix of a local response normalisation has the square of this many elements at most. */
    private static final int MOST_CHANNELS = 2048;

    private OnnxNorms() {}

    static void register(Map<String, OnnxOp> ops) {
        ops.put(":LayerNormalization", OnnxNorms::layer);
        ops.put(":RMSNormalization", OnnxNorms::rms);
        ops.put(":GroupNormalization", OnnxNorms::group);
        ops.put(":InstanceNormalization", OnnxNorms::instance);
        ops.put(":BatchNormalization", OnnxNorms::batch);
        ops.put(":MeanVarianceNormalization", OnnxNorms::meanVariance);
        ops.put(":LpNormalization", OnnxNorms::lp);
        ops.put(":LRN", OnnxNorms::localResponse);
    }

    private static void layer(OnnxNode node) {
        Formula f = new Formula(node);
        Value x = node.in(0);
        int axis = OnnxMovement.axis(node, node.integer("axis", -1), x.rank());
        float epsilon = node.number("epsilon", 1e-5f);
        node.ignore("stash_type"); // sums are of f32 or wider in any case
        boolean wantsStats = node.wants(1) || node.wants(2);
        List<Value> normal = normalise(f, f.wide(x), axis, epsilon, node.in(1), node.inOrNull(2), wantsStats);
        node.out(f.cast(normal.get(0), x.type().type()));
        if (!wantsStats) {
            return;
        }
        List<Dim> stats = new ArrayList<>(x.shape().subList(0, axis));
        while (stats.size() < x.rank()) {
            stats.add(Dim.ONE);
        }
        node.out(f.reshape(normal.get(1), stats));
        node.out(f.reshape(normal.get(2), stats));
    }

    /**
     * {@code (x − mean) / √(var + ε) · scale + bias} over the axes from {@code axis}.
     *
     * @param bias {@code null} for none
     * @return the result, and where {@code stats} are wanted mean and 1 / √(var + ε)
     */
    private static List<Value> normalise(
            Formula f, Value x, int axis, float epsilon, Value scale, Value bias, boolean stats) {
        DType type = x.type().type();
        List<Dim> normalised = x.shape().subList(axis, x.rank());
        Value wideScale = f.cast(scale, type);
        Value wideBias = bias == null ? null : f.cast(bias, type);
        boolean whole = scale.shape().equals(normalised) && (bias == null || bias.shape().equals(normalised));
        if (type == DType.F32 && whole) {
            return f.node().addAll(new LayerNorm(axis, epsilon, stats), x, wideScale, wideBias);
        }
        List<Value> parts = standardise(f, x, axis, epsilon, stats);
        Value scaled = f.times(parts.get(0), wideScale);
        Value y = wideBias == null ? scaled : f.plus(scaled, wideBias);
        return stats ? List.of(y, parts.get(1), parts.get(2)) : List.of(y);
    }

    /** As {@link #normalise} without scale and bias; mean and 1 / √(var + ε) broadcast against x. */
    private static List<Value> standardise(Formula f, Value x, int axis, float epsilon, boolean stats) {
        DType type = x.type().type();
        Dim n = ValueType.product(x.shape().subList(axis, x.rank()));
        if (type == DType.F32 && n.isConstant()) {
            Value ones = f.node().constant(Literal.splat(DType.F32, 1, Math.toIntExact(n.constant())));
            return f.node().addAll(new LayerNorm(axis, epsilon, stats), x, ones, null);
        }
        List<Integer> axes = Formula.axes(axis, x.rank());
        Value mean = f.mean(x, axes, true);
        Value centred = f.minus(x, mean);
        Value variance = f.mean(f.times(centred, centred), axes, true);
        Value deviation = f.apply(UnaryFn.SQRT, f.apply(BinaryFn.ADD, variance, epsilon));
        Value inverse = f.apply(UnaryFn.RECIPROCAL, deviation);
        return List.of(f.times(centred, inverse), mean, inverse);
    }

    private static void rms(OnnxNode node) {
        Formula f = new Formula(node);
        Value x = node.in(0);
        Value wide = f.wide(x);
        DType type = wide.type().type();
        int axis = OnnxMovement.axis(node, node.integer("axis", -1), x.rank());
        float epsilon = node.number("epsilon", 1e-5f);
        node.ignore("stash_type");
        Value scale = f.cast(node.in(1), type);
        if (type == DType.F32 && scale.shape().equals(x.shape().subList(axis, x.rank()))) {
            node.out(f.cast(node.add(new RmsNorm(axis, epsilon), wide, scale), x.type().type()));
            return;
        }
        Value squares = f.mean(f.times(wide, wide), Formula.axes(axis, x.rank()), true);
        Value root = f.apply(UnaryFn.SQRT, f.apply(BinaryFn.ADD, squares, epsilon));
        node.out(f.cast(f.times(f.over(wide, root), scale), x.type().type()));
    }

    /** {@code x[N, C, …]} as {@code [N, groups, rest]}; scale and bias per group before opset 21, then per channel. */
    private static void group(OnnxNode node) {
        Formula f = new Formula(node);
        Value x = node.in(0);
        long groups = node.integer("num_groups", 0);
        float epsilon = node.number("epsilon", 1e-5f);
        node.ignore("stash_type");
        if (x.rank() < 2 || groups < 1 || x.dim(1).isConstant() && x.dim(1).constant() % groups != 0) {
            throw node.misfit(groups + " groups of " + x.type());
        }
        boolean perGroup = node.opset() < 21;
        node.out(grouped(f, x, Dim.of(groups), epsilon, node.in(1), node.in(2), perGroup));
    }

    private static void instance(OnnxNode node) {
        node.ignore("consumed_inputs");
        Formula f = new Formula(node);
        Value x = node.in(0);
        if (x.rank() < 3) {
            throw node.misfit("the input is " + x.type() + "; expected [N, C, spatial...]");
        }
        node.out(grouped(f, x, x.dim(1), node.number("epsilon", 1e-5f), node.in(1), node.in(2), true));
    }

    private static Value grouped(
            Formula f, Value x, Dim groups, float epsilon, Value scale, Value bias, boolean perGroup) {
        Dim rest = ValueType.product(x.shape().subList(1, x.rank())).floorDiv(groups);
        Value parts = f.reshape(f.wide(x), List.of(x.dim(0), groups, rest));
        DType type = parts.type().type();
        Value normal = standardise(f, parts, 2, epsilon, false).get(0);
        Value shaped = perGroup ? normal : f.reshape(normal, x.shape());
        int rank = shaped.rank();
        Value scaled = f.times(shaped, f.along(f.cast(scale, type), 1, rank));
        Value shifted = f.plus(scaled, f.along(f.cast(bias, type), 1, rank));
        return f.cast(f.reshape(shifted, x.shape()), x.type().type());
    }

    /**
     * By running statistics: one factor and one summand per channel, which constants fold into. Before operator set 9
     * they may be per element of an image, [C, spatial...].
     */
    private static void batch(OnnxNode node) {
        Formula f = new Formula(node);
        Value x = node.in(0);
        float epsilon = node.number("epsilon", 1e-5f);
        float momentum = node.number("momentum", 0.9f);
        node.ignore("consumed_inputs");
        boolean perElement = node.opset() < 9 && !node.flag("spatial", true);
        boolean training = node.opset() < 7
                ? !node.flag("is_test", false)
                : node.opset() >= 14 && node.flag("training_mode", false);
        Value wide = f.wide(x);
        DType type = wide.type().type();
        Value scale = f.cast(node.in(1), type);
        Value bias = f.cast(node.in(2), type);
        Value runningMean = f.cast(node.in(3), type);
        Value runningVariance = f.cast(node.in(4), type);
        Value mean = runningMean;
        Value variance = runningVariance;
        if (training) {
            List<Integer> axes = new ArrayList<>(Formula.axes(0, x.rank()));
            axes.removeAll(perElement ? Formula.axes(1, x.rank()) : List.of(1));
            mean = f.mean(wide, axes, false);
            Value centred = f.minus(wide, perElement ? mean : f.along(mean, 1, x.rank()));
            variance = f.mean(f.times(centred, centred), axes, false);
        }
        Value factor = f.over(scale, f.apply(UnaryFn.SQRT, f.apply(BinaryFn.ADD, variance, epsilon)));
        Value summand = f.minus(bias, f.times(mean, factor));
        Value scaled = f.times(wide, perElement ? factor : f.along(factor, 1, x.rank()));
        node.out(f.cast(f.plus(scaled, perElement ? summand : f.along(summand, 1, x.rank())), x.type().type()));
        if (training) {
            node.out(f.cast(mixed(f, runningMean, mean, momentum), node.in(3).type().type()));
            node.out(f.cast(mixed(f, runningVariance, variance, momentum), node.in(4).type().type()));
        }
    }

    private static Value mixed(Formula f, Value running, Value now, double momentum) {
        return f.plus(f.apply(BinaryFn.MUL, running, momentum), f.apply(BinaryFn.MUL, now, 1 - momentum));
    }

    /** {@code (x − mean) / (√var + 1e-9)}, as the specification's function body has it. */
    private static void meanVariance(OnnxNode node) {
        Formula f = new Formula(node);
        Value x = node.in(0);
        Value wide = f.wide(x);
        long[] given = node.integers("axes");
        List<Integer> axes = given == null
                ? List.of(0, 2, 3)
                : Arrays.stream(given).mapToObj(axis -> OnnxMovement.axis(node, axis, x.rank())).toList();
        Value centred = f.minus(wide, f.mean(wide, axes, true));
        Value deviation = f.apply(UnaryFn.SQRT, f.mean(f.times(centred, centred), axes, true));
        node.out(f.cast(f.over(centred, f.apply(BinaryFn.ADD, deviation, 1e-9)), x.type().type()));
    }

    /** Divided by the norm along an axis; zeros where that is zero. */
    private static void lp(OnnxNode node) {
        Formula f = new Formula(node);
        Value x = node.in(0);
        Value wide = f.wide(x);
        int axis = OnnxMovement.axis(node, node.integer("axis", -1), x.rank());
        long p = node.integer("p", 2);
        if (p != 1 && p != 2) {
            throw node.unsupported("attribute 'p' is " + p + "; expected 1 or 2");
        }
        Value sum = f.reduce(p == 1 ? ReduceFn.SUM_ABS : ReduceFn.SUM_SQUARE, wide, List.of(axis), true);
        Value norm = p == 1 ? sum : f.apply(UnaryFn.SQRT, sum);
        Value divisor = f.where(f.apply(BinaryFn.EQUAL, norm, 0), f.number(1, norm.type().type()), norm);
        node.out(f.cast(f.over(wide, divisor), x.type().type()));
    }

    /**
     * {@code x / (bias + alpha / size · Σ x²)^beta}, the sum over {@code size} neighbouring channels: a
     * product with a band matrix, channels last.
     */
    private static void localResponse(OnnxNode node) {
        Formula f = new Formula(node);
        Value x = node.in(0);
        long size = node.integer("size", 0);
        double alpha = node.number("alpha", 1e-4f);
        double beta = node.number("beta", 0.75f);
        double bias = node.number("bias", 1);
        if (x.rank() < 3 || size < 1) {
            throw node.misfit("size " + size + " over " + x.type());
        }
        if (!x.dim(1).isConstant() || x.dim(1).constant() > MOST_CHANNELS) {
            throw node.unsupported("over " + x.dim(1) + " channels; expected a number up to " + MOST_CHANNELS);
        }
        int channels = Math.toIntExact(x.dim(1).constant());
        double[] band = new double[channels * channels];
        for (int c = 0; c < channels; c++) {
            long first = Math.max(0, c - (size - 1) / 2);
            for (long from = first; from <= Math.min(channels - 1, c + size / 2); from++) {
                band[(int) from * channels + c] = 1;
            }
        }
        Value last = f.wide(OnnxProducts.channelsLast(node, x));
        Value sums = node.add(MatMul.PLAIN, f.times(last, last),
                node.constant(Literal.of(last.type().type(), band, channels, channels)));
        Value base = f.apply(BinaryFn.ADD, f.apply(BinaryFn.MUL, sums, alpha / size), bias);
        Value y = f.over(last, f.apply(BinaryFn.POW, base, beta));
        node.out(f.cast(OnnxProducts.channelsFirst(node, y), x.type().type()));
    }
}
