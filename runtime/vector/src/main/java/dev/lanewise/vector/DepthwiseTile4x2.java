package dev.lanewise.vector;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Template (see {@link Shaped}) of a depthwise filter of 3 × 3 taps with stride and dilation 1, between the upper
 * and the lower border of the image: tiles of 4 × 2 neighbouring outputs, whose taps overlap, so that 24 loads of x
 * serve 72 multiply-adds. At the left border the first of the two columns lacks its first taps, at the right the
 * second one its last. Input rows are taken in ascending order, and with them every output's taps.
 *
 * <p>All channels of a tile come before the next tile: what vectors read of cache lines that they share with their
 * neighbours is still there, as it is not where a row of tiles lies between them.
 */
final class DepthwiseTile4x2 implements DepthwiseTile {

    private static final int[] SHAPE = Shaped.constants(MethodHandles.lookup(), 64, 64 * 48, 64 * 46, 0);

    /** From pixel to pixel: channels. */
    private static final int PIXEL = SHAPE[0];

    /** From row to row of x. */
    private static final int DOWN = SHAPE[1];

    /** From row to row of y. */
    private static final int Y_DOWN = SHAPE[2];

    /** Whether the tiles are at the left border. */
    private static final boolean AT_LEFT = SHAPE[3] == LEFT;

    /** Whether the tiles are at the right border. */
    private static final boolean AT_RIGHT = SHAPE[3] == RIGHT;

    private static final VectorSpecies<Float> S = Lanes.SPECIES;
    private static final int L = Lanes.LANES;

    /** From tap to tap of w. */
    private static final int LDW = Lanes.roundUp(PIXEL, L);

    /** Vectors of channels. */
    private static final int VECTORS = LDW / L;

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
            int pixels, float[] w, float[] x, int xAt, float[] init, int io, float floor, float[] y, int yAt) {
        FloatVector least = FloatVector.broadcast(S, floor);
        int xo = xAt;
        int yo = yAt;
        int channel = 0;
        for (int i = pixels / 2 * VECTORS; i > 0; i--) {
            FloatVector w0 = FloatVector.fromArray(S, w, channel);
            FloatVector w1 = FloatVector.fromArray(S, w, channel + LDW);
            FloatVector w2 = FloatVector.fromArray(S, w, channel + 2 * LDW);
            FloatVector w3 = FloatVector.fromArray(S, w, channel + 3 * LDW);
            FloatVector w4 = FloatVector.fromArray(S, w, channel + 4 * LDW);
            FloatVector w5 = FloatVector.fromArray(S, w, channel + 5 * LDW);
            FloatVector w6 = FloatVector.fromArray(S, w, channel + 6 * LDW);
            FloatVector w7 = FloatVector.fromArray(S, w, channel + 7 * LDW);
            FloatVector w8 = FloatVector.fromArray(S, w, channel + 8 * LDW);
            FloatVector start = FloatVector.fromArray(S, init, init == Tiling.ZEROS ? 0 : io + channel);
            FloatVector x0 = AT_LEFT ? start : FloatVector.fromArray(S, x, xo);
            FloatVector x1 = FloatVector.fromArray(S, x, xo + PIXEL);
            FloatVector x2 = FloatVector.fromArray(S, x, xo + 2 * PIXEL);
            FloatVector x3 = AT_RIGHT ? start : FloatVector.fromArray(S, x, xo + 3 * PIXEL);
            FloatVector y00 = AT_LEFT ? start : w0.fma(x0, start);
            FloatVector y01 = w0.fma(x1, start);
            y00 = w1.fma(x1, y00);
            y01 = w1.fma(x2, y01);
            y00 = w2.fma(x2, y00);
            y01 = AT_RIGHT ? y01 : w2.fma(x3, y01);
            x0 = AT_LEFT ? start : FloatVector.fromArray(S, x, xo + DOWN);
            x1 = FloatVector.fromArray(S, x, xo + DOWN + PIXEL);
            x2 = FloatVector.fromArray(S, x, xo + DOWN + 2 * PIXEL);
            x3 = AT_RIGHT ? start : FloatVector.fromArray(S, x, xo + DOWN + 3 * PIXEL);
            y00 = AT_LEFT ? y00 : w3.fma(x0, y00);
            y01 = w3.fma(x1, y01);
            y00 = w4.fma(x1, y00);
            y01 = w4.fma(x2, y01);
            y00 = w5.fma(x2, y00);
            y01 = AT_RIGHT ? y01 : w5.fma(x3, y01);
            FloatVector y10 = AT_LEFT ? start : w0.fma(x0, start);
            FloatVector y11 = w0.fma(x1, start);
            y10 = w1.fma(x1, y10);
            y11 = w1.fma(x2, y11);
            y10 = w2.fma(x2, y10);
            y11 = AT_RIGHT ? y11 : w2.fma(x3, y11);
            x0 = AT_LEFT ? start : FloatVector.fromArray(S, x, xo + 2 * DOWN);
            x1 = FloatVector.fromArray(S, x, xo + 2 * DOWN + PIXEL);
            x2 = FloatVector.fromArray(S, x, xo + 2 * DOWN + 2 * PIXEL);
            x3 = AT_RIGHT ? start : FloatVector.fromArray(S, x, xo + 2 * DOWN + 3 * PIXEL);
            y00 = AT_LEFT ? y00 : w6.fma(x0, y00);
            y01 = w6.fma(x1, y01);
            y00 = w7.fma(x1, y00);
            y01 = w7.fma(x2, y01);
            y00 = w8.fma(x2, y00);
            y01 = AT_RIGHT ? y01 : w8.fma(x3, y01);
            y10 = AT_LEFT ? y10 : w3.fma(x0, y10);
            y11 = w3.fma(x1, y11);
            y10 = w4.fma(x1, y10);
            y11 = w4.fma(x2, y11);
            y10 = w5.fma(x2, y10);
            y11 = AT_RIGHT ? y11 : w5.fma(x3, y11);
            FloatVector y20 = AT_LEFT ? start : w0.fma(x0, start);
            FloatVector y21 = w0.fma(x1, start);
            y20 = w1.fma(x1, y20);
            y21 = w1.fma(x2, y21);
            y20 = w2.fma(x2, y20);
            y21 = AT_RIGHT ? y21 : w2.fma(x3, y21);
            x0 = AT_LEFT ? start : FloatVector.fromArray(S, x, xo + 3 * DOWN);
            x1 = FloatVector.fromArray(S, x, xo + 3 * DOWN + PIXEL);
            x2 = FloatVector.fromArray(S, x, xo + 3 * DOWN + 2 * PIXEL);
            x3 = AT_RIGHT ? start : FloatVector.fromArray(S, x, xo + 3 * DOWN + 3 * PIXEL);
            y10 = AT_LEFT ? y10 : w6.fma(x0, y10);
            y11 = w6.fma(x1, y11);
            y10 = w7.fma(x1, y10);
            y11 = w7.fma(x2, y11);
            y10 = w8.fma(x2, y10);
            y11 = AT_RIGHT ? y11 : w8.fma(x3, y11);
            y20 = AT_LEFT ? y20 : w3.fma(x0, y20);
            y21 = w3.fma(x1, y21);
            y20 = w4.fma(x1, y20);
            y21 = w4.fma(x2, y21);
            y20 = w5.fma(x2, y20);
            y21 = AT_RIGHT ? y21 : w5.fma(x3, y21);
            FloatVector y30 = AT_LEFT ? start : w0.fma(x0, start);
            FloatVector y31 = w0.fma(x1, start);
            y30 = w1.fma(x1, y30);
            y31 = w1.fma(x2, y31);
            y30 = w2.fma(x2, y30);
            y31 = AT_RIGHT ? y31 : w2.fma(x3, y31);
            x0 = AT_LEFT ? start : FloatVector.fromArray(S, x, xo + 4 * DOWN);
            x1 = FloatVector.fromArray(S, x, xo + 4 * DOWN + PIXEL);
            x2 = FloatVector.fromArray(S, x, xo + 4 * DOWN + 2 * PIXEL);
            x3 = AT_RIGHT ? start : FloatVector.fromArray(S, x, xo + 4 * DOWN + 3 * PIXEL);
            y20 = AT_LEFT ? y20 : w6.fma(x0, y20);
            y21 = w6.fma(x1, y21);
            y20 = w7.fma(x1, y20);
            y21 = w7.fma(x2, y21);
            y20 = w8.fma(x2, y20);
            y21 = AT_RIGHT ? y21 : w8.fma(x3, y21);
            y30 = AT_LEFT ? y30 : w3.fma(x0, y30);
            y31 = w3.fma(x1, y31);
            y30 = w4.fma(x1, y30);
            y31 = w4.fma(x2, y31);
            y30 = w5.fma(x2, y30);
            y31 = AT_RIGHT ? y31 : w5.fma(x3, y31);
            x0 = AT_LEFT ? start : FloatVector.fromArray(S, x, xo + 5 * DOWN);
            x1 = FloatVector.fromArray(S, x, xo + 5 * DOWN + PIXEL);
            x2 = FloatVector.fromArray(S, x, xo + 5 * DOWN + 2 * PIXEL);
            x3 = AT_RIGHT ? start : FloatVector.fromArray(S, x, xo + 5 * DOWN + 3 * PIXEL);
            y30 = AT_LEFT ? y30 : w6.fma(x0, y30);
            y31 = w6.fma(x1, y31);
            y30 = w7.fma(x1, y30);
            y31 = w7.fma(x2, y31);
            y30 = w8.fma(x2, y30);
            y31 = AT_RIGHT ? y31 : w8.fma(x3, y31);
            // a maximum, for which NaN and −0 count, is six instructions
            y00.blend(least, y00.compare(VectorOperators.LE, least)).intoArray(y, yo);
            y01.blend(least, y01.compare(VectorOperators.LE, least)).intoArray(y, yo + PIXEL);
            y10.blend(least, y10.compare(VectorOperators.LE, least)).intoArray(y, yo + Y_DOWN);
            y11.blend(least, y11.compare(VectorOperators.LE, least)).intoArray(y, yo + Y_DOWN + PIXEL);
            y20.blend(least, y20.compare(VectorOperators.LE, least)).intoArray(y, yo + 2 * Y_DOWN);
            y21.blend(least, y21.compare(VectorOperators.LE, least)).intoArray(y, yo + 2 * Y_DOWN + PIXEL);
            y30.blend(least, y30.compare(VectorOperators.LE, least)).intoArray(y, yo + 3 * Y_DOWN);
            y31.blend(least, y31.compare(VectorOperators.LE, least)).intoArray(y, yo + 3 * Y_DOWN + PIXEL);
            // the last vector of channels reaches back over those that are done
            int next = channel < PIXEL - L ? Math.min(channel + L, PIXEL - L) : 2 * PIXEL;
            xo += next - channel;
            yo += next - channel;
            channel = next == 2 * PIXEL ? 0 : next;
        }
    }
}
