package dev.lanewise.vector;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Template (see {@link Shaped}) of a depthwise filter of 3 × 3 taps with stride and dilation 1 over a plane. Each row
 * of x is the last one for one row of outputs, the middle one for the next and the first one for the one after that:
 * three loads serve nine multiply-adds, and every output takes its taps in ascending order.
 *
 * <p>At a side of the image the outermost output lacks a column of taps. Its lane then has −0 for a weight and +0 for
 * x: adding their product, −0, leaves every sum as it is, to the bit.
 */
final class PlaneColumn3x3 implements PlaneColumn {

    private static final int SIDE = Shaped.constants(MethodHandles.lookup(), INSIDE)[0];

    private static final boolean AT_LEFT = SIDE == LEFT;
    private static final boolean AT_RIGHT = SIDE == RIGHT;

    private static final VectorSpecies<Float> S = Lanes.SPECIES;
    private static final int L = Lanes.LANES;

    private static final VectorMask<Float> FIRST = lane(0);
    private static final VectorMask<Float> LAST = lane(L - 1);

    // Each lane receives its neighbour; the outermost one keeps what it has.
    private static final VectorShuffle<Float> FROM_LEFT = VectorShuffle.fromOp(S, lane -> Math.max(lane - 1, 0));
    private static final VectorShuffle<Float> FROM_RIGHT = VectorShuffle.fromOp(S, lane -> Math.min(lane + 1, L - 1));

    private static VectorMask<Float> lane(int lane) {
        boolean[] lanes = new boolean[L];
        lanes[lane] = true;
        return VectorMask.fromArray(S, lanes, 0);
    }

    @Override
    public void run(
            int rows, float[] x, int xo, int inW, float[] w, int wo, float start, float floor, float[] y, int yo,
            int outH, int outW, int padTop) {
        FloatVector least = FloatVector.broadcast(S, floor);
        FloatVector init = FloatVector.broadcast(S, start);
        FloatVector zero = FloatVector.zero(S);
        FloatVector minusZero = FloatVector.broadcast(S, -0f);
        FloatVector w0 = FloatVector.broadcast(S, w[wo]);
        FloatVector w1 = FloatVector.broadcast(S, w[wo + 1]);
        FloatVector w2 = FloatVector.broadcast(S, w[wo + 2]);
        FloatVector w3 = FloatVector.broadcast(S, w[wo + 3]);
        FloatVector w4 = FloatVector.broadcast(S, w[wo + 4]);
        FloatVector w5 = FloatVector.broadcast(S, w[wo + 5]);
        FloatVector w6 = FloatVector.broadcast(S, w[wo + 6]);
        FloatVector w7 = FloatVector.broadcast(S, w[wo + 7]);
        FloatVector w8 = FloatVector.broadcast(S, w[wo + 8]);
        if (AT_LEFT) {
            w0 = w0.blend(minusZero, FIRST);
            w3 = w3.blend(minusZero, FIRST);
            w6 = w6.blend(minusZero, FIRST);
        }
        if (AT_RIGHT) {
            w2 = w2.blend(minusZero, LAST);
            w5 = w5.blend(minusZero, LAST);
            w8 = w8.blend(minusZero, LAST);
        }
        // sums for which the next row of x is the last one, and the middle one
        FloatVector last = init;
        FloatVector middle = init;
        int at = xo;
        int to = (padTop - 2) * outW;
        for (int row = 0; row < rows; row++) {
            FloatVector b = FloatVector.fromArray(S, x, at + 1);
            FloatVector a = AT_LEFT ? b.rearrange(FROM_LEFT).blend(zero, FIRST) : FloatVector.fromArray(S, x, at);
            FloatVector c = AT_RIGHT ? b.rearrange(FROM_RIGHT).blend(zero, LAST) : FloatVector.fromArray(S, x, at + 2);
            last = w6.fma(a, last);
            last = w7.fma(b, last);
            last = w8.fma(c, last);
            if (to >= 0) {
                last.blend(least, last.compare(VectorOperators.LE, least)).intoArray(y, yo + to);
            }
            last = w3.fma(a, middle);
            last = w4.fma(b, last);
            last = w5.fma(c, last);
            middle = w0.fma(a, init);
            middle = w1.fma(b, middle);
            middle = w2.fma(c, middle);
            at += inW;
            to += outW;
        }
        if (to < outH * outW) {
            FloatVector sum = minusZero.add(last); // which changes nothing
            sum.blend(least, sum.compare(VectorOperators.LE, least)).intoArray(y, yo + to);
        }
    }
}
