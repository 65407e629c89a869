package dev.lanewise.compiler.train;

import dev.lanewise.compiler.graph.Folding;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.GraphBuilder;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Op;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Repeat;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Takes the weights out of the bodies of loops: what a body has as a constant is used from outside, where it is seen,
 * trained, and given its gradient.
 */
final class LoopWeights {

    private final Parameters.Choice choice;

    private LoopWeights(Parameters.Choice choice) {
        this.choice = choice;
    }

    /** The same graph, its loops with the chosen constants of their bodies among their inputs. */
    static Graph outside(Graph graph, Parameters.Choice choice) {
        return new LoopWeights(choice).rebuilt(graph, Set.of());
    }

    /**
     * A graph with loops as above.
     *
     * @param lifted constants that become inputs, behind those there are
     */
    private Graph rebuilt(Graph graph, Set<Value> lifted) {
        GraphBuilder builder = new GraphBuilder(Folding.onlyIntegers());
        Map<Value, Value> here = new HashMap<>();
        graph.inputs().forEach(port -> here.put(port.value(), builder.inputLike(port.name(), port.value())));
        lifted.forEach(constant -> here.put(constant, builder.input(constant.name(), constant.type())));
        graph.states().forEach(state -> here.put(state.value(), builder.state(state.name(), state.value().type())));
        for (Node node : graph.nodes()) {
            List<Value> inputs = new ArrayList<>();
            node.inputs().forEach(input -> inputs.add(here.getOrDefault(input, input)));
            Op op = node.op();
            if (op instanceof Repeat repeat) {
                Set<Value> weights = weights(rebuilt(repeat.body(), Set.of()));
                op = repeat.withBodies(List.of(rebuilt(repeat.body(), weights)));
                weights.forEach(weight -> inputs.add(here.getOrDefault(weight, weight)));
            }
            List<Value> outputs = builder.addAll(node.name(), op, inputs);
            for (int i = 0; i < outputs.size(); i++) {
                here.put(node.outputs().get(i), outputs.get(i));
            }
        }
        graph.outputs().forEach(port -> builder.output(port.name(), here.getOrDefault(port.value(), port.value())));
        graph.states().forEach(state -> builder.next(
                state.name(), here.get(state.value()), here.getOrDefault(state.next(), state.next())));
        return builder.build();
    }

    /** The chosen constants of a body. */
    private Set<Value> weights(Graph body) {
        Set<Value> weights = new LinkedHashSet<>();
        for (Node node : body.nodes()) {
            for (int i = 0; i < node.inputs().size(); i++) {
                Value value = node.input(i);
                if (value != null && value.isConstant() && choice.takes(node.op(), i, value)) {
                    weights.add(value);
                }
            }
        }
        return weights;
    }
}
