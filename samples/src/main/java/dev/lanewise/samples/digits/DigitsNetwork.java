package dev.lanewise.samples.digits;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.network.CrossEntropy;
import dev.lanewise.compiler.network.Dense;
import dev.lanewise.compiler.network.Dropout;
import dev.lanewise.compiler.network.LogMel;
import dev.lanewise.compiler.network.Lstm;
import dev.lanewise.compiler.network.Network;
import dev.lanewise.compiler.network.NetworkBuilder;
import dev.lanewise.compiler.network.Recurrent;
import dev.lanewise.compiler.network.Sequences;
import dev.lanewise.compiler.network.Tdnn;
import dev.lanewise.compiler.network.Tensor;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.train.Batching;
import dev.lanewise.samples.data.DigitRecordings;

/** Which digit is spoken, from samples: log-mel features, two time-delay layers, an LSTM, scores averaged over time. */
public final class DigitsNetwork {

    public static final int UNITS = 64;
    public static final int BANDS = 24;
    public static final double DROPPED = 0.3;
    private static final int BATCH = 16;
    /** Frames that the time-delay layers need around each. */
    static final int CONTEXT = 8;

    /** 25 ms every 10 ms. */
    public static final LogMel FEATURES = LogMel.of("features", DigitRecordings.RATE, 200, 80, BANDS);

    private static final Recurrent LSTM = Lstm.of("lstm", UNITS);
    private static final Dense SCORES = Dense.of("scores", 10);

    private DigitsNetwork() {}

    /** What the LSTM hears of features {@code [batch, frames, bands]}: {@code [batch, frames, units]}. */
    private static Tensor heard(Tensor features) {
        return features.plus(5).times(0.25)
                .then(Tdnn.of("near", UNITS, -2, -1, 0, 1, 2))
                .then(Tdnn.of("far", UNITS, -2, 0, 2))
                .then(Dropout.of("before", DROPPED));
    }

    /** To be trained, on recordings of up to so many samples. */
    public static Network network(int longest, long seed) {
        NetworkBuilder net = Network.builder(seed);
        Dim batch = Dim.upTo("batch", BATCH);
        Tensor x = net.input("x", DType.F32, batch, Dim.upTo("samples", longest), Dim.ONE);
        Tensor lengths = net.input("lengths", DType.I32, batch);
        Tensor frames = FEATURES.frames(lengths).minus(CONTEXT);
        Tensor y = LSTM.run(heard(x.then(FEATURES)), frames).output();
        Tensor scores = Sequences.mean(y.then(Dropout.of("after", DROPPED)), frames).then(SCORES);
        net.output("scores", scores);
        net.loss("loss", CrossEntropy.of().mean(scores, net.target("label", DType.I32, batch)));
        return net.build();
    }

    /** The same weights for one stream: scores of each frame, {@code [1, frames, 10]}, whose mean is that of all. */
    public static Network stream(Network trained) {
        NetworkBuilder net = trained.sibling();
        Tensor x = net.input("x", DType.F32, Dim.ONE, Dim.upTo("samples", DigitRecordings.RATE), Dim.ONE);
        Tensor features = x.then(FEATURES);
        net.output("features", features);
        net.output("scores", heard(features).then(LSTM).then(SCORES));
        return net.build();
    }

    public static Batching batching() {
        return Batching.of(BATCH).mostPadding(1).lengths("lengths", "x").labels("label", 10);
    }
}
