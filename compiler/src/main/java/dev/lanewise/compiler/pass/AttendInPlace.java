package dev.lanewise.compiler.pass;

import dev.lanewise.compiler.graph.Folding;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Attention;
import dev.lanewise.compiler.op.Transpose;
import java.util.List;

/**
 * Attention reads keys and values that lie heads first where they lie, rather than a transposed copy: for a
 * single query the copy would take longer than attending.
 */
final class AttendInPlace implements Pass {

    @Override
    public Graph apply(Graph graph, Folding folding) {
        return new Rewriting(graph, folding) {
            @Override
            List<Value> node(Node node, List<Value> inputs) {
                boolean turned = node.op() instanceof Attention attention
                        && attention.layout() == Attention.Layout.BATCH_FIRST
                        && isByHead(inputs.get(1)) && isByHead(inputs.get(2));
                if (!turned) {
                    return null;
                }
                Value[] operands = inputs.toArray(new Value[0]);
                operands[1] = operands[1].producer().input(0);
                operands[2] = operands[2].producer().input(0);
                Attention inPlace = ((Attention) node.op()).with(Attention.Layout.HEADS_FIRST);
                return List.of(add(node.name(), inPlace, operands));
            }

            private boolean isByHead(Value x) {
                Transpose transpose = producer(x, Transpose.class);
                return transpose != null && transpose.equals(Transpose.of(0, 2, 1, 3));
            }
        }.run();
    }
}
