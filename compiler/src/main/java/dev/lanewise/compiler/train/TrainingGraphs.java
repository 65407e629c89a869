package dev.lanewise.compiler.train;

import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.formats.PlanException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The graphs of a model that can be trained, all from one that has a loss among its outputs: what infers, what
 * evaluates the loss, what trains, and, where gradients are accumulated, what uses them.
 *
 * <p>What is trained is state in all but the first: it begins as the weights of the first, and {@code train} makes
 * its successor. Names: a parameter's is that of its weights, and stays the same in all programs.
 *
 * @param update {@code null} where gradients are not accumulated
 * @param initials what states begin with, by name
 */
public record TrainingGraphs(Graph infer, Graph evaluate, Graph train, Graph update, Map<String, Literal> initials) {

    /**
     * Makes the graphs.
     *
     * @param graph whose weights no pass may recompute any more
     * @throws PlanException where there is no such loss, or nothing to train
     */
    public static TrainingGraphs of(Graph graph, TrainOptions options) {
        return of(graph, Parameters.byUse(), options);
    }

    /**
     * Makes the graphs.
     *
     * @param parameters constants of the graph that are trained unless options freeze them; {@code null} for those that
     *     operations have as their weights
     * @throws PlanException where there is no such loss, or nothing to train, or the graph has other constants
     */
    public static TrainingGraphs of(Graph graph, Set<Literal> parameters, TrainOptions options) {
        if (parameters == null) {
            return of(graph, options);
        }
        if (!graph.constants().containsAll(parameters)) {
            throw new PlanException("a pass has computed other weights of those that are to be trained");
        }
        return of(graph, Parameters.among(parameters), options);
    }

    private static TrainingGraphs of(Graph graph, Parameters.Choice choice, TrainOptions options) {
        Graph open = LoopWeights.outside(graph, choice);
        Value loss = loss(open, options);
        List<Parameters.Parameter> trained = new ArrayList<>();
        Map<String, Literal> initials = new LinkedHashMap<>();
        for (Parameters.Parameter parameter : Parameters.of(open, choice)) {
            if (parameter.running() || !options.isFrozen(parameter.name())) {
                trained.add(parameter);
                initials.put(parameter.name(), parameter.literal());
            }
        }
        if (trained.isEmpty()) {
            throw new PlanException("nothing to train: the model has no weights that are not frozen");
        }
        TrainingStep step = new TrainingStep(open, loss, trained, options);
        initials.putAll(step.initials());
        return new TrainingGraphs(
                withoutLoss(graph, options.loss()), Evaluating.of(open, trained), step.train(), step.update(),
                initials);
    }

    private static Value loss(Graph graph, TrainOptions options) {
        for (Graph.Port output : graph.outputs()) {
            if (output.name().equals(options.loss())) {
                if (!output.value().type().isStatic() || !output.value().type().size().is(1)) {
                    throw new PlanException("the loss '" + options.loss() + "' is " + output.value().type()
                            + "; expected one element: reduce it to a sum or a mean");
                }
                return output.value();
            }
        }
        throw new PlanException("there is no output '" + options.loss() + "' to be the loss; there are "
                + graph.outputs().stream().map(Graph.Port::name).toList());
    }

    /** Without the loss, and without the inputs that only it is computed from, such as targets. */
    private static Graph withoutLoss(Graph graph, String loss) {
        List<Graph.Port> outputs =
                graph.outputs().stream().filter(port -> !port.name().equals(loss)).toList();
        if (outputs.isEmpty()) {
            throw new PlanException("the model has no output but its loss '" + loss + "'");
        }
        Graph rest = new Graph(graph.inputs(), outputs, graph.states(), graph.nodes()).withoutUnused();
        Set<Value> usedBefore = used(graph);
        Set<Value> usedNow = used(rest);
        List<Graph.Port> inputs = graph.inputs().stream()
                .filter(port -> usedNow.contains(port.value()) || !usedBefore.contains(port.value()))
                .toList();
        return new Graph(inputs, outputs, graph.states(), rest.nodes());
    }

    private static Set<Value> used(Graph graph) {
        Set<Value> used = new HashSet<>();
        for (Node node : graph.nodes()) {
            used.addAll(node.inputs());
        }
        graph.outputs().forEach(port -> used.add(port.value()));
        return used;
    }
}
