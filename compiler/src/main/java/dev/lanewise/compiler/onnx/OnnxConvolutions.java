package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Conv;
import dev.lanewise.compiler.op.Pad;
import dev.lanewise.compiler.op.Slice;
import dev.lanewise.compiler.op.TransposedConv;
import dev.lanewise.runtime.kernel.Epilogue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** ONNX's convolutions. ONNX has channels first, the graph last. Types of 16 bits are computed in f32. */
final class OnnxConvolutions {

    private OnnxConvolutions() {}

    static void register(Map<String, OnnxOp> ops) {
        ops.put(":Conv", node -> node.out(conv(node, node.in(0), node.in(1), node.inOrNull(2))));
        ops.put(":ConvTranspose", node -> transposed(node, node.inOrNull(2), null));
    }

    /** Reads the attributes and adds the convolution, in x's type. */
    static Value conv(OnnxNode node, Value x, Value w, Value bias) {
        Formula f = new Formula(node);
        int spatial = spatial(node, x, w);
        requireKernel(node, w);
        OnnxWindow window = OnnxWindow.read(node, spatial, x.shape().subList(2, x.rank()), w.shape().subList(2,
                w.rank()));
        if (!window.isFixed()) {
            x = window.pad(f, x, 0);
            window = window.unpadded();
        }
        Conv conv = new Conv(positive(node, "group"), window.strides(), window.dilations(),
                window.padsBefore(), window.padsAfter(), Epilogue.NONE);
        Value y = node.add(
                conv, OnnxProducts.channelsLast(node, f.wide(x)), f.wide(w), bias == null ? null : f.wide(bias));
        return f.cast(OnnxProducts.channelsFirst(node, y), x.type().type());
    }

    private static int spatial(OnnxNode node, Value x, Value w) {
        if (x.rank() < 3 || w.rank() != x.rank()) {
            throw node.misfit("the input is " + x.type() + " and the filter " + w.type()
                    + "; expected [N, C, spatial...] and [O, C / group, kernel...]");
        }
        return x.rank() - 2;
    }

    /** A number of groups. */
    static int positive(OnnxNode node, String attribute) {
        long groups = node.integer(attribute, 1);
        if (groups < 1 || groups > Integer.MAX_VALUE) {
            throw node.misfit("attribute '" + attribute + "' is " + groups);
        }
        return (int) groups;
    }

    static void requireKernel(OnnxNode node, Value w) {
        for (int axis = 2; axis < w.rank(); axis++) {
            if (!w.dim(axis).isConstant()) {
                throw node.unsupported("a kernel of the symbolic extent " + w.dim(axis) + "; fix it with --dim");
            }
        }
        long[] kernel = node.integers("kernel_shape");
        for (int axis = 0; kernel != null && axis < kernel.length; axis++) {
            if (kernel.length != w.rank() - 2 || !w.dim(axis + 2).is(kernel[axis])) {
                throw node.misfit("kernel_shape " + Arrays.toString(kernel) + " is not that of the filter " + w.type());
            }
        }
    }

    /**
     * The gradient of a convolution, as a convolution of its own: x with {@code stride − 1} zeros behind
     * each element, the filter turned round, inputs and outputs of its groups exchanged.
     *
     * @param bias {@code null} for none
     * @param pads before each axis, then after each axis; {@code null} where an attribute says them
     */
    static void transposed(OnnxNode node, Value bias, List<Integer> pads) {
        Formula f = new Formula(node);
        Value x = OnnxProducts.channelsLast(node, f.wide(node.in(0)));
        Value w = f.wide(node.in(1));
        int spatial = spatial(node, node.in(0), w);
        requireKernel(node, w);
        int group = positive(node, "group");
        Stretch stretch = Stretch.read(node, spatial, w, x, pads);
        Value stuffed = stretch.stuff(f, x);
        OnnxWindow window = new OnnxWindow(Collections.nCopies(spatial, 1), stretch.dilations,
                notNegative(stretch.before), notNegative(stretch.after));
        if (!window.isFixed()) {
            stuffed = OnnxProducts.channelsLast(node, window.pad(f, OnnxProducts.channelsFirst(node, stuffed), 0));
            window = window.unpadded();
        }
        Conv conv = new Conv(group, window.strides(), window.dilations(), window.padsBefore(), window.padsAfter(),
                Epilogue.NONE);
        Value wideBias = bias == null ? null : f.wide(bias);
        Value y = stretch.crop(node, node.add(conv, stuffed, TransposedConv.turned(node::add, w, group), wideBias));
        node.out(f.cast(OnnxProducts.channelsFirst(node, y), node.in(0).type().type()));
    }

    private static List<Dim> notNegative(List<Dim> pads) {
        return pads.stream().map(pad -> pad.max(Dim.ZERO)).toList();
    }

    /**
     * How far apart the elements of x are put, and how much lies around them.
     *
     * @param before zeros before x per axis; what is below zero is cropped from the result
     * @param after zeros behind the {@code stride − 1} zeros of x's last element
     */
    private record Stretch(
            List<Integer> strides, List<Integer> dilations, List<Dim> before, List<Dim> after) {

        static Stretch read(OnnxNode node, int spatial, Value w, Value x, List<Integer> given) {
            List<Integer> strides = OnnxWindow.list(node, "strides", spatial, 1, 1);
            List<Integer> dilations = OnnxWindow.list(node, "dilations", spatial, 1, 1);
            List<Integer> pads = given != null
                    ? given
                    : OnnxWindow.list(node, "pads", 2 * spatial, 0, Integer.MIN_VALUE / 4);
            List<Integer> extra = OnnxWindow.list(node, "output_padding", spatial, 0, 0);
            long[] wanted = node.integers("output_shape");
            String auto = node.oneOf("auto_pad", "NOTSET", "NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER");
            List<Dim> before = new ArrayList<>();
            List<Dim> after = new ArrayList<>();
            for (int axis = 0; axis < spatial; axis++) {
                int stride = strides.get(axis);
                int reach = Math.toIntExact((w.dim(axis + 2).max() - 1) * dilations.get(axis));
                Dim first = Dim.of(auto.equals("NOTSET") ? pads.get(axis) : 0);
                Dim last = Dim.of(auto.equals("NOTSET") ? pads.get(spatial + axis) : 0);
                if (wanted != null || auto.startsWith("SAME")) {
                    Dim size = x.dim(axis + 1);
                    Dim out = wanted == null
                            ? size.times(stride)
                            : Dim.of(wanted[wanted.length == spatial ? axis : axis + 2]);
                    Dim total = size.minus(1).times(stride).plus(extra.get(axis) + reach + 1).minus(out);
                    // a larger output than the windows reach has zeros behind them, and no padding
                    Dim pad = total.max(Dim.ZERO);
                    Dim half = pad.floorDiv(2);
                    first = auto.equals("SAME_UPPER") ? half : pad.minus(half);
                    last = total.minus(first);
                }
                before.add(Dim.of(reach).minus(first));
                after.add(Dim.of(reach + extra.get(axis) - (stride - 1)).minus(last));
            }
            return new Stretch(strides, dilations, before, after);
        }

        Value stuff(Formula f, Value x) {
            if (strides.stream().allMatch(stride -> stride == 1)) {
                return x;
            }
            int spatial = strides.size();
            List<Dim> apart = new ArrayList<>(List.of(x.dim(0)));
            List<Dim> zeros = new ArrayList<>(List.of(Dim.ZERO));
            List<Dim> together = new ArrayList<>(List.of(x.dim(0)));
            for (int axis = 0; axis < spatial; axis++) {
                apart.add(x.dim(axis + 1));
                apart.add(Dim.ONE);
                zeros.add(Dim.ZERO);
                zeros.add(Dim.of(strides.get(axis) - 1));
                together.add(x.dim(axis + 1).times(strides.get(axis)));
            }
            apart.add(x.dim(spatial + 1));
            zeros.add(Dim.ZERO);
            together.add(x.dim(spatial + 1));
            Pad pad = new Pad(Pad.Mode.CONSTANT, Collections.nCopies(zeros.size(), Dim.ZERO), zeros);
            return f.reshape(f.node().add(pad, f.reshape(x, apart)), together);
        }

        Value crop(OnnxNode node, Value y) {
            List<Dim> starts = new ArrayList<>(Collections.nCopies(y.rank(), Dim.ZERO));
            List<Dim> shape = new ArrayList<>(y.shape());
            for (int axis = 0; axis < strides.size(); axis++) {
                Dim first = before.get(axis).max(Dim.ZERO).minus(before.get(axis));
                Dim last = after.get(axis).max(Dim.ZERO).minus(after.get(axis));
                starts.set(axis + 1, first);
                shape.set(axis + 1, y.dim(axis + 1).minus(first).minus(last));
            }
            return shape.equals(y.shape()) ? y : node.add(new Slice(starts, Collections.nCopies(y.rank(), 1), shape),
                    y);
        }
    }
}
