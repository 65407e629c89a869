package dev.lanewise.compiler.pass;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Folding;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Conv;
import dev.lanewise.compiler.op.Pool;
import java.util.ArrayList;
import java.util.List;

/**
 * A convolution no longer computes the last rows and columns that no window of the pooling behind it reaches: windows
 * of 3 a stride of 3 apart leave two of 14. It loses padding instead, so that only what stood beside padding can go.
 */
final class CropConvolutions implements Pass {

    @Override
    public Graph apply(Graph graph, Folding folding) {
        return new Rewriting(graph, folding) {
            @Override
            List<Value> node(Node node, List<Value> inputs) {
                Conv conv = node.op() instanceof Pool && usedOnce(node.input(0))
                        ? producer(inputs.get(0), Conv.class)
                        : null;
                Conv cropped = conv == null ? null : cropped(conv, (Pool) node.op(), inputs.get(0));
                if (cropped == null) {
                    return null;
                }
                Node whole = inputs.get(0).producer();
                return addAll(node.name(), node.op(), addAll(whole.name(), cropped, whole.inputs()));
            }
        }.run();
    }

    /**
     * {@code null} where all of x is used.
     *
     * @param x [N, spatial..., C], what the convolution computes
     */
    private static Conv cropped(Conv conv, Pool pool, Value x) {
        List<Integer> pads = new ArrayList<>(conv.padsAfter());
        for (int axis = 0; axis < pads.size() && !pool.ceil(); axis++) {
            Dim extent = x.dim(axis + 1);
            if (!extent.isConstant() || pool.padsAfter().get(axis) > 0) {
                continue;
            }
            // where the last window ends
            long reach = (pool.kernel().get(axis) - 1L) * pool.dilations().get(axis) + 1;
            long room = extent.constant() + pool.padsBefore().get(axis) - reach;
            long unused = room % pool.strides().get(axis);
            pads.set(axis, (int) Math.max(0, pads.get(axis) - unused * conv.strides().get(axis)));
            // a part of a stride would change nothing but the padding
            int taken = conv.padsAfter().get(axis) - pads.get(axis);
            pads.set(axis, pads.get(axis) + taken % conv.strides().get(axis));
        }
        return pads.equals(conv.padsAfter())
                ? null
                : new Conv(
                        conv.group(), conv.strides(), conv.dilations(), conv.padsBefore(), pads, conv.epilogue());
    }
}
