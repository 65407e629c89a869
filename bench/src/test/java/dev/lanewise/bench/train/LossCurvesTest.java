package dev.lanewise.bench.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.train.Optimizer;
import dev.lanewise.runtime.LoadOptions;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Losses step by step, from the same weights and on the same batches, follow those of PyTorch. */
@Tag("once")
@EnabledOnOs(value = OS.LINUX, architectures = "amd64") // where the build fetches PyTorch
class LossCurvesTest {

    static Stream<Arguments> runs() {
        return Stream.of(TorchOptimizer.Kind.values()).flatMap(kind -> Stream.of(
                new SequenceClassifier(16, 8, 12), new ConvNet(8, 12, 4), new EncoderNet(8, 12, 16))
                .filter(net -> kind != TorchOptimizer.Kind.SPARSE_ADAM || net instanceof EncoderNet) // has a table
                .map(net -> Arguments.of(net, kind)));
    }

    @ParameterizedTest
    @MethodSource("runs")
    void fiftySteps(TrainedNet net, TorchOptimizer.Kind kind) {
        follows(net, kind, 50, 1e-3);
    }

    @Tag("full")
    @ParameterizedTest
    @MethodSource("runs")
    void twoHundredSteps(TrainedNet net, TorchOptimizer.Kind kind) {
        follows(net, kind, 200, 1e-2);
    }

    private static void follows(TrainedNet net, TorchOptimizer.Kind kind, int steps, double most) {
        double rate = kind == TorchOptimizer.Kind.SGD ? 0.1 : 0.005;
        Session session = Model.of(net.compile(ours(kind)).file(),
                        LoadOptions.defaults().start(LoadOptions.Start.BEST_COLD))
                .program("train").newSession();
        session.input("learning_rate").set((float) rate);
        TorchOptimizer theirs = new TorchOptimizer(kind);
        double before = 0;
        double after = 0;
        try (TorchMath torch = net.torch()) {
            for (int step = 0; step < steps; step++) {
                Map<String, Literal> batch = net.batch(step);
                TrainedNet.set(session, batch);
                session.run();
                double found = session.output("loss").get(0);
                double expected = step(net, torch, theirs, rate, batch);
                assertEquals(expected, found, most * expected, "step " + step);
                before += step < steps / 2 ? found : 0;
                after += step < steps / 2 ? 0 : found;
            }
        }
        assertTrue(after < before, "mean losses of both halves: " + before + ", " + after);
    }

    private static double step(
            TrainedNet net, TorchMath torch, TorchOptimizer optimizer, double rate, Map<String, Literal> batch) {
        try (NDManager scope = torch.manager().newSubManager()) {
            Map<String, NDArray> values = new LinkedHashMap<>();
            batch.forEach((name, literal) -> values.put(name, TorchMath.array(scope, literal)));
            NDArray loss = net.loss(torch, values);
            torch.backward(loss);
            optimizer.step(torch.trained(), rate);
            return loss.getFloat();
        }
    }

    private static Optimizer ours(TorchOptimizer.Kind kind) {
        return switch (kind) {
            case SGD -> Optimizer.sgd();
            case ADAM -> Optimizer.adam();
            case ADAM_W -> Optimizer.adamW();
            case SPARSE_ADAM -> Optimizer.sparseAdam();
        };
    }
}
