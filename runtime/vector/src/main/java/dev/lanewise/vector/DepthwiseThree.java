package dev.lanewise.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Depthwise filters of 3 × 3 taps, a vector of channels along a line of pixels: the weights stay in
 * registers, and taps are written out, since loops of three iterations cost more than their work.
 *
 * <p>A line runs along a row or a column of the output; its pixels are {@code xStep} apart in x and
 * {@code yStep} in y. Rows of taps are {@code down} apart in x, columns {@code right}. {@code init}
 * rows are {@code is} apart (0 for a bias). What is below {@code floor} becomes that, see {@link
 * ConvTile}. One pixel is one chain of 9; the processor overlaps those of neighbouring pixels by itself.
 */
final class DepthwiseThree {

    private static final VectorSpecies<Float> S = Lanes.SPECIES;

    private DepthwiseThree() {}

    /** Lines inside the image. */
    static void nine(
            int pixels, float[] w, int wo, int ldw, float[] x, int xo, int down, int right,
            int xStep,
            float[] init, int io, int is, float floor, float[] y, int yo, int yStep) {
        FloatVector least = FloatVector.broadcast(S, floor);
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
            sum.blend(least, sum.compare(VectorOperators.LE, least)).intoArray(y, yo);
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
            int pixels, int columns, float[] w, int wo, int ldw, float[] x, int xo, int down,
            int right,
            int xStep, float[] init, int io, int is, float floor, float[] y, int yo, int yStep) {
        FloatVector least = FloatVector.broadcast(S, floor);
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
            sum.blend(least, sum.compare(VectorOperators.LE, least)).intoArray(y, yo);
            xo += xStep;
            io += is;
            yo += yStep;
        }
    }
}
