package dev.lanewise.vector;

import dev.lanewise.runtime.kernel.WeightMatrix;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * bf16 weights: a row of a panel is one vector of ints, the panel's first vector in their upper halves,
 * its second in the lower ones. An upper half is a float once the lower is masked off, a lower one once
 * it is shifted up.
 */
final class Bf16Panels extends SmallPanels {

    private static final VectorSpecies<Float> S = Lanes.SPECIES;
    private static final VectorSpecies<Integer> I = Lanes.INTS;
    private static final int L = Lanes.LANES;
    private static final int UPPER = 0xffff0000;

    private final int[] b; // [columns / P][k][L]

    private Bf16Panels(int k, int columns, int[] b) {
        super(k, columns);
        this.b = b;
    }

    static Bf16Panels pack(WeightMatrix w, int[] rows) {
        int[] b = new int[Math.multiplyExact(w.k, rows.length / 2)];
        for (int column = 0; column < rows.length; column++) {
            int row = rows[column];
            int inPanel = column % P;
            int at = column / P * w.k * L + inPanel % L;
            int up = inPanel < L ? 16 : 0;
            for (int p = 0; row >= 0 && p < w.k; p++) {
                b[at + p * L] |= (w.half(row, p) & 0xffff) << up;
            }
        }
        return new Bf16Panels(w.k, rows.length, b);
    }

    @Override
    public long bytes() {
        return 4L * b.length;
    }

    @Override
    public String form() {
        return Panels.form() + ", bf16";
    }

    @Override
    boolean waitsForSums() {
        return true;
    }

    @Override
    void row4(
            int column, float[] a, int aOff, float[] init, int io, float[] c, int co, float[] scratch) {
        row4(k, a, aOff, b, column / P * k * L, init, io, c, co);
    }

    @Override
    void row1(
            int column, float[] a, int aOff, float[] init, int io, float[] c, int co, float[] scratch) {
        row1(k, a, aOff, b, column / P * k * L, init, io, c, co);
    }

    @Override
    void rows4(
            int column, float[] a, int aOff, int lda, float[] init, int io, int is, float[] c, int co,
            int ldc, float[] scratch) {
        rows4(k, a, aOff, lda, b, column / P * k * L, init, io, is, c, co, ldc);
    }

    private static void row4(
            int k, float[] a, int ao, int[] b, int bo, float[] init, int io, float[] c, int co) {
        IntVector mask = IntVector.broadcast(I, UPPER);
        FloatVector c0 = FloatVector.fromArray(S, init, io);
        FloatVector c1 = FloatVector.fromArray(S, init, io + L);
        FloatVector c2 = FloatVector.fromArray(S, init, io + 2 * L);
        FloatVector c3 = FloatVector.fromArray(S, init, io + 3 * L);
        FloatVector c4 = FloatVector.fromArray(S, init, io + 4 * L);
        FloatVector c5 = FloatVector.fromArray(S, init, io + 5 * L);
        FloatVector c6 = FloatVector.fromArray(S, init, io + 6 * L);
        FloatVector c7 = FloatVector.fromArray(S, init, io + 7 * L);
        int bo1 = bo + k * L;
        int bo2 = bo1 + k * L;
        int bo3 = bo2 + k * L;
        for (int p = 0; p < k; p++) {
            FloatVector x = FloatVector.broadcast(S, a[ao + p]);
            IntVector v0 = IntVector.fromArray(I, b, bo + p * L);
            IntVector v1 = IntVector.fromArray(I, b, bo1 + p * L);
            IntVector v2 = IntVector.fromArray(I, b, bo2 + p * L);
            IntVector v3 = IntVector.fromArray(I, b, bo3 + p * L);
            c0 = x.fma(v0.and(mask).reinterpretAsFloats(), c0);
            c1 = x.fma(v0.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats(), c1);
            c2 = x.fma(v1.and(mask).reinterpretAsFloats(), c2);
            c3 = x.fma(v1.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats(), c3);
            c4 = x.fma(v2.and(mask).reinterpretAsFloats(), c4);
            c5 = x.fma(v2.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats(), c5);
            c6 = x.fma(v3.and(mask).reinterpretAsFloats(), c6);
            c7 = x.fma(v3.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats(), c7);
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

    private static void row1(
            int k, float[] a, int ao, int[] b, int bo, float[] init, int io, float[] c, int co) {
        IntVector mask = IntVector.broadcast(I, UPPER);
        FloatVector c0 = FloatVector.fromArray(S, init, io);
        FloatVector c1 = FloatVector.fromArray(S, init, io + L);
        for (int p = 0; p < k; p++) {
            FloatVector x = FloatVector.broadcast(S, a[ao + p]);
            IntVector v = IntVector.fromArray(I, b, bo + p * L);
            c0 = x.fma(v.and(mask).reinterpretAsFloats(), c0);
            c1 = x.fma(v.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats(), c1);
        }
        c0.intoArray(c, co);
        c1.intoArray(c, co + L);
    }

    private static void rows4(
            int k, float[] a, int a0, int lda, int[] b, int bo, float[] init, int io, int is, float[] c,
            int co, int ldc) {
        IntVector mask = IntVector.broadcast(I, UPPER);
        FloatVector c0 = FloatVector.fromArray(S, init, io);
        FloatVector c1 = FloatVector.fromArray(S, init, io + L);
        FloatVector c2 = FloatVector.fromArray(S, init, io + is);
        FloatVector c3 = FloatVector.fromArray(S, init, io + is + L);
        FloatVector c4 = FloatVector.fromArray(S, init, io + 2 * is);
        FloatVector c5 = FloatVector.fromArray(S, init, io + 2 * is + L);
        FloatVector c6 = FloatVector.fromArray(S, init, io + 3 * is);
        FloatVector c7 = FloatVector.fromArray(S, init, io + 3 * is + L);
        int a1 = a0 + lda;
        int a2 = a1 + lda;
        int a3 = a2 + lda;
        for (int p = 0; p < k; p++) {
            IntVector v = IntVector.fromArray(I, b, bo + p * L);
            FloatVector b0 = v.and(mask).reinterpretAsFloats();
            FloatVector b1 = v.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
            FloatVector x = FloatVector.broadcast(S, a[a0 + p]);
            c0 = x.fma(b0, c0);
            c1 = x.fma(b1, c1);
            x = FloatVector.broadcast(S, a[a1 + p]);
            c2 = x.fma(b0, c2);
            c3 = x.fma(b1, c3);
            x = FloatVector.broadcast(S, a[a2 + p]);
            c4 = x.fma(b0, c4);
            c5 = x.fma(b1, c5);
            x = FloatVector.broadcast(S, a[a3 + p]);
            c6 = x.fma(b0, c6);
            c7 = x.fma(b1, c7);
        }
        c0.intoArray(c, co);
        c1.intoArray(c, co + L);
        c2.intoArray(c, co + ldc);
        c3.intoArray(c, co + ldc + L);
        c4.intoArray(c, co + 2 * ldc);
        c5.intoArray(c, co + 2 * ldc + L);
        c6.intoArray(c, co + 3 * ldc);
        c7.intoArray(c, co + 3 * ldc + L);
    }
}
