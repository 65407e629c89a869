package dev.lanewise.vector;

import dev.lanewise.runtime.kernel.RoundedInputs;
import dev.lanewise.runtime.kernel.WeightMatrix;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Weights of 8 bits for inputs that are rounded to 8 bits too. A product of two codes fits 16 bits, and so
 * does the sum of two: one multiplication of shorts does a whole panel, twice the lanes of one of floats.
 * Every two steps of k the sums are widened to 32 bits.
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

    /**
     * What a row of a panel is loaded as: shorts of two codes each. {@link Int8Panels} loads bytes of another
     * length, and a method of the Vector API must not see vectors of two lengths.
     */
    private static final VectorSpecies<Short> CODES_OF_ROW =
            L == 16 ? ShortVector.SPECIES_256 : L == 8 ? ShortVector.SPECIES_128 : ShortVector.SPECIES_64;
    private static final int ROW = P / 2;

    private static final int BLOCK = RoundedInputs.BLOCK;

    /** What makes a lower half positive. */
    private static final int OFFSET = 0x8000;

    /** In the scratch array, behind the stage: the codes of all inputs, each twice in the bits of a float. */
    private static final int CODES = STAGE_FLOATS;

    /** Behind those: scales of the blocks. */
    private static final int INPUT_SCALES = CODES + RoundedInputs.MOST_K;

    private final short[] b; // [columns / P][k, even][P / 2], two codes each, the lower lane in the lower byte
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
            int at = Panels.offset(even, column / P * P) / 2 + lane / 2;
            int up = lane % 2 * 8;
            for (int p = 0; row >= 0 && p < w.k; p++) {
                b[at + p * ROW] |= (short) ((w.code(row, p) & 0xff) << up);
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
                Arrays.fill(scratch, CODES + from, CODES + from + Lanes.roundUp(n, L), 0f);
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
        return most.reduceLanes(VectorOperators.MAX);
    }

    private static void round(int n, float[] a, int ao, float factor, float[] y, int yo) {
        FloatVector times = FloatVector.broadcast(S, factor);
        FloatVector round = FloatVector.broadcast(S, RoundedInputs.ROUND);
        for (int p = 0; p < n; p += L) {
            // the integer stands in the lowest bits of the sum
            IntVector code = FloatVector.fromArray(S, a, ao + p).mul(times).add(round).reinterpretAsInts();
            code.lanewise(VectorOperators.LSHL, 16)
                    .or(code.and(0xffff))
                    .reinterpretAsFloats()
                    .intoArray(y, yo + p);
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
                    pairs, scratch, CODES + from, b, Panels.offset(even(k), column) / 2 + from * ROW, ROW * even(k),
                    scratch[INPUT_SCALES + from / BLOCK], scales, column,
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
                    pairs, scratch, CODES + from, b, Panels.offset(even(k), column) / 2 + from * ROW,
                    scratch[INPUT_SCALES + from / BLOCK], scales, column,
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

    private static void row4(
            int pairs, float[] codes, int ao, short[] b, int bo, int panelStride, float inputScale,
            float[] scales, int so, float[] init, int io, float[] c, int co) {
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
            ShortVector x0 = IntVector.broadcast(I, Float.floatToRawIntBits(codes[at])).reinterpretAsShorts();
            ShortVector x1 = IntVector.broadcast(I, Float.floatToRawIntBits(codes[at + 1])).reinterpretAsShorts();
            int q = 2 * p * ROW;
            IntVector sums = x0.mul(ShortVector.fromArray(CODES_OF_ROW, b, bo + q).reinterpretAsBytes()
                            .convertShape(VectorOperators.B2S, H, 0))
                    .add(x1.mul(ShortVector.fromArray(CODES_OF_ROW, b, bo + q + ROW).reinterpretAsBytes()
                            .convertShape(VectorOperators.B2S, H, 0)))
                    .reinterpretAsInts().lanewise(VectorOperators.XOR, OFFSET);
            c0 = sums.add(c0);
            c1 = sums.lanewise(VectorOperators.ASHR, 16).add(c1);
            sums = x0.mul(ShortVector.fromArray(CODES_OF_ROW, b, bo1 + q).reinterpretAsBytes()
                            .convertShape(VectorOperators.B2S, H, 0))
                    .add(x1.mul(ShortVector.fromArray(CODES_OF_ROW, b, bo1 + q + ROW).reinterpretAsBytes()
                            .convertShape(VectorOperators.B2S, H, 0)))
                    .reinterpretAsInts().lanewise(VectorOperators.XOR, OFFSET);
            c2 = sums.add(c2);
            c3 = sums.lanewise(VectorOperators.ASHR, 16).add(c3);
            sums = x0.mul(ShortVector.fromArray(CODES_OF_ROW, b, bo2 + q).reinterpretAsBytes()
                            .convertShape(VectorOperators.B2S, H, 0))
                    .add(x1.mul(ShortVector.fromArray(CODES_OF_ROW, b, bo2 + q + ROW).reinterpretAsBytes()
                            .convertShape(VectorOperators.B2S, H, 0)))
                    .reinterpretAsInts().lanewise(VectorOperators.XOR, OFFSET);
            c4 = sums.add(c4);
            c5 = sums.lanewise(VectorOperators.ASHR, 16).add(c5);
            sums = x0.mul(ShortVector.fromArray(CODES_OF_ROW, b, bo3 + q).reinterpretAsBytes()
                            .convertShape(VectorOperators.B2S, H, 0))
                    .add(x1.mul(ShortVector.fromArray(CODES_OF_ROW, b, bo3 + q + ROW).reinterpretAsBytes()
                            .convertShape(VectorOperators.B2S, H, 0)))
                    .reinterpretAsInts().lanewise(VectorOperators.XOR, OFFSET);
            c6 = sums.add(c6);
            c7 = sums.lanewise(VectorOperators.ASHR, 16).add(c7);
        }
        FloatVector factor = FloatVector.broadcast(S, inputScale);
        c0 = c0.sub(c1.lanewise(VectorOperators.LSHL, 16)).sub(pairs * OFFSET);
        factor.mul(FloatVector.fromArray(S, scales, so))
                .fma(c0.convert(VectorOperators.I2F, 0), FloatVector.fromArray(S, init, io))
                .intoArray(c, co);
        factor.mul(FloatVector.fromArray(S, scales, so + L))
                .fma(c1.convert(VectorOperators.I2F, 0), FloatVector.fromArray(S, init, io + L))
                .intoArray(c, co + L);
        c2 = c2.sub(c3.lanewise(VectorOperators.LSHL, 16)).sub(pairs * OFFSET);
        factor.mul(FloatVector.fromArray(S, scales, so + 2 * L))
                .fma(c2.convert(VectorOperators.I2F, 0), FloatVector.fromArray(S, init, io + 2 * L))
                .intoArray(c, co + 2 * L);
        factor.mul(FloatVector.fromArray(S, scales, so + 3 * L))
                .fma(c3.convert(VectorOperators.I2F, 0), FloatVector.fromArray(S, init, io + 3 * L))
                .intoArray(c, co + 3 * L);
        c4 = c4.sub(c5.lanewise(VectorOperators.LSHL, 16)).sub(pairs * OFFSET);
        factor.mul(FloatVector.fromArray(S, scales, so + 4 * L))
                .fma(c4.convert(VectorOperators.I2F, 0), FloatVector.fromArray(S, init, io + 4 * L))
                .intoArray(c, co + 4 * L);
        factor.mul(FloatVector.fromArray(S, scales, so + 5 * L))
                .fma(c5.convert(VectorOperators.I2F, 0), FloatVector.fromArray(S, init, io + 5 * L))
                .intoArray(c, co + 5 * L);
        c6 = c6.sub(c7.lanewise(VectorOperators.LSHL, 16)).sub(pairs * OFFSET);
        factor.mul(FloatVector.fromArray(S, scales, so + 6 * L))
                .fma(c6.convert(VectorOperators.I2F, 0), FloatVector.fromArray(S, init, io + 6 * L))
                .intoArray(c, co + 6 * L);
        factor.mul(FloatVector.fromArray(S, scales, so + 7 * L))
                .fma(c7.convert(VectorOperators.I2F, 0), FloatVector.fromArray(S, init, io + 7 * L))
                .intoArray(c, co + 7 * L);
    }

    private static void row1(
            int pairs, float[] codes, int ao, short[] b, int bo, float inputScale, float[] scales, int so,
            float[] init, int io, float[] c, int co) {
        IntVector c0 = IntVector.zero(I);
        IntVector c1 = IntVector.zero(I);
        for (int p = 0; p < pairs; p++) {
            int at = ao + 2 * p;
            ShortVector x0 = IntVector.broadcast(I, Float.floatToRawIntBits(codes[at])).reinterpretAsShorts();
            ShortVector x1 = IntVector.broadcast(I, Float.floatToRawIntBits(codes[at + 1])).reinterpretAsShorts();
            int q = bo + 2 * p * ROW;
            IntVector sums = x0.mul(ShortVector.fromArray(CODES_OF_ROW, b, q).reinterpretAsBytes()
                            .convertShape(VectorOperators.B2S, H, 0))
                    .add(x1.mul(ShortVector.fromArray(CODES_OF_ROW, b, q + ROW).reinterpretAsBytes()
                            .convertShape(VectorOperators.B2S, H, 0)))
                    .reinterpretAsInts().lanewise(VectorOperators.XOR, OFFSET);
            c0 = sums.add(c0);
            c1 = sums.lanewise(VectorOperators.ASHR, 16).add(c1);
        }
        FloatVector factor = FloatVector.broadcast(S, inputScale);
        c0 = c0.sub(c1.lanewise(VectorOperators.LSHL, 16)).sub(pairs * OFFSET);
        factor.mul(FloatVector.fromArray(S, scales, so))
                .fma(c0.convert(VectorOperators.I2F, 0), FloatVector.fromArray(S, init, io))
                .intoArray(c, co);
        factor.mul(FloatVector.fromArray(S, scales, so + L))
                .fma(c1.convert(VectorOperators.I2F, 0), FloatVector.fromArray(S, init, io + L))
                .intoArray(c, co + L);
    }
}
