package dev.lanewise.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Three planes, as those of a colour image, into pixels: {@code y[i, plane] = x[plane, i]}, a vector of each at a time,
 * which three vectors of pixels take from by index and mask.
 */
final class ThreePlanes {

    private static final VectorSpecies<Float> S = Lanes.SPECIES;
    private static final int L = Lanes.LANES;

    // The pixels that a result's lanes belong to, of the three results of a vector of pixels.
    private static final VectorShuffle<Float> PIXEL_0 = pixels(0);
    private static final VectorShuffle<Float> PIXEL_1 = pixels(1);
    private static final VectorShuffle<Float> PIXEL_2 = pixels(2);

    // Lanes of a result that are the second plane's, and those that are the third's.
    private static final VectorMask<Float> SECOND_0 = plane(0, 1);
    private static final VectorMask<Float> THIRD_0 = plane(0, 2);
    private static final VectorMask<Float> SECOND_1 = plane(1, 1);
    private static final VectorMask<Float> THIRD_1 = plane(1, 2);
    private static final VectorMask<Float> SECOND_2 = plane(2, 1);
    private static final VectorMask<Float> THIRD_2 = plane(2, 2);

    private ThreePlanes() {}

    private static VectorShuffle<Float> pixels(int result) {
        return VectorShuffle.fromOp(S, lane -> (result * L + lane) / 3);
    }

    private static VectorMask<Float> plane(int result, int plane) {
        boolean[] lanes = new boolean[L];
        for (int lane = 0; lane < L; lane++) {
            lanes[lane] = (result * L + lane) % 3 == plane;
        }
        return VectorMask.fromArray(S, lanes, 0);
    }

    /**
     * Interleaves; the last vectors reach back over pixels that are done.
     *
     * @param pixels {@link Lanes#LANES} or more
     * @param x [3, pixels], planes {@code ldx} apart
     * @param y [pixels, 3]
     */
    static void interleave(int pixels, float[] x, int xOff, int ldx, float[] y, int yOff) {
        for (int i = 0; i < pixels; i += L) {
            int pixel = Math.min(i, pixels - L);
            FloatVector a = FloatVector.fromArray(S, x, xOff + pixel);
            FloatVector b = FloatVector.fromArray(S, x, xOff + ldx + pixel);
            FloatVector c = FloatVector.fromArray(S, x, xOff + 2 * ldx + pixel);
            int to = yOff + 3 * pixel;
            a.rearrange(PIXEL_0).blend(b.rearrange(PIXEL_0), SECOND_0).blend(c.rearrange(PIXEL_0), THIRD_0)
                    .intoArray(y, to);
            a.rearrange(PIXEL_1).blend(b.rearrange(PIXEL_1), SECOND_1).blend(c.rearrange(PIXEL_1), THIRD_1)
                    .intoArray(y, to + L);
            a.rearrange(PIXEL_2).blend(b.rearrange(PIXEL_2), SECOND_2).blend(c.rearrange(PIXEL_2), THIRD_2)
                    .intoArray(y, to + 2 * L);
        }
    }
}
