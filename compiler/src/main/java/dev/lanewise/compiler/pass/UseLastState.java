package dev.lanewise.compiler.pass;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Folding;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Gru;
import dev.lanewise.compiler.op.Lstm;
import dev.lanewise.compiler.op.Reshape;
import dev.lanewise.compiler.op.Rnn;
import dev.lanewise.compiler.op.Slice;
import java.util.List;

/** The last output of a recurrent operation is its hidden state, which is there without a slice. */
final class UseLastState implements Pass {

    @Override
    public Graph apply(Graph graph, Folding folding) {
        return new Rewriting(graph, folding) {
            @Override
            List<Value> node(Node node, List<Value> inputs) {
                if (!(node.op() instanceof Slice slice) || !isLast(slice, inputs.get(0))) {
                    return null;
                }
                Value state = inputs.get(0).producer().outputs().get(1);
                return List.of(add(node.name(), new Reshape(node.output().shape()), state));
            }
        }.run();
    }

    private static boolean isLast(Slice slice, Value y) {
        Node node = y.producer();
        boolean forwards = node != null && y == node.output()
                && (node.op() instanceof Lstm lstm && !lstm.reverse()
                        || node.op() instanceof Gru gru && !gru.reverse()
                        || node.op() instanceof Rnn rnn && !rnn.reverse());
        return forwards && node.input(4) == null
                && slice.starts().equals(List.of(y.dim(0).minus(1), Dim.ZERO, Dim.ZERO))
                && slice.shape().equals(List.of(Dim.ONE, y.dim(1), y.dim(2)))
                && slice.strides().equals(List.of(1, 1, 1));
    }
}
