package dev.lanewise.compiler.pass;

import dev.lanewise.compiler.graph.Folding;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Op;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.CellLoop;
import dev.lanewise.compiler.op.Gru;
import dev.lanewise.compiler.op.Lstm;
import dev.lanewise.compiler.op.Recurrence;
import dev.lanewise.compiler.op.Rnn;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A recurrent cell whose weights are computed when the model runs, or that is not of f32, written out as a
 * {@link CellLoop}. The steps for cells pack their weights when the model is loaded, and know f32 alone.
 */
final class CellsAsLoops implements Pass {

    @Override
    public Graph apply(Graph graph, Folding folding) {
        return new Rewriting(graph, folding) {
            @Override
            List<Value> node(Node node, List<Value> inputs) {
                Op op = node.op();
                boolean cell = op instanceof Lstm || op instanceof Gru || op instanceof Rnn;
                if (!cell || Recurrence.hasStep(inputs)) {
                    return null;
                }
                List<Value> all = new ArrayList<>(inputs);
                all.addAll(Collections.nCopies(7 - inputs.size(), null)); // optional ones may be left out
                boolean reverse = op instanceof Lstm lstm ? lstm.reverse()
                        : op instanceof Gru gru ? gru.reverse() : ((Rnn) op).reverse();
                return CellLoop.add((added, operands) -> addAll(node.name(), added, operands), folding,
                        CellLoop.Cell.of(op), reverse, all.subList(0, op instanceof Lstm ? 7 : 6));
            }
        }.run();
    }
}
