package dev.lanewise.compiler.demo;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.Compiler;
import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.GraphBuilder;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.op.Gru;
import dev.lanewise.compiler.op.MatMul;
import dev.lanewise.compiler.op.Reshape;
import dev.lanewise.compiler.op.Unary;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A detector of voices whose weights are computed, not trained: a short-time Fourier transform as one
 * matrix product, the logarithm of the energy between 100 and 4000 Hz, a GRU whose update gates are
 * time constants, and a sigmoid. Its recording is made too: hums with overtones in noise.
 */
public final class OwnDetector {

    private static final int WINDOW = Detector.CONTEXT + Detector.CHUNK;
    private static final int BANDS = 64;
    private static final int UNITS = 4;
    private static final double LOWEST_HZ = 100;
    private static final double HIGHEST_HZ = 4000;
    /** Between the energy of the noise (ln about -5) and that of a hum (above 0). */
    private static final float LOG_ENERGY_OF_DOUBT = -2.5f;

    private static final double SECONDS = 20;
    private static final float NOISE = 0.01f;

    /** Beginning and end of each hum, in seconds. */
    static final double[][] HUMS = {{0.9, 2.3}, {3.1, 4.6}, {6.0, 6.8}, {8.2, 11.4}, {13.0, 14.1}, {16.5, 19.2}};

    private OwnDetector() {}

    /** Makes and compiles it. */
    public static Detector make() {
        return new Detector("a detector and a recording that Lanewise makes itself",
                Compiler.compile("own-detector", graph(), CompileOptions.defaults()), recording());
    }

    static Graph graph() {
        GraphBuilder builder = new GraphBuilder();
        Value x = builder.input("input", ValueType.of(DType.F32, 1, WINDOW));
        Value spectrum = builder.add("spectrum", MatMul.PLAIN, x, builder.constant("fourier", fourier()));
        Value power = builder.add("power", Unary.of(UnaryFn.SQUARE), spectrum);
        Value sum = builder.constant("sum", Literal.splat(DType.F32, 1, 2 * BANDS, 1));
        Value energy = builder.add("energy", MatMul.PLAIN, power, sum);
        Value lifted = builder.add("lifted", new Unary(UnaryFn.AFFINE, 1, 1e-6f), energy);
        Value level = builder.add("level", Unary.of(UnaryFn.LOG), lifted);
        Value doubt = builder.add("doubt", new Unary(UnaryFn.AFFINE, 1, -LOG_ENERGY_OF_DOUBT), level);
        Value sequence = builder.add("sequence", new Reshape(dims(1, 1, 1)), doubt);
        Value h = builder.state("h", ValueType.of(DType.F32, 1, UNITS));
        List<Value> cell = builder.addAll("memory", new Gru(false, false), Arrays.asList(
                sequence, builder.constant("W", gates()), builder.constant("R", recurrence()),
                builder.constant("bias", biases()), null, h));
        builder.next("h", h, cell.get(1));
        Value vote = builder.add("vote", MatMul.PLAIN, cell.get(1),
                builder.constant("votes", Literal.splat(DType.F32, 1.5, UNITS, 1)));
        builder.output("output", builder.add("output", Unary.of(UnaryFn.SIGMOID), vote));
        return builder.build();
    }

    private static List<Dim> dims(long... extents) {
        return Arrays.stream(extents).mapToObj(Dim::of).toList();
    }

    /** [samples, cosines and sines] under a Hann window of unit energy. */
    private static Literal fourier() {
        float[] weights = new float[WINDOW * 2 * BANDS];
        double energy = WINDOW * 3 / 8.0;
        for (int t = 0; t < WINDOW; t++) {
            double window = (0.5 - 0.5 * Math.cos(2 * Math.PI * t / WINDOW)) / Math.sqrt(energy);
            for (int band = 0; band < BANDS; band++) {
                double hertz = LOWEST_HZ + (HIGHEST_HZ - LOWEST_HZ) * band / (BANDS - 1);
                double angle = 2 * Math.PI * hertz * t / Detector.RATE;
                weights[t * 2 * BANDS + 2 * band] = (float) (window * Math.cos(angle));
                weights[t * 2 * BANDS + 2 * band + 1] = (float) (window * Math.sin(angle));
            }
        }
        return Literal.of(weights, WINDOW, 2 * BANDS);
    }

    /** [3 gates · units, 1]: only the candidate looks at the level. */
    private static Literal gates() {
        float[] weights = new float[3 * UNITS];
        Arrays.fill(weights, 2 * UNITS, 3 * UNITS, 1);
        return Literal.of(weights, 3 * UNITS, 1);
    }

    /** [3 gates · units, units]: each candidate keeps to what its unit believes. */
    private static Literal recurrence() {
        float[] weights = new float[3 * UNITS * UNITS];
        for (int unit = 0; unit < UNITS; unit++) {
            weights[(2 * UNITS + unit) * UNITS + unit] = 0.3f;
        }
        return Literal.of(weights, 3 * UNITS, UNITS);
    }

    /** [6 · units]: update gates from fast to slow. */
    private static Literal biases() {
        float[] biases = new float[6 * UNITS];
        for (int unit = 0; unit < UNITS; unit++) {
            biases[unit] = -2 + 0.8f * unit;
        }
        return Literal.of(biases, 6 * UNITS);
    }

    /** Hums of a wandering pitch with falling overtones; the same samples on every machine. */
    static float[] recording() {
        float[] samples = new float[(int) (SECONDS * Detector.RATE)];
        SplittableRandom random = new SplittableRandom(16);
        double phase = 0;
        for (int i = 0; i < samples.length; i++) {
            double seconds = (double) i / Detector.RATE;
            double pitch = 140 + 30 * StrictMath.sin(2 * Math.PI * 0.7 * seconds);
            phase += 2 * Math.PI * pitch / Detector.RATE;
            double hum = 0;
            for (int overtone = 1; overtone <= 12; overtone++) {
                hum += StrictMath.sin(overtone * phase) / overtone;
            }
            double noise = NOISE * (2 * random.nextDouble() - 1);
            samples[i] = (float) (noise + 0.1 * loudness(seconds) * hum);
        }
        return samples;
    }

    /** From 0 to 1 within 30 ms of a hum's beginning, and back. */
    private static double loudness(double seconds) {
        double loudness = 0;
        for (double[] hum : HUMS) {
            double edge = Math.min(seconds - hum[0], hum[1] - seconds) / 0.03;
            loudness = Math.max(loudness, Math.min(1, Math.max(0, edge)));
        }
        return loudness;
    }
}
