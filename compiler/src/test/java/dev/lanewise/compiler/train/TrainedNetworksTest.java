package dev.lanewise.compiler.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.Compiler;
import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.network.BatchNorm;
import dev.lanewise.compiler.network.Conv2d;
import dev.lanewise.compiler.network.CrossEntropy;
import dev.lanewise.compiler.network.Dense;
import dev.lanewise.compiler.network.Dropout;
import dev.lanewise.compiler.network.Embedding;
import dev.lanewise.compiler.network.Gru;
import dev.lanewise.compiler.network.Lstm;
import dev.lanewise.compiler.network.Network;
import dev.lanewise.compiler.network.NetworkBuilder;
import dev.lanewise.compiler.network.Pooling;
import dev.lanewise.compiler.network.Recurrent;
import dev.lanewise.compiler.network.Rnn;
import dev.lanewise.compiler.network.Sequences;
import dev.lanewise.compiler.network.SinusoidalPositions;
import dev.lanewise.compiler.network.Tensor;
import dev.lanewise.compiler.network.TransformerEncoderLayer;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.LoadOptions;
import dev.lanewise.runtime.LoadOptions.Start;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import dev.lanewise.testing.AllocationProbe;
import java.util.List;
import java.util.Random;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Networks of each kind, built in Java, compiled and trained until they can do their task. */
class TrainedNetworksTest {

    private static final int BATCH = 16;
    private static final int LONGEST = 12;
    private static final int WORDS = 10;

    /** Says which of two halves the first word of a sequence belongs to, however long it is. */
    private static Model firstWord(BiFunction<Tensor, Tensor, Tensor> encoder) {
        NetworkBuilder net = Network.builder(1);
        Dim batch = Dim.symbol("batch", 1, BATCH);
        Dim time = Dim.symbol("time", 1, LONGEST);
        Tensor words = net.input("words", DType.I32, batch, time);
        Tensor lengths = net.input("lengths", DType.I32, batch);
        Tensor scores = encoder.apply(words.then(Embedding.of("embedding", WORDS, 16)), lengths)
                .then(Dropout.of("dropout", 0.1))
                .then(Dense.of("scores", 2));
        net.output("scores", scores);
        net.loss("loss", CrossEntropy.of().mean(scores, net.target("label", DType.I32, batch)));
        return trainable(net.build());
    }

    private static Model trainable(Network network) {
        TrainOptions options = TrainOptions.of("loss", Optimizer.adam()).clipNorm(5);
        byte[] bytes =
                Compiler.compile("net", network, CompileOptions.defaults().training(options)).file().toBytes();
        return Model.of(
                dev.lanewise.formats.ModelFile.read("net.lane", bytes), LoadOptions.defaults().start(Start.BEST_COLD));
    }

    private static void feed(Session session, Random random) {
        int time = 4 + random.nextInt(LONGEST - 3);
        int[] words = new int[BATCH * time];
        int[] lengths = new int[BATCH];
        int[] labels = new int[BATCH];
        for (int b = 0; b < BATCH; b++) {
            lengths[b] = b == 0 ? time : 1 + random.nextInt(time);
            for (int t = 0; t < time; t++) {
                words[b * time + t] = random.nextInt(WORDS);
            }
            labels[b] = words[b * time] / (WORDS / 2);
        }
        session.input("words").setShape(BATCH, time);
        set(session, "words", words);
        session.input("lengths").setShape(BATCH);
        set(session, "lengths", lengths);
        if (session.model().inputNames().contains("label")) {
            session.input("label").setShape(BATCH);
            set(session, "label", labels);
        }
    }

    private static void set(Session session, String input, int[] values) {
        System.arraycopy(values, 0, session.input(input).ints(), session.input(input).offset(), values.length);
    }

    private static void learns(Model model, int steps) {
        Session train = model.program("train").newSession();
        train.input("learning_rate").set(0.01f);
        Random random = new Random(5);
        for (int i = 0; i < steps; i++) {
            feed(train, random);
            train.run();
        }
        Session evaluate = model.program("evaluate").newSession();
        for (String name : evaluate.model().stateNames()) {
            float[] values = new float[evaluate.state().elements(name)];
            train.state().read(name, values);
            evaluate.state().write(name, values);
        }
        feed(evaluate, new Random(77));
        evaluate.run();
        float loss = evaluate.output("loss").get(0);
        assertTrue(loss < 0.15, "loss " + loss);
        feed(train, new Random(78));
        AllocationProbe.assertAllocatesNothing(train::run);
    }

    @Test
    @Tag("allocation")
    void recurrentNetworksLearn() {
        List<Recurrent> layers = List.of(
                Lstm.of("layer", 24), Lstm.of("layer", 16).bidirectional(), Gru.of("layer", 24), Rnn.of("layer", 24));
        for (Recurrent layer : layers) {
            learns(firstWord((x, lengths) -> layer.run(x, lengths).last()), 300);
        }
    }

    @Test
    @Tag("allocation")
    void anEncoderLearns() {
        learns(firstWord((x, lengths) -> {
            Tensor placed = x.then(SinusoidalPositions.of("positions", LONGEST));
            return Sequences.mean(TransformerEncoderLayer.of("encoder", 2, 32).apply(placed, lengths), lengths);
        }), 400);
    }

    /** Which of four corners of a picture is bright: convolutions, batch norm, pooling. */
    @Test
    @Tag("allocation")
    void aConvolutionalNetworkLearns() {
        NetworkBuilder net = Network.builder(2);
        Dim batch = Dim.symbol("batch", 1, BATCH);
        Tensor pictures = net.input("pictures", DType.F32, batch, Dim.of(8), Dim.of(8), Dim.of(1));
        Tensor scores = pictures.then(Conv2d.of("conv", 8, 3, 3).same())
                .then(BatchNorm.of("norm")).relu()
                .then(Pooling.max(2, 2))
                .mergeAxes(1).mergeAxes(1)
                .then(Dense.of("scores", 4));
        net.output("scores", scores);
        net.loss("loss", CrossEntropy.of().mean(scores, net.target("label", DType.I32, batch)));
        Model model = trainable(net.build());
        Session train = model.program("train").newSession();
        train.input("learning_rate").set(0.01f);
        Random random = new Random(3);
        float loss = 9;
        for (int i = 0; i < 200; i++) {
            float[] pixels = new float[BATCH * 64];
            int[] labels = new int[BATCH];
            for (int b = 0; b < BATCH; b++) {
                labels[b] = random.nextInt(4);
                for (int p = 0; p < 64; p++) {
                    boolean inside = p / 32 == labels[b] / 2 && p % 8 / 4 == labels[b] % 2;
                    pixels[b * 64 + p] = random.nextFloat() + (inside ? 0.5f : 0);
                }
            }
            train.input("pictures").setShape(BATCH, 8, 8, 1);
            train.input("pictures").set(pixels);
            train.input("label").setShape(BATCH);
            set(train, "label", labels);
            train.run();
            loss = train.output("loss").get(0);
        }
        assertTrue(loss < 0.1, "loss " + loss);
        float[] mean = new float[8];
        train.state().read("norm.mean", mean);
        assertTrue(mean[0] != 0 || mean[1] != 0, "running statistics move");
        assertEquals(List.of("pictures"), model.inputNames());
        AllocationProbe.assertAllocatesNothing(train::run);
    }
}
