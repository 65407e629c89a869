package dev.lanewise.vector;

import static dev.lanewise.vector.AttentionStrips.STRIP;
import static dev.lanewise.vector.Lanes.LANES;
import static dev.lanewise.vector.Lanes.SPECIES;

import jdk.incubator.vector.FloatVector;

/**
 * The product of {@link AttentionGradientStrips} that sums over the queries of a strip, d in lanes: gradients of 8 or
 * 4 keys or values. Tiles, names of accumulators and room for them as in {@link StripTiles}.
 *
 * <p>All of it lies in one array, s: w [keys, STRIP], x [queries, width] and y [keys, width].
 */
final class StripKeyTiles {

    private StripKeyTiles() {}

    /** y[t, d] = y[t, d] + Σ_i w[t, i] · x[i, d] for 8 keys t, 2 vectors of d, i of [from, to). */
    static void keys8x2(int from, int to, float[] s, int w, int x, int y, int width) {
        int at = y;
        FloatVector a0 = FloatVector.fromArray(SPECIES, s, at);
        FloatVector a1 = FloatVector.fromArray(SPECIES, s, at + LANES);
        at += width;
        FloatVector b0 = FloatVector.fromArray(SPECIES, s, at);
        FloatVector b1 = FloatVector.fromArray(SPECIES, s, at + LANES);
        at += width;
        FloatVector c0 = FloatVector.fromArray(SPECIES, s, at);
        FloatVector c1 = FloatVector.fromArray(SPECIES, s, at + LANES);
        at += width;
        FloatVector d0 = FloatVector.fromArray(SPECIES, s, at);
        FloatVector d1 = FloatVector.fromArray(SPECIES, s, at + LANES);
        at += width;
        FloatVector e0 = FloatVector.fromArray(SPECIES, s, at);
        FloatVector e1 = FloatVector.fromArray(SPECIES, s, at + LANES);
        at += width;
        FloatVector f0 = FloatVector.fromArray(SPECIES, s, at);
        FloatVector f1 = FloatVector.fromArray(SPECIES, s, at + LANES);
        at += width;
        FloatVector g0 = FloatVector.fromArray(SPECIES, s, at);
        FloatVector g1 = FloatVector.fromArray(SPECIES, s, at + LANES);
        at += width;
        FloatVector h0 = FloatVector.fromArray(SPECIES, s, at);
        FloatVector h1 = FloatVector.fromArray(SPECIES, s, at + LANES);
        for (int i = from; i < to; i++) {
            int row = x + i * width;
            FloatVector x0 = FloatVector.fromArray(SPECIES, s, row);
            FloatVector x1 = FloatVector.fromArray(SPECIES, s, row + LANES);
            FloatVector u = FloatVector.broadcast(SPECIES, s[w + i]);
            a0 = u.fma(x0, a0);
            a1 = u.fma(x1, a1);
            u = FloatVector.broadcast(SPECIES, s[w + STRIP + i]);
            b0 = u.fma(x0, b0);
            b1 = u.fma(x1, b1);
            u = FloatVector.broadcast(SPECIES, s[w + 2 * STRIP + i]);
            c0 = u.fma(x0, c0);
            c1 = u.fma(x1, c1);
            u = FloatVector.broadcast(SPECIES, s[w + 3 * STRIP + i]);
            d0 = u.fma(x0, d0);
            d1 = u.fma(x1, d1);
            u = FloatVector.broadcast(SPECIES, s[w + 4 * STRIP + i]);
            e0 = u.fma(x0, e0);
            e1 = u.fma(x1, e1);
            u = FloatVector.broadcast(SPECIES, s[w + 5 * STRIP + i]);
            f0 = u.fma(x0, f0);
            f1 = u.fma(x1, f1);
            u = FloatVector.broadcast(SPECIES, s[w + 6 * STRIP + i]);
            g0 = u.fma(x0, g0);
            g1 = u.fma(x1, g1);
            u = FloatVector.broadcast(SPECIES, s[w + 7 * STRIP + i]);
            h0 = u.fma(x0, h0);
            h1 = u.fma(x1, h1);
        }
        at = y;
        a0.intoArray(s, at);
        a1.intoArray(s, at + LANES);
        at += width;
        b0.intoArray(s, at);
        b1.intoArray(s, at + LANES);
        at += width;
        c0.intoArray(s, at);
        c1.intoArray(s, at + LANES);
        at += width;
        d0.intoArray(s, at);
        d1.intoArray(s, at + LANES);
        at += width;
        e0.intoArray(s, at);
        e1.intoArray(s, at + LANES);
        at += width;
        f0.intoArray(s, at);
        f1.intoArray(s, at + LANES);
        at += width;
        g0.intoArray(s, at);
        g1.intoArray(s, at + LANES);
        at += width;
        h0.intoArray(s, at);
        h1.intoArray(s, at + LANES);
    }

    /** y[t, d] = y[t, d] + Σ_i w[t, i] · x[i, d] for 8 keys t, 1 vector of d, i of [from, to). */
    static void keys8x1(int from, int to, float[] s, int w, int x, int y, int width) {
        int at = y;
        FloatVector a0 = FloatVector.fromArray(SPECIES, s, at);
        at += width;
        FloatVector b0 = FloatVector.fromArray(SPECIES, s, at);
        at += width;
        FloatVector c0 = FloatVector.fromArray(SPECIES, s, at);
        at += width;
        FloatVector d0 = FloatVector.fromArray(SPECIES, s, at);
        at += width;
        FloatVector e0 = FloatVector.fromArray(SPECIES, s, at);
        at += width;
        FloatVector f0 = FloatVector.fromArray(SPECIES, s, at);
        at += width;
        FloatVector g0 = FloatVector.fromArray(SPECIES, s, at);
        at += width;
        FloatVector h0 = FloatVector.fromArray(SPECIES, s, at);
        for (int i = from; i < to; i++) {
            int row = x + i * width;
            FloatVector x0 = FloatVector.fromArray(SPECIES, s, row);
            FloatVector u = FloatVector.broadcast(SPECIES, s[w + i]);
            a0 = u.fma(x0, a0);
            u = FloatVector.broadcast(SPECIES, s[w + STRIP + i]);
            b0 = u.fma(x0, b0);
            u = FloatVector.broadcast(SPECIES, s[w + 2 * STRIP + i]);
            c0 = u.fma(x0, c0);
            u = FloatVector.broadcast(SPECIES, s[w + 3 * STRIP + i]);
            d0 = u.fma(x0, d0);
            u = FloatVector.broadcast(SPECIES, s[w + 4 * STRIP + i]);
            e0 = u.fma(x0, e0);
            u = FloatVector.broadcast(SPECIES, s[w + 5 * STRIP + i]);
            f0 = u.fma(x0, f0);
            u = FloatVector.broadcast(SPECIES, s[w + 6 * STRIP + i]);
            g0 = u.fma(x0, g0);
            u = FloatVector.broadcast(SPECIES, s[w + 7 * STRIP + i]);
            h0 = u.fma(x0, h0);
        }
        at = y;
        a0.intoArray(s, at);
        at += width;
        b0.intoArray(s, at);
        at += width;
        c0.intoArray(s, at);
        at += width;
        d0.intoArray(s, at);
        at += width;
        e0.intoArray(s, at);
        at += width;
        f0.intoArray(s, at);
        at += width;
        g0.intoArray(s, at);
        at += width;
        h0.intoArray(s, at);
    }

    /** y[t, d] = y[t, d] + Σ_i w[t, i] · x[i, d] for 4 keys t, 2 vectors of d, i of [from, to). */
    static void keys4x2(int from, int to, float[] s, int w, int x, int y, int width) {
        int at = y;
        FloatVector a0 = FloatVector.fromArray(SPECIES, s, at);
        FloatVector a1 = FloatVector.fromArray(SPECIES, s, at + LANES);
        at += width;
        FloatVector b0 = FloatVector.fromArray(SPECIES, s, at);
        FloatVector b1 = FloatVector.fromArray(SPECIES, s, at + LANES);
        at += width;
        FloatVector c0 = FloatVector.fromArray(SPECIES, s, at);
        FloatVector c1 = FloatVector.fromArray(SPECIES, s, at + LANES);
        at += width;
        FloatVector d0 = FloatVector.fromArray(SPECIES, s, at);
        FloatVector d1 = FloatVector.fromArray(SPECIES, s, at + LANES);
        for (int i = from; i < to; i++) {
            int row = x + i * width;
            FloatVector x0 = FloatVector.fromArray(SPECIES, s, row);
            FloatVector x1 = FloatVector.fromArray(SPECIES, s, row + LANES);
            FloatVector u = FloatVector.broadcast(SPECIES, s[w + i]);
            a0 = u.fma(x0, a0);
            a1 = u.fma(x1, a1);
            u = FloatVector.broadcast(SPECIES, s[w + STRIP + i]);
            b0 = u.fma(x0, b0);
            b1 = u.fma(x1, b1);
            u = FloatVector.broadcast(SPECIES, s[w + 2 * STRIP + i]);
            c0 = u.fma(x0, c0);
            c1 = u.fma(x1, c1);
            u = FloatVector.broadcast(SPECIES, s[w + 3 * STRIP + i]);
            d0 = u.fma(x0, d0);
            d1 = u.fma(x1, d1);
        }
        at = y;
        a0.intoArray(s, at);
        a1.intoArray(s, at + LANES);
        at += width;
        b0.intoArray(s, at);
        b1.intoArray(s, at + LANES);
        at += width;
        c0.intoArray(s, at);
        c1.intoArray(s, at + LANES);
        at += width;
        d0.intoArray(s, at);
        d1.intoArray(s, at + LANES);
    }
}
