package dev.lanewise.vector;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Template (see {@link Shaped}) of a depthwise filter of 3 × 3 taps with stride and dilation 1, inside the
 * image: tiles of 4 × 2 neighbouring outputs, whose taps overlap, so that 24 loads serve 72 multiply-adds;
 * the 9 weights stay in registers along a row of tiles. Input rows are taken in ascending order, and with
 * them every output's taps.
 */
final class DepthwiseTile4x2 implements DepthwiseTile {

    private static final int[] SHAPE = Shaped.constants(MethodHandles.lookup(), 64, 64 * 48, 64 * 46);

    /** From pixel to pixel: channels. */
    private static final int RIGHT = SHAPE[0];

    /** From row to row of x. */
    private static final int DOWN = SHAPE[1];

    /** From row to row of y. */
    private static final int Y_DOWN = SHAPE[2];

    private static final VectorSpecies<Float> S = Lanes.SPECIES;

    @Override
    public int rows() {
        return 4;
    }

    @Override
    public int columns() {
        return 2;
    }

    @Override
    public void run(
            int pixels, float[] w, int wo, int ldw, float[] x, int xo, float[] init, int io, float floor,
            float[] y, int yo) {
        FloatVector w0 = FloatVector.fromArray(S, w, wo);
        FloatVector w1 = FloatVector.fromArray(S, w, wo + ldw);
        FloatVector w2 = FloatVector.fromArray(S, w, wo + 2 * ldw);
        FloatVector w3 = FloatVector.fromArray(S, w, wo + 3 * ldw);
        FloatVector w4 = FloatVector.fromArray(S, w, wo + 4 * ldw);
        FloatVector w5 = FloatVector.fromArray(S, w, wo + 5 * ldw);
        FloatVector w6 = FloatVector.fromArray(S, w, wo + 6 * ldw);
        FloatVector w7 = FloatVector.fromArray(S, w, wo + 7 * ldw);
        FloatVector w8 = FloatVector.fromArray(S, w, wo + 8 * ldw);
        FloatVector start = FloatVector.fromArray(S, init, io);
        FloatVector least = FloatVector.broadcast(S, floor);
        for (int i = 0; i <= pixels - 2; i += 2) {
            FloatVector x0 = FloatVector.fromArray(S, x, xo);
            FloatVector x1 = FloatVector.fromArray(S, x, xo + RIGHT);
            FloatVector x2 = FloatVector.fromArray(S, x, xo + 2 * RIGHT);
            FloatVector x3 = FloatVector.fromArray(S, x, xo + 3 * RIGHT);
            FloatVector y00 = w0.fma(x0, start);
            FloatVector y01 = w0.fma(x1, start);
            y00 = w1.fma(x1, y00);
            y01 = w1.fma(x2, y01);
            y00 = w2.fma(x2, y00);
            y01 = w2.fma(x3, y01);
            x0 = FloatVector.fromArray(S, x, xo + DOWN);
            x1 = FloatVector.fromArray(S, x, xo + DOWN + RIGHT);
            x2 = FloatVector.fromArray(S, x, xo + DOWN + 2 * RIGHT);
            x3 = FloatVector.fromArray(S, x, xo + DOWN + 3 * RIGHT);
            y00 = w3.fma(x0, y00);
            y01 = w3.fma(x1, y01);
            y00 = w4.fma(x1, y00);
            y01 = w4.fma(x2, y01);
            y00 = w5.fma(x2, y00);
            y01 = w5.fma(x3, y01);
            FloatVector y10 = w0.fma(x0, start);
            FloatVector y11 = w0.fma(x1, start);
            y10 = w1.fma(x1, y10);
            y11 = w1.fma(x2, y11);
            y10 = w2.fma(x2, y10);
            y11 = w2.fma(x3, y11);
            x0 = FloatVector.fromArray(S, x, xo + 2 * DOWN);
            x1 = FloatVector.fromArray(S, x, xo + 2 * DOWN + RIGHT);
            x2 = FloatVector.fromArray(S, x, xo + 2 * DOWN + 2 * RIGHT);
            x3 = FloatVector.fromArray(S, x, xo + 2 * DOWN + 3 * RIGHT);
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
            FloatVector y20 = w0.fma(x0, start);
            FloatVector y21 = w0.fma(x1, start);
            y20 = w1.fma(x1, y20);
            y21 = w1.fma(x2, y21);
            y20 = w2.fma(x2, y20);
            y21 = w2.fma(x3, y21);
            x0 = FloatVector.fromArray(S, x, xo + 3 * DOWN);
            x1 = FloatVector.fromArray(S, x, xo + 3 * DOWN + RIGHT);
            x2 = FloatVector.fromArray(S, x, xo + 3 * DOWN + 2 * RIGHT);
            x3 = FloatVector.fromArray(S, x, xo + 3 * DOWN + 3 * RIGHT);
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
            FloatVector y30 = w0.fma(x0, start);
            FloatVector y31 = w0.fma(x1, start);
            y30 = w1.fma(x1, y30);
            y31 = w1.fma(x2, y31);
            y30 = w2.fma(x2, y30);
            y31 = w2.fma(x3, y31);
            x0 = FloatVector.fromArray(S, x, xo + 4 * DOWN);
            x1 = FloatVector.fromArray(S, x, xo + 4 * DOWN + RIGHT);
            x2 = FloatVector.fromArray(S, x, xo + 4 * DOWN + 2 * RIGHT);
            x3 = FloatVector.fromArray(S, x, xo + 4 * DOWN + 3 * RIGHT);
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
            x0 = FloatVector.fromArray(S, x, xo + 5 * DOWN);
            x1 = FloatVector.fromArray(S, x, xo + 5 * DOWN + RIGHT);
            x2 = FloatVector.fromArray(S, x, xo + 5 * DOWN + 2 * RIGHT);
            x3 = FloatVector.fromArray(S, x, xo + 5 * DOWN + 3 * RIGHT);
            y30 = w6.fma(x0, y30);
            y31 = w6.fma(x1, y31);
            y30 = w7.fma(x1, y30);
            y31 = w7.fma(x2, y31);
            y30 = w8.fma(x2, y30);
            y31 = w8.fma(x3, y31);
            least.max(y00).intoArray(y, yo);
            least.max(y01).intoArray(y, yo + RIGHT);
            least.max(y10).intoArray(y, yo + Y_DOWN);
            least.max(y11).intoArray(y, yo + Y_DOWN + RIGHT);
            least.max(y20).intoArray(y, yo + 2 * Y_DOWN);
            least.max(y21).intoArray(y, yo + 2 * Y_DOWN + RIGHT);
            least.max(y30).intoArray(y, yo + 3 * Y_DOWN);
            least.max(y31).intoArray(y, yo + 3 * Y_DOWN + RIGHT);
            xo += 2 * RIGHT;
            yo += 2 * RIGHT;
        }
    }
}
