package dev.lanewise.vector;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Template of a convolution's tile (see {@link Shaped}): up to 12 output pixels, {@link #STEP} floats apart
 * in the image, × one or two vectors of output channels, all taps of the filter in one loop, straight from
 * the image. Where the taps lie is a table, so that one loop serves filters of any size and dilation; the
 * table costs one load for up to 24 multiply-adds. At the borders the table holds the taps inside the image.
 *
 * <p>The text is that of 12 pixels and two vectors; what a shape does not have is cut off by constants.
 */
final class PixelTile implements ConvTile {

    private static final int[] SHAPE = Shaped.constants(MethodHandles.lookup(), 12, 2, 64, 64, 0);

    /** Pixels: at most 12, with 16 registers 6 of two vectors. */
    private static final int PIXELS = SHAPE[0];

    /** Whether there are two vectors of channels. */
    private static final boolean TWO = SHAPE[1] == 2;

    /** From pixel to pixel in x. */
    private static final int STEP = SHAPE[2];

    /** From pixel to pixel in y. */
    private static final int LDC = SHAPE[3];

    /** Whether the taps are some of the filter's: then the table's second half says which. */
    private static final boolean GAPS = SHAPE[4] == 1;

    private static final VectorSpecies<Float> S = Lanes.SPECIES;
    private static final int L = Lanes.LANES;
    private static final int P = Panels.WIDTH;

    @Override
    public void run(
            int length, int[] at, int first, int end, float[] x, int xAt, float[] w, int wo, float[] init, int io,
            float floor, float[] y, int yAt) {
        int gaps = at.length / 2;
        for (int i = 0; i < length; i += PIXELS) {
            int pixel = Math.min(i, length - PIXELS);
            int xo = xAt + pixel * STEP;
            int yo = yAt + pixel * LDC;
            FloatVector c00 = FloatVector.fromArray(S, init, io);
            FloatVector c01 = TWO ? FloatVector.fromArray(S, init, io + L) : c00;
            FloatVector c10 = c00;
            FloatVector c11 = c01;
            FloatVector c20 = c00;
            FloatVector c21 = c01;
            FloatVector c30 = c00;
            FloatVector c31 = c01;
            FloatVector c40 = c00;
            FloatVector c41 = c01;
            FloatVector c50 = c00;
            FloatVector c51 = c01;
            FloatVector c60 = c00;
            FloatVector c61 = c01;
            FloatVector c70 = c00;
            FloatVector c71 = c01;
            FloatVector c80 = c00;
            FloatVector c81 = c01;
            FloatVector c90 = c00;
            FloatVector c91 = c01;
            FloatVector ca0 = c00;
            FloatVector ca1 = c01;
            FloatVector cb0 = c00;
            FloatVector cb1 = c01;
            for (int q = first; q < end; q++) {
                int p = xo + at[q];
                int tap = wo + (GAPS ? at[q + gaps] : q * P);
                FloatVector w0 = FloatVector.fromArray(S, w, tap);
                FloatVector w1 = TWO ? FloatVector.fromArray(S, w, tap + L) : w0;
                FloatVector v = FloatVector.broadcast(S, x[p]);
                c00 = v.fma(w0, c00);
                c01 = TWO ? v.fma(w1, c01) : c01;
                if (PIXELS > 1) {
                    v = FloatVector.broadcast(S, x[p + STEP]);
                    c10 = v.fma(w0, c10);
                    c11 = TWO ? v.fma(w1, c11) : c11;
                }
                if (PIXELS > 2) {
                    v = FloatVector.broadcast(S, x[p + 2 * STEP]);
                    c20 = v.fma(w0, c20);
                    c21 = TWO ? v.fma(w1, c21) : c21;
                }
                if (PIXELS > 3) {
                    v = FloatVector.broadcast(S, x[p + 3 * STEP]);
                    c30 = v.fma(w0, c30);
                    c31 = TWO ? v.fma(w1, c31) : c31;
                }
                if (PIXELS > 4) {
                    v = FloatVector.broadcast(S, x[p + 4 * STEP]);
                    c40 = v.fma(w0, c40);
                    c41 = TWO ? v.fma(w1, c41) : c41;
                }
                if (PIXELS > 5) {
                    v = FloatVector.broadcast(S, x[p + 5 * STEP]);
                    c50 = v.fma(w0, c50);
                    c51 = TWO ? v.fma(w1, c51) : c51;
                }
                if (PIXELS > 6) {
                    v = FloatVector.broadcast(S, x[p + 6 * STEP]);
                    c60 = v.fma(w0, c60);
                    c61 = TWO ? v.fma(w1, c61) : c61;
                }
                if (PIXELS > 7) {
                    v = FloatVector.broadcast(S, x[p + 7 * STEP]);
                    c70 = v.fma(w0, c70);
                    c71 = TWO ? v.fma(w1, c71) : c71;
                }
                if (PIXELS > 8) {
                    v = FloatVector.broadcast(S, x[p + 8 * STEP]);
                    c80 = v.fma(w0, c80);
                    c81 = TWO ? v.fma(w1, c81) : c81;
                }
                if (PIXELS > 9) {
                    v = FloatVector.broadcast(S, x[p + 9 * STEP]);
                    c90 = v.fma(w0, c90);
                    c91 = TWO ? v.fma(w1, c91) : c91;
                }
                if (PIXELS > 10) {
                    v = FloatVector.broadcast(S, x[p + 10 * STEP]);
                    ca0 = v.fma(w0, ca0);
                    ca1 = TWO ? v.fma(w1, ca1) : ca1;
                }
                if (PIXELS > 11) {
                    v = FloatVector.broadcast(S, x[p + 11 * STEP]);
                    cb0 = v.fma(w0, cb0);
                    cb1 = TWO ? v.fma(w1, cb1) : cb1;
                }
            }
            // compare and blend: a maximum, for which NaN and −0 count, is six instructions. Adding −0 changes nothing,
            // but tells C2 the exact class of what the loop has carried, without which it boxes receivers
            FloatVector least = FloatVector.broadcast(S, floor);
            FloatVector same = FloatVector.broadcast(S, -0f);
            c00 = same.add(c00);
            c00.blend(least, c00.compare(VectorOperators.LE, least)).intoArray(y, yo);
            if (TWO) {
                c01 = same.add(c01);
                c01.blend(least, c01.compare(VectorOperators.LE, least)).intoArray(y, yo + L);
            }
            if (PIXELS > 1) {
                c10 = same.add(c10);
                c10.blend(least, c10.compare(VectorOperators.LE, least)).intoArray(y, yo + LDC);
                if (TWO) {
                    c11 = same.add(c11);
                    c11.blend(least, c11.compare(VectorOperators.LE, least)).intoArray(y, yo + LDC + L);
                }
            }
            if (PIXELS > 2) {
                c20 = same.add(c20);
                c20.blend(least, c20.compare(VectorOperators.LE, least)).intoArray(y, yo + 2 * LDC);
                if (TWO) {
                    c21 = same.add(c21);
                    c21.blend(least, c21.compare(VectorOperators.LE, least)).intoArray(y, yo + 2 * LDC + L);
                }
            }
            if (PIXELS > 3) {
                c30 = same.add(c30);
                c30.blend(least, c30.compare(VectorOperators.LE, least)).intoArray(y, yo + 3 * LDC);
                if (TWO) {
                    c31 = same.add(c31);
                    c31.blend(least, c31.compare(VectorOperators.LE, least)).intoArray(y, yo + 3 * LDC + L);
                }
            }
            if (PIXELS > 4) {
                c40 = same.add(c40);
                c40.blend(least, c40.compare(VectorOperators.LE, least)).intoArray(y, yo + 4 * LDC);
                if (TWO) {
                    c41 = same.add(c41);
                    c41.blend(least, c41.compare(VectorOperators.LE, least)).intoArray(y, yo + 4 * LDC + L);
                }
            }
            if (PIXELS > 5) {
                c50 = same.add(c50);
                c50.blend(least, c50.compare(VectorOperators.LE, least)).intoArray(y, yo + 5 * LDC);
                if (TWO) {
                    c51 = same.add(c51);
                    c51.blend(least, c51.compare(VectorOperators.LE, least)).intoArray(y, yo + 5 * LDC + L);
                }
            }
            if (PIXELS > 6) {
                c60 = same.add(c60);
                c60.blend(least, c60.compare(VectorOperators.LE, least)).intoArray(y, yo + 6 * LDC);
                if (TWO) {
                    c61 = same.add(c61);
                    c61.blend(least, c61.compare(VectorOperators.LE, least)).intoArray(y, yo + 6 * LDC + L);
                }
            }
            if (PIXELS > 7) {
                c70 = same.add(c70);
                c70.blend(least, c70.compare(VectorOperators.LE, least)).intoArray(y, yo + 7 * LDC);
                if (TWO) {
                    c71 = same.add(c71);
                    c71.blend(least, c71.compare(VectorOperators.LE, least)).intoArray(y, yo + 7 * LDC + L);
                }
            }
            if (PIXELS > 8) {
                c80 = same.add(c80);
                c80.blend(least, c80.compare(VectorOperators.LE, least)).intoArray(y, yo + 8 * LDC);
                if (TWO) {
                    c81 = same.add(c81);
                    c81.blend(least, c81.compare(VectorOperators.LE, least)).intoArray(y, yo + 8 * LDC + L);
                }
            }
            if (PIXELS > 9) {
                c90 = same.add(c90);
                c90.blend(least, c90.compare(VectorOperators.LE, least)).intoArray(y, yo + 9 * LDC);
                if (TWO) {
                    c91 = same.add(c91);
                    c91.blend(least, c91.compare(VectorOperators.LE, least)).intoArray(y, yo + 9 * LDC + L);
                }
            }
            if (PIXELS > 10) {
                ca0 = same.add(ca0);
                ca0.blend(least, ca0.compare(VectorOperators.LE, least)).intoArray(y, yo + 10 * LDC);
                if (TWO) {
                    ca1 = same.add(ca1);
                    ca1.blend(least, ca1.compare(VectorOperators.LE, least)).intoArray(y, yo + 10 * LDC + L);
                }
            }
            if (PIXELS > 11) {
                cb0 = same.add(cb0);
                cb0.blend(least, cb0.compare(VectorOperators.LE, least)).intoArray(y, yo + 11 * LDC);
                if (TWO) {
                    cb1 = same.add(cb1);
                    cb1.blend(least, cb1.compare(VectorOperators.LE, least)).intoArray(y, yo + 11 * LDC + L);
                }
            }
        }
    }
}
