package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Pad;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.BinaryFn;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The attributes that convolutions and pooling share: strides, dilations, pads, auto_pad.
 *
 * @param strides per spatial axis, as are the others
 * @param before padding in front of each axis; symbolic where {@code auto_pad} steps over a symbolic extent
 * @param after padding behind each axis
 */
record OnnxWindow(List<Integer> strides, List<Integer> dilations, List<Dim> before, List<Dim> after) {

    /**
     * @param input extents of the spatial axes
     * @param kernel extents of the window
     */
    static OnnxWindow read(OnnxNode node, int spatial, List<Dim> input, List<Dim> kernel) {
        List<Integer> strides = list(node, "strides", spatial, 1, 1);
        List<Integer> dilations = list(node, "dilations", spatial, 1, 1);
        List<Integer> pads = list(node, "pads", 2 * spatial, 0, 0);
        String auto = node.oneOf("auto_pad", "NOTSET", "NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER");
        List<Dim> before = new ArrayList<>(pads.subList(0, spatial).stream().map(Dim::of).toList());
        List<Dim> after = new ArrayList<>(pads.subList(spatial, 2 * spatial).stream().map(Dim::of).toList());
        for (int axis = 0; axis < spatial; axis++) {
            if (auto.equals("VALID")) {
                before.set(axis, Dim.ZERO);
                after.set(axis, Dim.ZERO);
            } else if (auto.startsWith("SAME")) {
                long reach = (kernel.get(axis).constant() - 1) * dilations.get(axis) + 1;
                Dim total = same(input.get(axis), strides.get(axis), reach);
                Dim half = total.floorDiv(2);
                before.set(axis, auto.equals("SAME_UPPER") ? half : total.minus(half));
                after.set(axis, total.minus(before.get(axis)));
            }
        }
        return new OnnxWindow(strides, dilations, before, after);
    }

    /**
     * The padding for as many windows as strides fit: what the last of them reaches beyond the last element.
     *
     * @param reach elements from a window's first to its last
     */
    private static Dim same(Dim extent, int stride, long reach) {
        Dim beyond = extent.ceilDiv(stride).minus(1).times(stride).plus(reach).minus(extent);
        return reach >= stride ? beyond : beyond.max(Dim.ZERO);
    }

    /** Whether all padding is numbers. */
    boolean isFixed() {
        return before.stream().allMatch(Dim::isConstant) && after.stream().allMatch(Dim::isConstant);
    }

    /**
     * x with this window's padding around it.
     *
     * @param x [N, C, spatial...]
     * @param value what the padding is
     */
    Value pad(Formula f, Value x, double value) {
        List<Dim> first = new ArrayList<>(List.of(Dim.ZERO, Dim.ZERO));
        List<Dim> last = new ArrayList<>(first);
        first.addAll(before);
        last.addAll(after);
        return f.node().add(new Pad(Pad.Mode.CONSTANT, first, last), x, f.number(value, x.type().type()));
    }

    /** Which elements the first taps see: i64, along an axis of a tensor of {@code rank}, below zero on padding. */
    Value starts(Formula f, int axis, Dim windows, int along, int rank) {
        return f.minus(f.apply(BinaryFn.MUL, f.counting(windows, along, rank), strides.get(axis)),
                f.extent(before.get(axis), DType.I64));
    }

    /** This over something that is padded already. */
    OnnxWindow unpadded() {
        List<Dim> none = Collections.nCopies(strides.size(), Dim.ZERO);
        return new OnnxWindow(strides, dilations, none, none);
    }

    /** Numbers of elements in front of each axis, of a window that {@link #isFixed()}. */
    List<Integer> padsBefore() {
        return before.stream().map(pad -> Math.toIntExact(pad.constant())).toList();
    }

    /** Numbers of elements behind each axis, of a window that {@link #isFixed()}. */
    List<Integer> padsAfter() {
        return after.stream().map(pad -> Math.toIntExact(pad.constant())).toList();
    }

    /** A list of integers, or {@code count} times {@code otherwise}. */
    static List<Integer> list(OnnxNode node, String name, int count, int otherwise, int least) {
        long[] values = node.integers(name);
        List<Integer> list = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            long value = values == null ? otherwise : values.length == count ? values[i] : Long.MIN_VALUE;
            if (value < least || value > Integer.MAX_VALUE / 4) {
                throw node.misfit("attribute '" + name + "' is " + java.util.Arrays.toString(values) + "; expected "
                        + count + " numbers of at least " + least);
            }
            list.add((int) value);
        }
        return list;
    }
}
