package dev.lanewise.compiler.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.GraphBuilder;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.train.Differentiate;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/**
 * Each layer's loss has a gradient for each of its parameters, and they say how it changes: the derivative along a
 * direction, by the gradients and by differences.
 */
@Tag("once")
class TrainableTest {

    private static final double STEP = 1e-3;

    private final GraphBuilder builder = new GraphBuilder();
    private final Map<String, Value> inputs = new LinkedHashMap<>();

    /** Outputs {@code loss} and the gradient of each parameter; the parameters are inputs. */
    private Graph differentiated(Network network) {
        Differentiate differentiate = new Differentiate(builder);
        network.graph().inputs().forEach(
                port -> differentiate.bind(port.value(), builder.inputLike(port.name(), port.value())));
        network.parameters().forEach((name, literal) -> {
            Value input = builder.input(name, literal.valueType());
            inputs.put(name, input);
            for (Node node : network.graph().nodes()) {
                node.inputs().stream().filter(value -> value != null && value.constant() == literal)
                        .forEach(value -> differentiate.bind(value, input));
            }
        });
        differentiate.record(network.graph());
        Value loss = network.graph().outputs().stream()
                .filter(port -> network.losses().contains(port.name())).findFirst().orElseThrow().value();
        Map<Value, Value> gradients = differentiate.gradients(differentiate.here(loss), inputs.values());
        builder.output("loss", differentiate.here(loss));
        inputs.forEach((name, input) -> {
            assertNotNull(gradients.get(input), "no gradient for " + name);
            builder.output(name, gradients.get(input));
        });
        return builder.build();
    }

    private static GraphRun given(Graph graph, Literal x, int[] target) {
        GraphRun run = new GraphRun(graph).with("x", x).with("target", GraphRun.numbers(9, target));
        return run.with("lengths", new long[] {7, 4}, 2);
    }

    private static Literal moved(Literal weights, Literal direction, double by) {
        float[] values = new float[weights.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (weights.doubleAt(i) + by * direction.doubleAt(i));
        }
        return Literal.of(values, weights.shape());
    }

    @TestFactory
    List<DynamicTest> layers() {
        return LayersTest.rows().stream().filter(row -> !row.weights().isEmpty())
                .map(row -> dynamicTest(row.name(), () -> new TrainableTest().check(row))).toList();
    }

    private void check(LayersTest.Row row) {
        Network network = row.network();
        Graph graph = differentiated(network);
        int[] target = java.util.Arrays.stream(row.output().replaceAll("[\\[\\]]", "").split(", "))
                .mapToInt(Integer::parseInt).toArray();
        Literal x = GraphRun.numbers(3, 2, 7, row.features());
        Map<String, Literal> directions = new HashMap<>();
        GraphRun here = given(graph, x, target);
        GraphRun before = given(graph, x, target);
        GraphRun after = given(graph, x, target);
        network.parameters().forEach((name, weights) -> {
            Literal direction = GraphRun.numbers(name.hashCode(), weights.shape());
            directions.put(name, direction);
            here.with(name, weights);
            before.with(name, moved(weights, direction, -STEP));
            after.with(name, moved(weights, direction, STEP));
        });
        Map<String, Literal> found = here.reference();
        double along = 0;
        for (String name : inputs.keySet()) {
            for (int i = 0; i < found.get(name).size(); i++) {
                along += found.get(name).doubleAt(i) * directions.get(name).doubleAt(i);
            }
        }
        double differences = (after.reference().get("loss").doubleAt(0) - before.reference().get("loss").doubleAt(0))
                / (2 * STEP);
        assertEquals(differences, along, 1e-3 * (1 + Math.abs(differences)));
    }
}
