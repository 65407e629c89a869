package dev.lanewise.compiler.op;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Op;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.train.Gradient;
import dev.lanewise.runtime.kernel.Epilogue;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The gradient of a convolution's input, as a convolution of its own: elements a stride apart, the filter turned
 * round, inputs and outputs of its groups exchanged.
 */
public final class TransposedConv {

    private TransposedConv() {}

    /** What adds nodes. */
    public interface Nodes {
        Value add(Op op, Value... inputs);
    }

    /**
     * @param dy [N, outputs..., O]
     * @param filter [O, C / group, kernel...]
     * @param x the extents of the result, [N, spatial..., C]
     */
    static Value of(Gradient g, Conv conv, Value dy, Value filter, List<Dim> x) {
        int axes = conv.strides().size();
        Value apart = dy;
        List<Dim> before = new ArrayList<>();
        List<Dim> after = new ArrayList<>();
        for (int axis = 0; axis < axes; axis++) {
            if (conv.strides().get(axis) > 1) {
                apart = Spread.apart(g, apart, axis + 1, conv.strides().get(axis));
            }
            Dim reach = filter.dim(axis + 2).minus(1).times(conv.dilations().get(axis));
            Dim first = Dim.of(conv.padsBefore().get(axis));
            before.add(reach.minus(first));
            after.add(x.get(axis + 1).plus(first).minus(apart.dim(axis + 1)));
        }
        Value image = Frame.around(g, apart, before, after);
        List<Integer> none = Collections.nCopies(axes, 0);
        Conv turned = new Conv(
                conv.group(), Collections.nCopies(axes, 1), conv.dilations(), none, none, Epilogue.NONE);
        return g.add(turned, image, turned(g::add, filter, conv.group()));
    }

    /** {@code [C, O / group, kernel...]} to {@code [O, C / group, kernel...]}, each kernel turned round. */
    public static Value turned(Nodes nodes, Value w, int group) {
        List<Dim> kernel = w.shape().subList(2, w.rank());
        Dim in = w.dim(0).floorDiv(group);
        Dim out = w.dim(1);
        List<Dim> grouped = new ArrayList<>(List.of(Dim.of(group), in, out));
        grouped.addAll(kernel);
        List<Integer> order = new ArrayList<>(List.of(0, 2, 1));
        for (int axis = 3; axis < grouped.size(); axis++) {
            order.add(axis);
        }
        Value exchanged = nodes.add(new Transpose(order), reshape(nodes, w, grouped));
        List<Dim> shape = new ArrayList<>(List.of(out.times(group), in));
        shape.addAll(kernel);
        List<Dim> starts = new ArrayList<>(List.of(Dim.ZERO, Dim.ZERO));
        List<Integer> strides = new ArrayList<>(List.of(1, 1));
        for (Dim extent : kernel) {
            starts.add(extent.minus(1));
            strides.add(-1);
        }
        return nodes.add(new Slice(starts, strides, shape), reshape(nodes, exchanged, shape));
    }

    private static Value reshape(Nodes nodes, Value x, List<Dim> shape) {
        return x.shape().equals(shape) ? x : nodes.add(new Reshape(shape), x);
    }
}
