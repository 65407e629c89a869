package dev.lanewise.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Depthwise filters of 3 × 3 taps with stride and dilation 1, inside the image: tiles of 8
 * neighbouring outputs, whose taps overlap, so that 24 loads serve 72 multiply-adds; the 9 weights
 * stay in registers along a whole row or column of tiles. Input rows are taken in ascending order,
 * and with them every output's taps.
 *
 * <p>Both return how many pixels of the line they did; {@code pixels} is its length. Pixels and
 * taps are {@code down} and {@code right} apart in x, {@code yDown} and {@code yRight} in y; init
 * likewise, with zeros for a bias.
 */
final class DepthwiseTiles {

    private static final VectorSpecies<Float> S = Lanes.SPECIES;

    private DepthwiseTiles() {}

    /** Two rows, along them by four. */
    static int tiles2x4(
            int pixels, float[] w, int wo, int ldw, float[] x, int xo, int down, int right,
            float[] init, int io, int iDown, int iRight, float[] y, int yo, int yDown, int yRight) {
        FloatVector w0 = FloatVector.fromArray(S, w, wo);
        FloatVector w1 = FloatVector.fromArray(S, w, wo + ldw);
        FloatVector w2 = FloatVector.fromArray(S, w, wo + 2 * ldw);
        FloatVector w3 = FloatVector.fromArray(S, w, wo + 3 * ldw);
        FloatVector w4 = FloatVector.fromArray(S, w, wo + 4 * ldw);
        FloatVector w5 = FloatVector.fromArray(S, w, wo + 5 * ldw);
        FloatVector w6 = FloatVector.fromArray(S, w, wo + 6 * ldw);
        FloatVector w7 = FloatVector.fromArray(S, w, wo + 7 * ldw);
        FloatVector w8 = FloatVector.fromArray(S, w, wo + 8 * ldw);
        int i = 0;
        for (; i <= pixels - 4; i += 4) {
            FloatVector y00 = FloatVector.fromArray(S, init, io);
            FloatVector y01 = FloatVector.fromArray(S, init, io + iRight);
            FloatVector y02 = FloatVector.fromArray(S, init, io + 2 * iRight);
            FloatVector y03 = FloatVector.fromArray(S, init, io + 3 * iRight);
            FloatVector y10 = FloatVector.fromArray(S, init, io + iDown);
            FloatVector y11 = FloatVector.fromArray(S, init, io + iDown + iRight);
            FloatVector y12 = FloatVector.fromArray(S, init, io + iDown + 2 * iRight);
            FloatVector y13 = FloatVector.fromArray(S, init, io + iDown + 3 * iRight);
            int row = xo;
            FloatVector x0 = FloatVector.fromArray(S, x, row);
            FloatVector x1 = FloatVector.fromArray(S, x, row + right);
            FloatVector x2 = FloatVector.fromArray(S, x, row + 2 * right);
            FloatVector x3 = FloatVector.fromArray(S, x, row + 3 * right);
            FloatVector x4 = FloatVector.fromArray(S, x, row + 4 * right);
            FloatVector x5 = FloatVector.fromArray(S, x, row + 5 * right);
            y00 = w0.fma(x0, y00);
            y01 = w0.fma(x1, y01);
            y02 = w0.fma(x2, y02);
            y03 = w0.fma(x3, y03);
            y00 = w1.fma(x1, y00);
            y01 = w1.fma(x2, y01);
            y02 = w1.fma(x3, y02);
            y03 = w1.fma(x4, y03);
            y00 = w2.fma(x2, y00);
            y01 = w2.fma(x3, y01);
            y02 = w2.fma(x4, y02);
            y03 = w2.fma(x5, y03);
            row += down;
            x0 = FloatVector.fromArray(S, x, row);
            x1 = FloatVector.fromArray(S, x, row + right);
            x2 = FloatVector.fromArray(S, x, row + 2 * right);
            x3 = FloatVector.fromArray(S, x, row + 3 * right);
            x4 = FloatVector.fromArray(S, x, row + 4 * right);
            x5 = FloatVector.fromArray(S, x, row + 5 * right);
            y00 = w3.fma(x0, y00);
            y01 = w3.fma(x1, y01);
            y02 = w3.fma(x2, y02);
            y03 = w3.fma(x3, y03);
            y00 = w4.fma(x1, y00);
            y01 = w4.fma(x2, y01);
            y02 = w4.fma(x3, y02);
            y03 = w4.fma(x4, y03);
            y00 = w5.fma(x2, y00);
            y01 = w5.fma(x3, y01);
            y02 = w5.fma(x4, y02);
            y03 = w5.fma(x5, y03);
            y10 = w0.fma(x0, y10);
            y11 = w0.fma(x1, y11);
            y12 = w0.fma(x2, y12);
            y13 = w0.fma(x3, y13);
            y10 = w1.fma(x1, y10);
            y11 = w1.fma(x2, y11);
            y12 = w1.fma(x3, y12);
            y13 = w1.fma(x4, y13);
            y10 = w2.fma(x2, y10);
            y11 = w2.fma(x3, y11);
            y12 = w2.fma(x4, y12);
            y13 = w2.fma(x5, y13);
            row += down;
            x0 = FloatVector.fromArray(S, x, row);
            x1 = FloatVector.fromArray(S, x, row + right);
            x2 = FloatVector.fromArray(S, x, row + 2 * right);
            x3 = FloatVector.fromArray(S, x, row + 3 * right);
            x4 = FloatVector.fromArray(S, x, row + 4 * right);
            x5 = FloatVector.fromArray(S, x, row + 5 * right);
            y00 = w6.fma(x0, y00);
            y01 = w6.fma(x1, y01);
            y02 = w6.fma(x2, y02);
            y03 = w6.fma(x3, y03);
            y00 = w7.fma(x1, y00);
            y01 = w7.fma(x2, y01);
            y02 = w7.fma(x3, y02);
            y03 = w7.fma(x4, y03);
            y00 = w8.fma(x2, y00);
            y01 = w8.fma(x3, y01);
            y02 = w8.fma(x4, y02);
            y03 = w8.fma(x5, y03);
            y10 = w3.fma(x0, y10);
            y11 = w3.fma(x1, y11);
            y12 = w3.fma(x2, y12);
            y13 = w3.fma(x3, y13);
            y10 = w4.fma(x1, y10);
            y11 = w4.fma(x2, y11);
            y12 = w4.fma(x3, y12);
            y13 = w4.fma(x4, y13);
            y10 = w5.fma(x2, y10);
            y11 = w5.fma(x3, y11);
            y12 = w5.fma(x4, y12);
            y13 = w5.fma(x5, y13);
            row += down;
            x0 = FloatVector.fromArray(S, x, row);
            x1 = FloatVector.fromArray(S, x, row + right);
            x2 = FloatVector.fromArray(S, x, row + 2 * right);
            x3 = FloatVector.fromArray(S, x, row + 3 * right);
            x4 = FloatVector.fromArray(S, x, row + 4 * right);
            x5 = FloatVector.fromArray(S, x, row + 5 * right);
            y10 = w6.fma(x0, y10);
            y11 = w6.fma(x1, y11);
            y12 = w6.fma(x2, y12);
            y13 = w6.fma(x3, y13);
            y10 = w7.fma(x1, y10);
            y11 = w7.fma(x2, y11);
            y12 = w7.fma(x3, y12);
            y13 = w7.fma(x4, y13);
            y10 = w8.fma(x2, y10);
            y11 = w8.fma(x3, y11);
            y12 = w8.fma(x4, y12);
            y13 = w8.fma(x5, y13);
            y00.intoArray(y, yo);
            y01.intoArray(y, yo + yRight);
            y02.intoArray(y, yo + 2 * yRight);
            y03.intoArray(y, yo + 3 * yRight);
            y10.intoArray(y, yo + yDown);
            y11.intoArray(y, yo + yDown + yRight);
            y12.intoArray(y, yo + yDown + 2 * yRight);
            y13.intoArray(y, yo + yDown + 3 * yRight);
            xo += 4 * right;
            io += 4 * iRight;
            yo += 4 * yRight;
        }
        return i;
    }

    /** Two columns, down them by four. */
    static int tiles4x2(
            int pixels, float[] w, int wo, int ldw, float[] x, int xo, int down, int right,
            float[] init, int io, int iDown, int iRight, float[] y, int yo, int yDown, int yRight) {
        FloatVector w0 = FloatVector.fromArray(S, w, wo);
        FloatVector w1 = FloatVector.fromArray(S, w, wo + ldw);
        FloatVector w2 = FloatVector.fromArray(S, w, wo + 2 * ldw);
        FloatVector w3 = FloatVector.fromArray(S, w, wo + 3 * ldw);
        FloatVector w4 = FloatVector.fromArray(S, w, wo + 4 * ldw);
        FloatVector w5 = FloatVector.fromArray(S, w, wo + 5 * ldw);
        FloatVector w6 = FloatVector.fromArray(S, w, wo + 6 * ldw);
        FloatVector w7 = FloatVector.fromArray(S, w, wo + 7 * ldw);
        FloatVector w8 = FloatVector.fromArray(S, w, wo + 8 * ldw);
        int i = 0;
        for (; i <= pixels - 4; i += 4) {
            FloatVector y00 = FloatVector.fromArray(S, init, io);
            FloatVector y01 = FloatVector.fromArray(S, init, io + iRight);
            FloatVector y10 = FloatVector.fromArray(S, init, io + iDown);
            FloatVector y11 = FloatVector.fromArray(S, init, io + iDown + iRight);
            FloatVector y20 = FloatVector.fromArray(S, init, io + 2 * iDown);
            FloatVector y21 = FloatVector.fromArray(S, init, io + 2 * iDown + iRight);
            FloatVector y30 = FloatVector.fromArray(S, init, io + 3 * iDown);
            FloatVector y31 = FloatVector.fromArray(S, init, io + 3 * iDown + iRight);
            int row = xo;
            FloatVector x0 = FloatVector.fromArray(S, x, row);
            FloatVector x1 = FloatVector.fromArray(S, x, row + right);
            FloatVector x2 = FloatVector.fromArray(S, x, row + 2 * right);
            FloatVector x3 = FloatVector.fromArray(S, x, row + 3 * right);
            y00 = w0.fma(x0, y00);
            y01 = w0.fma(x1, y01);
            y00 = w1.fma(x1, y00);
            y01 = w1.fma(x2, y01);
            y00 = w2.fma(x2, y00);
            y01 = w2.fma(x3, y01);
            row += down;
            x0 = FloatVector.fromArray(S, x, row);
            x1 = FloatVector.fromArray(S, x, row + right);
            x2 = FloatVector.fromArray(S, x, row + 2 * right);
            x3 = FloatVector.fromArray(S, x, row + 3 * right);
            y00 = w3.fma(x0, y00);
            y01 = w3.fma(x1, y01);
            y00 = w4.fma(x1, y00);
            y01 = w4.fma(x2, y01);
            y00 = w5.fma(x2, y00);
            y01 = w5.fma(x3, y01);
            y10 = w0.fma(x0, y10);
            y11 = w0.fma(x1, y11);
            y10 = w1.fma(x1, y10);
            y11 = w1.fma(x2, y11);
            y10 = w2.fma(x2, y10);
            y11 = w2.fma(x3, y11);
            row += down;
            x0 = FloatVector.fromArray(S, x, row);
            x1 = FloatVector.fromArray(S, x, row + right);
            x2 = FloatVector.fromArray(S, x, row + 2 * right);
            x3 = FloatVector.fromArray(S, x, row + 3 * right);
            y00 = w6.fma(x0, y00);
            y01 = w6.fma(x1, y01);
            y00 = w7.fma(x1, y00);
            y01 = w7.fma(x2, y01);
            y00 = w8.fma(x2, y00);
            y01 = w8.fma(x3, y01);
            y10 = w3.fma(x0, y10);
            y11 = w3.fma(x1, y11);
            y10 = w4.fma(x1, y10);
            y11 = w4.fma(x2, y11);
            y10 = w5.fma(x2, y10);
            y11 = w5.fma(x3, y11);
            y20 = w0.fma(x0, y20);
            y21 = w0.fma(x1, y21);
            y20 = w1.fma(x1, y20);
            y21 = w1.fma(x2, y21);
            y20 = w2.fma(x2, y20);
            y21 = w2.fma(x3, y21);
            row += down;
            x0 = FloatVector.fromArray(S, x, row);
            x1 = FloatVector.fromArray(S, x, row + right);
            x2 = FloatVector.fromArray(S, x, row + 2 * right);
            x3 = FloatVector.fromArray(S, x, row + 3 * right);
            y10 = w6.fma(x0, y10);
            y11 = w6.fma(x1, y11);
            y10 = w7.fma(x1, y10);
            y11 = w7.fma(x2, y11);
            y10 = w8.fma(x2, y10);
            y11 = w8.fma(x3, y11);
            y20 = w3.fma(x0, y20);
            y21 = w3.fma(x1, y21);
            y20 = w4.fma(x1, y20);
            y21 = w4.fma(x2, y21);
            y20 = w5.fma(x2, y20);
            y21 = w5.fma(x3, y21);
            y30 = w0.fma(x0, y30);
            y31 = w0.fma(x1, y31);
            y30 = w1.fma(x1, y30);
            y31 = w1.fma(x2, y31);
            y30 = w2.fma(x2, y30);
            y31 = w2.fma(x3, y31);
            row += down;
            x0 = FloatVector.fromArray(S, x, row);
            x1 = FloatVector.fromArray(S, x, row + right);
            x2 = FloatVector.fromArray(S, x, row + 2 * right);
            x3 = FloatVector.fromArray(S, x, row + 3 * right);
            y20 = w6.fma(x0, y20);
            y21 = w6.fma(x1, y21);
            y20 = w7.fma(x1, y20);
            y21 = w7.fma(x2, y21);
            y20 = w8.fma(x2, y20);
            y21 = w8.fma(x3, y21);
            y30 = w3.fma(x0, y30);
            y31 = w3.fma(x1, y31);
            y30 = w4.fma(x1, y30);
            y31 = w4.fma(x2, y31);
            y30 = w5.fma(x2, y30);
            y31 = w5.fma(x3, y31);
            row += down;
            x0 = FloatVector.fromArray(S, x, row);
            x1 = FloatVector.fromArray(S, x, row + right);
            x2 = FloatVector.fromArray(S, x, row + 2 * right);
            x3 = FloatVector.fromArray(S, x, row + 3 * right);
            y30 = w6.fma(x0, y30);
            y31 = w6.fma(x1, y31);
            y30 = w7.fma(x1, y30);
            y31 = w7.fma(x2, y31);
            y30 = w8.fma(x2, y30);
            y31 = w8.fma(x3, y31);
            y00.intoArray(y, yo);
            y01.intoArray(y, yo + yRight);
            y10.intoArray(y, yo + yDown);
            y11.intoArray(y, yo + yDown + yRight);
            y20.intoArray(y, yo + 2 * yDown);
            y21.intoArray(y, yo + 2 * yDown + yRight);
            y30.intoArray(y, yo + 3 * yDown);
            y31.intoArray(y, yo + 3 * yDown + yRight);
            xo += 4 * down;
            io += 4 * iDown;
            yo += 4 * yDown;
        }
        return i;
    }
}
