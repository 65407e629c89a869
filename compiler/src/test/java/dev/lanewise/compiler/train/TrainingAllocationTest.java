package dev.lanewise.compiler.train;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.Compiler;
import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.network.Conv2d;
import dev.lanewise.compiler.network.CrossEntropy;
import dev.lanewise.compiler.network.Dense;
import dev.lanewise.compiler.network.Embedding;
import dev.lanewise.compiler.network.Lstm;
import dev.lanewise.compiler.network.Network;
import dev.lanewise.compiler.network.NetworkBuilder;
import dev.lanewise.compiler.network.Pooling;
import dev.lanewise.compiler.network.SinusoidalPositions;
import dev.lanewise.compiler.network.TransformerEncoderLayer;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.ModelFile;
import dev.lanewise.runtime.LoadOptions;
import dev.lanewise.runtime.LoadOptions.Start;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.Tensor;
import dev.lanewise.testing.AllocationProbe;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Steps of training of whole networks allocate nothing, from soon after the program was loaded: kernels that a step
 * calls but once, as for a last layer of two classes, are compiled by then too.
 */
class TrainingAllocationTest {

    /** Would a kernel be left to get hot by itself, it took thousands of steps and minutes. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final int BATCH = 16;
    private static final int WORDS = 100;

    private static void allocatesNothing(NetworkBuilder net, int classes, String frozen) {
        TrainOptions options = TrainOptions.of("loss", Optimizer.adam()).freeze(frozen);
        byte[] bytes = Compiler.compile("net", net.build(), CompileOptions.defaults().training(options).debug(false))
                .file().toBytes();
        Model model = Model.of(
                ModelFile.read("net.lane", bytes), LoadOptions.defaults().start(Start.WAIT_UNTIL_HOT));
        Session train = model.program("train").newSession();
        train.input("learning_rate").set(1e-3f);
        Random random = new Random(5);
        Tensor[] inputs = train.inputs().toArray(new Tensor[0]);
        AllocationProbe.assertAllocatesNothing(() -> {
            for (Tensor input : inputs) {
                feed(input, input.name().equals("label") ? classes : WORDS, random);
            }
            train.run();
        }, PATIENCE);
        float loss = train.output("loss").get(0);
        assertTrue(loss - loss == 0, "loss " + loss);
    }

    private static void feed(Tensor input, int bound, Random random) {
        for (int i = 0; i < input.size(); i++) {
            if (input.type() == DType.I32) {
                input.ints()[input.offset() + i] = random.nextInt(bound);
            } else if (!input.name().equals("learning_rate")) {
                input.floats()[input.offset() + i] = random.nextFloat() - 0.5f;
            }
        }
    }

    private static NetworkBuilder convolutions(int batch) {
        NetworkBuilder net = Network.builder(1);
        var scores = net.input("x", DType.F32, Dim.of(batch), Dim.of(28), Dim.of(28), Dim.ONE)
                .then(Conv2d.of("conv1", 16, 3, 3).same().relu()).then(Pooling.max(2, 2))
                .then(Conv2d.of("conv2", 32, 3, 3).same().relu()).then(Pooling.max(2, 2))
                .mergeAxes(1).mergeAxes(1)
                .then(Dense.of("scores", 10));
        net.output("scores", scores);
        net.loss("loss", CrossEntropy.of().mean(scores, net.target("label", DType.I32, Dim.of(batch))));
        return net;
    }

    private static NetworkBuilder encoder(int batch) {
        NetworkBuilder net = Network.builder(1);
        var x = net.input("words", DType.I32, Dim.of(batch), Dim.of(32))
                .then(Embedding.of("embedding", WORDS, 64))
                .then(SinusoidalPositions.of("positions", 32))
                .then(TransformerEncoderLayer.of("encoder.0", 4, 128))
                .then(TransformerEncoderLayer.of("encoder.1", 4, 128));
        var scores = x.mean(1).then(Dense.of("scores", 2));
        net.output("scores", scores);
        net.loss("loss", CrossEntropy.of().mean(scores, net.target("label", DType.I32, Dim.of(batch))));
        return net;
    }

    private static NetworkBuilder characters(int hidden) {
        NetworkBuilder net = Network.builder(1);
        var scores = net.input("words", DType.I32, Dim.of(BATCH), Dim.of(20))
                .then(Embedding.of("embedding", WORDS, 32)).then(Lstm.of("lstm", hidden))
                .then(Dense.of("scores", WORDS));
        net.output("scores", scores);
        net.loss("loss", CrossEntropy.of().mean(scores, net.target("label", DType.I32, Dim.of(BATCH), Dim.of(20))));
        return net;
    }

    @Test
    void convolutions() {
        allocatesNothing(convolutions(BATCH), 10, "");
        allocatesNothing(convolutions(1), 10, "conv.*");
    }

    @Test
    void encoders() {
        allocatesNothing(encoder(BATCH), 2, "");
        allocatesNothing(encoder(1), 2, "embedding.*|encoder\\.0\\..*");
    }

    @Test
    void recurrentNetworks() {
        allocatesNothing(characters(96), WORDS, "");
        allocatesNothing(characters(160), WORDS, "");
    }
}
