package dev.lanewise.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * The maximum under windows that stand in a line and have the same taps, a vector of channels at a time; see {@link
 * VectorPool}. Windows of 2 × 2 and 3 × 3 taps, which most networks have, are text of their own: three and eight
 * maxima, most of them independent of each other, where a loop over taps takes two more, one after another, and the
 * time of its own end for each pixel.
 */
final class MaxPool {

    private static final VectorSpecies<Float> S = Lanes.SPECIES;
    private static final int L = Lanes.LANES;
    private static final VectorShuffle<Float> OTHER_HALF = VectorShuffle.fromOp(S, lane -> (lane + L / 2) % L);

    private MaxPool() {}

    /**
     * Maxima of {@code pixels} windows of [rows, columns] taps.
     *
     * @param xOff the first window's first tap
     * @param step from window to window in x; {@code down} and {@code across} from tap to tap
     * @param yEnd where y's pixels end that are not stored yet: between a pixel and that anything may be written
     */
    static void line(
            int pixels, int channels, int rows, int columns, float[] x, int xOff, int step, int down, int across,
            float[] y, int yOff, int yEnd) {
        int first = 0;
        if (rows == columns && (rows == 2 || rows == 3)) {
            int read = count(x.length - L - xOff - (rows - 1) * (down + across), step);
            int written = count(yEnd - L - yOff, channels);
            first = channels >= L ? pixels : Math.min(pixels, Math.min(read, written));
            if (rows == 2 && across == channels && 2 * channels == L) {
                pairs(first, channels, x, xOff, step, down, y, yOff);
            } else if (rows == 2) {
                fours(first, channels, x, xOff, step, down, across, y, yOff);
            } else {
                nines(first, channels, x, xOff, step, down, across, y, yOff);
            }
        }
        for (int i = first; i < pixels; i++) {
            pixel(
                    channels, rows, columns, x, xOff + i * step, down, across, y, yOff + i * channels, yEnd);
        }
    }

    /** Pixels that have room, the last one of {@code room} floats more than it begins at. */
    private static int count(int room, int step) {
        return room < 0 ? 0 : room / step + 1;
    }

    /** Of windows of 2 × 2 taps. */
    private static void fours(
            int pixels, int channels, float[] x, int xOff, int step, int down, int across, float[] y, int yOff) {
        int last = Math.max(0, channels - L);
        int from = xOff;
        int to = yOff;
        int j = 0;
        for (int i = pixels * ((channels + L - 1) / L); i > 0; i--) {
            int at = from + Math.min(j, last);
            FloatVector upper = FloatVector.fromArray(S, x, at).max(FloatVector.fromArray(S, x, at + across));
            FloatVector lower =
                    FloatVector.fromArray(S, x, at + down).max(FloatVector.fromArray(S, x, at + down + across));
            upper.max(lower).intoArray(y, to + Math.min(j, last));
            j += L;
            if (j >= channels) {
                j = 0;
                from += step;
                to += channels;
            }
        }
    }

    /** Of windows of 2 × 2 taps, two neighbours of which fill a vector. */
    private static void pairs(
            int pixels, int channels, float[] x, int xOff, int step, int down, float[] y, int yOff) {
        for (int i = 0; i < pixels; i++) {
            int at = xOff + i * step;
            FloatVector both = FloatVector.fromArray(S, x, at).max(FloatVector.fromArray(S, x, at + down));
            both.max(both.rearrange(OTHER_HALF)).intoArray(y, yOff + i * channels);
        }
    }

    /** Of windows of 3 × 3 taps. */
    private static void nines(
            int pixels, int channels, float[] x, int xOff, int step, int down, int across, float[] y, int yOff) {
        int last = Math.max(0, channels - L);
        int from = xOff;
        int to = yOff;
        int j = 0;
        for (int i = pixels * ((channels + L - 1) / L); i > 0; i--) {
            int at = from + Math.min(j, last);
            FloatVector upper = FloatVector.fromArray(S, x, at)
                    .max(FloatVector.fromArray(S, x, at + across))
                    .max(FloatVector.fromArray(S, x, at + 2 * across));
            FloatVector middle = FloatVector.fromArray(S, x, at + down)
                    .max(FloatVector.fromArray(S, x, at + down + across))
                    .max(FloatVector.fromArray(S, x, at + down + 2 * across));
            FloatVector lower = FloatVector.fromArray(S, x, at + 2 * down)
                    .max(FloatVector.fromArray(S, x, at + 2 * down + across))
                    .max(FloatVector.fromArray(S, x, at + 2 * down + 2 * across));
            upper.max(middle).max(lower).intoArray(y, to + Math.min(j, last));
            j += L;
            if (j >= channels) {
                j = 0;
                from += step;
                to += channels;
            }
        }
    }

    private static void pixel(
            int channels, int rows, int columns, float[] x, int xOff, int down, int across,
            float[] y, int yOff, int yEnd) {
        int j = 0;
        boolean whole = channels >= L || VectorPool.fits(
                xOff + (rows - 1) * down + (columns - 1) * across, x.length, yOff, yEnd);
        for (; whole && j < channels; j += L) {
            int at = Math.max(0, Math.min(j, channels - L));
            FloatVector best = FloatVector.broadcast(S, Float.NEGATIVE_INFINITY);
            int from = xOff + at;
            int kw = 0;
            for (int t = rows * columns; t > 0; t--) {
                best = FloatVector.fromArray(S, x, from).max(best);
                from += across;
                if (++kw == columns) {
                    kw = 0;
                    from += down - columns * across;
                }
            }
            FloatVector.broadcast(S, Float.NEGATIVE_INFINITY).max(best).intoArray(y, yOff + at);
        }
        for (; j < channels; j++) {
            float best = Float.NEGATIVE_INFINITY;
            for (int kh = 0; kh < rows; kh++) {
                for (int kw = 0; kw < columns; kw++) {
                    best = Math.max(best, x[xOff + kh * down + kw * across + j]);
                }
            }
            y[yOff + j] = best;
        }
    }
}
