package dev.lanewise.compiler.demo;

import java.util.SplittableRandom;

/**
 * A recording made here: hums of a wandering pitch with falling overtones, in noise, perhaps beside a kettle that
 * hisses and whistles. The same samples on every machine.
 *
 * @param samples in -1 to 1, whole chunks
 * @param labels (chunks) 1 where it hums
 */
public record Hums(float[] samples, int[] labels) {

    private static final int OVERTONES = 12;
    private static final double EDGE_SECONDS = 0.03;

    /** Beginning and end, in seconds, of hums and of the kettle's noise. */
    record Plan(double seconds, double[][] hums, double[][] kettle) {}

    /** Some seconds with a hum here and there. */
    static Hums random(long seed, boolean kettle) {
        SplittableRandom random = new SplittableRandom(seed);
        return of(new Plan(3, spans(random, 3), kettle ? spans(random, 3) : new double[0][]), seed);
    }

    private static double[][] spans(SplittableRandom random, double seconds) {
        double first = random.nextDouble() * 0.5 * seconds;
        double end = first + 0.3 + random.nextDouble() * 0.3 * seconds;
        double second = end + 0.3 + random.nextDouble() * 0.5;
        return new double[][] {{first, end}, {second, second + 0.3 + random.nextDouble()}};
    }

    static Hums of(Plan plan, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double base = 110 + 80 * random.nextDouble();
        double loudness = 0.06 + 0.08 * random.nextDouble();
        double noise = 0.005 + 0.01 * random.nextDouble();
        double hiss = 0.1 + 0.2 * random.nextDouble();
        double whistle = 1200 + 1200 * random.nextDouble();
        int chunks = (int) (plan.seconds * Detector.RATE / Detector.CHUNK);
        float[] samples = new float[chunks * Detector.CHUNK];
        int[] labels = new int[chunks];
        double phase = 0;
        double tone = 0;
        for (int i = 0; i < samples.length; i++) {
            double seconds = (double) i / Detector.RATE;
            double pitch = base + 0.2 * base * StrictMath.sin(2 * Math.PI * 0.7 * seconds);
            phase += 2 * Math.PI * pitch / Detector.RATE;
            tone += 2 * Math.PI * whistle / Detector.RATE;
            double sum = noise * (2 * random.nextDouble() - 1);
            double hum = loudness(plan.hums, seconds);
            if (hum > 0) {
                sum += loudness * hum * voice(phase);
            }
            double steam = loudness(plan.kettle, seconds);
            sum += steam * (hiss * (2 * random.nextDouble() - 1) + (steam > 0 ? 0.1 * StrictMath.sin(tone) : 0));
            samples[i] = (float) sum;
            if (i % Detector.CHUNK == Detector.CHUNK / 2 && hum > 0.5) {
                labels[i / Detector.CHUNK] = 1;
            }
        }
        return new Hums(samples, labels);
    }

    /** Sum of {@code sin(k · phase) / k}: each sine by the two before it. */
    private static double voice(double phase) {
        double before = 0;
        double sine = StrictMath.sin(phase);
        double twice = 2 * StrictMath.cos(phase);
        double sum = 0;
        for (int overtone = 1; overtone <= OVERTONES; overtone++) {
            sum += sine / overtone;
            double next = twice * sine - before;
            before = sine;
            sine = next;
        }
        return sum;
    }

    /** From 0 to 1 at the edges of spans of time. */
    private static double loudness(double[][] spans, double seconds) {
        double loudness = 0;
        for (double[] span : spans) {
            double edge = Math.min(seconds - span[0], span[1] - seconds) / EDGE_SECONDS;
            loudness = Math.max(loudness, Math.min(1, Math.max(0, edge)));
        }
        return loudness;
    }

    /** [chunks, context and chunk]: what a detector is given, chunk by chunk. */
    float[] windows() {
        int size = Detector.CONTEXT + Detector.CHUNK;
        float[] windows = new float[labels.length * size];
        for (int chunk = 0; chunk < labels.length; chunk++) {
            int from = chunk * Detector.CHUNK - Detector.CONTEXT;
            int missing = Math.max(0, -from); // before the recording there was silence
            System.arraycopy(samples, from + missing, windows, chunk * size + missing, size - missing);
        }
        return windows;
    }
}
