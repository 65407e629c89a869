package dev.lanewise.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Depthwise filters of 3 × 3 taps, a vector of channels along a line of pixels: the weights stay in
 * registers, and taps are written out, since loops of three iterations cost more than their work.
 *
 * <p>A line runs along a row or a column of the output; its pixels are {@code xStep} apart in x and
 * {@code yStep} in y. Rows of taps are {@code down} apart in x, columns {@code right}. {@code init}
 * rows are {@code is} apart (0 for a bias). One pixel is one chain of 9; the processor overlaps those
 * of neighbouring pixels by itself.
 */
final class DepthwiseThree {

    private static final VectorSpecies<Float> S = Lanes.SPECIES;

    private DepthwiseThree() {}

    /** Lines whose pixels are as far apart as taps (stride and dilation 1): 18 loads for 4 pixels, not 36. */
    static void dense(
            int pixels, float[] w, int wo, int ldw, float[] x, int xo, int down, int right,
            float[] init, int io, int is, float[] y, int yo, int yStep) {
        FloatVector w0 = FloatVector.fromArray(S, w, wo);
        FloatVector w1 = FloatVector.fromArray(S, w, wo + ldw);
        FloatVector w2 = FloatVector.fromArray(S, w, wo + 2 * ldw);
        FloatVector w3 = FloatVector.fromArray(S, w, wo + 3 * ldw);
        FloatVector w4 = FloatVector.fromArray(S, w, wo + 4 * ldw);
        FloatVector w5 = FloatVector.fromArray(S, w, wo + 5 * ldw);
        FloatVector w6 = FloatVector.fromArray(S, w, wo + 6 * ldw);
        FloatVector w7 = FloatVector.fromArray(S, w, wo + 7 * ldw);
        FloatVector w8 = FloatVector.fromArray(S, w, wo + 8 * ldw);
        int xo1 = xo + down;
        int xo2 = xo1 + down;
        int i = 0;
        for (; i < pixels - 3; i += 4) {
            FloatVector y0 = FloatVector.fromArray(S, init, io);
            FloatVector y1 = FloatVector.fromArray(S, init, io + is);
            FloatVector y2 = FloatVector.fromArray(S, init, io + 2 * is);
            FloatVector y3 = FloatVector.fromArray(S, init, io + 3 * is);
            FloatVector x0 = FloatVector.fromArray(S, x, xo);
            FloatVector x1 = FloatVector.fromArray(S, x, xo + right);
            FloatVector x2 = FloatVector.fromArray(S, x, xo + 2 * right);
            FloatVector x3 = FloatVector.fromArray(S, x, xo + 3 * right);
            FloatVector x4 = FloatVector.fromArray(S, x, xo + 4 * right);
            FloatVector x5 = FloatVector.fromArray(S, x, xo + 5 * right);
            y0 = w0.fma(x0, y0);
            y1 = w0.fma(x1, y1);
            y2 = w0.fma(x2, y2);
            y3 = w0.fma(x3, y3);
            y0 = w1.fma(x1, y0);
            y1 = w1.fma(x2, y1);
            y2 = w1.fma(x3, y2);
            y3 = w1.fma(x4, y3);
            y0 = w2.fma(x2, y0);
            y1 = w2.fma(x3, y1);
            y2 = w2.fma(x4, y2);
            y3 = w2.fma(x5, y3);
            x0 = FloatVector.fromArray(S, x, xo1);
            x1 = FloatVector.fromArray(S, x, xo1 + right);
            x2 = FloatVector.fromArray(S, x, xo1 + 2 * right);
            x3 = FloatVector.fromArray(S, x, xo1 + 3 * right);
            x4 = FloatVector.fromArray(S, x, xo1 + 4 * right);
            x5 = FloatVector.fromArray(S, x, xo1 + 5 * right);
            y0 = w3.fma(x0, y0);
            y1 = w3.fma(x1, y1);
            y2 = w3.fma(x2, y2);
            y3 = w3.fma(x3, y3);
            y0 = w4.fma(x1, y0);
            y1 = w4.fma(x2, y1);
            y2 = w4.fma(x3, y2);
            y3 = w4.fma(x4, y3);
            y0 = w5.fma(x2, y0);
            y1 = w5.fma(x3, y1);
            y2 = w5.fma(x4, y2);
            y3 = w5.fma(x5, y3);
            x0 = FloatVector.fromArray(S, x, xo2);
            x1 = FloatVector.fromArray(S, x, xo2 + right);
            x2 = FloatVector.fromArray(S, x, xo2 + 2 * right);
            x3 = FloatVector.fromArray(S, x, xo2 + 3 * right);
            x4 = FloatVector.fromArray(S, x, xo2 + 4 * right);
            x5 = FloatVector.fromArray(S, x, xo2 + 5 * right);
            y0 = w6.fma(x0, y0);
            y1 = w6.fma(x1, y1);
            y2 = w6.fma(x2, y2);
            y3 = w6.fma(x3, y3);
            y0 = w7.fma(x1, y0);
            y1 = w7.fma(x2, y1);
            y2 = w7.fma(x3, y2);
            y3 = w7.fma(x4, y3);
            y0 = w8.fma(x2, y0);
            y1 = w8.fma(x3, y1);
            y2 = w8.fma(x4, y2);
            y3 = w8.fma(x5, y3);
            y0.intoArray(y, yo);
            y1.intoArray(y, yo + yStep);
            y2.intoArray(y, yo + 2 * yStep);
            y3.intoArray(y, yo + 3 * yStep);
            xo += 4 * right;
            xo1 += 4 * right;
            xo2 += 4 * right;
            io += 4 * is;
            yo += 4 * yStep;
        }
        nine(
                pixels - i, w, wo, ldw, x, xo, down, right, right, init, io, is, y, yo, yStep);
    }

    /** Lines inside the image. */
    static void nine(
            int pixels, float[] w, int wo, int ldw, float[] x, int xo, int down, int right, int xStep,
            float[] init, int io, int is, float[] y, int yo, int yStep) {
        FloatVector w0 = FloatVector.fromArray(S, w, wo);
        FloatVector w1 = FloatVector.fromArray(S, w, wo + ldw);
        FloatVector w2 = FloatVector.fromArray(S, w, wo + 2 * ldw);
        FloatVector w3 = FloatVector.fromArray(S, w, wo + 3 * ldw);
        FloatVector w4 = FloatVector.fromArray(S, w, wo + 4 * ldw);
        FloatVector w5 = FloatVector.fromArray(S, w, wo + 5 * ldw);
        FloatVector w6 = FloatVector.fromArray(S, w, wo + 6 * ldw);
        FloatVector w7 = FloatVector.fromArray(S, w, wo + 7 * ldw);
        FloatVector w8 = FloatVector.fromArray(S, w, wo + 8 * ldw);
        int xo1 = xo + down;
        int xo2 = xo1 + down;
        for (int i = 0; i < pixels; i++) {
            FloatVector sum = FloatVector.fromArray(S, init, io);
            sum = w0.fma(FloatVector.fromArray(S, x, xo), sum);
            sum = w1.fma(FloatVector.fromArray(S, x, xo + right), sum);
            sum = w2.fma(FloatVector.fromArray(S, x, xo + 2 * right), sum);
            sum = w3.fma(FloatVector.fromArray(S, x, xo1), sum);
            sum = w4.fma(FloatVector.fromArray(S, x, xo1 + right), sum);
            sum = w5.fma(FloatVector.fromArray(S, x, xo1 + 2 * right), sum);
            sum = w6.fma(FloatVector.fromArray(S, x, xo2), sum);
            sum = w7.fma(FloatVector.fromArray(S, x, xo2 + right), sum);
            sum = w8.fma(FloatVector.fromArray(S, x, xo2 + 2 * right), sum);
            sum.intoArray(y, yo);
            xo += xStep;
            xo1 += xStep;
            xo2 += xStep;
            io += is;
            yo += yStep;
        }
    }

    /**
     * Lines along one border: 2 × 3 or 3 × 2 taps are left.
     *
     * @param columns 3 or 2
     */
    static void six(
            int pixels, int columns, float[] w, int wo, int ldw, float[] x, int xo, int down, int right,
            int xStep, float[] init, int io, int is, float[] y, int yo, int yStep) {
        boolean two = columns == 2;
        int x2 = two ? down : 2 * right;
        int x3 = two ? down + right : down;
        int x4 = two ? 2 * down : down + right;
        int x5 = two ? 2 * down + right : down + 2 * right;
        FloatVector w0 = FloatVector.fromArray(S, w, wo);
        FloatVector w1 = FloatVector.fromArray(S, w, wo + ldw);
        FloatVector w2 = FloatVector.fromArray(S, w, wo + (two ? 3 : 2) * ldw);
        FloatVector w3 = FloatVector.fromArray(S, w, wo + (two ? 4 : 3) * ldw);
        FloatVector w4 = FloatVector.fromArray(S, w, wo + (two ? 6 : 4) * ldw);
        FloatVector w5 = FloatVector.fromArray(S, w, wo + (two ? 7 : 5) * ldw);
        for (int i = 0; i < pixels; i++) {
            FloatVector sum = FloatVector.fromArray(S, init, io);
            sum = w0.fma(FloatVector.fromArray(S, x, xo), sum);
            sum = w1.fma(FloatVector.fromArray(S, x, xo + right), sum);
            sum = w2.fma(FloatVector.fromArray(S, x, xo + x2), sum);
            sum = w3.fma(FloatVector.fromArray(S, x, xo + x3), sum);
            sum = w4.fma(FloatVector.fromArray(S, x, xo + x4), sum);
            sum = w5.fma(FloatVector.fromArray(S, x, xo + x5), sum);
            sum.intoArray(y, yo);
            xo += xStep;
            io += is;
            yo += yStep;
        }
    }
}
