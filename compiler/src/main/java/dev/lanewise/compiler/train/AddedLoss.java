package dev.lanewise.compiler.train;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.network.BinaryCrossEntropy;
import dev.lanewise.compiler.network.CrossEntropy;
import dev.lanewise.compiler.network.GraphNetwork;
import dev.lanewise.compiler.network.Huber;
import dev.lanewise.compiler.network.Loss;
import dev.lanewise.compiler.network.MeanSquared;
import dev.lanewise.compiler.network.Network;
import dev.lanewise.compiler.network.Tensor;
import dev.lanewise.compiler.op.Softmax;
import dev.lanewise.compiler.op.Unary;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.PlanException;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The loss of a model that came without one: a mean over the elements of an output, and a new input {@code target} that
 * it is compared with. Where that output is a softmax, or a sigmoid, the cross entropies are computed from what goes
 * into it, as they are defined.
 *
 * @param output what the loss is computed from
 */
public record AddedLoss(Kind kind, String output) {

    /** The output that is added. */
    static final String LOSS = "loss";

    private static final String TARGET = "target";

    /** What is added. */
    public enum Kind {
        /** Of scores {@code [..., classes]}; the target is {@code [...]} of I64, classes. */
        CROSS_ENTROPY,
        /** Of logits; the target is f32 of their extents, 0 to 1. */
        BINARY_CROSS_ENTROPY,
        /** The mean squared error; the target is f32 of the output's extents. */
        MSE,
        /** Quadratic up to an error of 1, then straight; the target as for the mean squared error. */
        HUBER;

        /** As it is written on the command line: {@code cross-entropy}. */
        public String text() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /**
     * From text such as {@code cross-entropy:scores}.
     *
     * @throws IllegalArgumentException where that is none; the message says what is
     */
    public static AddedLoss parse(String text) {
        int colon = text.indexOf(':');
        List<String> kinds = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            kinds.add(kind.text());
            if (colon > 0 && colon < text.length() - 1 && kind.text().equals(text.substring(0, colon))) {
                return new AddedLoss(kind, text.substring(colon + 1));
            }
        }
        throw new IllegalArgumentException(
                text + ": expected KIND:OUTPUT, KIND being one of " + String.join(", ", kinds));
    }

    /**
     * The graph with the loss.
     *
     * @throws PlanException where it has no such output
     */
    public Graph to(Graph graph) {
        List<String> names = graph.outputs().stream().map(Graph.Port::name).toList();
        if (!names.contains(output)) {
            throw new PlanException("there is no output '" + output + "' for the loss; there are " + names);
        }
        String from = "loss/input";
        GraphNetwork network = Network.of(withLogits(graph, from));
        Tensor found = network.output(from);
        List<Dim> shape = new ArrayList<>(found.shape());
        if (kind == Kind.CROSS_ENTROPY) {
            shape.remove(shape.size() - 1);
        }
        Tensor target = network.builder().target(
                TARGET, kind == Kind.CROSS_ENTROPY ? DType.I64 : DType.F32, shape.toArray(Dim[]::new));
        network.builder().loss(LOSS, loss().mean(found, target));
        Graph whole = network.builder().build().graph();
        return new Graph(
                whole.inputs(), whole.outputs().stream().filter(port -> !port.name().equals(from)).toList(),
                whole.states(), whole.nodes());
    }

    private Loss loss() {
        return switch (kind) {
            case CROSS_ENTROPY -> CrossEntropy.of();
            case BINARY_CROSS_ENTROPY -> BinaryCrossEntropy.of();
            case MSE -> MeanSquared.of();
            case HUBER -> Huber.of(1);
        };
    }

    /** The graph with one more output: what the loss is computed from. */
    private Graph withLogits(Graph graph, String name) {
        Graph.Port port = graph.outputs().stream().filter(each -> each.name().equals(output)).findFirst().orElseThrow();
        Graph.Port from = new Graph.Port(name, port.value());
        for (Node node : graph.nodes()) {
            boolean squashes = kind == Kind.CROSS_ENTROPY && node.op() instanceof Softmax
                    || kind == Kind.BINARY_CROSS_ENTROPY && node.op() instanceof Unary unary
                    && unary.fn() == UnaryFn.SIGMOID;
            if (squashes && node.output() == port.value()) {
                from = new Graph.Port(name, node.input(0));
            }
        }
        List<Graph.Port> outputs = new ArrayList<>(graph.outputs());
        outputs.add(from);
        return new Graph(graph.inputs(), outputs, graph.states(), graph.nodes());
    }
}
