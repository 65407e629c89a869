package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Expand;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.BinaryFn;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * ONNX's Resize and Upsample. Every mode is linear in the elements and works on one axis after another: see
 * {@link ResizedAxis} and {@link ResizedSymbolicAxis}.
 */
final class OnnxResize {

    /** Elements and weights of one axis are constants of the compiled model; not of any size. */
    private static final int MOST = 1 << 22;

    /** A symbolic axis of at most this extent is scaled by any number; see {@link #scaled}. */
    private static final long LONGEST_SCALED = 1 << 15;

    private final OnnxNode node;
    private final Formula f;
    private final ResizeRule rule;
    /** What is resized, of the input in order. */
    private final int[] axes;

    private OnnxResize(OnnxNode node) {
        this.node = node;
        f = new Formula(node);
        rule = ResizeRule.read(node);
        int rank = node.in(0).rank();
        long[] some = node.integers("axes");
        axes = some == null
                ? IntStream.range(0, rank).toArray()
                : Arrays.stream(some).mapToInt(axis -> OnnxMovement.axis(node, axis, rank)).toArray();
    }

    static void register(Map<String, OnnxOp> ops) {
        ops.put(":Resize", node -> new OnnxResize(node).resize());
        ops.put(":Upsample", node -> new OnnxResize(node).resize());
    }

    /**
     * How long an axis becomes.
     *
     * @param scale the ratio; NaN where it is known only when the model runs
     * @param symbolicScale the ratio then, an f64 scalar; else {@code null}
     */
    private record Target(Dim size, double scale, Value symbolicScale) {}

    private void resize() {
        Value x = node.in(0);
        List<Target> targets = targets(x);
        if (targets.size() != axes.length) {
            throw node.misfit("scales or sizes for " + targets.size() + " axes; expected " + axes.length);
        }
        double[] roi = rule.extrapolation() == null ? null : node.literal(1).toDoubles();
        if (roi != null && roi.length != 2 * axes.length) {
            throw node.misfit("a region of " + roi.length + " numbers for " + axes.length + " axes");
        }
        Value y = rule.computed(f, x);
        for (int i = 0; i < axes.length; i++) {
            Target target = targets.get(i);
            boolean same = target.size.equals(y.dim(axes[i])) && Double.isNaN(target.scale);
            if (roi == null && (target.scale == 1 || same)) {
                continue;
            }
            double from = roi == null ? 0 : roi[i];
            double to = roi == null ? 1 : roi[i + axes.length];
            y = axis(y, axes[i], target, from, to);
        }
        node.out(rule.rounded(f, y, x.type().type()));
    }

    /** Scales: an attribute in Upsample 7, else input 1, or 2 beside roi and sizes from operator set 11 on. */
    private List<Target> targets(Value x) {
        boolean modern = node.type().equals("Resize") && node.opset() >= 11;
        String policy = node.oneOf("keep_aspect_ratio_policy", "stretch", "stretch", "not_larger", "not_smaller");
        if (modern && node.has(3) && !node.in(3).type().size().is(0)) {
            List<Dim> sizes = node.dims(3);
            boolean one = !policy.equals("stretch") && sizes.size() == axes.length;
            return one ? inProportion(x, sizes, policy.equals("not_larger")) : toSizes(x, sizes);
        }
        double[] scales;
        if (node.hasAttribute("scales")) {
            float[] numbers = node.numbers("scales");
            scales = IntStream.range(0, numbers.length).mapToDouble(i -> numbers[i]).toArray();
        } else if (node.hasAttribute("height_scale")) {
            scales = new double[] {1, 1, node.number("height_scale", 1), node.number("width_scale", 1)};
        } else {
            int input = modern ? 2 : 1;
            if (!node.in(input).isConstant() && node.in(input).contents() != null) {
                return byWholeNumbers(x, node.dims(input));
            }
            scales = node.literal(input).toDoubles();
        }
        List<Target> targets = new ArrayList<>();
        for (int i = 0; i < scales.length; i++) {
            Dim n = x.dim(axes[Math.min(i, axes.length - 1)]);
            if (!(scales[i] > 0 && scales[i] * n.max() < Integer.MAX_VALUE)) {
                throw node.misfit("an axis of extent " + n + " scaled by " + scales[i]);
            }
            targets.add(new Target(scaled(n, scales[i]), scales[i], null));
        }
        return targets;
    }

    private List<Target> toSizes(Value x, List<Dim> sizes) {
        List<Target> targets = new ArrayList<>();
        for (int i = 0; i < sizes.size(); i++) {
            targets.add(ratio(sizes.get(i), x.dim(axes[Math.min(i, axes.length - 1)])));
        }
        return targets;
    }

    private Target ratio(Dim size, Dim n) {
        Dim whole = size.exactQuotient(n);
        if (size.isConstant() && n.isConstant()) {
            return new Target(size, (double) size.constant() / n.constant(), null);
        }
        if (whole != null && whole.isConstant()) {
            return new Target(size, whole.constant(), null);
        }
        return new Target(size, Double.NaN, f.over(f.extent(size, DType.F64), f.extent(n, DType.F64)));
    }

    private List<Target> byWholeNumbers(Value x, List<Dim> scales) {
        List<Target> targets = new ArrayList<>();
        for (int i = 0; i < scales.size(); i++) {
            Dim scale = scales.get(i);
            Dim size = x.dim(axes[Math.min(i, axes.length - 1)]).times(scale);
            targets.add(scale.isConstant()
                    ? new Target(size, scale.constant(), null)
                    : new Target(size, Double.NaN, f.extent(scale, DType.F64)));
        }
        return targets;
    }

    /** One scale for all axes, so that nothing is distorted: the smallest or the largest that sizes ask for. */
    private List<Target> inProportion(Value x, List<Dim> sizes, boolean smallest) {
        double common = smallest ? Double.MAX_VALUE : 0;
        Value symbolic = null;
        for (int i = 0; i < axes.length; i++) {
            Dim n = x.dim(axes[i]);
            if (n.min() < 1) {
                throw node.unsupported("the aspect ratio of an axis that may be empty: " + x.type());
            }
            Value scale = f.over(f.extent(sizes.get(i), DType.F64), f.extent(n, DType.F64));
            symbolic = symbolic == null ? scale : f.apply(smallest ? BinaryFn.MIN : BinaryFn.MAX, symbolic, scale);
            boolean known = sizes.get(i).isConstant() && n.isConstant();
            double number = known ? (double) sizes.get(i).constant() / n.constant() : Double.NaN;
            common = smallest ? Math.min(common, number) : Math.max(common, number);
        }
        List<Target> targets = new ArrayList<>();
        for (int axis : axes) {
            Dim n = x.dim(axis);
            // rounding keeps order: of the sizes, each rounded, the smallest is that by the smallest scale
            Dim size = null;
            for (int i = 0; i < axes.length; i++) {
                Dim other = x.dim(axes[i]);
                Dim rounded = sizes.get(i).times(n).times(2).plus(other).floorDiv(other.times(2));
                size = size == null ? rounded : smallest ? size.min(rounded) : size.max(rounded);
            }
            targets.add(new Target(size, common, Double.isNaN(common) ? symbolic : null));
        }
        return targets;
    }

    /**
     * {@code ⌊n · scale⌋}. Extents are integers of 32 bits, so the scale becomes a fraction of small ones: the
     * largest up to the scale whose denominator is at most n's bound. No quotient with a denominator up to n
     * lies between both, so that the floors are the same.
     */
    private Dim scaled(Dim n, double scale) {
        if (n.isConstant()) {
            return Dim.of((long) Math.floor(n.constant() * scale));
        }
        long whole = (long) Math.floor(scale);
        double part = scale - whole;
        if (part == 0) {
            return n.times(whole);
        }
        if (n.max() > LONGEST_SCALED) {
            throw node.unsupported("an axis of up to " + n.max() + " elements scaled by " + scale + "; at most "
                    + LONGEST_SCALED + " are, or any number by a whole one (bound it with --dim)");
        }
        // down the tree of Stern and Brocot: low ≤ part < high
        long low = 0;
        long lowOf = 1;
        long high = 1;
        long highOf = 1;
        while (lowOf + highOf <= n.max()) {
            long of = lowOf + highOf;
            if (low + high <= part * of) {
                low += high;
                lowOf = of;
            } else {
                high += low;
                highOf = of;
            }
        }
        return n.times(whole).plus(n.times(low).floorDiv(lowOf));
    }

    private Value axis(Value x, int axis, Target target, double from, double to) {
        Dim n = x.dim(axis);
        if (n.isConstant() && target.size.isConstant() && target.symbolicScale == null) {
            double size = target.size.constant();
            if (n.is(0) || !(target.scale > 0)) {
                throw node.misfit("axis " + axis + " of " + x.type() + " scaled by " + target.scale);
            }
            if (size * (rule.antialias() ? n.constant() : ResizedAxis.MOST_GATHERS) > MOST) {
                throw node.unsupported("an axis of " + n + " made " + size + " long");
            }
            return new ResizedAxis(rule, (int) n.constant(), (int) size, target.scale, from, to).of(f, x, axis);
        }
        if (from == 0 && to == 1 && rule.repeats(target.scale)) {
            return repeated(x, axis, (long) target.scale);
        }
        Value scale = target.symbolicScale == null ? f.number(target.scale, DType.F64) : target.symbolicScale;
        ResizedSymbolicAxis symbolic = new ResizedSymbolicAxis(f, rule, n, target.size, scale, from, to);
        if (!rule.antialias() || target.scale >= 1) {
            return symbolic.of(x, axis);
        }
        double matrix = (double) n.max() * target.size.max();
        if (matrix > MOST) {
            throw node.unsupported("antialiasing along axis " + axis + " of " + n + ", made " + target.size
                    + " long, takes up to " + (long) matrix + " weights; at most " + MOST
                    + " are (bound the extents with --dim)");
        }
        return symbolic.antialiased(x, axis);
    }

    private Value repeated(Value x, int axis, long times) {
        List<Dim> shape = new ArrayList<>(x.shape());
        shape.add(axis + 1, Dim.ONE);
        Value split = f.reshape(x, shape);
        shape.set(axis + 1, Dim.of(times));
        Value expanded = node.add(new Expand(shape), split);
        shape.remove(axis + 1);
        shape.set(axis, x.dim(axis).times(times));
        return f.reshape(expanded, shape);
    }
}
