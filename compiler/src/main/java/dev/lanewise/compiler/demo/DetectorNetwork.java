package dev.lanewise.compiler.demo;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.network.BinaryCrossEntropy;
import dev.lanewise.compiler.network.Dense;
import dev.lanewise.compiler.network.Gru;
import dev.lanewise.compiler.network.Layer;
import dev.lanewise.compiler.network.Network;
import dev.lanewise.compiler.network.NetworkBuilder;
import dev.lanewise.compiler.network.Recurrent;
import dev.lanewise.compiler.network.Tensor;
import dev.lanewise.formats.DType;
import java.util.List;

/** A detector of hums: energies in bands of the spectrum, a GRU over chunks, a probability for each. */
final class DetectorNetwork {

    static final int UNITS = 16;
    private static final int WINDOW = Detector.CONTEXT + Detector.CHUNK;

    private static final Layer SPECTRUM = new Spectrum("spectrum");
    private static final Recurrent MEMORY = Gru.of("memory", UNITS);
    private static final Dense VOTE = Dense.of("vote", 1);

    private DetectorNetwork() {}

    /** Logarithms of the energies of bands between 100 and 4000 Hz: {@code [..., samples]} to {@code [..., bands]}. */
    private record Spectrum(String name) implements Layer {

        private static final int WAVES = 64;
        private static final int BANDS = 16;
        private static final double LOWEST_HZ = 100;
        private static final double HIGHEST_HZ = 4000;

        @Override
        public Tensor forward(Tensor x) {
            Tensor waves = x.net().fixed("fourier", Spectrum::fourier, WINDOW, 2 * WAVES);
            Tensor bands = x.net().fixed("bands", Spectrum::bands, 2 * WAVES, BANDS);
            return x.matmul(waves).square().matmul(bands).plus(1e-4).log().plus(4).times(0.3);
        }

        /** [samples, cosines and sines] under a Hann window of unit energy. */
        private static Literal fourier() {
            float[] weights = new float[WINDOW * 2 * WAVES];
            double energy = WINDOW * 3 / 8.0;
            for (int t = 0; t < WINDOW; t++) {
                double window = (0.5 - 0.5 * StrictMath.cos(2 * Math.PI * t / WINDOW)) / Math.sqrt(energy);
                for (int wave = 0; wave < WAVES; wave++) {
                    double hertz = LOWEST_HZ + (HIGHEST_HZ - LOWEST_HZ) * wave / (WAVES - 1);
                    double angle = 2 * Math.PI * hertz * t / Detector.RATE;
                    weights[t * 2 * WAVES + 2 * wave] = (float) (window * StrictMath.cos(angle));
                    weights[t * 2 * WAVES + 2 * wave + 1] = (float) (window * StrictMath.sin(angle));
                }
            }
            return Literal.of(weights, WINDOW, 2 * WAVES);
        }

        /** [cosines and sines, bands]: neighbours together. */
        private static Literal bands() {
            float[] weights = new float[2 * WAVES * BANDS];
            for (int i = 0; i < 2 * WAVES; i++) {
                weights[i * BANDS + i * BANDS / (2 * WAVES)] = 1;
            }
            return Literal.of(weights, 2 * WAVES, BANDS);
        }
    }

    /** To be trained: over all chunks of some recordings, as logits. */
    static Network training(int recordings, int chunks, long seed) {
        NetworkBuilder net = Network.builder(seed);
        Dim batch = Dim.upTo("batch", recordings);
        Dim time = Dim.upTo("time", chunks);
        Tensor x = net.input("x", DType.F32, batch, time, Dim.of(WINDOW));
        Tensor votes = x.then(SPECTRUM).then(MEMORY).then(VOTE).dropAxis(2);
        net.output("votes", votes);
        net.loss("loss", BinaryCrossEntropy.of().mean(votes, net.target("label", DType.F32, batch, time)));
        return net.build();
    }

    /** The same weights for one stream, a chunk at a time; what the GRU remembers is the stream's state. */
    static Network stream(Network trained) {
        NetworkBuilder net = trained.sibling();
        Tensor x = net.input("input", DType.F32, Dim.ONE, Dim.of(WINDOW));
        Tensor h = net.state("h", DType.F32, Dim.ONE, Dim.of(UNITS));
        Recurrent.Result result = MEMORY.run(x.then(SPECTRUM).insertAxis(1), null, List.of(h));
        net.next("h", h, result.states().get(0));
        net.output("output", result.last().then(VOTE).sigmoid());
        return net.build();
    }
}
