package dev.lanewise.vector;

import static dev.lanewise.runtime.kernel.AttentionKernels.BLOCK;
import static dev.lanewise.vector.Lanes.LANES;
import static dev.lanewise.vector.Lanes.SPECIES;

import jdk.incubator.vector.FloatVector;

/**
 * The two products of {@link VectorAttention}, of four queries or one. Accumulators are named by
 * query and vector: {@code a1} is query a, second vector. Eight of them hide the latency of fused
 * multiply-add and leave room in 16 registers, sixteen in 32. Keys, transposed, and scores lie in
 * one array, s.
 */
final class AttentionTiles {

    /** Queries of a tile. */
    static final int QUERIES = 4;

    private AttentionTiles() {}

    /** s[j, t] = scale · Σ_d q[j, d] · keys[d, t] for t of 2 vectors. */
    static void scores4x2(
            int dim, float scale, float[] q, int qOff, int qStride,
            float[] s, int keysOff, int sOff) {
        int q1 = qOff + qStride;
        int q2 = q1 + qStride;
        int q3 = q2 + qStride;
        FloatVector a0 = FloatVector.zero(SPECIES);
        FloatVector a1 = FloatVector.zero(SPECIES);
        FloatVector b0 = FloatVector.zero(SPECIES);
        FloatVector b1 = FloatVector.zero(SPECIES);
        FloatVector c0 = FloatVector.zero(SPECIES);
        FloatVector c1 = FloatVector.zero(SPECIES);
        FloatVector d0 = FloatVector.zero(SPECIES);
        FloatVector d1 = FloatVector.zero(SPECIES);
        for (int d = 0; d < dim; d++) {
            int at = keysOff + d * BLOCK;
            FloatVector k0 = FloatVector.fromArray(SPECIES, s, at);
            FloatVector k1 = FloatVector.fromArray(SPECIES, s, at + LANES);
            FloatVector qa = FloatVector.broadcast(SPECIES, q[qOff + d]);
            a0 = qa.fma(k0, a0);
            a1 = qa.fma(k1, a1);
            FloatVector qb = FloatVector.broadcast(SPECIES, q[q1 + d]);
            b0 = qb.fma(k0, b0);
            b1 = qb.fma(k1, b1);
            FloatVector qc = FloatVector.broadcast(SPECIES, q[q2 + d]);
            c0 = qc.fma(k0, c0);
            c1 = qc.fma(k1, c1);
            FloatVector qd = FloatVector.broadcast(SPECIES, q[q3 + d]);
            d0 = qd.fma(k0, d0);
            d1 = qd.fma(k1, d1);
        }
        a0.mul(scale).intoArray(s, sOff);
        a1.mul(scale).intoArray(s, sOff + LANES);
        b0.mul(scale).intoArray(s, sOff + BLOCK);
        b1.mul(scale).intoArray(s, sOff + BLOCK + LANES);
        c0.mul(scale).intoArray(s, sOff + 2 * BLOCK);
        c1.mul(scale).intoArray(s, sOff + 2 * BLOCK + LANES);
        d0.mul(scale).intoArray(s, sOff + 3 * BLOCK);
        d1.mul(scale).intoArray(s, sOff + 3 * BLOCK + LANES);
    }

    /** s[j, t] = scale · Σ_d q[j, d] · keys[d, t] for t of 4 vectors. */
    static void scores4x4(
            int dim, float scale, float[] q, int qOff, int qStride,
            float[] s, int keysOff, int sOff) {
        int q1 = qOff + qStride;
        int q2 = q1 + qStride;
        int q3 = q2 + qStride;
        FloatVector a0 = FloatVector.zero(SPECIES);
        FloatVector a1 = FloatVector.zero(SPECIES);
        FloatVector a2 = FloatVector.zero(SPECIES);
        FloatVector a3 = FloatVector.zero(SPECIES);
        FloatVector b0 = FloatVector.zero(SPECIES);
        FloatVector b1 = FloatVector.zero(SPECIES);
        FloatVector b2 = FloatVector.zero(SPECIES);
        FloatVector b3 = FloatVector.zero(SPECIES);
        FloatVector c0 = FloatVector.zero(SPECIES);
        FloatVector c1 = FloatVector.zero(SPECIES);
        FloatVector c2 = FloatVector.zero(SPECIES);
        FloatVector c3 = FloatVector.zero(SPECIES);
        FloatVector d0 = FloatVector.zero(SPECIES);
        FloatVector d1 = FloatVector.zero(SPECIES);
        FloatVector d2 = FloatVector.zero(SPECIES);
        FloatVector d3 = FloatVector.zero(SPECIES);
        for (int d = 0; d < dim; d++) {
            int at = keysOff + d * BLOCK;
            FloatVector k0 = FloatVector.fromArray(SPECIES, s, at);
            FloatVector k1 = FloatVector.fromArray(SPECIES, s, at + LANES);
            FloatVector k2 = FloatVector.fromArray(SPECIES, s, at + 2 * LANES);
            FloatVector k3 = FloatVector.fromArray(SPECIES, s, at + 3 * LANES);
            FloatVector qa = FloatVector.broadcast(SPECIES, q[qOff + d]);
            a0 = qa.fma(k0, a0);
            a1 = qa.fma(k1, a1);
            a2 = qa.fma(k2, a2);
            a3 = qa.fma(k3, a3);
            FloatVector qb = FloatVector.broadcast(SPECIES, q[q1 + d]);
            b0 = qb.fma(k0, b0);
            b1 = qb.fma(k1, b1);
            b2 = qb.fma(k2, b2);
            b3 = qb.fma(k3, b3);
            FloatVector qc = FloatVector.broadcast(SPECIES, q[q2 + d]);
            c0 = qc.fma(k0, c0);
            c1 = qc.fma(k1, c1);
            c2 = qc.fma(k2, c2);
            c3 = qc.fma(k3, c3);
            FloatVector qd = FloatVector.broadcast(SPECIES, q[q3 + d]);
            d0 = qd.fma(k0, d0);
            d1 = qd.fma(k1, d1);
            d2 = qd.fma(k2, d2);
            d3 = qd.fma(k3, d3);
        }
        a0.mul(scale).intoArray(s, sOff);
        a1.mul(scale).intoArray(s, sOff + LANES);
        a2.mul(scale).intoArray(s, sOff + 2 * LANES);
        a3.mul(scale).intoArray(s, sOff + 3 * LANES);
        b0.mul(scale).intoArray(s, sOff + BLOCK);
        b1.mul(scale).intoArray(s, sOff + BLOCK + LANES);
        b2.mul(scale).intoArray(s, sOff + BLOCK + 2 * LANES);
        b3.mul(scale).intoArray(s, sOff + BLOCK + 3 * LANES);
        c0.mul(scale).intoArray(s, sOff + 2 * BLOCK);
        c1.mul(scale).intoArray(s, sOff + 2 * BLOCK + LANES);
        c2.mul(scale).intoArray(s, sOff + 2 * BLOCK + 2 * LANES);
        c3.mul(scale).intoArray(s, sOff + 2 * BLOCK + 3 * LANES);
        d0.mul(scale).intoArray(s, sOff + 3 * BLOCK);
        d1.mul(scale).intoArray(s, sOff + 3 * BLOCK + LANES);
        d2.mul(scale).intoArray(s, sOff + 3 * BLOCK + 2 * LANES);
        d3.mul(scale).intoArray(s, sOff + 3 * BLOCK + 3 * LANES);
    }

    /** s[t] = scale · Σ_d q[d] · keys[d, t] for t of 4 vectors. */
    static void scores1x4(
            int dim, float scale, float[] q, int qOff, float[] s, int keysOff, int sOff) {
        FloatVector a0 = FloatVector.zero(SPECIES);
        FloatVector a1 = FloatVector.zero(SPECIES);
        FloatVector a2 = FloatVector.zero(SPECIES);
        FloatVector a3 = FloatVector.zero(SPECIES);
        for (int d = 0; d < dim; d++) {
            int at = keysOff + d * BLOCK;
            FloatVector k0 = FloatVector.fromArray(SPECIES, s, at);
            FloatVector k1 = FloatVector.fromArray(SPECIES, s, at + LANES);
            FloatVector k2 = FloatVector.fromArray(SPECIES, s, at + 2 * LANES);
            FloatVector k3 = FloatVector.fromArray(SPECIES, s, at + 3 * LANES);
            FloatVector qa = FloatVector.broadcast(SPECIES, q[qOff + d]);
            a0 = qa.fma(k0, a0);
            a1 = qa.fma(k1, a1);
            a2 = qa.fma(k2, a2);
            a3 = qa.fma(k3, a3);
        }
        a0.mul(scale).intoArray(s, sOff);
        a1.mul(scale).intoArray(s, sOff + LANES);
        a2.mul(scale).intoArray(s, sOff + 2 * LANES);
        a3.mul(scale).intoArray(s, sOff + 3 * LANES);
    }

    /** rows[j, d] += Σ_t weights[j, t] · v[t, d] for d of 2 vectors. */
    static void values4x2(
            int n, float[] weights, int weightsOff,
            float[] v, int vOff, int vStride, float[] rows, int row, int rowStride) {
        int row1 = row + rowStride;
        int row2 = row1 + rowStride;
        int row3 = row2 + rowStride;
        FloatVector a0 = FloatVector.fromArray(SPECIES, rows, row);
        FloatVector a1 = FloatVector.fromArray(SPECIES, rows, row + LANES);
        FloatVector b0 = FloatVector.fromArray(SPECIES, rows, row1);
        FloatVector b1 = FloatVector.fromArray(SPECIES, rows, row1 + LANES);
        FloatVector c0 = FloatVector.fromArray(SPECIES, rows, row2);
        FloatVector c1 = FloatVector.fromArray(SPECIES, rows, row2 + LANES);
        FloatVector d0 = FloatVector.fromArray(SPECIES, rows, row3);
        FloatVector d1 = FloatVector.fromArray(SPECIES, rows, row3 + LANES);
        for (int t = 0; t < n; t++) {
            int at = vOff + t * vStride;
            FloatVector v0 = FloatVector.fromArray(SPECIES, v, at);
            FloatVector v1 = FloatVector.fromArray(SPECIES, v, at + LANES);
            FloatVector wa = FloatVector.broadcast(SPECIES, weights[weightsOff + t]);
            a0 = wa.fma(v0, a0);
            a1 = wa.fma(v1, a1);
            FloatVector wb = FloatVector.broadcast(SPECIES, weights[weightsOff + BLOCK + t]);
            b0 = wb.fma(v0, b0);
            b1 = wb.fma(v1, b1);
            FloatVector wc = FloatVector.broadcast(SPECIES, weights[weightsOff + 2 * BLOCK + t]);
            c0 = wc.fma(v0, c0);
            c1 = wc.fma(v1, c1);
            FloatVector wd = FloatVector.broadcast(SPECIES, weights[weightsOff + 3 * BLOCK + t]);
            d0 = wd.fma(v0, d0);
            d1 = wd.fma(v1, d1);
        }
        a0.intoArray(rows, row);
        a1.intoArray(rows, row + LANES);
        b0.intoArray(rows, row1);
        b1.intoArray(rows, row1 + LANES);
        c0.intoArray(rows, row2);
        c1.intoArray(rows, row2 + LANES);
        d0.intoArray(rows, row3);
        d1.intoArray(rows, row3 + LANES);
    }

    /** rows[j, d] += Σ_t weights[j, t] · v[t, d] for d of 4 vectors. */
    static void values4x4(
            int n, float[] weights, int weightsOff,
            float[] v, int vOff, int vStride, float[] rows, int row, int rowStride) {
        int row1 = row + rowStride;
        int row2 = row1 + rowStride;
        int row3 = row2 + rowStride;
        FloatVector a0 = FloatVector.fromArray(SPECIES, rows, row);
        FloatVector a1 = FloatVector.fromArray(SPECIES, rows, row + LANES);
        FloatVector a2 = FloatVector.fromArray(SPECIES, rows, row + 2 * LANES);
        FloatVector a3 = FloatVector.fromArray(SPECIES, rows, row + 3 * LANES);
        FloatVector b0 = FloatVector.fromArray(SPECIES, rows, row1);
        FloatVector b1 = FloatVector.fromArray(SPECIES, rows, row1 + LANES);
        FloatVector b2 = FloatVector.fromArray(SPECIES, rows, row1 + 2 * LANES);
        FloatVector b3 = FloatVector.fromArray(SPECIES, rows, row1 + 3 * LANES);
        FloatVector c0 = FloatVector.fromArray(SPECIES, rows, row2);
        FloatVector c1 = FloatVector.fromArray(SPECIES, rows, row2 + LANES);
        FloatVector c2 = FloatVector.fromArray(SPECIES, rows, row2 + 2 * LANES);
        FloatVector c3 = FloatVector.fromArray(SPECIES, rows, row2 + 3 * LANES);
        FloatVector d0 = FloatVector.fromArray(SPECIES, rows, row3);
        FloatVector d1 = FloatVector.fromArray(SPECIES, rows, row3 + LANES);
        FloatVector d2 = FloatVector.fromArray(SPECIES, rows, row3 + 2 * LANES);
        FloatVector d3 = FloatVector.fromArray(SPECIES, rows, row3 + 3 * LANES);
        for (int t = 0; t < n; t++) {
            int at = vOff + t * vStride;
            FloatVector v0 = FloatVector.fromArray(SPECIES, v, at);
            FloatVector v1 = FloatVector.fromArray(SPECIES, v, at + LANES);
            FloatVector v2 = FloatVector.fromArray(SPECIES, v, at + 2 * LANES);
            FloatVector v3 = FloatVector.fromArray(SPECIES, v, at + 3 * LANES);
            FloatVector wa = FloatVector.broadcast(SPECIES, weights[weightsOff + t]);
            a0 = wa.fma(v0, a0);
            a1 = wa.fma(v1, a1);
            a2 = wa.fma(v2, a2);
            a3 = wa.fma(v3, a3);
            FloatVector wb = FloatVector.broadcast(SPECIES, weights[weightsOff + BLOCK + t]);
            b0 = wb.fma(v0, b0);
            b1 = wb.fma(v1, b1);
            b2 = wb.fma(v2, b2);
            b3 = wb.fma(v3, b3);
            FloatVector wc = FloatVector.broadcast(SPECIES, weights[weightsOff + 2 * BLOCK + t]);
            c0 = wc.fma(v0, c0);
            c1 = wc.fma(v1, c1);
            c2 = wc.fma(v2, c2);
            c3 = wc.fma(v3, c3);
            FloatVector wd = FloatVector.broadcast(SPECIES, weights[weightsOff + 3 * BLOCK + t]);
            d0 = wd.fma(v0, d0);
            d1 = wd.fma(v1, d1);
            d2 = wd.fma(v2, d2);
            d3 = wd.fma(v3, d3);
        }
        a0.intoArray(rows, row);
        a1.intoArray(rows, row + LANES);
        a2.intoArray(rows, row + 2 * LANES);
        a3.intoArray(rows, row + 3 * LANES);
        b0.intoArray(rows, row1);
        b1.intoArray(rows, row1 + LANES);
        b2.intoArray(rows, row1 + 2 * LANES);
        b3.intoArray(rows, row1 + 3 * LANES);
        c0.intoArray(rows, row2);
        c1.intoArray(rows, row2 + LANES);
        c2.intoArray(rows, row2 + 2 * LANES);
        c3.intoArray(rows, row2 + 3 * LANES);
        d0.intoArray(rows, row3);
        d1.intoArray(rows, row3 + LANES);
        d2.intoArray(rows, row3 + 2 * LANES);
        d3.intoArray(rows, row3 + 3 * LANES);
    }

    /** rows[j, d] += Σ_t weights[j, t] · v[t, d] for d of 1 vector. */
    static void values4x1(
            int n, float[] weights, int weightsOff,
            float[] v, int vOff, int vStride, float[] rows, int row, int rowStride) {
        int row1 = row + rowStride;
        int row2 = row1 + rowStride;
        int row3 = row2 + rowStride;
        FloatVector a0 = FloatVector.fromArray(SPECIES, rows, row);
        FloatVector b0 = FloatVector.fromArray(SPECIES, rows, row1);
        FloatVector c0 = FloatVector.fromArray(SPECIES, rows, row2);
        FloatVector d0 = FloatVector.fromArray(SPECIES, rows, row3);
        for (int t = 0; t < n; t++) {
            int at = vOff + t * vStride;
            FloatVector v0 = FloatVector.fromArray(SPECIES, v, at);
            FloatVector wa = FloatVector.broadcast(SPECIES, weights[weightsOff + t]);
            a0 = wa.fma(v0, a0);
            FloatVector wb = FloatVector.broadcast(SPECIES, weights[weightsOff + BLOCK + t]);
            b0 = wb.fma(v0, b0);
            FloatVector wc = FloatVector.broadcast(SPECIES, weights[weightsOff + 2 * BLOCK + t]);
            c0 = wc.fma(v0, c0);
            FloatVector wd = FloatVector.broadcast(SPECIES, weights[weightsOff + 3 * BLOCK + t]);
            d0 = wd.fma(v0, d0);
        }
        a0.intoArray(rows, row);
        b0.intoArray(rows, row1);
        c0.intoArray(rows, row2);
        d0.intoArray(rows, row3);
    }

    /** rows[d] += Σ_t weights[t] · v[t, d] for d of 4 vectors. */
    static void values1x4(
            int from, int n, float[] weights, int weightsOff,
            float[] v, int vOff, int vStride, float[] rows, int row) {
        FloatVector a0 = FloatVector.fromArray(SPECIES, rows, row);
        FloatVector a1 = FloatVector.fromArray(SPECIES, rows, row + LANES);
        FloatVector a2 = FloatVector.fromArray(SPECIES, rows, row + 2 * LANES);
        FloatVector a3 = FloatVector.fromArray(SPECIES, rows, row + 3 * LANES);
        for (int t = from; t < n; t++) {
            int at = vOff + t * vStride;
            FloatVector v0 = FloatVector.fromArray(SPECIES, v, at);
            FloatVector v1 = FloatVector.fromArray(SPECIES, v, at + LANES);
            FloatVector v2 = FloatVector.fromArray(SPECIES, v, at + 2 * LANES);
            FloatVector v3 = FloatVector.fromArray(SPECIES, v, at + 3 * LANES);
            FloatVector wa = FloatVector.broadcast(SPECIES, weights[weightsOff + t]);
            a0 = wa.fma(v0, a0);
            a1 = wa.fma(v1, a1);
            a2 = wa.fma(v2, a2);
            a3 = wa.fma(v3, a3);
        }
        a0.intoArray(rows, row);
        a1.intoArray(rows, row + LANES);
        a2.intoArray(rows, row + 2 * LANES);
        a3.intoArray(rows, row + 3 * LANES);
    }

    /** rows[d] += Σ_t weights[t] · v[t, d] for d of 1 vector. */
    static void values1x1(
            int from, int n, float[] weights, int weightsOff,
            float[] v, int vOff, int vStride, float[] rows, int row) {
        FloatVector a0 = FloatVector.fromArray(SPECIES, rows, row);
        for (int t = from; t < n; t++) {
            int at = vOff + t * vStride;
            FloatVector v0 = FloatVector.fromArray(SPECIES, v, at);
            FloatVector wa = FloatVector.broadcast(SPECIES, weights[weightsOff + t]);
            a0 = wa.fma(v0, a0);
        }
        a0.intoArray(rows, row);
    }
}
