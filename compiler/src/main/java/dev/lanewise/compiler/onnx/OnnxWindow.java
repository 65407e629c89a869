package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Dim;
import java.util.ArrayList;
import java.util.List;

/**
 * The attributes that convolutions and pooling share: strides, dilations, pads, auto_pad.
 *
 * @param strides per spatial axis, as are the others
 */
record OnnxWindow(
        List<Integer> strides, List<Integer> dilations, List<Integer> padsBefore, List<Integer> padsAfter) {

    /**
     * @param input extents of the spatial axes
     * @param kernel extents of the window
     */
    static OnnxWindow read(OnnxNode node, int spatial, List<Dim> input, List<Dim> kernel) {
        List<Integer> strides = list(node, "strides", spatial, 1, 1);
        List<Integer> dilations = list(node, "dilations", spatial, 1, 1);
        List<Integer> pads = list(node, "pads", 2 * spatial, 0, Integer.MIN_VALUE);
        String auto = node.oneOf("auto_pad", "NOTSET", "NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER");
        List<Integer> before = new ArrayList<>(pads.subList(0, spatial));
        List<Integer> after = new ArrayList<>(pads.subList(spatial, 2 * spatial));
        for (int axis = 0; axis < spatial; axis++) {
            if (auto.equals("VALID")) {
                before.set(axis, 0);
                after.set(axis, 0);
            } else if (auto.startsWith("SAME")) {
                if (strides.get(axis) != 1 && !input.get(axis).isConstant()) {
                    throw node.unsupported("auto_pad " + auto + " with a stride of " + strides.get(axis)
                            + " over the symbolic extent " + input.get(axis) + "; fix it with --dim");
                }
                // as many outputs as strides fit: the padding that takes is split, the odd one upper or lower
                long reach = (kernel.get(axis).constant() - 1) * dilations.get(axis) + 1;
                long covered = strides.get(axis) == 1
                        ? 1 // the last window begins with the last element
                        : (input.get(axis).constant() - 1) % strides.get(axis) + 1;
                int total = (int) Math.max(0, reach - covered);
                before.set(axis, auto.equals("SAME_UPPER") ? total / 2 : total - total / 2);
                after.set(axis, total - before.get(axis));
            }
        }
        return new OnnxWindow(strides, dilations, before, after);
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
