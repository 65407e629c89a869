package dev.lanewise.bench.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.network.Network;
import dev.lanewise.compiler.train.Optimizer;
import dev.lanewise.runtime.LoadOptions;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.BiFunction;

/** A loss and its gradients by all parameters, compiled, against PyTorch's autograd. */
final class Gradients {

    private static final double LARGEST_ERROR = 1e-4;

    private Gradients() {}

    /** Compares a network and the same in PyTorch, which is given its weights and the batch. */
    static void compare(
            Network network, Map<String, Literal> given, BiFunction<TorchMath, Map<String, NDArray>, NDArray> torch) {
        compare(new TrainedNet(network, "") {
            @Override
            Map<String, Literal> batch(Random random) {
                return given;
            }

            @Override
            public NDArray loss(TorchMath math, Map<String, NDArray> values) {
                return torch.apply(math, values);
            }
        });
    }

    static void compare(TrainedNet net) {
        Map<String, Literal> batch = net.batch(0);
        Session session = Model.of(net.compile(Optimizer.momentum(0.9)).file(),
                        LoadOptions.defaults().start(LoadOptions.Start.BEST_COLD))
                .program("train").newSession();
        TrainedNet.set(session, batch);
        session.input("learning_rate").set(0);
        session.run();
        try (TorchMath math = net.torch()) {
            Map<String, NDArray> values = new LinkedHashMap<>();
            batch.forEach((name, literal) -> values.put(name, math.array(literal)));
            NDArray loss = net.loss(math, values);
            math.backward(loss);
            assertEquals(loss.getFloat(), session.output("loss").get(0), LARGEST_ERROR * Math.abs(loss.getFloat()));
            Map<String, float[]> expected = math.gradients();
            assertEquals(net.trained(), expected.keySet());
            double most = expected.values().stream().mapToDouble(Gradients::largest).max().orElseThrow();
            expected.forEach((name, gradient) -> {
                float[] found = new float[gradient.length];
                // what momentum adds to from rest: after the first step, the gradient
                session.state().read(name + "/slot0", found);
                compare(name, gradient, found, most);
            });
        }
    }

    /** Relative to the largest element; where it is 0 in exact arithmetic, as a key's bias has it, to all there is. */
    private static void compare(String name, float[] expected, float[] found, double most) {
        double largest = largest(expected);
        assertTrue(largest > 0, name + " has a gradient");
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], found[i], LARGEST_ERROR * largest + Math.ulp(1f) * most, name + " at " + i);
        }
    }

    private static double largest(float[] values) {
        double largest = 0;
        for (float value : values) {
            largest = Math.max(largest, Math.abs(value));
        }
        return largest;
    }
}
