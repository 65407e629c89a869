package dev.lanewise.vector;

import dev.lanewise.runtime.kernel.WeightMatrix;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Weights of 8 bits: panels of bytes. A load converts a vector of them to floats; sums are of codes, and
 * are scaled once they are complete.
 */
final class Int8Panels extends SmallPanels {

    private static final VectorSpecies<Float> S = Lanes.SPECIES;
    private static final int L = Lanes.LANES;

    /** The bytes of one vector of floats; as many again where there are no vectors of 32 bits. */
    private static final VectorSpecies<Byte> B =
            L == 16 ? ByteVector.SPECIES_128 : ByteVector.SPECIES_64;

    /** What a load reaches beyond the bytes that are wanted. */
    private static final int BEYOND = B.length() - L;

    private final byte[] b; // [columns / P][k][P]
    private final float[] scales; // [columns]

    private Int8Panels(int k, int columns, byte[] b, float[] scales) {
        super(k, columns);
        this.b = b;
        this.scales = scales;
    }

    static Int8Panels pack(WeightMatrix w, int[] rows) {
        byte[] b = new byte[Math.addExact(Math.multiplyExact(w.k, rows.length), BEYOND)];
        float[] scales = new float[rows.length];
        for (int column = 0; column < rows.length; column++) {
            int row = rows[column];
            int at = Panels.offset(w.k, column / P * P) + column % P;
            for (int p = 0; row >= 0 && p < w.k; p++) {
                b[at + p * P] = (byte) w.code(row, p);
            }
            scales[column] = row >= 0 && w.k > 0 ? w.scale(row, 0) : 0;
        }
        return new Int8Panels(w.k, rows.length, b, scales);
    }

    @Override
    public long bytes() {
        return b.length - BEYOND + 4L * scales.length;
    }

    @Override
    public String form() {
        return Panels.form() + ", int8";
    }

    @Override
    boolean waitsForSums() {
        return true;
    }

    @Override
    void row4(
            int column, float[] a, int aOff, float[] init, int io, float[] c, int co, float[] scratch) {
        row4(k, a, aOff, b, Panels.offset(k, column), scales, column, init, io, c, co);
    }

    @Override
    void row1(
            int column, float[] a, int aOff, float[] init, int io, float[] c, int co, float[] scratch) {
        row1(k, a, aOff, b, Panels.offset(k, column), scales, column, init, io, c, co);
    }

    @Override
    void rows4(
            int column, float[] a, int aOff, int lda, float[] init, int io, int is, float[] c, int co,
            int ldc, float[] scratch) {
        rows4(k, a, aOff, lda, b, Panels.offset(k, column), scales, column, init, io, is, c, co, ldc);
    }

    private static void row4(
            int k, float[] a, int ao, byte[] b, int bo, float[] scales, int so, float[] init, int io,
            float[] c, int co) {
        FloatVector c0 = FloatVector.zero(S);
        FloatVector c1 = FloatVector.zero(S);
        FloatVector c2 = FloatVector.zero(S);
        FloatVector c3 = FloatVector.zero(S);
        FloatVector c4 = FloatVector.zero(S);
        FloatVector c5 = FloatVector.zero(S);
        FloatVector c6 = FloatVector.zero(S);
        FloatVector c7 = FloatVector.zero(S);
        int bo1 = bo + k * P;
        int bo2 = bo1 + k * P;
        int bo3 = bo2 + k * P;
        for (int p = 0; p < k; p++) {
            FloatVector x = FloatVector.broadcast(S, a[ao + p]);
            int q = p * P;
            c0 = x.fma(ByteVector.fromArray(B, b, bo + q).convertShape(VectorOperators.B2F, S, 0), c0);
            c1 = x.fma(ByteVector.fromArray(B, b, bo + q + L).convertShape(VectorOperators.B2F, S, 0), c1);
            c2 = x.fma(ByteVector.fromArray(B, b, bo1 + q).convertShape(VectorOperators.B2F, S, 0), c2);
            c3 = x.fma(ByteVector.fromArray(B, b, bo1 + q + L).convertShape(VectorOperators.B2F, S, 0), c3);
            c4 = x.fma(ByteVector.fromArray(B, b, bo2 + q).convertShape(VectorOperators.B2F, S, 0), c4);
            c5 = x.fma(ByteVector.fromArray(B, b, bo2 + q + L).convertShape(VectorOperators.B2F, S, 0), c5);
            c6 = x.fma(ByteVector.fromArray(B, b, bo3 + q).convertShape(VectorOperators.B2F, S, 0), c6);
            c7 = x.fma(ByteVector.fromArray(B, b, bo3 + q + L).convertShape(VectorOperators.B2F, S, 0), c7);
        }
        FloatVector.fromArray(S, scales, so).fma(c0, FloatVector.fromArray(S, init, io)).intoArray(c, co);
        FloatVector.fromArray(S, scales, so + L).fma(c1, FloatVector.fromArray(S, init, io + L)).intoArray(c, co + L);
        FloatVector.fromArray(S, scales, so + 2 * L)
                .fma(c2, FloatVector.fromArray(S, init, io + 2 * L)).intoArray(c, co + 2 * L);
        FloatVector.fromArray(S, scales, so + 3 * L)
                .fma(c3, FloatVector.fromArray(S, init, io + 3 * L)).intoArray(c, co + 3 * L);
        FloatVector.fromArray(S, scales, so + 4 * L)
                .fma(c4, FloatVector.fromArray(S, init, io + 4 * L)).intoArray(c, co + 4 * L);
        FloatVector.fromArray(S, scales, so + 5 * L)
                .fma(c5, FloatVector.fromArray(S, init, io + 5 * L)).intoArray(c, co + 5 * L);
        FloatVector.fromArray(S, scales, so + 6 * L)
                .fma(c6, FloatVector.fromArray(S, init, io + 6 * L)).intoArray(c, co + 6 * L);
        FloatVector.fromArray(S, scales, so + 7 * L)
                .fma(c7, FloatVector.fromArray(S, init, io + 7 * L)).intoArray(c, co + 7 * L);
    }

    private static void row1(
            int k, float[] a, int ao, byte[] b, int bo, float[] scales, int so, float[] init, int io,
            float[] c, int co) {
        FloatVector c0 = FloatVector.zero(S);
        FloatVector c1 = FloatVector.zero(S);
        for (int p = 0; p < k; p++) {
            FloatVector x = FloatVector.broadcast(S, a[ao + p]);
            int q = bo + p * P;
            c0 = x.fma(ByteVector.fromArray(B, b, q).convertShape(VectorOperators.B2F, S, 0), c0);
            c1 = x.fma(ByteVector.fromArray(B, b, q + L).convertShape(VectorOperators.B2F, S, 0), c1);
        }
        FloatVector.fromArray(S, scales, so).fma(c0, FloatVector.fromArray(S, init, io)).intoArray(c, co);
        FloatVector.fromArray(S, scales, so + L).fma(c1, FloatVector.fromArray(S, init, io + L)).intoArray(c, co + L);
    }

    private static void rows4(
            int k, float[] a, int a0, int lda, byte[] b, int bo, float[] scales, int so, float[] init, int io,
            int is, float[] c, int co, int ldc) {
        FloatVector c0 = FloatVector.zero(S);
        FloatVector c1 = FloatVector.zero(S);
        FloatVector c2 = FloatVector.zero(S);
        FloatVector c3 = FloatVector.zero(S);
        FloatVector c4 = FloatVector.zero(S);
        FloatVector c5 = FloatVector.zero(S);
        FloatVector c6 = FloatVector.zero(S);
        FloatVector c7 = FloatVector.zero(S);
        int a1 = a0 + lda;
        int a2 = a1 + lda;
        int a3 = a2 + lda;
        for (int p = 0; p < k; p++) {
            int q = bo + p * P;
            var b0 = ByteVector.fromArray(B, b, q).convertShape(VectorOperators.B2F, S, 0);
            var b1 = ByteVector.fromArray(B, b, q + L).convertShape(VectorOperators.B2F, S, 0);
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
        FloatVector.fromArray(S, scales, so).fma(c0, FloatVector.fromArray(S, init, io)).intoArray(c, co);
        FloatVector.fromArray(S, scales, so + L).fma(c1, FloatVector.fromArray(S, init, io + L)).intoArray(c, co + L);
        FloatVector.fromArray(S, scales, so).fma(c2, FloatVector.fromArray(S, init, io + is)).intoArray(c, co + ldc);
        FloatVector.fromArray(S, scales, so + L)
                .fma(c3, FloatVector.fromArray(S, init, io + is + L)).intoArray(c, co + ldc + L);
        FloatVector.fromArray(S, scales, so)
                .fma(c4, FloatVector.fromArray(S, init, io + 2 * is)).intoArray(c, co + 2 * ldc);
        FloatVector.fromArray(S, scales, so + L)
                .fma(c5, FloatVector.fromArray(S, init, io + 2 * is + L)).intoArray(c, co + 2 * ldc + L);
        FloatVector.fromArray(S, scales, so)
                .fma(c6, FloatVector.fromArray(S, init, io + 3 * is)).intoArray(c, co + 3 * ldc);
        FloatVector.fromArray(S, scales, so + L)
                .fma(c7, FloatVector.fromArray(S, init, io + 3 * is + L)).intoArray(c, co + 3 * ldc + L);
    }
}
