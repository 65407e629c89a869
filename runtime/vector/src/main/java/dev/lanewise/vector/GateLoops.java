package dev.lanewise.vector;

import dev.lanewise.runtime.scalar.Fma;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The elementwise parts of recurrent cells, between their activations. States are dense, so
 * that the last vector may not be whole; its elements go one by one, since on Java 17 masks are
 * boxed, and reaching back would not do where a state is updated in place.
 */
final class GateLoops {

    private static final VectorSpecies<Float> S = Lanes.SPECIES;
    private static final int L = Lanes.LANES;

    private GateLoops() {}

    /**
     * {@code cOut = fma(f, c, i · g)}
     *
     * @param pre [4, padded], gates i, o, f, g
     */
    static void lstmCell(
            int n, int padded, float[] pre, int i, float[] c, int cOff, float[] cOut, int cOutOff) {
        int f = i + 2 * padded;
        int g = f + padded;
        int j = 0;
        for (; j <= n - L; j += L) {
            FloatVector in =
                    FloatVector.fromArray(S, pre, i + j).mul(FloatVector.fromArray(S, pre, g + j));
            FloatVector.fromArray(S, pre, f + j)
                    .fma(FloatVector.fromArray(S, c, cOff + j), in)
                    .intoArray(cOut, cOutOff + j);
        }
        for (; j < n; j++) {
            cOut[cOutOff + j] = Fma.fma(pre[f + j], c[cOff + j], pre[i + j] * pre[g + j]);
        }
    }

    /** {@code y = a · b} */
    static void multiply(int n, float[] a, int aOff, float[] b, int bOff, float[] y, int yOff) {
        int j = 0;
        for (; j <= n - L; j += L) {
            FloatVector.fromArray(S, a, aOff + j)
                    .mul(FloatVector.fromArray(S, b, bOff + j))
                    .intoArray(y, yOff + j);
        }
        for (; j < n; j++) {
            y[yOff + j] = a[aOff + j] * b[bOff + j];
        }
    }

    /** {@code y = fma(a, b, y)} */
    static void multiplyAdd(int n, float[] a, int aOff, float[] b, int bOff, float[] y, int yOff) {
        int j = 0;
        for (; j <= n - L; j += L) {
            FloatVector.fromArray(S, a, aOff + j)
                    .fma(FloatVector.fromArray(S, b, bOff + j), FloatVector.fromArray(S, y,
                    yOff + j))
                    .intoArray(y, yOff + j);
        }
        for (; j < n; j++) {
            y[yOff + j] = Fma.fma(a[aOff + j], b[bOff + j], y[yOff + j]);
        }
    }

    /** {@code y = fma(z, h - a, a)}, a being the candidates */
    static void gruOut(
            int n, float[] z, int zOff, float[] a, int aOff, float[] h, int hOff, float[] y,
            int yOff) {
        int j = 0;
        for (; j <= n - L; j += L) {
            FloatVector candidate = FloatVector.fromArray(S, a, aOff + j);
            FloatVector.fromArray(S, z, zOff + j)
                    .fma(FloatVector.fromArray(S, h, hOff + j).sub(candidate), candidate)
                    .intoArray(y, yOff + j);
        }
        for (; j < n; j++) {
            float candidate = a[aOff + j];
            y[yOff + j] = Fma.fma(z[zOff + j], h[hOff + j] - candidate, candidate);
        }
    }
}
