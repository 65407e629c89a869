package dev.lanewise.compiler.demo;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.Compiled;
import dev.lanewise.compiler.Compiler;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.network.Network;
import dev.lanewise.compiler.train.Optimizer;
import dev.lanewise.compiler.train.TrainOptions;
import dev.lanewise.runtime.LoadOptions;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.train.Accuracy;
import dev.lanewise.runtime.train.Batching;
import dev.lanewise.runtime.train.Dataset;
import dev.lanewise.runtime.train.Example;
import dev.lanewise.runtime.train.FitOptions;
import dev.lanewise.runtime.train.Schedule;
import dev.lanewise.runtime.train.Trainer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The project's own detector: trained here, on hums in quiet noise that are made here; then tuned to a kitchen, where a
 * kettle hisses and whistles, of which it knew nothing. For one thread.
 */
public final class OwnDetector {

    private static final int RECORDINGS = 48;
    private static final int BATCH = 8;
    private static final long SEED = 1;

    /** Beginning and end of each hum of the recording, in seconds. */
    static final double[][] HUMS = {{0.9, 2.3}, {3.1, 4.6}, {6.0, 6.8}, {8.2, 11.4}, {13.0, 14.1}, {16.5, 19.2}};

    /** How many segments of voice the recording has. */
    public static final int SEGMENTS = HUMS.length;

    private static final double[][] KETTLE = {{1.5, 3.6}, {5.0, 5.8}, {7.1, 9.0}, {12.0, 13.5}, {15.0, 16.0}};
    private static final double SECONDS = 20;

    private final Network network;
    private final Trainer trainer;

    private OwnDetector() {
        network = DetectorNetwork.training(BATCH, (int) (SECONDS * Detector.RATE / Detector.CHUNK), SEED);
        TrainOptions training = TrainOptions.of("loss", Optimizer.adam()).clipNorm(1);
        Model model = Model.of(
                Compiler.compile("own-detector", network, CompileOptions.defaults().training(training)).file(),
                LoadOptions.defaults().start(LoadOptions.Start.BEST_COLD));
        trainer = Trainer.of(model);
    }

    /** Trains one from nothing, on quiet recordings. */
    public static OwnDetector train() throws IOException {
        OwnDetector detector = new OwnDetector();
        detector.fit(recordings(RECORDINGS, 0), 12, 0.02);
        return detector;
    }

    /** Goes on training, on recordings of which two of three are from the kitchen. */
    public void tuneToKitchen() throws IOException {
        List<Hums> all = recordings(RECORDINGS / 3, 0);
        all.addAll(recordings(0, RECORDINGS * 2 / 3));
        fit(all, 30, 0.02);
    }

    private static List<Hums> recordings(int quiet, int kitchen) {
        List<Hums> all = new ArrayList<>();
        for (int i = 0; i < quiet + kitchen; i++) {
            all.add(Hums.random(100 + i, i >= quiet));
        }
        return all;
    }

    /** 20 seconds that were not trained on: quiet, or in the kitchen. */
    public static Hums recording(boolean kitchen) {
        return Hums.of(new Hums.Plan(SECONDS, HUMS, kitchen ? KETTLE : new double[0][]), 16);
    }

    private static Dataset dataset(List<Hums> recordings) {
        List<Example> examples = recordings.stream().map(each -> {
            int[] labels = each.labels();
            return new Example().floats("x", each.windows()).ints("label", labels);
        }).toList();
        return Dataset.of(examples);
    }

    private void fit(List<Hums> recordings, int epochs, double rate) throws IOException {
        trainer.fit(dataset(recordings), FitOptions.of(epochs, Batching.of(BATCH)).schedule(Schedule.oneCycle(rate)));
    }

    /** The share of a recording's chunks that it tells right. */
    public double right(Hums recording) {
        Accuracy accuracy = Accuracy.binary("votes", "label", 0);
        return trainer.evaluate(dataset(List.of(recording)), Batching.of(1), accuracy).get(accuracy.name());
    }

    /** What it has learned until now, compiled for a stream, with something to listen to. */
    public Detector detector(Hums recording) {
        Map<String, Literal> weights = new LinkedHashMap<>();
        network.parameters().forEach(
                (name, before) -> weights.put(name, Literal.of(trainer.weights(name), before.shape())));
        Network trained = network.with(weights);
        Compiled compiled =
                Compiler.compile("own-detector", DetectorNetwork.stream(trained), CompileOptions.defaults());
        return new Detector("a detector that is trained here, and a recording that is made here", compiled,
                recording.samples());
    }
}
