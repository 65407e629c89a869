package dev.lanewise.compiler.train;

import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.GraphBuilder;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Binary;
import dev.lanewise.runtime.kernel.BinaryFn;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Reverse-mode differentiation (Linnainmaa 1970; Griewank, Walther, "Evaluating Derivatives", 2008): records
 * a graph's nodes, each as the operation that also gives what its gradient needs, then walks them
 * backwards and lets each operation's rule add the nodes that compute gradients. What no parameter leads to,
 * and what does not lead to the loss, gets none.
 */
public final class Differentiate {

    private final GraphBuilder graph;
    /** Values of the source graph by what stands for them here. */
    private final Map<Value, Value> recorded = new HashMap<>();
    private final List<Node> nodes = new ArrayList<>();
    /** All that training gives in a node's place, by the source graph's node. */
    private final Map<Node, List<Value>> trained = new HashMap<>();
    /** Hidden states by their gradients, {@code null} as long as they are not known. */
    private final Map<Value, Value> watched = new HashMap<>();
    private final boolean recomputes;

    /**
     * @param graph receives all nodes
     */
    public Differentiate(GraphBuilder graph) {
        this(graph, false);
    }

    /** @param recomputes whether values are computed anew on the way back rather than kept; the same bits */
    Differentiate(GraphBuilder graph, boolean recomputes) {
        this.graph = graph;
        this.recomputes = recomputes;
    }

    /** What receives the nodes. */
    GraphBuilder graph() {
        return graph;
    }

    /** Makes {@code here} stand for a value of the source graph: an input, a state, a constant that is trained. */
    public void bind(Value source, Value here) {
        recorded.put(source, here);
    }

    /** Records all nodes of a graph, whose inputs and states are bound; gradients may be asked of any value. */
    public void record(Graph source) {
        record(source, null);
    }

    /**
     * Records all nodes of a graph, whose inputs and states are bound. What depends on none of {@code of} keeps nothing
     * for its gradient.
     *
     * @param of values that stand for some of the graph; {@code null} for all
     */
    void record(Graph source, Collection<Value> of) {
        Set<Value> depending = of == null ? null : new HashSet<>(of);
        for (Node node : source.nodes()) {
            List<Value> inputs = new ArrayList<>();
            for (Value input : node.inputs()) {
                inputs.add(input == null ? null : here(input));
            }
            int before = graph.size();
            boolean differentiated = depending == null || inputs.stream().anyMatch(depending::contains);
            List<Value> outputs = node.op().train(graph, node.name(), inputs, differentiated);
            if (depending != null && differentiated) {
                depending.addAll(outputs);
            }
            for (int i = 0; i < node.outputs().size(); i++) {
                recorded.put(node.outputs().get(i), outputs.get(i));
            }
            trained.put(node, outputs);
            nodes.addAll(graph.nodes(before));
        }
    }

    /** All that training gives in the place of a node of the source graph: its outputs, and perhaps more. */
    public List<Value> trained(Node source) {
        return trained.get(source);
    }

    /** What stands for a value of the source graph. */
    public Value here(Value source) {
        return recorded.getOrDefault(source, source);
    }

    /**
     * Asks for the gradients of the hidden states that a recurrent operation gives, y [T, B, H]: with respect to each
     * state, through y and through all later states, so that one can see them vanish or explode on their way back.
     *
     * @param y a recorded value; before {@link #gradients}
     */
    public void watch(Value y) {
        watched.put(y, null);
    }

    /** What was asked for, [T, B, H], after {@link #gradients}; {@code null} where the loss does not depend on it. */
    public Value ofStates(Value y) {
        return watched.get(y);
    }

    /**
     * The gradients of a scalar.
     *
     * @param loss a recorded value of one element
     * @param of recorded values, such as parameters
     * @return by value; none for those that the loss does not depend on
     */
    public Map<Value, Value> gradients(Value loss, Collection<Value> of) {
        Value one = Value.constant("loss/gradient", Literal.splat(loss.type().type(), 1, loss.type().extents()));
        return gradients(Map.of(loss, one), of);
    }

    /**
     * Gradients of a sum of products.
     *
     * @param seeds by recorded value what it is multiplied by, of its type
     * @param of see above
     */
    public Map<Value, Value> gradients(Map<Value, Value> seeds, Collection<Value> of) {
        Set<Value> depending = dependingOn(of);
        Map<Value, Value> gradients = new HashMap<>();
        seeds.forEach((value, seed) -> accumulate(gradients, value, seed));
        Recomputation recomputation = recomputes ? new Recomputation(graph, nodes) : null;
        for (int i = nodes.size() - 1; i >= 0; i--) {
            Node node = nodes.get(i);
            Node seen = recomputes ? recomputation.at(i) : node;
            List<Value> ofOutputs = new ArrayList<>();
            node.outputs().forEach(output -> ofOutputs.add(gradients.get(output)));
            if (ofOutputs.stream().anyMatch(Objects::nonNull) && node.inputs().stream().anyMatch(depending::contains)) {
                Gradient gradient = new Gradient(graph, node, seen, ofOutputs, depending::contains, watched);
                node.op().gradient(gradient);
                for (int in = 0; in < gradient.given().length; in++) {
                    if (gradient.given()[in] != null && gradient.needs(in)) {
                        accumulate(gradients, node.input(in), gradient.given()[in]);
                    }
                }
            }
        }
        gradients.keySet().retainAll(new HashSet<>(of));
        return gradients;
    }

    private void accumulate(Map<Value, Value> gradients, Value value, Value more) {
        Value before = gradients.get(value);
        gradients.put(
                value, before == null ? more : graph.add(value.name() + "/gradient", new Binary(BinaryFn.ADD), before,
                        more));
    }

    /** The values of floating point that are computed from others, and these. */
    private Set<Value> dependingOn(Collection<Value> sources) {
        Set<Value> depending = new HashSet<>(sources);
        for (Node node : nodes) {
            if (node.inputs().stream().anyMatch(depending::contains)) {
                node.outputs().stream()
                        .filter(output -> output.type().type().isFloating())
                        .forEach(depending::add);
            }
        }
        return depending;
    }
}
