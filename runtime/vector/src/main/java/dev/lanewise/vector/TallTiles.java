package dev.lanewise.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Product tiles of one panel of columns (2 vectors), for many rows: {@code c[rows, P] = init[rows,
 * P] + s[rows, kc] · b[kc, P]}. Written out, because accumulators must be local variables: an array
 * of vectors costs 12 to 30 times. One file of similar texts rather than one generated at run time,
 * so that the profiler and the debugger show what runs.
 *
 * <p>12 rows take 24 accumulators, 2 vectors of b and a broadcast: 27 of 32 registers, and one load
 * (of b or a broadcast) per 1.7 fused multiply-adds, so that the arithmetic is the limit. 8 rows
 * are for what 12 leave over; 6 and 4 for machines of 16 registers.
 *
 * <p>Parameters of every tile: {@code s} is a {@link Strip} at index 0, whose constant row stride
 * puts all row addresses into instructions (worth 15 % on whole products); {@code b} a panel from
 * {@code bo}; rows of {@code init} are {@code is} apart (0: one row for all, a bias), those of
 * {@code c} {@code ldc}. {@code init} may be {@code c}.
 */
final class TallTiles {

    private static final VectorSpecies<Float> S = Lanes.SPECIES;
    private static final int L = Lanes.LANES;
    private static final int P = Panels.WIDTH;
    private static final int LD = Strip.STRIDE;

    private TallTiles() {}

    static void tile12x2(
            int kc, float[] s, float[] b, int bo,
            float[] init, int io, int is, float[] c, int co, int ldc) {
        FloatVector c00 = FloatVector.fromArray(S, init, io);
        FloatVector c01 = FloatVector.fromArray(S, init, io + L);
        io += is;
        FloatVector c10 = FloatVector.fromArray(S, init, io);
        FloatVector c11 = FloatVector.fromArray(S, init, io + L);
        io += is;
        FloatVector c20 = FloatVector.fromArray(S, init, io);
        FloatVector c21 = FloatVector.fromArray(S, init, io + L);
        io += is;
        FloatVector c30 = FloatVector.fromArray(S, init, io);
        FloatVector c31 = FloatVector.fromArray(S, init, io + L);
        io += is;
        FloatVector c40 = FloatVector.fromArray(S, init, io);
        FloatVector c41 = FloatVector.fromArray(S, init, io + L);
        io += is;
        FloatVector c50 = FloatVector.fromArray(S, init, io);
        FloatVector c51 = FloatVector.fromArray(S, init, io + L);
        io += is;
        FloatVector c60 = FloatVector.fromArray(S, init, io);
        FloatVector c61 = FloatVector.fromArray(S, init, io + L);
        io += is;
        FloatVector c70 = FloatVector.fromArray(S, init, io);
        FloatVector c71 = FloatVector.fromArray(S, init, io + L);
        io += is;
        FloatVector c80 = FloatVector.fromArray(S, init, io);
        FloatVector c81 = FloatVector.fromArray(S, init, io + L);
        io += is;
        FloatVector c90 = FloatVector.fromArray(S, init, io);
        FloatVector c91 = FloatVector.fromArray(S, init, io + L);
        io += is;
        FloatVector ca0 = FloatVector.fromArray(S, init, io);
        FloatVector ca1 = FloatVector.fromArray(S, init, io + L);
        io += is;
        FloatVector cb0 = FloatVector.fromArray(S, init, io);
        FloatVector cb1 = FloatVector.fromArray(S, init, io + L);
        for (int p = 0; p < kc; p++) {
            FloatVector b0 = FloatVector.fromArray(S, b, bo + p * P);
            FloatVector b1 = FloatVector.fromArray(S, b, bo + p * P + L);
            FloatVector x = FloatVector.broadcast(S, s[p]);
            c00 = x.fma(b0, c00);
            c01 = x.fma(b1, c01);
            x = FloatVector.broadcast(S, s[p + LD]);
            c10 = x.fma(b0, c10);
            c11 = x.fma(b1, c11);
            x = FloatVector.broadcast(S, s[p + 2 * LD]);
            c20 = x.fma(b0, c20);
            c21 = x.fma(b1, c21);
            x = FloatVector.broadcast(S, s[p + 3 * LD]);
            c30 = x.fma(b0, c30);
            c31 = x.fma(b1, c31);
            x = FloatVector.broadcast(S, s[p + 4 * LD]);
            c40 = x.fma(b0, c40);
            c41 = x.fma(b1, c41);
            x = FloatVector.broadcast(S, s[p + 5 * LD]);
            c50 = x.fma(b0, c50);
            c51 = x.fma(b1, c51);
            x = FloatVector.broadcast(S, s[p + 6 * LD]);
            c60 = x.fma(b0, c60);
            c61 = x.fma(b1, c61);
            x = FloatVector.broadcast(S, s[p + 7 * LD]);
            c70 = x.fma(b0, c70);
            c71 = x.fma(b1, c71);
            x = FloatVector.broadcast(S, s[p + 8 * LD]);
            c80 = x.fma(b0, c80);
            c81 = x.fma(b1, c81);
            x = FloatVector.broadcast(S, s[p + 9 * LD]);
            c90 = x.fma(b0, c90);
            c91 = x.fma(b1, c91);
            x = FloatVector.broadcast(S, s[p + 10 * LD]);
            ca0 = x.fma(b0, ca0);
            ca1 = x.fma(b1, ca1);
            x = FloatVector.broadcast(S, s[p + 11 * LD]);
            cb0 = x.fma(b0, cb0);
            cb1 = x.fma(b1, cb1);
        }
        c00.intoArray(c, co);
        c01.intoArray(c, co + L);
        co += ldc;
        c10.intoArray(c, co);
        c11.intoArray(c, co + L);
        co += ldc;
        c20.intoArray(c, co);
        c21.intoArray(c, co + L);
        co += ldc;
        c30.intoArray(c, co);
        c31.intoArray(c, co + L);
        co += ldc;
        c40.intoArray(c, co);
        c41.intoArray(c, co + L);
        co += ldc;
        c50.intoArray(c, co);
        c51.intoArray(c, co + L);
        co += ldc;
        c60.intoArray(c, co);
        c61.intoArray(c, co + L);
        co += ldc;
        c70.intoArray(c, co);
        c71.intoArray(c, co + L);
        co += ldc;
        c80.intoArray(c, co);
        c81.intoArray(c, co + L);
        co += ldc;
        c90.intoArray(c, co);
        c91.intoArray(c, co + L);
        co += ldc;
        ca0.intoArray(c, co);
        ca1.intoArray(c, co + L);
        co += ldc;
        cb0.intoArray(c, co);
        cb1.intoArray(c, co + L);
    }

    static void tile8x2(
            int kc, float[] s, float[] b, int bo,
            float[] init, int io, int is, float[] c, int co, int ldc) {
        FloatVector c00 = FloatVector.fromArray(S, init, io);
        FloatVector c01 = FloatVector.fromArray(S, init, io + L);
        io += is;
        FloatVector c10 = FloatVector.fromArray(S, init, io);
        FloatVector c11 = FloatVector.fromArray(S, init, io + L);
        io += is;
        FloatVector c20 = FloatVector.fromArray(S, init, io);
        FloatVector c21 = FloatVector.fromArray(S, init, io + L);
        io += is;
        FloatVector c30 = FloatVector.fromArray(S, init, io);
        FloatVector c31 = FloatVector.fromArray(S, init, io + L);
        io += is;
        FloatVector c40 = FloatVector.fromArray(S, init, io);
        FloatVector c41 = FloatVector.fromArray(S, init, io + L);
        io += is;
        FloatVector c50 = FloatVector.fromArray(S, init, io);
        FloatVector c51 = FloatVector.fromArray(S, init, io + L);
        io += is;
        FloatVector c60 = FloatVector.fromArray(S, init, io);
        FloatVector c61 = FloatVector.fromArray(S, init, io + L);
        io += is;
        FloatVector c70 = FloatVector.fromArray(S, init, io);
        FloatVector c71 = FloatVector.fromArray(S, init, io + L);
        for (int p = 0; p < kc; p++) {
            FloatVector b0 = FloatVector.fromArray(S, b, bo + p * P);
            FloatVector b1 = FloatVector.fromArray(S, b, bo + p * P + L);
            FloatVector x = FloatVector.broadcast(S, s[p]);
            c00 = x.fma(b0, c00);
            c01 = x.fma(b1, c01);
            x = FloatVector.broadcast(S, s[p + LD]);
            c10 = x.fma(b0, c10);
            c11 = x.fma(b1, c11);
            x = FloatVector.broadcast(S, s[p + 2 * LD]);
            c20 = x.fma(b0, c20);
            c21 = x.fma(b1, c21);
            x = FloatVector.broadcast(S, s[p + 3 * LD]);
            c30 = x.fma(b0, c30);
            c31 = x.fma(b1, c31);
            x = FloatVector.broadcast(S, s[p + 4 * LD]);
            c40 = x.fma(b0, c40);
            c41 = x.fma(b1, c41);
            x = FloatVector.broadcast(S, s[p + 5 * LD]);
            c50 = x.fma(b0, c50);
            c51 = x.fma(b1, c51);
            x = FloatVector.broadcast(S, s[p + 6 * LD]);
            c60 = x.fma(b0, c60);
            c61 = x.fma(b1, c61);
            x = FloatVector.broadcast(S, s[p + 7 * LD]);
            c70 = x.fma(b0, c70);
            c71 = x.fma(b1, c71);
        }
        c00.intoArray(c, co);
        c01.intoArray(c, co + L);
        co += ldc;
        c10.intoArray(c, co);
        c11.intoArray(c, co + L);
        co += ldc;
        c20.intoArray(c, co);
        c21.intoArray(c, co + L);
        co += ldc;
        c30.intoArray(c, co);
        c31.intoArray(c, co + L);
        co += ldc;
        c40.intoArray(c, co);
        c41.intoArray(c, co + L);
        co += ldc;
        c50.intoArray(c, co);
        c51.intoArray(c, co + L);
        co += ldc;
        c60.intoArray(c, co);
        c61.intoArray(c, co + L);
        co += ldc;
        c70.intoArray(c, co);
        c71.intoArray(c, co + L);
    }

    static void tile6x2(
            int kc, float[] s, float[] b, int bo,
            float[] init, int io, int is, float[] c, int co, int ldc) {
        FloatVector c00 = FloatVector.fromArray(S, init, io);
        FloatVector c01 = FloatVector.fromArray(S, init, io + L);
        io += is;
        FloatVector c10 = FloatVector.fromArray(S, init, io);
        FloatVector c11 = FloatVector.fromArray(S, init, io + L);
        io += is;
        FloatVector c20 = FloatVector.fromArray(S, init, io);
        FloatVector c21 = FloatVector.fromArray(S, init, io + L);
        io += is;
        FloatVector c30 = FloatVector.fromArray(S, init, io);
        FloatVector c31 = FloatVector.fromArray(S, init, io + L);
        io += is;
        FloatVector c40 = FloatVector.fromArray(S, init, io);
        FloatVector c41 = FloatVector.fromArray(S, init, io + L);
        io += is;
        FloatVector c50 = FloatVector.fromArray(S, init, io);
        FloatVector c51 = FloatVector.fromArray(S, init, io + L);
        for (int p = 0; p < kc; p++) {
            FloatVector b0 = FloatVector.fromArray(S, b, bo + p * P);
            FloatVector b1 = FloatVector.fromArray(S, b, bo + p * P + L);
            FloatVector x = FloatVector.broadcast(S, s[p]);
            c00 = x.fma(b0, c00);
            c01 = x.fma(b1, c01);
            x = FloatVector.broadcast(S, s[p + LD]);
            c10 = x.fma(b0, c10);
            c11 = x.fma(b1, c11);
            x = FloatVector.broadcast(S, s[p + 2 * LD]);
            c20 = x.fma(b0, c20);
            c21 = x.fma(b1, c21);
            x = FloatVector.broadcast(S, s[p + 3 * LD]);
            c30 = x.fma(b0, c30);
            c31 = x.fma(b1, c31);
            x = FloatVector.broadcast(S, s[p + 4 * LD]);
            c40 = x.fma(b0, c40);
            c41 = x.fma(b1, c41);
            x = FloatVector.broadcast(S, s[p + 5 * LD]);
            c50 = x.fma(b0, c50);
            c51 = x.fma(b1, c51);
        }
        c00.intoArray(c, co);
        c01.intoArray(c, co + L);
        co += ldc;
        c10.intoArray(c, co);
        c11.intoArray(c, co + L);
        co += ldc;
        c20.intoArray(c, co);
        c21.intoArray(c, co + L);
        co += ldc;
        c30.intoArray(c, co);
        c31.intoArray(c, co + L);
        co += ldc;
        c40.intoArray(c, co);
        c41.intoArray(c, co + L);
        co += ldc;
        c50.intoArray(c, co);
        c51.intoArray(c, co + L);
    }

    static void tile4x2(
            int kc, float[] s, float[] b, int bo,
            float[] init, int io, int is, float[] c, int co, int ldc) {
        FloatVector c00 = FloatVector.fromArray(S, init, io);
        FloatVector c01 = FloatVector.fromArray(S, init, io + L);
        io += is;
        FloatVector c10 = FloatVector.fromArray(S, init, io);
        FloatVector c11 = FloatVector.fromArray(S, init, io + L);
        io += is;
        FloatVector c20 = FloatVector.fromArray(S, init, io);
        FloatVector c21 = FloatVector.fromArray(S, init, io + L);
        io += is;
        FloatVector c30 = FloatVector.fromArray(S, init, io);
        FloatVector c31 = FloatVector.fromArray(S, init, io + L);
        for (int p = 0; p < kc; p++) {
            FloatVector b0 = FloatVector.fromArray(S, b, bo + p * P);
            FloatVector b1 = FloatVector.fromArray(S, b, bo + p * P + L);
            FloatVector x = FloatVector.broadcast(S, s[p]);
            c00 = x.fma(b0, c00);
            c01 = x.fma(b1, c01);
            x = FloatVector.broadcast(S, s[p + LD]);
            c10 = x.fma(b0, c10);
            c11 = x.fma(b1, c11);
            x = FloatVector.broadcast(S, s[p + 2 * LD]);
            c20 = x.fma(b0, c20);
            c21 = x.fma(b1, c21);
            x = FloatVector.broadcast(S, s[p + 3 * LD]);
            c30 = x.fma(b0, c30);
            c31 = x.fma(b1, c31);
        }
        c00.intoArray(c, co);
        c01.intoArray(c, co + L);
        co += ldc;
        c10.intoArray(c, co);
        c11.intoArray(c, co + L);
        co += ldc;
        c20.intoArray(c, co);
        c21.intoArray(c, co + L);
        co += ldc;
        c30.intoArray(c, co);
        c31.intoArray(c, co + L);
    }

    static void tile2x2(
            int kc, float[] s, float[] b, int bo,
            float[] init, int io, int is, float[] c, int co, int ldc) {
        FloatVector c00 = FloatVector.fromArray(S, init, io);
        FloatVector c01 = FloatVector.fromArray(S, init, io + L);
        io += is;
        FloatVector c10 = FloatVector.fromArray(S, init, io);
        FloatVector c11 = FloatVector.fromArray(S, init, io + L);
        for (int p = 0; p < kc; p++) {
            FloatVector b0 = FloatVector.fromArray(S, b, bo + p * P);
            FloatVector b1 = FloatVector.fromArray(S, b, bo + p * P + L);
            FloatVector x = FloatVector.broadcast(S, s[p]);
            c00 = x.fma(b0, c00);
            c01 = x.fma(b1, c01);
            x = FloatVector.broadcast(S, s[p + LD]);
            c10 = x.fma(b0, c10);
            c11 = x.fma(b1, c11);
        }
        c00.intoArray(c, co);
        c01.intoArray(c, co + L);
        co += ldc;
        c10.intoArray(c, co);
        c11.intoArray(c, co + L);
    }
}
