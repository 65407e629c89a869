package dev.lanewise.compiler.pass;

import dev.lanewise.compiler.graph.Folding;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Attention;
import dev.lanewise.compiler.op.Concat;
import dev.lanewise.compiler.op.Transpose;
import java.util.List;

/**
 * Attention reads keys and values where they lie: heads first rather than a transposed copy, and a past with
 * what follows it rather than both copied together. For a single query such copies take longer than attending.
 */
final class AttendInPlace implements Pass {

    @Override
    public Graph apply(Graph graph, Folding folding) {
        return new Rewriting(graph, folding) {
            @Override
            List<Value> node(Node node, List<Value> inputs) {
                if (!(node.op() instanceof Attention attention) || attention.logSums()) {
                    return null;
                }
                Value bias = inputs.size() > 3 ? inputs.get(3) : null;
                Attention inPlace = attention;
                Value oldK = node.input(1);
                Value oldV = node.input(2);
                if (attention.layout() == Attention.Layout.BATCH_FIRST && isByHead(oldK) && isByHead(oldV)) {
                    inPlace = attention.with(Attention.Layout.HEADS_FIRST);
                    oldK = oldK.producer().input(0);
                    oldV = oldV.producer().input(0);
                }
                boolean appended = inputs.size() <= 4
                        && isAppended(oldK, inPlace.layout()) && isAppended(oldV, inPlace.layout());
                if (!appended) {
                    return inPlace == attention
                            ? null
                            : List.of(add(node.name(), inPlace, inputs.get(0), now(oldK), now(oldV), bias));
                }
                Node k = oldK.producer();
                Node v = oldV.producer();
                return List.of(add(node.name(), inPlace, inputs.get(0), now(k.input(1)), now(v.input(1)), bias,
                        now(k.input(0)), now(v.input(0))));
            }

            private boolean isByHead(Value x) {
                Transpose transpose = producer(x, Transpose.class);
                return transpose != null && transpose.equals(Transpose.of(0, 2, 1, 3));
            }

            /** Whether a value is a past with something behind, for nothing else: a copy that need not be. */
            private boolean isAppended(Value x, Attention.Layout layout) {
                Concat concat = producer(x, Concat.class);
                return concat != null && concat.axis() == layout.keyAxis() && usedOnce(x)
                        && x.producer().inputs().size() == 2;
            }
        }.run();
    }
}
