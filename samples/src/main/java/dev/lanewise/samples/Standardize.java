package dev.lanewise.samples;

import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.network.Layer;
import dev.lanewise.compiler.network.Tensor;
import dev.lanewise.samples.data.Sequences;

/**
 * Brings each channel of {@code [batch, time, channels]} to a mean of 0 and a deviation of 1, as they are in the data
 * that it is made for. Fixed {@code mean} and {@code scale [channels]}, so that a compiled model takes raw values.
 *
 * @param mean (channels)
 * @param scale (channels) one over the deviation
 */
public record Standardize(String name, float[] mean, float[] scale) implements Layer {

    public static Standardize of(String name, Sequences data) {
        int channels = data.channels();
        double[] sums = new double[channels];
        double[] squares = new double[channels];
        long steps = 0;
        for (float[] sequence : data.x()) {
            for (int i = 0; i < sequence.length; i++) {
                sums[i % channels] += sequence[i];
                squares[i % channels] += (double) sequence[i] * sequence[i];
            }
            steps += sequence.length / channels;
        }
        float[] mean = new float[channels];
        float[] scale = new float[channels];
        for (int c = 0; c < channels; c++) {
            mean[c] = (float) (sums[c] / steps);
            double variance = squares[c] / steps - (sums[c] / steps) * (sums[c] / steps);
            scale[c] = (float) (1 / Math.sqrt(Math.max(variance, 1e-12)));
        }
        return new Standardize(name, mean, scale);
    }

    @Override
    public Tensor forward(Tensor x) {
        int channels = mean.length;
        return x.minus(x.net().fixed("mean", () -> Literal.of(mean, channels), channels))
                .times(x.net().fixed("scale", () -> Literal.of(scale, channels), channels));
    }
}
