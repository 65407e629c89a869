package dev.lanewise.compiler.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.Compiler;
import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.train.Optimizer;
import dev.lanewise.compiler.train.TrainOptions;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.ModelFile;
import dev.lanewise.formats.proto.StateProto;
import dev.lanewise.runtime.LoadOptions;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.State;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Networks made in Java as trainable files: each of their weights is trained under its name, and they learn. */
class TrainedProgramTest {

    private static final int BATCH = 16;
    private static final int STEPS = 6;

    /** Whether there are more ones than twos. */
    private static Network network(boolean attend) {
        NetworkBuilder net = Network.builder(3);
        Dim batch = Dim.upTo("batch", BATCH);
        Dim time = Dim.upTo("time", STEPS);
        Tensor lengths = net.input("lengths", DType.I32, batch);
        Tensor x = net.input("words", DType.I32, batch, time).then(Embedding.of("embedding", 3, 8));
        Tensor vector = attend
                ? Sequences.mean(TransformerEncoderLayer.of("encoder", 2, 16).dropout(0.1)
                        .apply(x.then(LearnedPositions.of("positions", STEPS)), lengths), lengths)
                : Lstm.of("lstm", 12).bidirectional().run(x, lengths).last().then(Dropout.of("dropout", 0.1));
        Tensor scores = vector.then(Dense.of("scores", 2));
        net.output("scores", scores);
        net.loss("loss", CrossEntropy.of().mean(scores, net.target("label", DType.I32, batch)));
        return net.build();
    }

    private static TreeSet<String> trained(ModelFile file) {
        return file.message().getProgramsList().stream().filter(program -> program.getName().equals("train"))
                .flatMap(program -> program.getStatesList().stream()).map(StateProto::getName)
                .filter(name -> !name.contains("/")).collect(Collectors.toCollection(TreeSet::new));
    }

    private static void learns(boolean attend) {
        Network network = network(attend);
        TrainOptions options = TrainOptions.of("loss", Optimizer.adam());
        byte[] bytes = Compiler.compile("ones", network, CompileOptions.defaults().training(options)).file().toBytes();
        ModelFile file = ModelFile.read("ones.lane", bytes);
        assertEquals(new TreeSet<>(network.parameters().keySet()), trained(file));
        Session session = Model.of(file, LoadOptions.defaults()).program("train").newSession();
        session.input("learning_rate").set(new float[] {0.01f});
        session.input("words").setShape(BATCH, STEPS);
        session.input("lengths").setShape(BATCH);
        session.input("label").setShape(BATCH);
        Random random = new Random(1);
        double first = 0;
        double last = 0;
        for (int step = 0; step < 300; step++) {
            for (int b = 0; b < BATCH; b++) {
                int length = 1 + random.nextInt(STEPS);
                int ones = 0;
                for (int t = 0; t < STEPS; t++) {
                    int word = random.nextInt(3);
                    session.input("words").ints()[session.input("words").offset() + b * STEPS + t] = word;
                    ones += t >= length ? 0 : word == 1 ? 1 : word == 2 ? -1 : 0;
                }
                session.input("lengths").ints()[session.input("lengths").offset() + b] = length;
                session.input("label").ints()[session.input("label").offset() + b] = ones > 0 ? 1 : 0;
            }
            session.run();
            double loss = session.output("loss").get(0);
            first += step < 20 ? loss / 20 : 0;
            last += step >= 280 ? loss / 20 : 0;
        }
        assertTrue(last < 0.5 * first, first + " to " + last);
    }

    /** Running statistics are carried by training, and are what is used in the end. */
    @Test
    void statisticsRun() {
        NetworkBuilder net = Network.builder(3);
        Tensor x = net.input("x", DType.F32, Dim.of(4), Dim.of(3));
        Tensor y = x.then(BatchNorm.of("norm")).then(Dense.of("y", 1));
        net.output("y", y);
        net.loss("loss", MeanSquared.of().mean(y, net.target("target", DType.F32, Dim.of(4), Dim.of(1))));
        Network network = net.build();
        CompileOptions options = CompileOptions.defaults().training(TrainOptions.of("loss", Optimizer.sgd()));
        Model model = Model.of(Compiler.compile("norm", network, options).file(), LoadOptions.defaults());
        Model training = model.program("train");
        Session train = training.newSession();
        train.input("learning_rate").set(new float[] {0});
        train.input("x").set(new float[] {1, 0, 1, 3, 0, 1, 1, 4, 3, 3, 4, 3});
        State state = training.newState();
        train.bind(state);
        for (int i = 0; i < 200; i++) {
            train.run();
        }
        float[] mean = new float[3];
        float[] variance = new float[3];
        state.read("norm.mean", mean);
        state.read("norm.variance", variance);
        // of 1, 3, 1, 3 and 0, 0, 4, 4 and 1, 1, 3, 3: what 0.9^200 leaves of the beginning is below 1e-9
        assertArrayEquals(new float[] {2, 2, 2}, mean, 1e-5f);
        assertArrayEquals(new float[] {4 / 3f, 16 / 3f, 4 / 3f}, variance, 1e-5f);

        Model evaluating = model.program("evaluate");
        State copy = evaluating.newState();
        copy.write("norm.mean", mean);
        copy.write("norm.variance", variance);
        Session evaluate = evaluating.newSession();
        evaluate.bind(copy);
        evaluate.input("x").set(new float[] {2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2});
        evaluate.run();
        assertEquals(network.parameters().get("y.bias").doubleAt(0), evaluate.output("y").get(1), 1e-6);
    }

    @Test
    void anLstmLearnsToCount() {
        learns(false);
    }

    @Test
    void anEncoderLearnsToCount() {
        learns(true);
    }
}
