package dev.lanewise.vector25;

import dev.lanewise.vector.Lanes;
import dev.lanewise.vector.Panels;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Row times panels that lie in native memory: the text of {@code RowTiles} in {@code
 * dev.lanewise.vector} once more, since a load that has met both arrays and segments stays 4 to 5
 * times slower for both. {@code bo} and {@code panelStride} count bytes.
 */
final class AlignedRowTiles {

    private static final VectorSpecies<Float> S = Lanes.SPECIES;
    private static final int L = Lanes.LANES;
    private static final ByteOrder NATIVE = ByteOrder.nativeOrder();

    /** Bytes of a vector, and of one row of a panel. */
    private static final long V = 4L * L;
    private static final long P = 4L * Panels.WIDTH;

    private AlignedRowTiles() {}

    static void row8(
            int kc, float[] a, int ao, MemorySegment b, long bo, long panelStride,
            float[] init, int io, float[] c, int co) {
        FloatVector c0 = FloatVector.fromArray(S, init, io);
        FloatVector c1 = FloatVector.fromArray(S, init, io + L);
        FloatVector c2 = FloatVector.fromArray(S, init, io + 2 * L);
        FloatVector c3 = FloatVector.fromArray(S, init, io + 3 * L);
        FloatVector c4 = FloatVector.fromArray(S, init, io + 4 * L);
        FloatVector c5 = FloatVector.fromArray(S, init, io + 5 * L);
        FloatVector c6 = FloatVector.fromArray(S, init, io + 6 * L);
        FloatVector c7 = FloatVector.fromArray(S, init, io + 7 * L);
        long bo1 = bo + panelStride;
        long bo2 = bo1 + panelStride;
        long bo3 = bo2 + panelStride;
        for (int p = 0; p < kc; p++) {
            FloatVector x = FloatVector.broadcast(S, a[ao + p]);
            long q = p * P;
            c0 = x.fma(FloatVector.fromMemorySegment(S, b, bo + q, NATIVE), c0);
            c1 = x.fma(FloatVector.fromMemorySegment(S, b, bo + q + V, NATIVE), c1);
            c2 = x.fma(FloatVector.fromMemorySegment(S, b, bo1 + q, NATIVE), c2);
            c3 = x.fma(FloatVector.fromMemorySegment(S, b, bo1 + q + V, NATIVE), c3);
            c4 = x.fma(FloatVector.fromMemorySegment(S, b, bo2 + q, NATIVE), c4);
            c5 = x.fma(FloatVector.fromMemorySegment(S, b, bo2 + q + V, NATIVE), c5);
            c6 = x.fma(FloatVector.fromMemorySegment(S, b, bo3 + q, NATIVE), c6);
            c7 = x.fma(FloatVector.fromMemorySegment(S, b, bo3 + q + V, NATIVE), c7);
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
            int kc, float[] a, int ao, MemorySegment b, long bo, long panelStride,
            float[] init, int io, float[] c, int co) {
        FloatVector c0 = FloatVector.fromArray(S, init, io);
        FloatVector c1 = FloatVector.fromArray(S, init, io + L);
        FloatVector c2 = FloatVector.fromArray(S, init, io + 2 * L);
        FloatVector c3 = FloatVector.fromArray(S, init, io + 3 * L);
        FloatVector c4 = FloatVector.fromArray(S, init, io + 4 * L);
        FloatVector c5 = FloatVector.fromArray(S, init, io + 5 * L);
        long bo1 = bo + panelStride;
        long bo2 = bo1 + panelStride;
        for (int p = 0; p < kc; p++) {
            FloatVector x = FloatVector.broadcast(S, a[ao + p]);
            long q = p * P;
            c0 = x.fma(FloatVector.fromMemorySegment(S, b, bo + q, NATIVE), c0);
            c1 = x.fma(FloatVector.fromMemorySegment(S, b, bo + q + V, NATIVE), c1);
            c2 = x.fma(FloatVector.fromMemorySegment(S, b, bo1 + q, NATIVE), c2);
            c3 = x.fma(FloatVector.fromMemorySegment(S, b, bo1 + q + V, NATIVE), c3);
            c4 = x.fma(FloatVector.fromMemorySegment(S, b, bo2 + q, NATIVE), c4);
            c5 = x.fma(FloatVector.fromMemorySegment(S, b, bo2 + q + V, NATIVE), c5);
        }
        c0.intoArray(c, co);
        c1.intoArray(c, co + L);
        c2.intoArray(c, co + 2 * L);
        c3.intoArray(c, co + 3 * L);
        c4.intoArray(c, co + 4 * L);
        c5.intoArray(c, co + 5 * L);
    }

    static void row4(
            int kc, float[] a, int ao, MemorySegment b, long bo, long panelStride,
            float[] init, int io, float[] c, int co) {
        FloatVector c0 = FloatVector.fromArray(S, init, io);
        FloatVector c1 = FloatVector.fromArray(S, init, io + L);
        FloatVector c2 = FloatVector.fromArray(S, init, io + 2 * L);
        FloatVector c3 = FloatVector.fromArray(S, init, io + 3 * L);
        long bo1 = bo + panelStride;
        for (int p = 0; p < kc; p++) {
            FloatVector x = FloatVector.broadcast(S, a[ao + p]);
            long q = p * P;
            c0 = x.fma(FloatVector.fromMemorySegment(S, b, bo + q, NATIVE), c0);
            c1 = x.fma(FloatVector.fromMemorySegment(S, b, bo + q + V, NATIVE), c1);
            c2 = x.fma(FloatVector.fromMemorySegment(S, b, bo1 + q, NATIVE), c2);
            c3 = x.fma(FloatVector.fromMemorySegment(S, b, bo1 + q + V, NATIVE), c3);
        }
        c0.intoArray(c, co);
        c1.intoArray(c, co + L);
        c2.intoArray(c, co + 2 * L);
        c3.intoArray(c, co + 3 * L);
    }

    static void row2(
            int kc, float[] a, int ao, MemorySegment b, long bo,
            float[] init, int io, float[] c, int co) {
        FloatVector c0 = FloatVector.fromArray(S, init, io);
        FloatVector c1 = FloatVector.fromArray(S, init, io + L);
        for (int p = 0; p < kc; p++) {
            FloatVector x = FloatVector.broadcast(S, a[ao + p]);
            long q = p * P;
            c0 = x.fma(FloatVector.fromMemorySegment(S, b, bo + q, NATIVE), c0);
            c1 = x.fma(FloatVector.fromMemorySegment(S, b, bo + q + V, NATIVE), c1);
        }
        c0.intoArray(c, co);
        c1.intoArray(c, co + L);
    }
}
