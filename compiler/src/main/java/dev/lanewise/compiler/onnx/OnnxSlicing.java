package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Pad;
import dev.lanewise.compiler.op.Slice;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/** ONNX's operators that take parts of a tensor, or put a border around it. */
final class OnnxSlicing {

    /** Far from overflow; stands for "to the end" in ONNX models. */
    private static final long FAR = 1L << 40;

    private OnnxSlicing() {}

    static void register(Map<String, OnnxOp> ops) {
        ops.put(":Slice", OnnxSlicing::slice);
        ops.put(":Split", OnnxSlicing::split);
        ops.put(":Pad", OnnxSlicing::pad);
        ops.put(":CenterCropPad", OnnxSlicing::centerCropPad);
    }

    /** Attributes up to operator set 9, inputs from 10 on. */
    private static void slice(OnnxNode node) {
        Value x = node.in(0);
        boolean old = node.opset() < 10;
        List<Dim> starts = old ? dims(node.requiredIntegers("starts")) : node.dims(1);
        List<Dim> ends = old ? dims(node.requiredIntegers("ends")) : node.dims(2);
        long[] axes = old ? node.integers("axes") : node.has(3) ? node.longs(3) : null;
        long[] steps = !old && node.has(4) ? node.longs(4) : null;
        int count = starts.size();
        if (axes == null) {
            axes = IntStream.range(0, count).asLongStream().toArray();
        }
        if (ends.size() != count || axes.length != count || steps != null && steps.length != count) {
            throw node.misfit("starts, ends, axes and steps differ in number");
        }
        List<Dim> first = new ArrayList<>(Collections.nCopies(x.rank(), Dim.ZERO));
        List<Integer> strides = new ArrayList<>(Collections.nCopies(x.rank(), 1));
        List<Dim> shape = new ArrayList<>(x.shape());
        Set<Integer> seen = new HashSet<>();
        for (int i = 0; i < count; i++) {
            int axis = OnnxMovement.axis(node, axes[i], x.rank());
            long step = steps == null ? 1 : steps[i];
            if (!seen.add(axis) || step == 0 || x.rank() == 0) {
                throw node.misfit(step == 0 ? "a step of 0" : "axis " + axis + " is named twice or does not exist");
            }
            Dim n = x.dim(axis);
            // what lies further than any extent reaches beyond the end all the same
            int stride = (int) Math.max(-Integer.MAX_VALUE, Math.min(Integer.MAX_VALUE, step));
            Range range = stride > 0
                    ? forwards(starts.get(i), ends.get(i), n, stride)
                    : backwards(starts.get(i), ends.get(i), n, -(long) stride);
            first.set(axis, range.start);
            // a single element has no stride; so the product of index and stride stays small
            strides.set(axis, range.length.max() <= 1 ? 1 : stride);
            shape.set(axis, range.length);
        }
        node.out(part(node, x, first, strides, shape));
    }

    private record Range(Dim start, Dim length) {}

    /** Elements start, start + step, ... before end; both may count from the back and reach too far. */
    private static Range forwards(Dim start, Dim end, Dim n, long step) {
        if (start.max() < 0 && end.min() >= n.max()) {
            // the last k elements: written so that the bound of their number is k and not n's
            Dim length = n.min(start.times(-1));
            return new Range(n.minus(length), length.ceilDiv(step));
        }
        Dim from = absolute(start, n);
        Dim to = absolute(end, n);
        // distances are formed before the minimum, so that [t, t + 3) of a longer axis is at most 3
        Dim length = to.minus(from).min(n.minus(from)).max(Dim.ZERO).ceilDiv(step);
        return new Range(length.is(0) ? Dim.ZERO : from.min(n), length);
    }

    /** Elements start, start − step, ... after end. */
    private static Range backwards(Dim start, Dim end, Dim n, long step) {
        Dim from = absolute(start, n).min(n.minus(1));
        Dim to = signed(end, n, -1).min(n.minus(1));
        Dim length = from.minus(to).max(Dim.ZERO).ceilDiv(step);
        return new Range(length.is(0) ? Dim.ZERO : from.max(Dim.ZERO), length);
    }

    private static Dim absolute(Dim position, Dim n) {
        return signed(position, n, 0);
    }

    /**
     * A position counted from the front, where one below zero counts from the back; not below {@code
     * least}, and perhaps beyond n.
     */
    private static Dim signed(Dim position, Dim n, long least) {
        if (position.isConstant() && Math.abs(position.constant()) > FAR) {
            return position.constant() < 0 ? Dim.of(least) : n;
        }
        if (position.min() >= 0) {
            return position;
        }
        Dim fromBack = n.plus(position).max(Dim.of(least));
        if (position.max() < 0) {
            return fromBack;
        }
        // of unknown sign: the one position or the other, chosen by an extent that is 0 or 1
        Dim negative = position.times(-1).max(Dim.ZERO).min(Dim.ONE);
        return negative.times(n.plus(position.min(Dim.ZERO)).max(Dim.of(least)))
                .plus(position.max(Dim.ZERO));
    }

    /** A slice, or x itself where that is all of it. */
    static Value part(OnnxNode node, Value x, List<Dim> starts, List<Integer> strides, List<Dim> shape) {
        boolean all = shape.equals(x.shape()) && starts.stream().allMatch(start -> start.is(0))
                && strides.stream().allMatch(stride -> stride == 1);
        return all ? x : node.add(new Slice(starts, strides, shape), x);
    }

    static List<Dim> dims(long[] values) {
        return Arrays.stream(values).mapToObj(Dim::of).toList();
    }

    /** Sizes as attribute or input (opset 1 and 13), else equal parts; from opset 18 on the last is smaller. */
    private static void split(OnnxNode node) {
        Value x = node.in(0);
        int axis = OnnxMovement.axis(node, node.integer("axis", 0), x.rank());
        Dim n = x.dim(axis);
        List<Dim> sizes = node.opset() >= 13 || node.has(1)
                ? node.has(1) ? node.dims(1) : null
                : node.hasAttribute("split") ? dims(node.integers("split")) : null;
        int parts = (int) node.integer("num_outputs", node.outputCount());
        if (sizes == null) {
            if (parts != node.outputCount() || parts < 1) {
                throw node.misfit("num_outputs is " + parts + ", and there are " + node.outputCount() + " outputs");
            }
            sizes = new ArrayList<>();
            Dim even = n.ceilDiv(parts);
            for (int i = 0; i < parts; i++) {
                // equal parts but for the last, which takes what is left
                sizes.add(even.times(parts).equals(n) ? even : even.min(n.minus(even.times(i)).max(Dim.ZERO)));
            }
        }
        if (sizes.size() != node.outputCount()) {
            throw node.misfit(sizes.size() + " sizes for " + node.outputCount() + " outputs");
        }
        Dim start = Dim.ZERO;
        for (Dim size : sizes) {
            if (size.max() < 0) {
                throw node.misfit("a part of " + size + " elements");
            }
            List<Dim> starts = new ArrayList<>(Collections.nCopies(x.rank(), Dim.ZERO));
            List<Dim> shape = new ArrayList<>(x.shape());
            starts.set(axis, size.is(0) ? Dim.ZERO : start);
            shape.set(axis, size);
            node.out(part(node, x, starts, Collections.nCopies(x.rank(), 1), shape));
            start = start.plus(size);
        }
        if (n.isConstant() && start.isConstant() && !start.equals(n)) {
            throw node.misfit("parts of " + sizes + " of an axis of " + n);
        }
    }

    /** Attributes up to operator set 10, inputs from 11 on, with axes from 18 on. */
    private static void pad(OnnxNode node) {
        Value x = node.in(0);
        Pad.Mode mode = Pad.Mode.valueOf(
                node.oneOf("mode", "constant", "constant", "reflect", "edge",
                        "wrap").toUpperCase(java.util.Locale.ROOT));
        boolean old = node.opset() < 11;
        // "paddings" in operator set 1
        List<Dim> pads = old ? dims(node.requiredIntegers(node.opset() < 2 ? "paddings" : "pads")) : node.dims(1);
        Value value = null;
        if (old) {
            float number = node.number("value", 0);
            value = number == 0 ? null : node.constant(Literal.splat(x.type().type(), number));
        } else if (node.has(2) && mode == Pad.Mode.CONSTANT) {
            value = OnnxMovement.reshaped(node, node.in(2), List.of());
        }
        long[] axes = node.has(3) ? node.longs(3) : IntStream.range(0, x.rank()).asLongStream().toArray();
        if (pads.size() != 2 * axes.length) {
            throw node.misfit(pads.size() + " pads for " + axes.length + " axes");
        }
        List<Dim> before = new ArrayList<>(Collections.nCopies(x.rank(), Dim.ZERO));
        List<Dim> after = new ArrayList<>(before);
        for (int i = 0; i < axes.length; i++) {
            int axis = OnnxMovement.axis(node, axes[i], x.rank());
            before.set(axis, pads.get(i));
            after.set(axis, pads.get(i + axes.length));
        }
        node.out(pad(node, x, mode, before, after, value));
    }

    /** A pad below zero cuts that many elements off. */
    static Value pad(OnnxNode node, Value x, Pad.Mode mode, List<Dim> before, List<Dim> after, Value value) {
        List<Dim> starts = new ArrayList<>();
        List<Dim> shape = new ArrayList<>();
        for (int axis = 0; axis < x.rank(); axis++) {
            Dim cut = before.get(axis).times(-1).max(Dim.ZERO);
            starts.add(cut);
            shape.add(x.dim(axis).minus(cut).minus(after.get(axis).times(-1).max(Dim.ZERO)));
        }
        Value cropped = part(node, x, starts, Collections.nCopies(x.rank(), 1), shape);
        List<Dim> addedBefore = before.stream().map(dim -> dim.max(Dim.ZERO)).toList();
        List<Dim> addedAfter = after.stream().map(dim -> dim.max(Dim.ZERO)).toList();
        boolean none = addedBefore.stream().allMatch(dim -> dim.is(0)) && addedAfter.stream().allMatch(dim ->
                dim.is(0));
        if (none) {
            return cropped;
        }
        return value == null
                ? node.add(new Pad(mode, addedBefore, addedAfter), cropped)
                : node.add(new Pad(mode, addedBefore, addedAfter), cropped, value);
    }

    /** Half of what is missing or too much on each side, the odd one behind. */
    private static void centerCropPad(OnnxNode node) {
        Value x = node.in(0);
        List<Dim> target = node.dims(1);
        long[] axes = node.integers("axes");
        if (axes == null) {
            axes = IntStream.range(0, x.rank()).asLongStream().toArray();
        }
        if (axes.length != target.size()) {
            throw node.misfit(target.size() + " extents for " + axes.length + " axes");
        }
        List<Dim> before = new ArrayList<>(Collections.nCopies(x.rank(), Dim.ZERO));
        List<Dim> after = new ArrayList<>(before);
        for (int i = 0; i < axes.length; i++) {
            int axis = OnnxMovement.axis(node, axes[i], x.rank());
            Dim missing = target.get(i).minus(x.dim(axis)).max(Dim.ZERO);
            Dim surplus = x.dim(axis).minus(target.get(i)).max(Dim.ZERO);
            Dim front = missing.floorDiv(2).minus(surplus.floorDiv(2));
            before.set(axis, front);
            after.set(axis, target.get(i).minus(x.dim(axis)).minus(front));
        }
        node.out(pad(node, x, Pad.Mode.CONSTANT, before, after, null));
    }
}
