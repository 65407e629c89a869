package dev.lanewise.vector;

import static dev.lanewise.runtime.kernel.AttentionKernels.BLOCK;
import static dev.lanewise.vector.AttentionStrips.STRIP;
import static dev.lanewise.vector.Lanes.LANES;
import static dev.lanewise.vector.Lanes.SPECIES;

import jdk.incubator.vector.FloatVector;

/**
 * The two products of {@link AttentionStrips}: scores of 8 or 4 keys with queries in lanes, and
 * values, weighted, of 8 or 4 queries with d in lanes. Accumulators are named by row and vector:
 * {@code a1} is row a, second vector. Eight of them hide the latency of fused multiply-add and leave
 * room in 16 registers, sixteen in 32; both 8 and 4 divide blocks and strips.
 *
 * <p>All that a block or strip was copied to lies in one array, s, with constant row strides.
 */
final class StripTiles {

    private StripTiles() {}

    /** s[t, i] = scale · Σ_d k[d, t] · q[d, i] for 8 keys t and 2 vectors of queries i. */
    static void scores8x2(int dim, float scale, float[] s, int k, int q, int to) {
        FloatVector a0 = FloatVector.zero(SPECIES);
        FloatVector a1 = FloatVector.zero(SPECIES);
        FloatVector b0 = FloatVector.zero(SPECIES);
        FloatVector b1 = FloatVector.zero(SPECIES);
        FloatVector c0 = FloatVector.zero(SPECIES);
        FloatVector c1 = FloatVector.zero(SPECIES);
        FloatVector d0 = FloatVector.zero(SPECIES);
        FloatVector d1 = FloatVector.zero(SPECIES);
        FloatVector e0 = FloatVector.zero(SPECIES);
        FloatVector e1 = FloatVector.zero(SPECIES);
        FloatVector f0 = FloatVector.zero(SPECIES);
        FloatVector f1 = FloatVector.zero(SPECIES);
        FloatVector g0 = FloatVector.zero(SPECIES);
        FloatVector g1 = FloatVector.zero(SPECIES);
        FloatVector h0 = FloatVector.zero(SPECIES);
        FloatVector h1 = FloatVector.zero(SPECIES);
        for (int d = 0; d < dim; d++) {
            FloatVector q0 = FloatVector.fromArray(SPECIES, s, q + d * STRIP);
            FloatVector q1 = FloatVector.fromArray(SPECIES, s, q + d * STRIP + LANES);
            FloatVector x = FloatVector.broadcast(SPECIES, s[k + d * BLOCK]);
            a0 = x.fma(q0, a0);
            a1 = x.fma(q1, a1);
            x = FloatVector.broadcast(SPECIES, s[k + d * BLOCK + 1]);
            b0 = x.fma(q0, b0);
            b1 = x.fma(q1, b1);
            x = FloatVector.broadcast(SPECIES, s[k + d * BLOCK + 2]);
            c0 = x.fma(q0, c0);
            c1 = x.fma(q1, c1);
            x = FloatVector.broadcast(SPECIES, s[k + d * BLOCK + 3]);
            d0 = x.fma(q0, d0);
            d1 = x.fma(q1, d1);
            x = FloatVector.broadcast(SPECIES, s[k + d * BLOCK + 4]);
            e0 = x.fma(q0, e0);
            e1 = x.fma(q1, e1);
            x = FloatVector.broadcast(SPECIES, s[k + d * BLOCK + 5]);
            f0 = x.fma(q0, f0);
            f1 = x.fma(q1, f1);
            x = FloatVector.broadcast(SPECIES, s[k + d * BLOCK + 6]);
            g0 = x.fma(q0, g0);
            g1 = x.fma(q1, g1);
            x = FloatVector.broadcast(SPECIES, s[k + d * BLOCK + 7]);
            h0 = x.fma(q0, h0);
            h1 = x.fma(q1, h1);
        }
        a0.mul(scale).intoArray(s, to);
        a1.mul(scale).intoArray(s, to + LANES);
        b0.mul(scale).intoArray(s, to + STRIP);
        b1.mul(scale).intoArray(s, to + STRIP + LANES);
        c0.mul(scale).intoArray(s, to + 2 * STRIP);
        c1.mul(scale).intoArray(s, to + 2 * STRIP + LANES);
        d0.mul(scale).intoArray(s, to + 3 * STRIP);
        d1.mul(scale).intoArray(s, to + 3 * STRIP + LANES);
        e0.mul(scale).intoArray(s, to + 4 * STRIP);
        e1.mul(scale).intoArray(s, to + 4 * STRIP + LANES);
        f0.mul(scale).intoArray(s, to + 5 * STRIP);
        f1.mul(scale).intoArray(s, to + 5 * STRIP + LANES);
        g0.mul(scale).intoArray(s, to + 6 * STRIP);
        g1.mul(scale).intoArray(s, to + 6 * STRIP + LANES);
        h0.mul(scale).intoArray(s, to + 7 * STRIP);
        h1.mul(scale).intoArray(s, to + 7 * STRIP + LANES);
    }

    /** s[t, i] = scale · Σ_d k[d, t] · q[d, i] for 8 keys t and 1 vector of queries i. */
    static void scores8x1(int dim, float scale, float[] s, int k, int q, int to) {
        FloatVector a0 = FloatVector.zero(SPECIES);
        FloatVector b0 = FloatVector.zero(SPECIES);
        FloatVector c0 = FloatVector.zero(SPECIES);
        FloatVector d0 = FloatVector.zero(SPECIES);
        FloatVector e0 = FloatVector.zero(SPECIES);
        FloatVector f0 = FloatVector.zero(SPECIES);
        FloatVector g0 = FloatVector.zero(SPECIES);
        FloatVector h0 = FloatVector.zero(SPECIES);
        for (int d = 0; d < dim; d++) {
            FloatVector q0 = FloatVector.fromArray(SPECIES, s, q + d * STRIP);
            FloatVector x = FloatVector.broadcast(SPECIES, s[k + d * BLOCK]);
            a0 = x.fma(q0, a0);
            x = FloatVector.broadcast(SPECIES, s[k + d * BLOCK + 1]);
            b0 = x.fma(q0, b0);
            x = FloatVector.broadcast(SPECIES, s[k + d * BLOCK + 2]);
            c0 = x.fma(q0, c0);
            x = FloatVector.broadcast(SPECIES, s[k + d * BLOCK + 3]);
            d0 = x.fma(q0, d0);
            x = FloatVector.broadcast(SPECIES, s[k + d * BLOCK + 4]);
            e0 = x.fma(q0, e0);
            x = FloatVector.broadcast(SPECIES, s[k + d * BLOCK + 5]);
            f0 = x.fma(q0, f0);
            x = FloatVector.broadcast(SPECIES, s[k + d * BLOCK + 6]);
            g0 = x.fma(q0, g0);
            x = FloatVector.broadcast(SPECIES, s[k + d * BLOCK + 7]);
            h0 = x.fma(q0, h0);
        }
        a0.mul(scale).intoArray(s, to);
        b0.mul(scale).intoArray(s, to + STRIP);
        c0.mul(scale).intoArray(s, to + 2 * STRIP);
        d0.mul(scale).intoArray(s, to + 3 * STRIP);
        e0.mul(scale).intoArray(s, to + 4 * STRIP);
        f0.mul(scale).intoArray(s, to + 5 * STRIP);
        g0.mul(scale).intoArray(s, to + 6 * STRIP);
        h0.mul(scale).intoArray(s, to + 7 * STRIP);
    }

    /** s[t, i] = scale · Σ_d k[d, t] · q[d, i] for 4 keys t and 2 vectors of queries i. */
    static void scores4x2(int dim, float scale, float[] s, int k, int q, int to) {
        FloatVector a0 = FloatVector.zero(SPECIES);
        FloatVector a1 = FloatVector.zero(SPECIES);
        FloatVector b0 = FloatVector.zero(SPECIES);
        FloatVector b1 = FloatVector.zero(SPECIES);
        FloatVector c0 = FloatVector.zero(SPECIES);
        FloatVector c1 = FloatVector.zero(SPECIES);
        FloatVector d0 = FloatVector.zero(SPECIES);
        FloatVector d1 = FloatVector.zero(SPECIES);
        for (int d = 0; d < dim; d++) {
            FloatVector q0 = FloatVector.fromArray(SPECIES, s, q + d * STRIP);
            FloatVector q1 = FloatVector.fromArray(SPECIES, s, q + d * STRIP + LANES);
            FloatVector x = FloatVector.broadcast(SPECIES, s[k + d * BLOCK]);
            a0 = x.fma(q0, a0);
            a1 = x.fma(q1, a1);
            x = FloatVector.broadcast(SPECIES, s[k + d * BLOCK + 1]);
            b0 = x.fma(q0, b0);
            b1 = x.fma(q1, b1);
            x = FloatVector.broadcast(SPECIES, s[k + d * BLOCK + 2]);
            c0 = x.fma(q0, c0);
            c1 = x.fma(q1, c1);
            x = FloatVector.broadcast(SPECIES, s[k + d * BLOCK + 3]);
            d0 = x.fma(q0, d0);
            d1 = x.fma(q1, d1);
        }
        a0.mul(scale).intoArray(s, to);
        a1.mul(scale).intoArray(s, to + LANES);
        b0.mul(scale).intoArray(s, to + STRIP);
        b1.mul(scale).intoArray(s, to + STRIP + LANES);
        c0.mul(scale).intoArray(s, to + 2 * STRIP);
        c1.mul(scale).intoArray(s, to + 2 * STRIP + LANES);
        d0.mul(scale).intoArray(s, to + 3 * STRIP);
        d1.mul(scale).intoArray(s, to + 3 * STRIP + LANES);
    }

    /** y[i, d] = y[i, d] · decay[i] + Σ_t w[t, i] · v[t, d] for 8 queries i and 2 vectors of d. */
    static void values8x2(
            int n, float[] s, int w, int decay, float[] v, int vOff, int vStride,
            int y, int yStride) {
        FloatVector x = FloatVector.broadcast(SPECIES, s[decay]);
        int at = y;
        FloatVector a0 = FloatVector.fromArray(SPECIES, s, at).mul(x);
        FloatVector a1 = FloatVector.fromArray(SPECIES, s, at + LANES).mul(x);
        x = FloatVector.broadcast(SPECIES, s[decay + 1]);
        at += yStride;
        FloatVector b0 = FloatVector.fromArray(SPECIES, s, at).mul(x);
        FloatVector b1 = FloatVector.fromArray(SPECIES, s, at + LANES).mul(x);
        x = FloatVector.broadcast(SPECIES, s[decay + 2]);
        at += yStride;
        FloatVector c0 = FloatVector.fromArray(SPECIES, s, at).mul(x);
        FloatVector c1 = FloatVector.fromArray(SPECIES, s, at + LANES).mul(x);
        x = FloatVector.broadcast(SPECIES, s[decay + 3]);
        at += yStride;
        FloatVector d0 = FloatVector.fromArray(SPECIES, s, at).mul(x);
        FloatVector d1 = FloatVector.fromArray(SPECIES, s, at + LANES).mul(x);
        x = FloatVector.broadcast(SPECIES, s[decay + 4]);
        at += yStride;
        FloatVector e0 = FloatVector.fromArray(SPECIES, s, at).mul(x);
        FloatVector e1 = FloatVector.fromArray(SPECIES, s, at + LANES).mul(x);
        x = FloatVector.broadcast(SPECIES, s[decay + 5]);
        at += yStride;
        FloatVector f0 = FloatVector.fromArray(SPECIES, s, at).mul(x);
        FloatVector f1 = FloatVector.fromArray(SPECIES, s, at + LANES).mul(x);
        x = FloatVector.broadcast(SPECIES, s[decay + 6]);
        at += yStride;
        FloatVector g0 = FloatVector.fromArray(SPECIES, s, at).mul(x);
        FloatVector g1 = FloatVector.fromArray(SPECIES, s, at + LANES).mul(x);
        x = FloatVector.broadcast(SPECIES, s[decay + 7]);
        at += yStride;
        FloatVector h0 = FloatVector.fromArray(SPECIES, s, at).mul(x);
        FloatVector h1 = FloatVector.fromArray(SPECIES, s, at + LANES).mul(x);
        for (int t = 0; t < n; t++) {
            FloatVector v0 = FloatVector.fromArray(SPECIES, v, vOff + t * vStride);
            FloatVector v1 = FloatVector.fromArray(SPECIES, v, vOff + t * vStride + LANES);
            x = FloatVector.broadcast(SPECIES, s[w + t * STRIP]);
            a0 = x.fma(v0, a0);
            a1 = x.fma(v1, a1);
            x = FloatVector.broadcast(SPECIES, s[w + t * STRIP + 1]);
            b0 = x.fma(v0, b0);
            b1 = x.fma(v1, b1);
            x = FloatVector.broadcast(SPECIES, s[w + t * STRIP + 2]);
            c0 = x.fma(v0, c0);
            c1 = x.fma(v1, c1);
            x = FloatVector.broadcast(SPECIES, s[w + t * STRIP + 3]);
            d0 = x.fma(v0, d0);
            d1 = x.fma(v1, d1);
            x = FloatVector.broadcast(SPECIES, s[w + t * STRIP + 4]);
            e0 = x.fma(v0, e0);
            e1 = x.fma(v1, e1);
            x = FloatVector.broadcast(SPECIES, s[w + t * STRIP + 5]);
            f0 = x.fma(v0, f0);
            f1 = x.fma(v1, f1);
            x = FloatVector.broadcast(SPECIES, s[w + t * STRIP + 6]);
            g0 = x.fma(v0, g0);
            g1 = x.fma(v1, g1);
            x = FloatVector.broadcast(SPECIES, s[w + t * STRIP + 7]);
            h0 = x.fma(v0, h0);
            h1 = x.fma(v1, h1);
        }
        at = y;
        a0.intoArray(s, at);
        a1.intoArray(s, at + LANES);
        at += yStride;
        b0.intoArray(s, at);
        b1.intoArray(s, at + LANES);
        at += yStride;
        c0.intoArray(s, at);
        c1.intoArray(s, at + LANES);
        at += yStride;
        d0.intoArray(s, at);
        d1.intoArray(s, at + LANES);
        at += yStride;
        e0.intoArray(s, at);
        e1.intoArray(s, at + LANES);
        at += yStride;
        f0.intoArray(s, at);
        f1.intoArray(s, at + LANES);
        at += yStride;
        g0.intoArray(s, at);
        g1.intoArray(s, at + LANES);
        at += yStride;
        h0.intoArray(s, at);
        h1.intoArray(s, at + LANES);
    }

    /** y[i, d] = y[i, d] · decay[i] + Σ_t w[t, i] · v[t, d] for 8 queries i and 1 vector of d. */
    static void values8x1(
            int n, float[] s, int w, int decay, float[] v, int vOff, int vStride,
            int y, int yStride) {
        FloatVector x = FloatVector.broadcast(SPECIES, s[decay]);
        int at = y;
        FloatVector a0 = FloatVector.fromArray(SPECIES, s, at).mul(x);
        x = FloatVector.broadcast(SPECIES, s[decay + 1]);
        at += yStride;
        FloatVector b0 = FloatVector.fromArray(SPECIES, s, at).mul(x);
        x = FloatVector.broadcast(SPECIES, s[decay + 2]);
        at += yStride;
        FloatVector c0 = FloatVector.fromArray(SPECIES, s, at).mul(x);
        x = FloatVector.broadcast(SPECIES, s[decay + 3]);
        at += yStride;
        FloatVector d0 = FloatVector.fromArray(SPECIES, s, at).mul(x);
        x = FloatVector.broadcast(SPECIES, s[decay + 4]);
        at += yStride;
        FloatVector e0 = FloatVector.fromArray(SPECIES, s, at).mul(x);
        x = FloatVector.broadcast(SPECIES, s[decay + 5]);
        at += yStride;
        FloatVector f0 = FloatVector.fromArray(SPECIES, s, at).mul(x);
        x = FloatVector.broadcast(SPECIES, s[decay + 6]);
        at += yStride;
        FloatVector g0 = FloatVector.fromArray(SPECIES, s, at).mul(x);
        x = FloatVector.broadcast(SPECIES, s[decay + 7]);
        at += yStride;
        FloatVector h0 = FloatVector.fromArray(SPECIES, s, at).mul(x);
        for (int t = 0; t < n; t++) {
            FloatVector v0 = FloatVector.fromArray(SPECIES, v, vOff + t * vStride);
            x = FloatVector.broadcast(SPECIES, s[w + t * STRIP]);
            a0 = x.fma(v0, a0);
            x = FloatVector.broadcast(SPECIES, s[w + t * STRIP + 1]);
            b0 = x.fma(v0, b0);
            x = FloatVector.broadcast(SPECIES, s[w + t * STRIP + 2]);
            c0 = x.fma(v0, c0);
            x = FloatVector.broadcast(SPECIES, s[w + t * STRIP + 3]);
            d0 = x.fma(v0, d0);
            x = FloatVector.broadcast(SPECIES, s[w + t * STRIP + 4]);
            e0 = x.fma(v0, e0);
            x = FloatVector.broadcast(SPECIES, s[w + t * STRIP + 5]);
            f0 = x.fma(v0, f0);
            x = FloatVector.broadcast(SPECIES, s[w + t * STRIP + 6]);
            g0 = x.fma(v0, g0);
            x = FloatVector.broadcast(SPECIES, s[w + t * STRIP + 7]);
            h0 = x.fma(v0, h0);
        }
        at = y;
        a0.intoArray(s, at);
        at += yStride;
        b0.intoArray(s, at);
        at += yStride;
        c0.intoArray(s, at);
        at += yStride;
        d0.intoArray(s, at);
        at += yStride;
        e0.intoArray(s, at);
        at += yStride;
        f0.intoArray(s, at);
        at += yStride;
        g0.intoArray(s, at);
        at += yStride;
        h0.intoArray(s, at);
    }

    /** y[i, d] = y[i, d] · decay[i] + Σ_t w[t, i] · v[t, d] for 4 queries i and 2 vectors of d. */
    static void values4x2(
            int n, float[] s, int w, int decay, float[] v, int vOff, int vStride,
            int y, int yStride) {
        FloatVector x = FloatVector.broadcast(SPECIES, s[decay]);
        int at = y;
        FloatVector a0 = FloatVector.fromArray(SPECIES, s, at).mul(x);
        FloatVector a1 = FloatVector.fromArray(SPECIES, s, at + LANES).mul(x);
        x = FloatVector.broadcast(SPECIES, s[decay + 1]);
        at += yStride;
        FloatVector b0 = FloatVector.fromArray(SPECIES, s, at).mul(x);
        FloatVector b1 = FloatVector.fromArray(SPECIES, s, at + LANES).mul(x);
        x = FloatVector.broadcast(SPECIES, s[decay + 2]);
        at += yStride;
        FloatVector c0 = FloatVector.fromArray(SPECIES, s, at).mul(x);
        FloatVector c1 = FloatVector.fromArray(SPECIES, s, at + LANES).mul(x);
        x = FloatVector.broadcast(SPECIES, s[decay + 3]);
        at += yStride;
        FloatVector d0 = FloatVector.fromArray(SPECIES, s, at).mul(x);
        FloatVector d1 = FloatVector.fromArray(SPECIES, s, at + LANES).mul(x);
        for (int t = 0; t < n; t++) {
            FloatVector v0 = FloatVector.fromArray(SPECIES, v, vOff + t * vStride);
            FloatVector v1 = FloatVector.fromArray(SPECIES, v, vOff + t * vStride + LANES);
            x = FloatVector.broadcast(SPECIES, s[w + t * STRIP]);
            a0 = x.fma(v0, a0);
            a1 = x.fma(v1, a1);
            x = FloatVector.broadcast(SPECIES, s[w + t * STRIP + 1]);
            b0 = x.fma(v0, b0);
            b1 = x.fma(v1, b1);
            x = FloatVector.broadcast(SPECIES, s[w + t * STRIP + 2]);
            c0 = x.fma(v0, c0);
            c1 = x.fma(v1, c1);
            x = FloatVector.broadcast(SPECIES, s[w + t * STRIP + 3]);
            d0 = x.fma(v0, d0);
            d1 = x.fma(v1, d1);
        }
        at = y;
        a0.intoArray(s, at);
        a1.intoArray(s, at + LANES);
        at += yStride;
        b0.intoArray(s, at);
        b1.intoArray(s, at + LANES);
        at += yStride;
        c0.intoArray(s, at);
        c1.intoArray(s, at + LANES);
        at += yStride;
        d0.intoArray(s, at);
        d1.intoArray(s, at + LANES);
    }

    /** y[i, d] = y[i, d] · decay[i] + Σ_t w[t, i] · v[t, d] for 4 queries i and 1 vector of d. */
    static void values4x1(
            int n, float[] s, int w, int decay, float[] v, int vOff, int vStride,
            int y, int yStride) {
        FloatVector x = FloatVector.broadcast(SPECIES, s[decay]);
        int at = y;
        FloatVector a0 = FloatVector.fromArray(SPECIES, s, at).mul(x);
        x = FloatVector.broadcast(SPECIES, s[decay + 1]);
        at += yStride;
        FloatVector b0 = FloatVector.fromArray(SPECIES, s, at).mul(x);
        x = FloatVector.broadcast(SPECIES, s[decay + 2]);
        at += yStride;
        FloatVector c0 = FloatVector.fromArray(SPECIES, s, at).mul(x);
        x = FloatVector.broadcast(SPECIES, s[decay + 3]);
        at += yStride;
        FloatVector d0 = FloatVector.fromArray(SPECIES, s, at).mul(x);
        for (int t = 0; t < n; t++) {
            FloatVector v0 = FloatVector.fromArray(SPECIES, v, vOff + t * vStride);
            x = FloatVector.broadcast(SPECIES, s[w + t * STRIP]);
            a0 = x.fma(v0, a0);
            x = FloatVector.broadcast(SPECIES, s[w + t * STRIP + 1]);
            b0 = x.fma(v0, b0);
            x = FloatVector.broadcast(SPECIES, s[w + t * STRIP + 2]);
            c0 = x.fma(v0, c0);
            x = FloatVector.broadcast(SPECIES, s[w + t * STRIP + 3]);
            d0 = x.fma(v0, d0);
        }
        at = y;
        a0.intoArray(s, at);
        at += yStride;
        b0.intoArray(s, at);
        at += yStride;
        c0.intoArray(s, at);
        at += yStride;
        d0.intoArray(s, at);
    }
}
