package dev.lanewise.samples.data;

import dev.lanewise.runtime.train.Dataset;
import dev.lanewise.runtime.train.Example;

/** Windows of a series, to train a network that forecasts its next value on. */
public final class SeriesWindows {

    private SeriesWindows() {}

    /**
     * All windows that begin a {@code stride} apart: {@code x (window, channels)}, and {@code next (window)}, the first
     * channel one step further on.
     *
     * @param x [time][channels] what is known at each step; its first channel is the value itself
     */
    public static Dataset of(float[][] x, int window, int stride) {
        int channels = x[0].length;
        Example example = new Example();
        return Dataset.of((x.length - 1 - window) / stride + 1, index -> {
            float[] given = new float[window * channels];
            float[] next = new float[window];
            for (int t = 0; t < window; t++) {
                System.arraycopy(x[index * stride + t], 0, given, t * channels, channels);
                next[t] = x[index * stride + t + 1][0];
            }
            return example.floats("x", given).floats("next", next);
        });
    }
}
