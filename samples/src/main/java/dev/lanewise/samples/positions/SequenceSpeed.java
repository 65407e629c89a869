package dev.lanewise.samples.positions;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.network.CrossEntropy;
import dev.lanewise.compiler.network.Dense;
import dev.lanewise.compiler.network.Embedding;
import dev.lanewise.compiler.network.Layer;
import dev.lanewise.compiler.network.MultiHeadAttention;
import dev.lanewise.compiler.network.Network;
import dev.lanewise.compiler.network.NetworkBuilder;
import dev.lanewise.compiler.network.Rnn;
import dev.lanewise.compiler.network.Tensor;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.Session;
import dev.lanewise.samples.Setting;
import dev.lanewise.samples.Training;
import dev.lanewise.samples.data.Labelled;
import dev.lanewise.samples.data.WhichFirst;
import dev.lanewise.samples.evaluate.Stopwatch;
import dev.lanewise.samples.page.Axis;
import dev.lanewise.samples.page.LinePlot;
import dev.lanewise.samples.page.Page;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** The time of an RNN against that of self-attention, by the length of sequences. */
final class SequenceSpeed {

    private static final int SIZE = 64;
    private static final int BATCH = 4;

    private SequenceSpeed() {}

    private static Network network(Layer layer, int longest, long seed) {
        NetworkBuilder net = Network.builder(seed);
        Dim batch = Dim.upTo("batch", BATCH);
        Tensor symbols = net.input("symbols", DType.I32, batch, Dim.upTo("time", longest));
        Tensor x = symbols.then(Embedding.of("embedding", WhichFirst.SYMBOLS, SIZE)).then(layer);
        Tensor scores = x.mean(1).then(Dense.of("scores", 2));
        net.output("scores", scores);
        net.loss("loss", CrossEntropy.of().mean(scores, net.target("label", DType.I32, batch)));
        return net.build();
    }

    static void show(Setting setting, Page page) {
        int[] lengths = IntStream.range(0, setting.quick() ? 4 : 6).map(i -> 16 << i).toArray();
        List<Labelled> sequences = Arrays.stream(lengths).mapToObj(WhichFirst::anything).toList();
        double[] across = Arrays.stream(lengths).asDoubleStream().toArray();
        LinePlot training = new LinePlot(Axis.log("length", "steps"), Axis.log("a step of training", "ms"))
                .ticks(across);
        LinePlot inference = new LinePlot(Axis.log("length", "steps"), Axis.log("inference", "ms")).ticks(across);
        for (Layer layer : List.of(Rnn.of("RNN", SIZE), MultiHeadAttention.of("self-attention", 4))) {
            Network network = network(layer, lengths[lengths.length - 1], setting.seed());
            Session infer = Training.inference("speed", network).newSession();
            Session train = Training.model("speed", network).program("train").newSession();
            double[] inferred = Stopwatch.millis(infer, BATCH, sequences);
            double[] trained = Stopwatch.millis(train, BATCH, sequences);
            inference.curve(layer.name(), across, inferred);
            training.curve(layer.name(), across, trained);
            setting.say("%s of %d steps: %.3f ms to infer, %.3f ms to train", layer.name(), lengths[lengths.length - 1],
                    inferred[inferred.length - 1], trained[trained.length - 1]);
        }
        page.section("How long it takes").text("One layer of size " + SIZE + ", batches of " + BATCH + ", one thread,"
                + " on the machine that made this page; medians of " + Stopwatch.ROUNDS + " rounds. An RNN's work grows"
                + " with the length, self-attention's with its square; but an RNN's steps must follow each other, where"
                + " self-attention's could all be done at once by a machine with more units.");
        page.figure("Inference", inference).figure("Training: forwards, backwards and update", training);
    }
}
