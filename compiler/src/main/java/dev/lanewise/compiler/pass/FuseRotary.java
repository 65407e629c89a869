package dev.lanewise.compiler.pass;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Folding;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Binary;
import dev.lanewise.compiler.op.Gather;
import dev.lanewise.compiler.op.Reshape;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.BinaryFn;
import java.util.ArrayList;
import java.util.List;

/**
 * Rotary position embeddings (Su et al. 2021), {@code x · cos + rotated(x) · sin}, where {@code rotated} swaps
 * the halves of a head, or neighbours in it, and negates one of each two: slices, a negation and a concatenation
 * become one gather of runs, and the signs go to the sines, which all heads and layers share. A rotation
 * then is four steps, gather, two products, a sum, with the same bits as before.
 */
final class FuseRotary implements Pass {

    @Override
    public Graph apply(Graph graph, Folding folding) {
        return new Rewriting(graph, folding) {
            @Override
            List<Value> node(Node node, List<Value> inputs) {
                boolean product = node.op() instanceof Binary binary && binary.fn() == BinaryFn.MUL
                        && node.output().type().type() == DType.F32;
                for (int side = 0; side < 2 && product; side++) {
                    Value rotated = node.input(side);
                    SignedOrder order = usedOnce(rotated) ? SignedOrder.of(rotated) : null;
                    if (order != null && negates(order) && spans(node.input(1 - side), order)) {
                        Value signs = Value.constant(node.name(), Literal.of(order.signs(), order.signs().length));
                        Value sines = add(node.name(), node.op(), inputs.get(1 - side), signs);
                        return List.of(add(node.name(), node.op(), swapped(node, order), sines));
                    }
                }
                return null;
            }

            /** {@code x[..., from]}, moved in runs. */
            private Value swapped(Node node, SignedOrder order) {
                Value x = now(order.x());
                int run = order.run();
                int[] from = order.from();
                long[] runs = new long[from.length / run];
                for (int i = 0; i < runs.length; i++) {
                    runs[i] = from[i * run] / run;
                }
                List<Dim> shape = new ArrayList<>(x.shape().subList(0, x.rank() - 1));
                shape.add(Dim.of(runs.length));
                shape.add(Dim.of(run));
                Value blocks = add(node.name(), new Reshape(shape), x);
                Value indices = Value.constant(node.name(), Literal.of(runs, runs.length));
                Value moved = add(node.name(), new Gather(x.rank() - 1), blocks, indices);
                return add(node.name(), new Reshape(x.shape()), moved);
            }
        }.run();
    }

    /** Whether something is negated; else a mere change of order is as good as it was. */
    private static boolean negates(SignedOrder order) {
        for (float sign : order.signs()) {
            if (sign < 0) {
                return true;
            }
        }
        return false;
    }

    /** Whether the sines have an element for each sign. */
    private static boolean spans(Value sines, SignedOrder order) {
        return sines.rank() > 0 && sines.dim(sines.rank() - 1).is(order.signs().length)
                && sines.rank() <= order.x().rank();
    }
}
