package dev.lanewise.compiler.network;

import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.op.Conv;
import dev.lanewise.runtime.kernel.Epilogue;
import java.util.List;

/**
 * From samples {@code [batch, samples, 1]} to logarithms of the energy in bands of the mel scale, {@code [batch,
 * frames, bands]}: a short-time Fourier transform as a convolution with cosines and sines under a Hann window, squares,
 * and one product with triangles. Fixed {@code fourier [2 · bins, 1, window]} and {@code mel [2 · bins, bands]}.
 *
 * @param rate samples per second
 * @param window samples of a frame
 * @param hop samples from a frame to the next
 */
public record LogMel(String name, int rate, int window, int hop, int bands) implements Layer {

    /** Is added to the energy, so that silence has a logarithm. */
    public static final float LEAST = 1e-5f;

    /** Such as {@code LogMel.of("features", 8000, 200, 80, 24)}: 25 ms every 10 ms, of 8000 samples per second. */
    public static LogMel of(String name, int rate, int window, int hop, int bands) {
        return new LogMel(name, rate, window, hop, bands);
    }

    /** @throws IllegalArgumentException where a number is below 1, or the window below 2 */
    public LogMel {
        if (rate < 1 || window < 2 || hop < 1 || bands < 1) {
            throw new IllegalArgumentException("layer '" + name + "' (LogMel): " + bands + " bands of " + window
                    + " samples every " + hop + ", of " + rate + " per second; expected 1 or more, a window of 2");
        }
    }

    /** Up to half of the rate, without the constant part. */
    private int bins() {
        return window / 2;
    }

    @Override
    public Tensor forward(Tensor x) {
        Expect.rank(x, 3, "[batch, samples, 1]");
        int bins = bins();
        Tensor waves = x.net().fixed("fourier", this::fourier, 2 * bins, 1, window);
        Conv transform = new Conv(1, List.of(hop), List.of(1), List.of(0), List.of(0), Epilogue.NONE);
        Tensor spectrum = x.net().add(transform, x, waves);
        Tensor mel = x.net().fixed("mel", this::mel, 2 * bins, bands);
        return spectrum.square().matmul(mel).plus(LEAST).log();
    }

    /** How many frames so many samples have; of i32. */
    public Tensor frames(Tensor samples) {
        Tensor each = samples.net().constant(Literal.of(samples.type(), new double[] {hop}));
        return samples.minus(window).over(each).plus(1);
    }

    private Literal fourier() {
        int bins = bins();
        float[] waves = new float[2 * bins * window];
        for (int bin = 0; bin < bins; bin++) {
            for (int t = 0; t < window; t++) {
                double hann = (0.5 - 0.5 * StrictMath.cos(2 * Math.PI * t / window)) / Math.sqrt(window * 3 / 8.0);
                double angle = 2 * Math.PI * (bin + 1) * t / window;
                waves[bin * window + t] = (float) (hann * StrictMath.cos(angle));
                waves[(bins + bin) * window + t] = (float) (hann * StrictMath.sin(angle));
            }
        }
        return Literal.of(waves, 2 * bins, 1, window);
    }

    /** Triangles whose corners are at equal distances on the mel scale, O'Shaughnessy's 1127 ln(1 + f / 700). */
    private Literal mel() {
        int bins = bins();
        float[] weights = new float[2 * bins * bands];
        double most = 1127 * StrictMath.log1p(rate / 2.0 / 700);
        for (int bin = 0; bin < bins; bin++) {
            double place = 1127 * StrictMath.log1p((bin + 1.0) * rate / window / 700) / most * (bands + 1);
            for (int band = 0; band < bands; band++) {
                float weight = (float) Math.max(0, 1 - Math.abs(place - (band + 1)));
                weights[bin * bands + band] = weight;
                weights[(bins + bin) * bands + band] = weight;
            }
        }
        return Literal.of(weights, 2 * bins, bands);
    }
}
