package dev.lanewise.samples.series;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.network.CrossEntropy;
import dev.lanewise.compiler.network.Dense;
import dev.lanewise.compiler.network.Dropout;
import dev.lanewise.compiler.network.Lstm;
import dev.lanewise.compiler.network.Network;
import dev.lanewise.compiler.network.NetworkBuilder;
import dev.lanewise.compiler.network.Sequences;
import dev.lanewise.compiler.network.Tensor;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.train.Batching;
import dev.lanewise.samples.Standardize;

/** Tells the class of a multivariate series of any length: an LSTM in both directions, its mean over time, scores. */
public final class SeriesClassifier {

    public static final int UNITS = 32;
    public static final double INPUTS_DROPPED = 0.2;
    public static final double DROPPED = 0.3;
    private static final int BATCH = 16;

    private SeriesClassifier() {}

    /**
     * The network for series like those it is to be trained on.
     *
     * @param longest of all that it will ever be given
     */
    public static Network network(dev.lanewise.samples.data.Sequences train, int longest, long seed) {
        NetworkBuilder net = Network.builder(seed);
        Dim batch = Dim.upTo("batch", BATCH);
        Tensor x = net.input("x", DType.F32, batch, Dim.upTo("time", longest), Dim.of(train.channels()));
        Tensor lengths = net.input("lengths", DType.I32, batch);
        Tensor y = Lstm.of("lstm", UNITS).bidirectional()
                .run(x.then(Standardize.of("standardized", train)).then(Dropout.of("before", INPUTS_DROPPED)), lengths)
                .output();
        Tensor scores = Sequences.mean(y, lengths).then(Dropout.of("after", DROPPED))
                .then(Dense.of("scores", train.classes().size()));
        net.output("scores", scores);
        net.loss("loss", CrossEntropy.of().mean(scores, net.target("label", DType.I32, batch)));
        return net.build();
    }

    /** Smaller ones where there are few series, so that an epoch has some steps. */
    public static Batching batching(int series, int classes) {
        return Batching.of(series < 100 ? BATCH / 2 : BATCH).mostPadding(1).lengths("lengths", "x")
                .labels("label", classes);
    }
}
