package dev.lanewise.vector;

import dev.lanewise.runtime.scalar.Fma;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * What one output pixel of a pool gives back to the taps of its window, a vector of channels at a time; channels
 * behind the last whole vector one by one. Windows have no tap outside the image. Allocates nothing.
 */
final class PoolGradients {

    private static final VectorSpecies<Float> S = Lanes.SPECIES;
    private static final int L = Lanes.LANES;

    private PoolGradients() {}

    /** The first tap that is not below the maximum takes it. */
    static void maxPixel(
            int channels, int rows, int columns, float[] x, int xOff, int rowStep, int columnStep, float[] dy,
            int dyOff, float[] dx, int dxOff) {
        int j = 0;
        if (rows == 2 && columns == 2) {
            for (; j <= channels - L; j += L) {
                fourTaps(x, xOff + j, rowStep, columnStep, dy, dyOff + j, dx, dxOff + j);
            }
        }
        for (; j <= channels - L && rows * columns > 0; j += L) {
            taps(rows, columns, x, xOff + j, rowStep, columnStep, dy, dyOff + j, dx, dxOff + j);
        }
        for (; j < channels; j++) {
            maxChannel(rows, columns, x, xOff + j, rowStep, columnStep, dy[dyOff + j], dx, dxOff + j);
        }
    }

    /** Taps in one loop: C2 of Java 17 boxes what two nested ones carry. */
    private static void taps(
            int rows, int columns, float[] x, int xOff, int rowStep, int columnStep, float[] dy, int dyOff,
            float[] dx, int dxOff) {
        int toNextRow = rowStep - (columns - 1) * columnStep;
        int taps = rows * columns;
        FloatVector best = FloatVector.fromArray(S, x, xOff);
        int at = 0;
        for (int tap = 1; tap < taps; tap++) {
            at += tap % columns == 0 ? toNextRow : columnStep;
            best = FloatVector.fromArray(S, x, xOff + at).max(best);
        }
        // what is still to be given: 0 once a tap has it
        FloatVector left = FloatVector.fromArray(S, dy, dyOff);
        at = 0;
        for (int tap = 1; tap <= taps; tap++) {
            VectorMask<Float> below = FloatVector.fromArray(S, x, xOff + at).compare(VectorOperators.LT, best);
            left.blend(FloatVector.zero(S), below)
                    .add(FloatVector.fromArray(S, dx, dxOff + at))
                    .intoArray(dx, dxOff + at);
            left = FloatVector.zero(S).blend(left, below);
            at += tap % columns == 0 ? toNextRow : columnStep;
        }
    }

    /** A window of 2 × 2 taps, as most pools have, in registers. */
    private static void fourTaps(
            float[] x, int xOff, int rowStep, int columnStep, float[] dy, int dyOff, float[] dx, int dxOff) {
        FloatVector zero = FloatVector.zero(S);
        FloatVector a = FloatVector.fromArray(S, x, xOff);
        FloatVector b = FloatVector.fromArray(S, x, xOff + columnStep);
        FloatVector c = FloatVector.fromArray(S, x, xOff + rowStep);
        FloatVector d = FloatVector.fromArray(S, x, xOff + rowStep + columnStep);
        FloatVector best = a.max(b).max(c.max(d));
        FloatVector given = FloatVector.fromArray(S, dy, dyOff);
        VectorMask<Float> below = a.compare(VectorOperators.LT, best);
        given.blend(zero, below).add(FloatVector.fromArray(S, dx, dxOff)).intoArray(dx, dxOff);
        given = zero.blend(given, below);
        below = b.compare(VectorOperators.LT, best);
        int at = dxOff + columnStep;
        given.blend(zero, below).add(FloatVector.fromArray(S, dx, at)).intoArray(dx, at);
        given = zero.blend(given, below);
        below = c.compare(VectorOperators.LT, best);
        at = dxOff + rowStep;
        given.blend(zero, below).add(FloatVector.fromArray(S, dx, at)).intoArray(dx, at);
        given = zero.blend(given, below);
        below = d.compare(VectorOperators.LT, best);
        at += columnStep;
        given.blend(zero, below).add(FloatVector.fromArray(S, dx, at)).intoArray(dx, at);
    }

    private static void maxChannel(
            int rows, int columns, float[] x, int xOff, int rowStep, int columnStep, float dy, float[] dx, int dxOff) {
        float best = Float.NEGATIVE_INFINITY;
        for (int kh = 0; kh < rows; kh++) {
            for (int kw = 0; kw < columns; kw++) {
                best = Math.max(best, x[xOff + kh * rowStep + kw * columnStep]);
            }
        }
        for (int kh = 0; kh < rows; kh++) {
            for (int kw = 0; kw < columns; kw++) {
                int at = kh * rowStep + kw * columnStep;
                if (!(x[xOff + at] < best)) {
                    dx[dxOff + at] += dy;
                    return;
                }
            }
        }
    }

    /** Each tap takes its share. */
    static void averagePixel(
            int channels, int rows, int columns, float share, int rowStep, int columnStep, float[] dy, int dyOff,
            float[] dx, int dxOff) {
        int j = 0;
        for (; j <= channels - L; j += L) {
            FloatVector part = FloatVector.broadcast(S, share);
            for (int kh = 0; kh < rows; kh++) {
                int at = dxOff + kh * rowStep + j;
                for (int kw = 0; kw < columns; kw++, at += columnStep) {
                    FloatVector.fromArray(S, dy, dyOff + j)
                            .fma(part, FloatVector.fromArray(S, dx, at))
                            .intoArray(dx, at);
                }
            }
        }
        for (; j < channels; j++) {
            for (int kh = 0; kh < rows; kh++) {
                for (int kw = 0; kw < columns; kw++) {
                    int at = dxOff + kh * rowStep + kw * columnStep + j;
                    dx[at] = Fma.fma(dy[dyOff + j], share, dx[at]);
                }
            }
        }
    }
}
