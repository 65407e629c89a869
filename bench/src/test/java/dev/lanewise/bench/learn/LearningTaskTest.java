package dev.lanewise.bench.learn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import dev.lanewise.bench.train.TorchMath;
import dev.lanewise.bench.train.TrainedNet;
import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.Compiler;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.network.Network;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.LoadOptions;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.Tensor;
import dev.lanewise.samples.data.DigitRecordings;
import dev.lanewise.samples.data.MovieReviews;
import dev.lanewise.samples.data.Sequences;
import dev.lanewise.samples.data.TaggedText;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What Lanewise and PyTorch are to learn is the same network, and both learn it; data are generated. */
@Tag("once")
@EnabledOnOs(value = OS.LINUX, architectures = "amd64") // where the build fetches PyTorch
class LearningTaskTest {

    private static final double LARGEST_ERROR = 1e-4;
    private static final int EXAMPLES = 12;

    static Stream<LearningTask> texts() {
        return Stream.of(new ReviewsTask(MovieReviews.generated(1)), new TagsTask(TaggedText.generated(1)));
    }

    static Stream<LearningTask> all() {
        return Stream.concat(texts(), Stream.of(
                new DigitsTask(DigitRecordings.generated(1).sequences()),
                new VowelsTask(Sequences.generated("waves", 9, 12, 26, 1))));
    }

    /** Lanewise is given each sequence by itself, PyTorch all in one batch, padded. */
    @ParameterizedTest
    @MethodSource("all")
    void scoresAreTheSame(LearningTask task) {
        Network network = task.network(3, 0);
        TorchBatches held = new TorchBatches(network.graph(), task.splits().get(0).test(),
                task.batching().lengths().get("lengths"));
        Session session = Model.of(Compiler.compile("task", network.inference(), CompileOptions.defaults()).file(),
                LoadOptions.defaults().start(LoadOptions.Start.BEST_COLD)).newSession();
        try (TorchMath torch = new TorchMath(network)) {
            int[] together = IntStream.range(0, EXAMPLES).toArray();
            NDArray scores = task.scores(torch, held.batch(torch.manager(), together), false);
            double largest = scores.abs().max().getFloat();
            for (int example : together) {
                Map<String, Literal> alone = new HashMap<>();
                held.batch(torch.manager(), example).forEach((name, array) -> alone.put(name, literal(array)));
                alone.keySet().retainAll(session.model().inputNames());
                TrainedNet.set(session, alone);
                session.run();
                Tensor found = session.output("scores"); // [1, classes] or [1, time, classes]
                float[] expected = scores.get(example).toFloatArray();
                for (int i = 0; i < found.size(); i++) {
                    assertEquals(expected[i], found.get(i), LARGEST_ERROR * largest, example + " at " + i);
                }
            }
        }
    }

    private static Literal literal(NDArray array) {
        int[] shape = Arrays.stream(array.getShape().getShape()).mapToInt(Math::toIntExact).toArray();
        return array.getDataType() == DataType.FLOAT32
                ? Literal.of(array.toFloatArray(), shape)
                : Literal.of(DType.I32, array.toLongArray(), shape);
    }

    @ParameterizedTest
    @MethodSource("texts")
    void bothLearn(LearningTask task) throws IOException {
        BatchRecord record = new BatchRecord();
        double ours = LanewiseLearner.learn(task, 1, 0, record);
        double theirs = TorchLearner.learn(task, 1, 0, record.batches());
        assertTrue(ours > 0.95 && theirs > 0.95, "Lanewise " + ours + ", PyTorch " + theirs);
    }
}
