package dev.lanewise.vector;

import dev.lanewise.runtime.kernel.ConvKernels.ConvShape;
import java.lang.invoke.MethodHandles;

/**
 * Depthwise filters of 3 × 3 taps over planes that are wider than a vector: columns of a vector's width, of which the
 * last one reaches back over outputs that are done, and gives them the same again. Thread-safe; allocates nothing.
 */
final class DirectPlanes {

    private static final int L = Lanes.LANES;

    /** By side. */
    private static final PlaneColumn[] COLUMNS = new PlaneColumn[3];

    private static final boolean DEFINED = define();

    private DirectPlanes() {}

    private static boolean define() {
        boolean all = true;
        for (int side = 0; side < COLUMNS.length; side++) {
            COLUMNS[side] = Shaped.of(MethodHandles.lookup(), PlaneColumn3x3.class, PlaneColumn.class, side);
            all &= COLUMNS[side] != null;
        }
        return all;
    }

    /** Whether it is for that filter and planes of that size. */
    static boolean takes(ConvShape s, int inH, int inW, int outH, int outW) {
        return s.kernelH() == 3 && s.kernelW() == 3 && s.strideH() * s.strideW() == 1
                && s.dilationH() * s.dilationW() == 1 && s.padTop() < 2 && s.padLeft() < 2
                && outH + 1 - s.padTop() <= inH && outW + 1 - s.padLeft() <= inW && outW > L && DEFINED;
    }

    /**
     * @param x [inH, inW]
     * @param w [3, 3]
     * @param start what sums begin with
     * @param floor see {@link ConvTile}
     * @param y [outH, outW]
     */
    static void plane(
            ConvShape s, float[] x, int xOff, int inH, int inW, float[] w, int wOff, float start, float floor,
            float[] y, int yOff, int outH, int outW) {
        int rows = Math.min(inH, outH + 2 - s.padTop());
        boolean padRight = outW + 2 - s.padLeft() > inW;
        for (int i = 0; i < outW; i += L) {
            int ow = Math.min(i, outW - L);
            int side = ow < s.padLeft() ? PlaneColumn.LEFT
                    : padRight && ow == outW - L ? PlaneColumn.RIGHT : PlaneColumn.INSIDE;
            COLUMNS[side].run(
                    rows, x, xOff + ow - s.padLeft(), inW, w, wOff, start, floor, y, yOff + ow, outH, outW,
                    s.padTop());
        }
    }
}
