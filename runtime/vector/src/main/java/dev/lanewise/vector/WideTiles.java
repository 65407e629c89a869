package dev.lanewise.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Product tiles of two panels of columns (4 vectors) for few rows, where one panel gives too few
 * independent chains to hide the latency of a fused multiply-add (4 cycles, 2 per cycle: 8 chains).
 * Parameters as {@link TallTiles}; the second panel lies {@code panelStride} behind the first.
 */
final class WideTiles {

    private static final VectorSpecies<Float> S = Lanes.SPECIES;
    private static final int L = Lanes.LANES;
    private static final int P = Panels.WIDTH;
    private static final int LD = Strip.STRIDE;

    private WideTiles() {}

    static void tile4x4(
            int kc, float[] s, float[] b, int bo, int panelStride,
            float[] init, int io, int is, float[] c, int co, int ldc) {
        FloatVector c00 = FloatVector.fromArray(S, init, io);
        FloatVector c01 = FloatVector.fromArray(S, init, io + L);
        FloatVector c02 = FloatVector.fromArray(S, init, io + 2 * L);
        FloatVector c03 = FloatVector.fromArray(S, init, io + 3 * L);
        io += is;
        FloatVector c10 = FloatVector.fromArray(S, init, io);
        FloatVector c11 = FloatVector.fromArray(S, init, io + L);
        FloatVector c12 = FloatVector.fromArray(S, init, io + 2 * L);
        FloatVector c13 = FloatVector.fromArray(S, init, io + 3 * L);
        io += is;
        FloatVector c20 = FloatVector.fromArray(S, init, io);
        FloatVector c21 = FloatVector.fromArray(S, init, io + L);
        FloatVector c22 = FloatVector.fromArray(S, init, io + 2 * L);
        FloatVector c23 = FloatVector.fromArray(S, init, io + 3 * L);
        io += is;
        FloatVector c30 = FloatVector.fromArray(S, init, io);
        FloatVector c31 = FloatVector.fromArray(S, init, io + L);
        FloatVector c32 = FloatVector.fromArray(S, init, io + 2 * L);
        FloatVector c33 = FloatVector.fromArray(S, init, io + 3 * L);
        for (int p = 0; p < kc; p++) {
            FloatVector b0 = FloatVector.fromArray(S, b, bo + p * P);
            FloatVector b1 = FloatVector.fromArray(S, b, bo + p * P + L);
            FloatVector b2 = FloatVector.fromArray(S, b, bo + p * P + panelStride);
            FloatVector b3 = FloatVector.fromArray(S, b, bo + p * P + panelStride + L);
            FloatVector x = FloatVector.broadcast(S, s[p]);
            c00 = x.fma(b0, c00);
            c01 = x.fma(b1, c01);
            c02 = x.fma(b2, c02);
            c03 = x.fma(b3, c03);
            x = FloatVector.broadcast(S, s[p + LD]);
            c10 = x.fma(b0, c10);
            c11 = x.fma(b1, c11);
            c12 = x.fma(b2, c12);
            c13 = x.fma(b3, c13);
            x = FloatVector.broadcast(S, s[p + 2 * LD]);
            c20 = x.fma(b0, c20);
            c21 = x.fma(b1, c21);
            c22 = x.fma(b2, c22);
            c23 = x.fma(b3, c23);
            x = FloatVector.broadcast(S, s[p + 3 * LD]);
            c30 = x.fma(b0, c30);
            c31 = x.fma(b1, c31);
            c32 = x.fma(b2, c32);
            c33 = x.fma(b3, c33);
        }
        c00.intoArray(c, co);
        c01.intoArray(c, co + L);
        c02.intoArray(c, co + 2 * L);
        c03.intoArray(c, co + 3 * L);
        co += ldc;
        c10.intoArray(c, co);
        c11.intoArray(c, co + L);
        c12.intoArray(c, co + 2 * L);
        c13.intoArray(c, co + 3 * L);
        co += ldc;
        c20.intoArray(c, co);
        c21.intoArray(c, co + L);
        c22.intoArray(c, co + 2 * L);
        c23.intoArray(c, co + 3 * L);
        co += ldc;
        c30.intoArray(c, co);
        c31.intoArray(c, co + L);
        c32.intoArray(c, co + 2 * L);
        c33.intoArray(c, co + 3 * L);
    }

    static void tile2x4(
            int kc, float[] s, float[] b, int bo, int panelStride,
            float[] init, int io, int is, float[] c, int co, int ldc) {
        FloatVector c00 = FloatVector.fromArray(S, init, io);
        FloatVector c01 = FloatVector.fromArray(S, init, io + L);
        FloatVector c02 = FloatVector.fromArray(S, init, io + 2 * L);
        FloatVector c03 = FloatVector.fromArray(S, init, io + 3 * L);
        io += is;
        FloatVector c10 = FloatVector.fromArray(S, init, io);
        FloatVector c11 = FloatVector.fromArray(S, init, io + L);
        FloatVector c12 = FloatVector.fromArray(S, init, io + 2 * L);
        FloatVector c13 = FloatVector.fromArray(S, init, io + 3 * L);
        for (int p = 0; p < kc; p++) {
            FloatVector b0 = FloatVector.fromArray(S, b, bo + p * P);
            FloatVector b1 = FloatVector.fromArray(S, b, bo + p * P + L);
            FloatVector b2 = FloatVector.fromArray(S, b, bo + p * P + panelStride);
            FloatVector b3 = FloatVector.fromArray(S, b, bo + p * P + panelStride + L);
            FloatVector x = FloatVector.broadcast(S, s[p]);
            c00 = x.fma(b0, c00);
            c01 = x.fma(b1, c01);
            c02 = x.fma(b2, c02);
            c03 = x.fma(b3, c03);
            x = FloatVector.broadcast(S, s[p + LD]);
            c10 = x.fma(b0, c10);
            c11 = x.fma(b1, c11);
            c12 = x.fma(b2, c12);
            c13 = x.fma(b3, c13);
        }
        c00.intoArray(c, co);
        c01.intoArray(c, co + L);
        c02.intoArray(c, co + 2 * L);
        c03.intoArray(c, co + 3 * L);
        co += ldc;
        c10.intoArray(c, co);
        c11.intoArray(c, co + L);
        c12.intoArray(c, co + 2 * L);
        c13.intoArray(c, co + 3 * L);
    }
}
