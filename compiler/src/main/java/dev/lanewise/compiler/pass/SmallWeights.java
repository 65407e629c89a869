package dev.lanewise.compiler.pass;

import dev.lanewise.compiler.graph.Folding;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Conv;
import dev.lanewise.compiler.op.DepthwisePlanes;
import dev.lanewise.compiler.op.Gather;
import dev.lanewise.compiler.op.Gru;
import dev.lanewise.compiler.op.Lstm;
import dev.lanewise.compiler.op.MatMul;
import dev.lanewise.compiler.op.Rnn;
import dev.lanewise.compiler.weights.ChosenForms;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Rounds weights to the forms chosen for them: matrices of products, which become [n, k] for that, weights
 * of recurrent layers, filters of convolutions, tables of gathers. The last of the passes: what computes
 * with a constant gives one in f32.
 */
public final class SmallWeights {

    private final ChosenForms forms;
    private final Map<Literal, Literal> transposed = new IdentityHashMap<>();
    private final Map<Value, Value> values = new HashMap<>();

    private SmallWeights(ChosenForms forms) {
        this.forms = forms;
    }

    /** Gives the graph with its weights in the forms that were chosen. */
    public static Graph apply(Graph graph, ChosenForms forms) {
        return new SmallWeights(forms).apply(graph, new Folding());
    }

    private Graph apply(Graph graph, Folding folding) {
        return new Rewriting(graph, folding) {
            @Override
            List<Value> node(Node node, List<Value> inputs) {
                if (!node.op().bodies().isEmpty()) {
                    List<Graph> bodies = node.op().bodies().stream()
                            .map(body -> SmallWeights.this.apply(body, folding))
                            .toList();
                    return addAll(node.name(), node.op().withBodies(bodies), inputs);
                }
                if (node.op() instanceof MatMul matMul && matMul.hasWeights(node)) {
                    return product(matMul, node, inputs);
                }
                List<Value> changed = new ArrayList<>(inputs);
                for (int i : weights(node)) {
                    changed.set(i, chosen(node, inputs.get(i)));
                }
                return changed.equals(inputs) ? null : addAll(node.name(), node.op(), changed);
            }

            private List<Value> product(MatMul op, Node node, List<Value> inputs) {
                Value matrix = inputs.get(1);
                Value rows = op.transB() ? matrix : turned(matrix);
                Value chosen = chosen(node, rows);
                if (chosen == rows) {
                    return null;
                }
                List<Value> changed = new ArrayList<>(inputs);
                changed.set(1, chosen);
                return addAll(node.name(), new MatMul(true, op.epilogue()), changed);
            }
        }.run();
    }

    /** The inputs of a node that may be stored small. */
    private static int[] weights(Node node) {
        int[] all = node.op() instanceof Lstm || node.op() instanceof Gru || node.op() instanceof Rnn
                ? new int[] {1, 2}
                : node.op() instanceof Conv || node.op() instanceof DepthwisePlanes ? new int[] {1}
                : node.op() instanceof Gather gather && gather.axis() == 0 ? new int[] {0} : new int[0];
        return java.util.Arrays.stream(all).filter(i -> node.input(i).isConstant()).toArray();
    }

    private Value chosen(Node node, Value weight) {
        Literal literal = forms.choose(weight.name(), node.name(), weight.constant());
        return literal == weight.constant()
                ? weight
                : values.computeIfAbsent(weight, w -> Value.constant(w.name(), literal));
    }

    /** [n, k] from [k, n]. */
    private Value turned(Value matrix) {
        Literal turned = transposed.computeIfAbsent(matrix.constant(), literal -> {
            int k = literal.extent(0);
            int n = literal.extent(1);
            return literal.select(i -> i % k * n + i / k, n, k);
        });
        return Value.constant(matrix.name(), turned);
    }
}
