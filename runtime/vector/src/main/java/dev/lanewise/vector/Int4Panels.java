package dev.lanewise.vector;

import dev.lanewise.formats.WeightForm;
import dev.lanewise.runtime.kernel.Kernels;
import dev.lanewise.runtime.kernel.WeightMatrix;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Weights of 4 bits. One vector of ints holds four steps of k of a panel: eight codes a lane, first
 * vector and second of step 0, of step 1, and so on. A code becomes a float as the upper bits of the
 * mantissa of one between 16 and 32: a shift, a mask, the exponent, and no conversion; that it is 24 too
 * large (8 of them from the code's own sign) is what sums start with.
 *
 * <p>Codes are stored rotated, so that the first one lies in the mantissa already. Group by group, sums
 * are scaled and added to c.
 */
final class Int4Panels extends SmallPanels {

    private static final VectorSpecies<Float> S = Lanes.SPECIES;
    private static final VectorSpecies<Integer> I = Lanes.INTS;
    private static final int L = Lanes.LANES;
    private static final int GROUP = WeightForm.GROUP;

    /** Steps of k in one int. */
    private static final int STEPS = 4;

    /** Bits of a code in place, at the top of the mantissa, and the exponent of 16. */
    private static final int CODE = 0x00780000;
    private static final int SIXTEEN = 0x41800000;
    private static final int CODE_SHIFT = 19;

    /** In the scratch array, behind the stage: the inputs of the last group, with zeros, [rows, GROUP]. */
    private static final int TAILS = STAGE_FLOATS;

    /** Behind those: what sums start with, [rows, groups]. */
    private static final int STARTS = TAILS + ROWS * GROUP;

    private final int groups;
    private final int[] b; // [columns / P][groups · GROUP / STEPS][L]
    private final float[] scales; // [columns / P][groups][P]

    private Int4Panels(int k, int columns, int[] b, float[] scales) {
        super(k, columns);
        this.groups = WeightForm.groups(k);
        this.b = b;
        this.scales = scales;
    }

    static Int4Panels pack(WeightMatrix w, int[] rows) {
        int groups = WeightForm.groups(w.k);
        int words = groups * (GROUP / STEPS);
        int[] b = new int[Math.multiplyExact(words, rows.length / 2)];
        float[] scales = new float[Math.multiplyExact(groups, rows.length)];
        for (int column = 0; column < rows.length; column++) {
            int row = rows[column];
            int panel = column / P;
            int inPanel = column % P;
            for (int word = 0; word < words; word++) {
                int at = (panel * words + word) * L + inPanel % L;
                for (int step = 0; step < STEPS; step++) {
                    int p = word * STEPS + step;
                    int code = row >= 0 && p < w.k ? w.code(row, p) + 8 : 8;
                    b[at] |= Integer.rotateLeft(code, CODE_SHIFT + 4 * (2 * step + inPanel / L));
                }
            }
            for (int group = 0; row >= 0 && group < groups; group++) {
                scales[(panel * groups + group) * P + inPanel] = w.scale(row, group * GROUP);
            }
        }
        return new Int4Panels(w.k, rows.length, b, scales);
    }

    @Override
    public long bytes() {
        return 4L * b.length + 4L * scales.length;
    }

    @Override
    public String form() {
        return Panels.form() + ", int4";
    }

    @Override
    boolean takesFourRows() {
        return STARTS + ROWS * groups <= Kernels.SCRATCH_FLOATS;
    }

    @Override
    void begin(int rows, float[] a, int aOff, int lda, float[] scratch) {
        int whole = k / GROUP;
        int left = k - whole * GROUP;
        for (int i = 0; i < rows; i++) {
            int from = aOff + i * lda;
            int to = STARTS + i * groups;
            for (int group = 0; group < whole; group++) {
                scratch[to + group] = -WeightMatrix.INT4_OFFSET * WeightMatrix.groupSum(a, from + group * GROUP);
            }
            if (left > 0) {
                int tail = TAILS + i * GROUP;
                Arrays.fill(scratch, tail, tail + GROUP, 0f);
                System.arraycopy(a, from + whole * GROUP, scratch, tail, left);
                scratch[to + whole] = -WeightMatrix.INT4_OFFSET * WeightMatrix.groupSum(scratch, tail);
            }
        }
    }

    private int words(int column, int group) {
        return (column / P * groups + group) * (GROUP / STEPS) * L;
    }

    private int scales(int column, int group) {
        return (column / P * groups + group) * P;
    }

    @Override
    void row4(
            int column, float[] a, int aOff, float[] init, int io, float[] c, int co, float[] scratch) {
        if (init != c || io != co) {
            System.arraycopy(init, io, c, co, 4 * P);
        }
        int panelWords = words(P, 0);
        int panelScales = scales(P, 0);
        for (int group = 0; group < groups; group++) {
            boolean tail = (group + 1) * GROUP > k;
            row4(
                    tail ? scratch : a, tail ? TAILS : aOff + group * GROUP, b, words(column, group), panelWords,
                    scales, scales(column, group), panelScales, scratch[STARTS + group], c, co);
        }
    }

    @Override
    void row1(
            int column, float[] a, int aOff, float[] init, int io, float[] c, int co, float[] scratch) {
        if (init != c || io != co) {
            System.arraycopy(init, io, c, co, P);
        }
        for (int group = 0; group < groups; group++) {
            boolean tail = (group + 1) * GROUP > k;
            row1(
                    tail ? scratch : a, tail ? TAILS : aOff + group * GROUP, b, words(column, group),
                    scales, scales(column, group), scratch[STARTS + group], c, co);
        }
    }

    @Override
    void rows4(
            int column, float[] a, int aOff, int lda, float[] init, int io, int is, float[] c, int co,
            int ldc, float[] scratch) {
        for (int i = 0; i < ROWS && (init != c || io != co); i++) {
            System.arraycopy(init, io + i * is, c, co + i * ldc, P);
        }
        for (int group = 0; group < groups; group++) {
            boolean tail = (group + 1) * GROUP > k;
            rows4(
                    tail ? scratch : a, tail ? TAILS : aOff + group * GROUP, tail ? GROUP : lda,
                    b, words(column, group), scales, scales(column, group), scratch, STARTS + group, groups,
                    c, co, ldc);
        }
    }

    // One group each.

    private static void row4(
            float[] a, int ao, int[] b, int bo, int panelWords, float[] scales, int so, int panelScales,
            float start, float[] c, int co) {
        IntVector mask = IntVector.broadcast(I, CODE);
        IntVector sixteen = IntVector.broadcast(I, SIXTEEN);
        FloatVector c0 = FloatVector.broadcast(S, start);
        FloatVector c1 = c0;
        FloatVector c2 = c0;
        FloatVector c3 = c0;
        FloatVector c4 = c0;
        FloatVector c5 = c0;
        FloatVector c6 = c0;
        FloatVector c7 = c0;
        int bo1 = bo + panelWords;
        int bo2 = bo1 + panelWords;
        int bo3 = bo2 + panelWords;
        for (int p = 0; p < GROUP; p += STEPS) {
            int q = p / STEPS * L;
            IntVector v0 = IntVector.fromArray(I, b, bo + q);
            IntVector v1 = IntVector.fromArray(I, b, bo1 + q);
            IntVector v2 = IntVector.fromArray(I, b, bo2 + q);
            IntVector v3 = IntVector.fromArray(I, b, bo3 + q);
            FloatVector x = FloatVector.broadcast(S, a[ao + p]);
            c0 = x.fma(v0.and(mask).or(sixteen).reinterpretAsFloats(), c0);
            c1 = x.fma(v0.lanewise(VectorOperators.LSHR, 4).and(mask).or(sixteen).reinterpretAsFloats(), c1);
            c2 = x.fma(v1.and(mask).or(sixteen).reinterpretAsFloats(), c2);
            c3 = x.fma(v1.lanewise(VectorOperators.LSHR, 4).and(mask).or(sixteen).reinterpretAsFloats(), c3);
            c4 = x.fma(v2.and(mask).or(sixteen).reinterpretAsFloats(), c4);
            c5 = x.fma(v2.lanewise(VectorOperators.LSHR, 4).and(mask).or(sixteen).reinterpretAsFloats(), c5);
            c6 = x.fma(v3.and(mask).or(sixteen).reinterpretAsFloats(), c6);
            c7 = x.fma(v3.lanewise(VectorOperators.LSHR, 4).and(mask).or(sixteen).reinterpretAsFloats(), c7);
            x = FloatVector.broadcast(S, a[ao + p + 1]);
            c0 = x.fma(v0.lanewise(VectorOperators.LSHR, 8).and(mask).or(sixteen).reinterpretAsFloats(), c0);
            c1 = x.fma(v0.lanewise(VectorOperators.ROL, 20).and(mask).or(sixteen).reinterpretAsFloats(), c1);
            c2 = x.fma(v1.lanewise(VectorOperators.LSHR, 8).and(mask).or(sixteen).reinterpretAsFloats(), c2);
            c3 = x.fma(v1.lanewise(VectorOperators.ROL, 20).and(mask).or(sixteen).reinterpretAsFloats(), c3);
            c4 = x.fma(v2.lanewise(VectorOperators.LSHR, 8).and(mask).or(sixteen).reinterpretAsFloats(), c4);
            c5 = x.fma(v2.lanewise(VectorOperators.ROL, 20).and(mask).or(sixteen).reinterpretAsFloats(), c5);
            c6 = x.fma(v3.lanewise(VectorOperators.LSHR, 8).and(mask).or(sixteen).reinterpretAsFloats(), c6);
            c7 = x.fma(v3.lanewise(VectorOperators.ROL, 20).and(mask).or(sixteen).reinterpretAsFloats(), c7);
            x = FloatVector.broadcast(S, a[ao + p + 2]);
            c0 = x.fma(v0.lanewise(VectorOperators.LSHL, 16).and(mask).or(sixteen).reinterpretAsFloats(), c0);
            c1 = x.fma(v0.lanewise(VectorOperators.LSHL, 12).and(mask).or(sixteen).reinterpretAsFloats(), c1);
            c2 = x.fma(v1.lanewise(VectorOperators.LSHL, 16).and(mask).or(sixteen).reinterpretAsFloats(), c2);
            c3 = x.fma(v1.lanewise(VectorOperators.LSHL, 12).and(mask).or(sixteen).reinterpretAsFloats(), c3);
            c4 = x.fma(v2.lanewise(VectorOperators.LSHL, 16).and(mask).or(sixteen).reinterpretAsFloats(), c4);
            c5 = x.fma(v2.lanewise(VectorOperators.LSHL, 12).and(mask).or(sixteen).reinterpretAsFloats(), c5);
            c6 = x.fma(v3.lanewise(VectorOperators.LSHL, 16).and(mask).or(sixteen).reinterpretAsFloats(), c6);
            c7 = x.fma(v3.lanewise(VectorOperators.LSHL, 12).and(mask).or(sixteen).reinterpretAsFloats(), c7);
            x = FloatVector.broadcast(S, a[ao + p + 3]);
            c0 = x.fma(v0.lanewise(VectorOperators.LSHL, 8).and(mask).or(sixteen).reinterpretAsFloats(), c0);
            c1 = x.fma(v0.lanewise(VectorOperators.LSHL, 4).and(mask).or(sixteen).reinterpretAsFloats(), c1);
            c2 = x.fma(v1.lanewise(VectorOperators.LSHL, 8).and(mask).or(sixteen).reinterpretAsFloats(), c2);
            c3 = x.fma(v1.lanewise(VectorOperators.LSHL, 4).and(mask).or(sixteen).reinterpretAsFloats(), c3);
            c4 = x.fma(v2.lanewise(VectorOperators.LSHL, 8).and(mask).or(sixteen).reinterpretAsFloats(), c4);
            c5 = x.fma(v2.lanewise(VectorOperators.LSHL, 4).and(mask).or(sixteen).reinterpretAsFloats(), c5);
            c6 = x.fma(v3.lanewise(VectorOperators.LSHL, 8).and(mask).or(sixteen).reinterpretAsFloats(), c6);
            c7 = x.fma(v3.lanewise(VectorOperators.LSHL, 4).and(mask).or(sixteen).reinterpretAsFloats(), c7);
        }
        FloatVector.fromArray(S, scales, so).fma(c0, FloatVector.fromArray(S, c, co)).intoArray(c, co);
        FloatVector.fromArray(S, scales, so + L).fma(c1, FloatVector.fromArray(S, c, co + L)).intoArray(c, co + L);
        FloatVector.fromArray(S, scales, so + panelScales)
                .fma(c2, FloatVector.fromArray(S, c, co + 2 * L)).intoArray(c, co + 2 * L);
        FloatVector.fromArray(S, scales, so + panelScales + L)
                .fma(c3, FloatVector.fromArray(S, c, co + 3 * L)).intoArray(c, co + 3 * L);
        FloatVector.fromArray(S, scales, so + 2 * panelScales)
                .fma(c4, FloatVector.fromArray(S, c, co + 4 * L)).intoArray(c, co + 4 * L);
        FloatVector.fromArray(S, scales, so + 2 * panelScales + L)
                .fma(c5, FloatVector.fromArray(S, c, co + 5 * L)).intoArray(c, co + 5 * L);
        FloatVector.fromArray(S, scales, so + 3 * panelScales)
                .fma(c6, FloatVector.fromArray(S, c, co + 6 * L)).intoArray(c, co + 6 * L);
        FloatVector.fromArray(S, scales, so + 3 * panelScales + L)
                .fma(c7, FloatVector.fromArray(S, c, co + 7 * L)).intoArray(c, co + 7 * L);
    }

    private static void row1(
            float[] a, int ao, int[] b, int bo, float[] scales, int so, float start, float[] c, int co) {
        IntVector mask = IntVector.broadcast(I, CODE);
        IntVector sixteen = IntVector.broadcast(I, SIXTEEN);
        FloatVector c0 = FloatVector.broadcast(S, start);
        FloatVector c1 = c0;
        for (int p = 0; p < GROUP; p += STEPS) {
            IntVector v = IntVector.fromArray(I, b, bo + p / STEPS * L);
            FloatVector x = FloatVector.broadcast(S, a[ao + p]);
            c0 = x.fma(v.and(mask).or(sixteen).reinterpretAsFloats(), c0);
            c1 = x.fma(v.lanewise(VectorOperators.LSHR, 4).and(mask).or(sixteen).reinterpretAsFloats(), c1);
            x = FloatVector.broadcast(S, a[ao + p + 1]);
            c0 = x.fma(v.lanewise(VectorOperators.LSHR, 8).and(mask).or(sixteen).reinterpretAsFloats(), c0);
            c1 = x.fma(v.lanewise(VectorOperators.ROL, 20).and(mask).or(sixteen).reinterpretAsFloats(), c1);
            x = FloatVector.broadcast(S, a[ao + p + 2]);
            c0 = x.fma(v.lanewise(VectorOperators.LSHL, 16).and(mask).or(sixteen).reinterpretAsFloats(), c0);
            c1 = x.fma(v.lanewise(VectorOperators.LSHL, 12).and(mask).or(sixteen).reinterpretAsFloats(), c1);
            x = FloatVector.broadcast(S, a[ao + p + 3]);
            c0 = x.fma(v.lanewise(VectorOperators.LSHL, 8).and(mask).or(sixteen).reinterpretAsFloats(), c0);
            c1 = x.fma(v.lanewise(VectorOperators.LSHL, 4).and(mask).or(sixteen).reinterpretAsFloats(), c1);
        }
        FloatVector.fromArray(S, scales, so).fma(c0, FloatVector.fromArray(S, c, co)).intoArray(c, co);
        FloatVector.fromArray(S, scales, so + L).fma(c1, FloatVector.fromArray(S, c, co + L)).intoArray(c, co + L);
    }

    /** @param starts of the four rows, {@code startStride} apart */
    private static void rows4(
            float[] a, int a0, int lda, int[] b, int bo, float[] scales, int so, float[] starts, int start,
            int startStride, float[] c, int co, int ldc) {
        IntVector mask = IntVector.broadcast(I, CODE);
        IntVector sixteen = IntVector.broadcast(I, SIXTEEN);
        FloatVector c0 = FloatVector.broadcast(S, starts[start]);
        FloatVector c1 = c0;
        FloatVector c2 = FloatVector.broadcast(S, starts[start + startStride]);
        FloatVector c3 = c2;
        FloatVector c4 = FloatVector.broadcast(S, starts[start + 2 * startStride]);
        FloatVector c5 = c4;
        FloatVector c6 = FloatVector.broadcast(S, starts[start + 3 * startStride]);
        FloatVector c7 = c6;
        int a1 = a0 + lda;
        int a2 = a1 + lda;
        int a3 = a2 + lda;
        for (int p = 0; p < GROUP; p += STEPS) {
            IntVector v = IntVector.fromArray(I, b, bo + p / STEPS * L);
            FloatVector b0 = v.and(mask).or(sixteen).reinterpretAsFloats();
            FloatVector b1 = v.lanewise(VectorOperators.LSHR, 4).and(mask).or(sixteen).reinterpretAsFloats();
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
            b0 = v.lanewise(VectorOperators.LSHR, 8).and(mask).or(sixteen).reinterpretAsFloats();
            b1 = v.lanewise(VectorOperators.ROL, 20).and(mask).or(sixteen).reinterpretAsFloats();
            x = FloatVector.broadcast(S, a[a0 + p + 1]);
            c0 = x.fma(b0, c0);
            c1 = x.fma(b1, c1);
            x = FloatVector.broadcast(S, a[a1 + p + 1]);
            c2 = x.fma(b0, c2);
            c3 = x.fma(b1, c3);
            x = FloatVector.broadcast(S, a[a2 + p + 1]);
            c4 = x.fma(b0, c4);
            c5 = x.fma(b1, c5);
            x = FloatVector.broadcast(S, a[a3 + p + 1]);
            c6 = x.fma(b0, c6);
            c7 = x.fma(b1, c7);
            b0 = v.lanewise(VectorOperators.LSHL, 16).and(mask).or(sixteen).reinterpretAsFloats();
            b1 = v.lanewise(VectorOperators.LSHL, 12).and(mask).or(sixteen).reinterpretAsFloats();
            x = FloatVector.broadcast(S, a[a0 + p + 2]);
            c0 = x.fma(b0, c0);
            c1 = x.fma(b1, c1);
            x = FloatVector.broadcast(S, a[a1 + p + 2]);
            c2 = x.fma(b0, c2);
            c3 = x.fma(b1, c3);
            x = FloatVector.broadcast(S, a[a2 + p + 2]);
            c4 = x.fma(b0, c4);
            c5 = x.fma(b1, c5);
            x = FloatVector.broadcast(S, a[a3 + p + 2]);
            c6 = x.fma(b0, c6);
            c7 = x.fma(b1, c7);
            b0 = v.lanewise(VectorOperators.LSHL, 8).and(mask).or(sixteen).reinterpretAsFloats();
            b1 = v.lanewise(VectorOperators.LSHL, 4).and(mask).or(sixteen).reinterpretAsFloats();
            x = FloatVector.broadcast(S, a[a0 + p + 3]);
            c0 = x.fma(b0, c0);
            c1 = x.fma(b1, c1);
            x = FloatVector.broadcast(S, a[a1 + p + 3]);
            c2 = x.fma(b0, c2);
            c3 = x.fma(b1, c3);
            x = FloatVector.broadcast(S, a[a2 + p + 3]);
            c4 = x.fma(b0, c4);
            c5 = x.fma(b1, c5);
            x = FloatVector.broadcast(S, a[a3 + p + 3]);
            c6 = x.fma(b0, c6);
            c7 = x.fma(b1, c7);
        }
        FloatVector s0 = FloatVector.fromArray(S, scales, so);
        FloatVector s1 = FloatVector.fromArray(S, scales, so + L);
        s0.fma(c0, FloatVector.fromArray(S, c, co)).intoArray(c, co);
        s1.fma(c1, FloatVector.fromArray(S, c, co + L)).intoArray(c, co + L);
        s0.fma(c2, FloatVector.fromArray(S, c, co + ldc)).intoArray(c, co + ldc);
        s1.fma(c3, FloatVector.fromArray(S, c, co + ldc + L)).intoArray(c, co + ldc + L);
        s0.fma(c4, FloatVector.fromArray(S, c, co + 2 * ldc)).intoArray(c, co + 2 * ldc);
        s1.fma(c5, FloatVector.fromArray(S, c, co + 2 * ldc + L)).intoArray(c, co + 2 * ldc + L);
        s0.fma(c6, FloatVector.fromArray(S, c, co + 3 * ldc)).intoArray(c, co + 3 * ldc);
        s1.fma(c7, FloatVector.fromArray(S, c, co + 3 * ldc + L)).intoArray(c, co + 3 * ldc + L);
    }
}
