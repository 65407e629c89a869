package dev.lanewise.bench.train;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.Tensor;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Losses and gradients of whole networks in f32 against PyTorch's autograd. */
@Tag("once")
class AutogradTest {

    private static final double LARGEST_ERROR = 1e-4;

    @Test
    void ofAConvolutionalNetwork() {
        compare(new TrainedConvNet(3));
    }

    @Test
    void ofAnEncoderLayer() {
        compare(new TrainedEncoder(2, 9, 24, 4, 40));
        compare(new TrainedEncoder(3, 65, 32, 2, 64));
    }

    private static void compare(TrainedNet net) {
        Engine engine;
        try {
            engine = Engine.getEngine("PyTorch");
        } catch (RuntimeException | LinkageError e) {
            Assumptions.abort("PyTorch is not there: " + e.getMessage());
            return;
        }
        Session session = net.session();
        session.run();
        try (NDManager manager = engine.newBaseManager()) {
            Map<String, NDArray> values = net.values(manager);
            NDArray loss;
            try (GradientCollector collector = engine.newGradientCollector()) {
                loss = net.loss(values);
                collector.backward(loss);
            }
            float expected = loss.getFloat();
            assertEquals(expected, session.output("loss").get(0), LARGEST_ERROR * Math.abs(expected) + 1e-5);
            for (String name : net.parameterNames()) {
                compare(name, values.get(name).getGradient().toFloatArray(), session.output("d " + name));
            }
        }
    }

    /** Relative to the largest element of a gradient. */
    private static void compare(String name, float[] expected, Tensor found) {
        double largest = 0;
        for (float e : expected) {
            largest = Math.max(largest, Math.abs(e));
        }
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], found.get(i), LARGEST_ERROR * largest, name + " at " + i);
        }
    }
}
