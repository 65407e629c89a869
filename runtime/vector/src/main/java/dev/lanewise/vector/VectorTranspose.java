package dev.lanewise.vector;

import static dev.lanewise.vector.Lanes.LANES;
import static dev.lanewise.vector.Lanes.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/**
 * Transposes matrices, square by square in registers. In a square of LANES rows, rows h apart
 * exchange the lanes whose number has or lacks the bit h, for h = LANES / 2, …, 2, 1.
 */
final class VectorTranspose {

    // Lane j receives lane j ^ h.
    static final VectorShuffle<Float> SWAP_8 = swap(8);
    static final VectorShuffle<Float> SWAP_4 = swap(4);
    static final VectorShuffle<Float> SWAP_2 = swap(2);
    static final VectorShuffle<Float> SWAP_1 = swap(1);

    // Lanes whose number has the bit h.
    static final VectorMask<Float> ODD_8 = odd(8);
    static final VectorMask<Float> ODD_4 = odd(4);
    static final VectorMask<Float> ODD_2 = odd(2);
    static final VectorMask<Float> ODD_1 = odd(1);

    private VectorTranspose() {}

    private static VectorShuffle<Float> swap(int h) {
        return VectorShuffle.fromOp(SPECIES, j -> (j ^ h) & LANES - 1);
    }

    private static VectorMask<Float> odd(int h) {
        boolean[] lanes = new boolean[LANES];
        for (int j = 0; j < LANES; j++) {
            lanes[j] = (j & h) != 0;
        }
        return VectorMask.fromArray(SPECIES, lanes, 0);
    }

    /**
     * to[j, i] = from[i, j]. Where both sides fill a square, the last ones reach back over what is already done.
     *
     * @param from [rows, columns], rows {@code stride} apart
     * @param to [columns, rows], rows {@code toStride} apart
     */
    static void transpose(
            float[] from, int off, int stride, int rows, int columns,
            float[] to, int toOff, int toStride) {
        if (rows < LANES || columns < LANES) {
            for (int i = 0; i < rows; i++) {
                for (int j = 0; j < columns; j++) {
                    to[toOff + j * toStride + i] = from[off + i * stride + j];
                }
            }
            return;
        }
        // along the longer side: then a processor sees no more rows than it can fetch ahead
        boolean along = columns > rows;
        int lines = along ? rows : columns;
        int length = along ? columns : rows;
        for (int line = 0; line < lines; line += LANES) {
            for (int i = 0; i < length; i += LANES) {
                int row = Math.min(along ? line : i, rows - LANES);
                int column = Math.min(along ? i : line, columns - LANES);
                int at = off + row * stride + column;
                square(from, at, stride, to, toOff + column * toStride + row, toStride, LANES);
            }
        }
    }

    /**
     * The same for few columns: squares may read beyond them, and write up to three rows more, for which there must be
     * room.
     */
    static void columns(
            float[] from, int off, int stride, int rows, int columns,
            float[] to, int toOff, int toStride) {
        int whole = Lanes.roundUp(columns, LANES);
        if (rows < LANES || off + (rows - 1) * stride + whole > from.length) {
            transpose(from, off, stride, rows, columns, to, toOff, toStride);
            return;
        }
        for (int j = 0; j < columns; j += LANES) {
            for (int i = 0; i < rows; i += LANES) {
                int row = Math.min(i, rows - LANES);
                square(
                        from, off + row * stride + j, stride, to, toOff + j * toStride + row, toStride, columns - j);
            }
        }
    }

    /** @param keep how many columns are wanted: so many rows are written, rounded up to a multiple of four */
    private static void square(
            float[] from, int off, int stride, float[] to, int toOff, int toStride, int keep) {
        if (LANES == 16) {
            left8(from, off, stride, to, toOff, toStride, keep);
            if (keep > 8) {
                right8(from, off, stride, to, toOff + 8 * toStride, toStride, keep - 8);
            }
        } else if (LANES == 8) {
            square8(from, off, stride, to, toOff, toStride, keep);
        } else {
            square4(from, off, stride, to, toOff, toStride);
        }
    }

    /** The left columns of a square of 16; all of it in one method is more than C2 always inlines on Java 17. */
    private static void left8(
            float[] from, int off, int stride, float[] to, int toOff, int toStride, int keep) {
        FloatVector a0 = FloatVector.fromArray(SPECIES, from, off);
        FloatVector a1 = FloatVector.fromArray(SPECIES, from, off + stride);
        FloatVector a2 = FloatVector.fromArray(SPECIES, from, off + 2 * stride);
        FloatVector a3 = FloatVector.fromArray(SPECIES, from, off + 3 * stride);
        FloatVector a4 = FloatVector.fromArray(SPECIES, from, off + 4 * stride);
        FloatVector a5 = FloatVector.fromArray(SPECIES, from, off + 5 * stride);
        FloatVector a6 = FloatVector.fromArray(SPECIES, from, off + 6 * stride);
        FloatVector a7 = FloatVector.fromArray(SPECIES, from, off + 7 * stride);
        FloatVector a8 = FloatVector.fromArray(SPECIES, from, off + 8 * stride);
        FloatVector a9 = FloatVector.fromArray(SPECIES, from, off + 9 * stride);
        FloatVector aa = FloatVector.fromArray(SPECIES, from, off + 10 * stride);
        FloatVector ab = FloatVector.fromArray(SPECIES, from, off + 11 * stride);
        FloatVector ac = FloatVector.fromArray(SPECIES, from, off + 12 * stride);
        FloatVector ad = FloatVector.fromArray(SPECIES, from, off + 13 * stride);
        FloatVector ae = FloatVector.fromArray(SPECIES, from, off + 14 * stride);
        FloatVector af = FloatVector.fromArray(SPECIES, from, off + 15 * stride);
        FloatVector b0 = a0.blend(a8.rearrange(SWAP_8), ODD_8);
        FloatVector b1 = a1.blend(a9.rearrange(SWAP_8), ODD_8);
        FloatVector b2 = a2.blend(aa.rearrange(SWAP_8), ODD_8);
        FloatVector b3 = a3.blend(ab.rearrange(SWAP_8), ODD_8);
        FloatVector b4 = a4.blend(ac.rearrange(SWAP_8), ODD_8);
        FloatVector b5 = a5.blend(ad.rearrange(SWAP_8), ODD_8);
        FloatVector b6 = a6.blend(ae.rearrange(SWAP_8), ODD_8);
        FloatVector b7 = a7.blend(af.rearrange(SWAP_8), ODD_8);
        FloatVector c0 = b0.blend(b4.rearrange(SWAP_4), ODD_4);
        FloatVector c4 = b0.rearrange(SWAP_4).blend(b4, ODD_4);
        FloatVector c1 = b1.blend(b5.rearrange(SWAP_4), ODD_4);
        FloatVector c5 = b1.rearrange(SWAP_4).blend(b5, ODD_4);
        FloatVector c2 = b2.blend(b6.rearrange(SWAP_4), ODD_4);
        FloatVector c6 = b2.rearrange(SWAP_4).blend(b6, ODD_4);
        FloatVector c3 = b3.blend(b7.rearrange(SWAP_4), ODD_4);
        FloatVector c7 = b3.rearrange(SWAP_4).blend(b7, ODD_4);
        FloatVector d0 = c0.blend(c2.rearrange(SWAP_2), ODD_2);
        FloatVector d2 = c0.rearrange(SWAP_2).blend(c2, ODD_2);
        FloatVector d1 = c1.blend(c3.rearrange(SWAP_2), ODD_2);
        FloatVector d3 = c1.rearrange(SWAP_2).blend(c3, ODD_2);
        FloatVector d4 = c4.blend(c6.rearrange(SWAP_2), ODD_2);
        FloatVector d6 = c4.rearrange(SWAP_2).blend(c6, ODD_2);
        FloatVector d5 = c5.blend(c7.rearrange(SWAP_2), ODD_2);
        FloatVector d7 = c5.rearrange(SWAP_2).blend(c7, ODD_2);
        FloatVector e0 = d0.blend(d1.rearrange(SWAP_1), ODD_1);
        FloatVector e1 = d0.rearrange(SWAP_1).blend(d1, ODD_1);
        FloatVector e2 = d2.blend(d3.rearrange(SWAP_1), ODD_1);
        FloatVector e3 = d2.rearrange(SWAP_1).blend(d3, ODD_1);
        FloatVector e4 = d4.blend(d5.rearrange(SWAP_1), ODD_1);
        FloatVector e5 = d4.rearrange(SWAP_1).blend(d5, ODD_1);
        FloatVector e6 = d6.blend(d7.rearrange(SWAP_1), ODD_1);
        FloatVector e7 = d6.rearrange(SWAP_1).blend(d7, ODD_1);
        e0.intoArray(to, toOff);
        e1.intoArray(to, toOff + toStride);
        e2.intoArray(to, toOff + 2 * toStride);
        e3.intoArray(to, toOff + 3 * toStride);
        if (keep <= 4) {
            return;
        }
        e4.intoArray(to, toOff + 4 * toStride);
        e5.intoArray(to, toOff + 5 * toStride);
        e6.intoArray(to, toOff + 6 * toStride);
        e7.intoArray(to, toOff + 7 * toStride);
    }

    private static void right8(
            float[] from, int off, int stride, float[] to, int toOff, int toStride, int keep) {
        FloatVector a0 = FloatVector.fromArray(SPECIES, from, off);
        FloatVector a1 = FloatVector.fromArray(SPECIES, from, off + stride);
        FloatVector a2 = FloatVector.fromArray(SPECIES, from, off + 2 * stride);
        FloatVector a3 = FloatVector.fromArray(SPECIES, from, off + 3 * stride);
        FloatVector a4 = FloatVector.fromArray(SPECIES, from, off + 4 * stride);
        FloatVector a5 = FloatVector.fromArray(SPECIES, from, off + 5 * stride);
        FloatVector a6 = FloatVector.fromArray(SPECIES, from, off + 6 * stride);
        FloatVector a7 = FloatVector.fromArray(SPECIES, from, off + 7 * stride);
        FloatVector a8 = FloatVector.fromArray(SPECIES, from, off + 8 * stride);
        FloatVector a9 = FloatVector.fromArray(SPECIES, from, off + 9 * stride);
        FloatVector aa = FloatVector.fromArray(SPECIES, from, off + 10 * stride);
        FloatVector ab = FloatVector.fromArray(SPECIES, from, off + 11 * stride);
        FloatVector ac = FloatVector.fromArray(SPECIES, from, off + 12 * stride);
        FloatVector ad = FloatVector.fromArray(SPECIES, from, off + 13 * stride);
        FloatVector ae = FloatVector.fromArray(SPECIES, from, off + 14 * stride);
        FloatVector af = FloatVector.fromArray(SPECIES, from, off + 15 * stride);
        FloatVector b0 = a0.rearrange(SWAP_8).blend(a8, ODD_8);
        FloatVector b1 = a1.rearrange(SWAP_8).blend(a9, ODD_8);
        FloatVector b2 = a2.rearrange(SWAP_8).blend(aa, ODD_8);
        FloatVector b3 = a3.rearrange(SWAP_8).blend(ab, ODD_8);
        FloatVector b4 = a4.rearrange(SWAP_8).blend(ac, ODD_8);
        FloatVector b5 = a5.rearrange(SWAP_8).blend(ad, ODD_8);
        FloatVector b6 = a6.rearrange(SWAP_8).blend(ae, ODD_8);
        FloatVector b7 = a7.rearrange(SWAP_8).blend(af, ODD_8);
        FloatVector c0 = b0.blend(b4.rearrange(SWAP_4), ODD_4);
        FloatVector c4 = b0.rearrange(SWAP_4).blend(b4, ODD_4);
        FloatVector c1 = b1.blend(b5.rearrange(SWAP_4), ODD_4);
        FloatVector c5 = b1.rearrange(SWAP_4).blend(b5, ODD_4);
        FloatVector c2 = b2.blend(b6.rearrange(SWAP_4), ODD_4);
        FloatVector c6 = b2.rearrange(SWAP_4).blend(b6, ODD_4);
        FloatVector c3 = b3.blend(b7.rearrange(SWAP_4), ODD_4);
        FloatVector c7 = b3.rearrange(SWAP_4).blend(b7, ODD_4);
        FloatVector d0 = c0.blend(c2.rearrange(SWAP_2), ODD_2);
        FloatVector d2 = c0.rearrange(SWAP_2).blend(c2, ODD_2);
        FloatVector d1 = c1.blend(c3.rearrange(SWAP_2), ODD_2);
        FloatVector d3 = c1.rearrange(SWAP_2).blend(c3, ODD_2);
        FloatVector d4 = c4.blend(c6.rearrange(SWAP_2), ODD_2);
        FloatVector d6 = c4.rearrange(SWAP_2).blend(c6, ODD_2);
        FloatVector d5 = c5.blend(c7.rearrange(SWAP_2), ODD_2);
        FloatVector d7 = c5.rearrange(SWAP_2).blend(c7, ODD_2);
        FloatVector e0 = d0.blend(d1.rearrange(SWAP_1), ODD_1);
        FloatVector e1 = d0.rearrange(SWAP_1).blend(d1, ODD_1);
        FloatVector e2 = d2.blend(d3.rearrange(SWAP_1), ODD_1);
        FloatVector e3 = d2.rearrange(SWAP_1).blend(d3, ODD_1);
        FloatVector e4 = d4.blend(d5.rearrange(SWAP_1), ODD_1);
        FloatVector e5 = d4.rearrange(SWAP_1).blend(d5, ODD_1);
        FloatVector e6 = d6.blend(d7.rearrange(SWAP_1), ODD_1);
        FloatVector e7 = d6.rearrange(SWAP_1).blend(d7, ODD_1);
        e0.intoArray(to, toOff);
        e1.intoArray(to, toOff + toStride);
        e2.intoArray(to, toOff + 2 * toStride);
        e3.intoArray(to, toOff + 3 * toStride);
        if (keep <= 4) {
            return;
        }
        e4.intoArray(to, toOff + 4 * toStride);
        e5.intoArray(to, toOff + 5 * toStride);
        e6.intoArray(to, toOff + 6 * toStride);
        e7.intoArray(to, toOff + 7 * toStride);
    }

    private static void square8(
            float[] from, int off, int stride, float[] to, int toOff, int toStride, int keep) {
        FloatVector a0 = FloatVector.fromArray(SPECIES, from, off);
        FloatVector a1 = FloatVector.fromArray(SPECIES, from, off + stride);
        FloatVector a2 = FloatVector.fromArray(SPECIES, from, off + 2 * stride);
        FloatVector a3 = FloatVector.fromArray(SPECIES, from, off + 3 * stride);
        FloatVector a4 = FloatVector.fromArray(SPECIES, from, off + 4 * stride);
        FloatVector a5 = FloatVector.fromArray(SPECIES, from, off + 5 * stride);
        FloatVector a6 = FloatVector.fromArray(SPECIES, from, off + 6 * stride);
        FloatVector a7 = FloatVector.fromArray(SPECIES, from, off + 7 * stride);
        FloatVector b0 = a0.blend(a4.rearrange(SWAP_4), ODD_4);
        FloatVector b4 = a0.rearrange(SWAP_4).blend(a4, ODD_4);
        FloatVector b1 = a1.blend(a5.rearrange(SWAP_4), ODD_4);
        FloatVector b5 = a1.rearrange(SWAP_4).blend(a5, ODD_4);
        FloatVector b2 = a2.blend(a6.rearrange(SWAP_4), ODD_4);
        FloatVector b6 = a2.rearrange(SWAP_4).blend(a6, ODD_4);
        FloatVector b3 = a3.blend(a7.rearrange(SWAP_4), ODD_4);
        FloatVector b7 = a3.rearrange(SWAP_4).blend(a7, ODD_4);
        FloatVector c0 = b0.blend(b2.rearrange(SWAP_2), ODD_2);
        FloatVector c2 = b0.rearrange(SWAP_2).blend(b2, ODD_2);
        FloatVector c1 = b1.blend(b3.rearrange(SWAP_2), ODD_2);
        FloatVector c3 = b1.rearrange(SWAP_2).blend(b3, ODD_2);
        FloatVector c4 = b4.blend(b6.rearrange(SWAP_2), ODD_2);
        FloatVector c6 = b4.rearrange(SWAP_2).blend(b6, ODD_2);
        FloatVector c5 = b5.blend(b7.rearrange(SWAP_2), ODD_2);
        FloatVector c7 = b5.rearrange(SWAP_2).blend(b7, ODD_2);
        FloatVector d0 = c0.blend(c1.rearrange(SWAP_1), ODD_1);
        FloatVector d1 = c0.rearrange(SWAP_1).blend(c1, ODD_1);
        FloatVector d2 = c2.blend(c3.rearrange(SWAP_1), ODD_1);
        FloatVector d3 = c2.rearrange(SWAP_1).blend(c3, ODD_1);
        FloatVector d4 = c4.blend(c5.rearrange(SWAP_1), ODD_1);
        FloatVector d5 = c4.rearrange(SWAP_1).blend(c5, ODD_1);
        FloatVector d6 = c6.blend(c7.rearrange(SWAP_1), ODD_1);
        FloatVector d7 = c6.rearrange(SWAP_1).blend(c7, ODD_1);
        d0.intoArray(to, toOff);
        d1.intoArray(to, toOff + toStride);
        d2.intoArray(to, toOff + 2 * toStride);
        d3.intoArray(to, toOff + 3 * toStride);
        if (keep <= 4) {
            return;
        }
        d4.intoArray(to, toOff + 4 * toStride);
        d5.intoArray(to, toOff + 5 * toStride);
        d6.intoArray(to, toOff + 6 * toStride);
        d7.intoArray(to, toOff + 7 * toStride);
    }

    private static void square4(float[] from, int off, int stride, float[] to, int toOff, int toStride) {
        FloatVector a0 = FloatVector.fromArray(SPECIES, from, off);
        FloatVector a1 = FloatVector.fromArray(SPECIES, from, off + stride);
        FloatVector a2 = FloatVector.fromArray(SPECIES, from, off + 2 * stride);
        FloatVector a3 = FloatVector.fromArray(SPECIES, from, off + 3 * stride);
        FloatVector b0 = a0.blend(a2.rearrange(SWAP_2), ODD_2);
        FloatVector b2 = a0.rearrange(SWAP_2).blend(a2, ODD_2);
        FloatVector b1 = a1.blend(a3.rearrange(SWAP_2), ODD_2);
        FloatVector b3 = a1.rearrange(SWAP_2).blend(a3, ODD_2);
        FloatVector c0 = b0.blend(b1.rearrange(SWAP_1), ODD_1);
        FloatVector c1 = b0.rearrange(SWAP_1).blend(b1, ODD_1);
        FloatVector c2 = b2.blend(b3.rearrange(SWAP_1), ODD_1);
        FloatVector c3 = b2.rearrange(SWAP_1).blend(b3, ODD_1);
        c0.intoArray(to, toOff);
        c1.intoArray(to, toOff + toStride);
        c2.intoArray(to, toOff + 2 * toStride);
        c3.intoArray(to, toOff + 3 * toStride);
    }
}
