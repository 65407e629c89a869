package dev.lanewise.vector;

import static dev.lanewise.runtime.kernel.AttentionKernels.BLOCK;
import static dev.lanewise.vector.Lanes.LANES;
import static dev.lanewise.vector.Lanes.SPECIES;

import jdk.incubator.vector.FloatVector;

/**
 * The two products of {@link AttentionRows}, of one query: bound by loads. All that is neither an
 * argument of the whole lies in one array, s.
 */
final class RowAttentionTiles {

    private RowAttentionTiles() {}

    /** s[to + t] = scale · Σ_d q[d] · keys[d, t] for t of 4 vectors; keys in s. */
    static void scores1x4(int dim, float scale, float[] q, int qOff, float[] s, int keys, int to) {
        FloatVector a0 = FloatVector.zero(SPECIES);
        FloatVector a1 = FloatVector.zero(SPECIES);
        FloatVector a2 = FloatVector.zero(SPECIES);
        FloatVector a3 = FloatVector.zero(SPECIES);
        for (int d = 0; d < dim; d++) {
            int at = keys + d * BLOCK;
            FloatVector x = FloatVector.broadcast(SPECIES, q[qOff + d]);
            a0 = x.fma(FloatVector.fromArray(SPECIES, s, at), a0);
            a1 = x.fma(FloatVector.fromArray(SPECIES, s, at + LANES), a1);
            a2 = x.fma(FloatVector.fromArray(SPECIES, s, at + 2 * LANES), a2);
            a3 = x.fma(FloatVector.fromArray(SPECIES, s, at + 3 * LANES), a3);
        }
        a0.mul(scale).intoArray(s, to);
        a1.mul(scale).intoArray(s, to + LANES);
        a2.mul(scale).intoArray(s, to + 2 * LANES);
        a3.mul(scale).intoArray(s, to + 3 * LANES);
    }

    /** s[y + d] = s[y + d] · decay + Σ_t weights[t] · v[t, d] for d of 4 vectors. */
    static void values1x4(
            int n, float decay, float[] s, int weights, float[] v, int vOff, int vStride, int y) {
        FloatVector a0 = FloatVector.fromArray(SPECIES, s, y).mul(decay);
        FloatVector a1 = FloatVector.fromArray(SPECIES, s, y + LANES).mul(decay);
        FloatVector a2 = FloatVector.fromArray(SPECIES, s, y + 2 * LANES).mul(decay);
        FloatVector a3 = FloatVector.fromArray(SPECIES, s, y + 3 * LANES).mul(decay);
        for (int t = 0; t < n; t++) {
            int at = vOff + t * vStride;
            FloatVector x = FloatVector.broadcast(SPECIES, s[weights + t]);
            a0 = x.fma(FloatVector.fromArray(SPECIES, v, at), a0);
            a1 = x.fma(FloatVector.fromArray(SPECIES, v, at + LANES), a1);
            a2 = x.fma(FloatVector.fromArray(SPECIES, v, at + 2 * LANES), a2);
            a3 = x.fma(FloatVector.fromArray(SPECIES, v, at + 3 * LANES), a3);
        }
        a0.intoArray(s, y);
        a1.intoArray(s, y + LANES);
        a2.intoArray(s, y + 2 * LANES);
        a3.intoArray(s, y + 3 * LANES);
    }

    /** s[y + d] = s[y + d] · decay + Σ_t weights[t] · v[t, d] for d of 2 vectors. */
    static void values1x2(
            int n, float decay, float[] s, int weights, float[] v, int vOff, int vStride, int y) {
        FloatVector a0 = FloatVector.fromArray(SPECIES, s, y).mul(decay);
        FloatVector a1 = FloatVector.fromArray(SPECIES, s, y + LANES).mul(decay);
        for (int t = 0; t < n; t++) {
            int at = vOff + t * vStride;
            FloatVector x = FloatVector.broadcast(SPECIES, s[weights + t]);
            a0 = x.fma(FloatVector.fromArray(SPECIES, v, at), a0);
            a1 = x.fma(FloatVector.fromArray(SPECIES, v, at + LANES), a1);
        }
        a0.intoArray(s, y);
        a1.intoArray(s, y + LANES);
    }

    /** s[y + d] = s[y + d] · decay + Σ_t weights[t] · v[t, d] for d of 1 vector. */
    static void values1x1(
            int n, float decay, float[] s, int weights, float[] v, int vOff, int vStride, int y) {
        FloatVector a0 = FloatVector.fromArray(SPECIES, s, y).mul(decay);
        for (int t = 0; t < n; t++) {
            int at = vOff + t * vStride;
            FloatVector x = FloatVector.broadcast(SPECIES, s[weights + t]);
            a0 = x.fma(FloatVector.fromArray(SPECIES, v, at), a0);
        }
        a0.intoArray(s, y);
    }
}
