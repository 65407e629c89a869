package dev.lanewise.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Row times panels: {@code c = init + a[kc] · b[kc, columns]}, for products with a vector. Each
 * weight is used once, so that loads are the limit; 8 vectors (4 panels, 4 streams of memory) give
 * the 8 independent chains that hide the latency of a fused multiply-add; 6 (the gates of a GRU), 4
 * and 2 vectors do the rest.
 *
 * <p>{@code a} is read where it lies. Panels are {@code panelStride} apart; {@code init} and {@code
 * c} are contiguous and may be the same.
 */
final class RowTiles {

    private static final VectorSpecies<Float> S = Lanes.SPECIES;
    private static final int L = Lanes.LANES;
    private static final int P = Panels.WIDTH;

    private RowTiles() {}

    static void row8(
            int kc, float[] a, int ao, float[] b, int bo, int panelStride,
            float[] init, int io, float[] c, int co) {
        FloatVector c0 = FloatVector.fromArray(S, init, io);
        FloatVector c1 = FloatVector.fromArray(S, init, io + L);
        FloatVector c2 = FloatVector.fromArray(S, init, io + 2 * L);
        FloatVector c3 = FloatVector.fromArray(S, init, io + 3 * L);
        FloatVector c4 = FloatVector.fromArray(S, init, io + 4 * L);
        FloatVector c5 = FloatVector.fromArray(S, init, io + 5 * L);
        FloatVector c6 = FloatVector.fromArray(S, init, io + 6 * L);
        FloatVector c7 = FloatVector.fromArray(S, init, io + 7 * L);
        int bo1 = bo + panelStride;
        int bo2 = bo1 + panelStride;
        int bo3 = bo2 + panelStride;
        for (int p = 0; p < kc; p++) {
            FloatVector x = FloatVector.broadcast(S, a[ao + p]);
            c0 = x.fma(FloatVector.fromArray(S, b, bo + p * P), c0);
            c1 = x.fma(FloatVector.fromArray(S, b, bo + p * P + L), c1);
            c2 = x.fma(FloatVector.fromArray(S, b, bo1 + p * P), c2);
            c3 = x.fma(FloatVector.fromArray(S, b, bo1 + p * P + L), c3);
            c4 = x.fma(FloatVector.fromArray(S, b, bo2 + p * P), c4);
            c5 = x.fma(FloatVector.fromArray(S, b, bo2 + p * P + L), c5);
            c6 = x.fma(FloatVector.fromArray(S, b, bo3 + p * P), c6);
            c7 = x.fma(FloatVector.fromArray(S, b, bo3 + p * P + L), c7);
        }
        c0.intoArray(c, co);
        c1.intoArray(c, co + L);
        c2.intoArray(c, co + 2 * L);
        c3.intoArray(c, co + 3 * L);
        c4.intoArray(c, co + 4 * L);
        c5.intoArray(c, co + 5 * L);
        c6.intoArray(c, co + 6 * L);
        c7.intoArray(c, co + 7 * L);
    }

    static void row6(
            int kc, float[] a, int ao, float[] b, int bo, int panelStride,
            float[] init, int io, float[] c, int co) {
        FloatVector c0 = FloatVector.fromArray(S, init, io);
        FloatVector c1 = FloatVector.fromArray(S, init, io + L);
        FloatVector c2 = FloatVector.fromArray(S, init, io + 2 * L);
        FloatVector c3 = FloatVector.fromArray(S, init, io + 3 * L);
        FloatVector c4 = FloatVector.fromArray(S, init, io + 4 * L);
        FloatVector c5 = FloatVector.fromArray(S, init, io + 5 * L);
        int bo1 = bo + panelStride;
        int bo2 = bo1 + panelStride;
        for (int p = 0; p < kc; p++) {
            FloatVector x = FloatVector.broadcast(S, a[ao + p]);
            c0 = x.fma(FloatVector.fromArray(S, b, bo + p * P), c0);
            c1 = x.fma(FloatVector.fromArray(S, b, bo + p * P + L), c1);
            c2 = x.fma(FloatVector.fromArray(S, b, bo1 + p * P), c2);
            c3 = x.fma(FloatVector.fromArray(S, b, bo1 + p * P + L), c3);
            c4 = x.fma(FloatVector.fromArray(S, b, bo2 + p * P), c4);
            c5 = x.fma(FloatVector.fromArray(S, b, bo2 + p * P + L), c5);
        }
        c0.intoArray(c, co);
        c1.intoArray(c, co + L);
        c2.intoArray(c, co + 2 * L);
        c3.intoArray(c, co + 3 * L);
        c4.intoArray(c, co + 4 * L);
        c5.intoArray(c, co + 5 * L);
    }

    static void row4(
            int kc, float[] a, int ao, float[] b, int bo, int panelStride,
            float[] init, int io, float[] c, int co) {
        FloatVector c0 = FloatVector.fromArray(S, init, io);
        FloatVector c1 = FloatVector.fromArray(S, init, io + L);
        FloatVector c2 = FloatVector.fromArray(S, init, io + 2 * L);
        FloatVector c3 = FloatVector.fromArray(S, init, io + 3 * L);
        int bo1 = bo + panelStride;
        for (int p = 0; p < kc; p++) {
            FloatVector x = FloatVector.broadcast(S, a[ao + p]);
            c0 = x.fma(FloatVector.fromArray(S, b, bo + p * P), c0);
            c1 = x.fma(FloatVector.fromArray(S, b, bo + p * P + L), c1);
            c2 = x.fma(FloatVector.fromArray(S, b, bo1 + p * P), c2);
            c3 = x.fma(FloatVector.fromArray(S, b, bo1 + p * P + L), c3);
        }
        c0.intoArray(c, co);
        c1.intoArray(c, co + L);
        c2.intoArray(c, co + 2 * L);
        c3.intoArray(c, co + 3 * L);
    }

    static void row2(
            int kc, float[] a, int ao, float[] b, int bo,
            float[] init, int io, float[] c, int co) {
        FloatVector c0 = FloatVector.fromArray(S, init, io);
        FloatVector c1 = FloatVector.fromArray(S, init, io + L);
        for (int p = 0; p < kc; p++) {
            FloatVector x = FloatVector.broadcast(S, a[ao + p]);
            c0 = x.fma(FloatVector.fromArray(S, b, bo + p * P), c0);
            c1 = x.fma(FloatVector.fromArray(S, b, bo + p * P + L), c1);
        }
        c0.intoArray(c, co);
        c1.intoArray(c, co + L);
    }
}
