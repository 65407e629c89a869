package dev.lanewise.vector;

import dev.lanewise.runtime.kernel.RoundedInputs;
import dev.lanewise.runtime.kernel.WeightMatrix;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Weights of 8 bits for inputs that are rounded to 8 bits too. A product of two codes fits 16 bits, and so
 * does the sum of two: one multiplication of shorts does a whole panel, twice the lanes of one of floats.
 * Every two steps of k the sums are widened to 32 bits.
 *
 * <p>A short v holds the codes of two steps: the second's, h, above the first's with 128 added, so that a
 * shift brings out h and nothing need bring out the first, v - 256 h - 128. With inputs x and y the sum of
 * both products is v x + h (y - 256 x) - 128 x, where what goes beyond 16 bits cancels. What follows from x and y
 * alone is computed once for all columns.
 *
 * <p>The lanes of a short vector are the panel's columns, its two vectors taking turns, so that the lower
 * halves of ints are the first vector and the upper halves the second. Upper halves are summed once they
 * are shifted down. Lower ones, made positive by an offset, are summed together with what stands above
 * them, which is known in the end and taken off.
 */
final class Int8DynamicPanels extends SmallPanels {

    private static final VectorSpecies<Float> S = Lanes.SPECIES;
    private static final VectorSpecies<Integer> I = Lanes.INTS;
    private static final VectorSpecies<Short> H = VectorSpecies.of(short.class, S.vectorShape());
    private static final int L = Lanes.LANES;

    private static final int BLOCK = RoundedInputs.BLOCK;

    /** What makes the lower half of a sum positive. */
    private static final int OFFSET = 0x8000;

    /** The same in all lower halves. In 16 bits it is the same to add it and to take it off. */
    private static final ShortVector LOWER = IntVector.broadcast(I, OFFSET).reinterpretAsShorts();

    /** What makes a code in the lower byte positive. */
    private static final int CODE_OFFSET = 128;

    /** In the scratch array, behind the stage: x and y - 256 x of all steps, each twice in the bits of a float. */
    private static final int CODES = STAGE_FLOATS;

    /** So far behind an x: what to take off its sums, 128 x and the offset of the lower halves. */
    private static final int OFFSETS = RoundedInputs.MOST_K + 1;

    /** Behind those: scales of the blocks. */
    private static final int INPUT_SCALES = CODES + OFFSETS + RoundedInputs.MOST_K;

    /** Behind those: sums of lower and upper halves in the bits of floats, [panels, 2, L]. */
    private static final int SUMS = INPUT_SCALES + RoundedInputs.MOST_K / BLOCK;

    private final short[] b; // [columns / P][pairs of k][P], two codes each, the earlier in the lower byte
    private final float[] scales; // [columns]

    private Int8DynamicPanels(int k, int columns, short[] b, float[] scales) {
        super(k, columns);
        this.b = b;
        this.scales = scales;
    }

    static Int8DynamicPanels pack(WeightMatrix w, int[] rows) {
        int even = even(w.k);
        short[] b = new short[Math.multiplyExact(even, rows.length) / 2];
        float[] scales = new float[rows.length];
        for (int column = 0; column < rows.length; column++) {
            int row = rows[column];
            int inPanel = column % P;
            int lane = inPanel < L ? 2 * inPanel : 2 * (inPanel - L) + 1;
            int at = Panels.offset(even, column / P * P) / 2 + lane;
            for (int p = 0; p < even; p++) {
                int code = row >= 0 && p < w.k ? w.code(row, p) : 0;
                b[at + p / 2 * P] |= (short) (p % 2 == 0 ? code + CODE_OFFSET : code << 8);
            }
            scales[column] = row >= 0 && w.k > 0 ? w.scale(row, 0) : 0;
        }
        return new Int8DynamicPanels(w.k, rows.length, b, scales);
    }

    private static int even(int k) {
        return k + (k & 1);
    }

    @Override
    public long bytes() {
        return 2L * b.length + 4L * scales.length;
    }

    @Override
    public String form() {
        return Panels.form() + ", int8, inputs rounded";
    }

    /** Rounds a row of inputs. */
    @Override
    void begin(int rows, float[] a, int aOff, int lda, float[] scratch) {
        for (int from = 0; from < k; from += BLOCK) {
            int n = Math.min(BLOCK, k - from);
            int whole = n & -L;
            int bits = largest(whole, a, aOff + from);
            for (int p = whole; p < n; p++) {
                bits = Math.max(bits, Float.floatToRawIntBits(a[aOff + from + p]) & 0x7fffffff);
            }
            scratch[INPUT_SCALES + from / BLOCK] = RoundedInputs.scale(bits);
            float factor = RoundedInputs.factor(bits);
            if (factor == 0) {
                int end = CODES + from + Lanes.roundUp(n, L);
                Arrays.fill(scratch, CODES + from, end, 0f);
                Arrays.fill(scratch, CODES + from + OFFSETS, end + OFFSETS, Float.intBitsToFloat(OFFSET));
                continue;
            }
            round(whole, a, aOff + from, factor, scratch, CODES + from);
            if (whole < n) {
                Arrays.fill(scratch, 0, L, 0f);
                System.arraycopy(a, aOff + from + whole, scratch, 0, n - whole);
                round(L, scratch, 0, factor, scratch, CODES + from + whole);
            }
        }
    }

    /** The bits of the largest magnitude: those of a NaN are larger than all others. */
    private static int largest(int n, float[] a, int ao) {
        IntVector most = IntVector.zero(I);
        for (int p = 0; p < n; p += L) {
            most = FloatVector.fromArray(S, a, ao + p).reinterpretAsInts().and(0x7fffffff).max(most);
        }
        return IntVector.zero(I).max(most).reduceLanes(VectorOperators.MAX); // the receiver of known class
    }

    private static void round(int n, float[] a, int ao, float factor, float[] y, int yo) {
        FloatVector times = FloatVector.broadcast(S, factor);
        FloatVector round = FloatVector.broadcast(S, RoundedInputs.ROUND);
        for (int p = 0; p < n; p += L) {
            // the integer stands in the lowest bits of the sum
            IntVector code = FloatVector.fromArray(S, a, ao + p).mul(times).add(round).reinterpretAsInts();
            LongVector both = code.lanewise(VectorOperators.LSHL, 16).or(code.and(0xffff)).reinterpretAsLongs();
            // the first of two where the second stands
            ShortVector first = both.lanewise(VectorOperators.LSHL, 32).reinterpretAsShorts();
            both.reinterpretAsShorts().sub(first.lanewise(VectorOperators.LSHL, 8))
                    .reinterpretAsFloats().intoArray(y, yo + p);
            first.lanewise(VectorOperators.LSHL, 7).add(LOWER)
                    .reinterpretAsFloats().intoArray(y, yo + p + OFFSETS - 1);
        }
    }

    @Override
    void row4(
            int column, float[] a, int aOff, float[] init, int io, float[] c, int co, float[] scratch) {
        if (k == 0) {
            System.arraycopy(init, io, c, co, 4 * P);
        }
        for (int from = 0; from < k; from += BLOCK) {
            int pairs = (Math.min(BLOCK, k - from) + 1) / 2;
            row4(
                    pairs, scratch, CODES + from, b, Panels.offset(even(k), column) / 2 + from / 2 * P,
                    even(k) / 2 * P);
            scaleAndAdd(
                    4, pairs, scratch, scratch[INPUT_SCALES + from / BLOCK], scales, column,
                    from == 0 ? init : c, from == 0 ? io : co, c, co);
        }
    }

    @Override
    void row1(
            int column, float[] a, int aOff, float[] init, int io, float[] c, int co, float[] scratch) {
        if (k == 0) {
            System.arraycopy(init, io, c, co, P);
        }
        for (int from = 0; from < k; from += BLOCK) {
            int pairs = (Math.min(BLOCK, k - from) + 1) / 2;
            row1(
                    pairs, scratch, CODES + from, b, Panels.offset(even(k), column) / 2 + from / 2 * P);
            scaleAndAdd(
                    1, pairs, scratch, scratch[INPUT_SCALES + from / BLOCK], scales, column,
                    from == 0 ? init : c, from == 0 ? io : co, c, co);
        }
    }

    /** Rows are rounded, and go, one by one. */
    @Override
    boolean takesFourRows() {
        return false;
    }

    @Override
    void rows4(
            int column, float[] a, int aOff, int lda, float[] init, int io, int is, float[] c, int co,
            int ldc, float[] scratch) {
        throw new UnsupportedOperationException();
    }

    // One block each.

    private static void row4(int pairs, float[] scratch, int ao, short[] b, int bo, int panelStride) {
        IntVector c0 = IntVector.zero(I);
        IntVector c1 = IntVector.zero(I);
        IntVector c2 = IntVector.zero(I);
        IntVector c3 = IntVector.zero(I);
        IntVector c4 = IntVector.zero(I);
        IntVector c5 = IntVector.zero(I);
        IntVector c6 = IntVector.zero(I);
        IntVector c7 = IntVector.zero(I);
        int bo1 = bo + panelStride;
        int bo2 = bo1 + panelStride;
        int bo3 = bo2 + panelStride;
        for (int p = 0; p < pairs; p++) {
            int at = ao + 2 * p;
            ShortVector x = IntVector.broadcast(I, Float.floatToRawIntBits(scratch[at])).reinterpretAsShorts();
            ShortVector y = IntVector.broadcast(I, Float.floatToRawIntBits(scratch[at + 1])).reinterpretAsShorts();
            ShortVector offset =
                    IntVector.broadcast(I, Float.floatToRawIntBits(scratch[at + OFFSETS])).reinterpretAsShorts();
            int q = p * P;
            ShortVector v = ShortVector.fromArray(H, b, bo + q);
            IntVector sums =
                    x.mul(v).add(y.mul(v.lanewise(VectorOperators.ASHR, 8))).sub(offset).reinterpretAsInts();
            c0 = sums.add(c0);
            c1 = sums.lanewise(VectorOperators.ASHR, 16).add(c1);
            v = ShortVector.fromArray(H, b, bo1 + q);
            sums = x.mul(v).add(y.mul(v.lanewise(VectorOperators.ASHR, 8))).sub(offset).reinterpretAsInts();
            c2 = sums.add(c2);
            c3 = sums.lanewise(VectorOperators.ASHR, 16).add(c3);
            v = ShortVector.fromArray(H, b, bo2 + q);
            sums = x.mul(v).add(y.mul(v.lanewise(VectorOperators.ASHR, 8))).sub(offset).reinterpretAsInts();
            c4 = sums.add(c4);
            c5 = sums.lanewise(VectorOperators.ASHR, 16).add(c5);
            v = ShortVector.fromArray(H, b, bo3 + q);
            sums = x.mul(v).add(y.mul(v.lanewise(VectorOperators.ASHR, 8))).sub(offset).reinterpretAsInts();
            c6 = sums.add(c6);
            c7 = sums.lanewise(VectorOperators.ASHR, 16).add(c7);
        }
        c0.reinterpretAsFloats().intoArray(scratch, SUMS);
        c1.reinterpretAsFloats().intoArray(scratch, SUMS + L);
        c2.reinterpretAsFloats().intoArray(scratch, SUMS + 2 * L);
        c3.reinterpretAsFloats().intoArray(scratch, SUMS + 3 * L);
        c4.reinterpretAsFloats().intoArray(scratch, SUMS + 4 * L);
        c5.reinterpretAsFloats().intoArray(scratch, SUMS + 5 * L);
        c6.reinterpretAsFloats().intoArray(scratch, SUMS + 6 * L);
        c7.reinterpretAsFloats().intoArray(scratch, SUMS + 7 * L);
    }

    private static void row1(int pairs, float[] scratch, int ao, short[] b, int bo) {
        IntVector c0 = IntVector.zero(I);
        IntVector c1 = IntVector.zero(I);
        for (int p = 0; p < pairs; p++) {
            int at = ao + 2 * p;
            ShortVector x = IntVector.broadcast(I, Float.floatToRawIntBits(scratch[at])).reinterpretAsShorts();
            ShortVector y = IntVector.broadcast(I, Float.floatToRawIntBits(scratch[at + 1])).reinterpretAsShorts();
            ShortVector offset =
                    IntVector.broadcast(I, Float.floatToRawIntBits(scratch[at + OFFSETS])).reinterpretAsShorts();
            ShortVector v = ShortVector.fromArray(H, b, bo + p * P);
            IntVector sums =
                    x.mul(v).add(y.mul(v.lanewise(VectorOperators.ASHR, 8))).sub(offset).reinterpretAsInts();
            c0 = sums.add(c0);
            c1 = sums.lanewise(VectorOperators.ASHR, 16).add(c1);
        }
        c0.reinterpretAsFloats().intoArray(scratch, SUMS);
        c1.reinterpretAsFloats().intoArray(scratch, SUMS + L);
    }

    /** c = init + sums · scales, of some panels side by side. */
    private static void scaleAndAdd(
            int panels, int pairs, float[] scratch, float inputScale, float[] scales, int so, float[] init, int io,
            float[] c, int co) {
        FloatVector factor = FloatVector.broadcast(S, inputScale);
        for (int j = 0; j < panels * P; j += P) {
            IntVector upper = FloatVector.fromArray(S, scratch, SUMS + j + L).reinterpretAsInts();
            IntVector lower = FloatVector.fromArray(S, scratch, SUMS + j).reinterpretAsInts()
                    .sub(upper.lanewise(VectorOperators.LSHL, 16)).sub(pairs * OFFSET);
            factor.mul(FloatVector.fromArray(S, scales, so + j))
                    .fma(lower.convert(VectorOperators.I2F, 0), FloatVector.fromArray(S, init, io + j))
                    .intoArray(c, co + j);
            factor.mul(FloatVector.fromArray(S, scales, so + j + L))
                    .fma(upper.convert(VectorOperators.I2F, 0), FloatVector.fromArray(S, init, io + j + L))
                    .intoArray(c, co + j + L);
        }
    }
}
