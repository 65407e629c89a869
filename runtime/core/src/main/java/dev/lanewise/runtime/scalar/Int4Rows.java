package dev.lanewise.runtime.scalar;

import dev.lanewise.formats.WeightForm;
import dev.lanewise.runtime.kernel.WeightMatrix;
import java.util.Arrays;

/**
 * Weights of 4 bits for plain loops: codes with their offset as floats, k filled up to whole groups.
 *
 * @param scales [groups][n]
 */
record Int4Rows(int k, Rows codes, float[][] scales) implements ScalarMatrix {

    private static final int GROUP = WeightForm.GROUP;

    /** Where the last group's inputs are copied to, so that zeros follow them; behind what {@link Rows} uses. */
    private static final int TAIL = 2048;

    static Int4Rows pack(WeightMatrix w, int from, int to) {
        int n = to - from;
        int groups = WeightForm.groups(w.k);
        int whole = groups * GROUP;
        float[] codes = new float[n * whole];
        float[][] scales = new float[groups][n];
        for (int row = 0; row < n; row++) {
            for (int p = 0; p < whole; p++) {
                int code = p < w.k ? w.code(from + row, p) : 0;
                codes[row * whole + p] = code + WeightMatrix.INT4_OFFSET;
            }
            for (int g = 0; g < groups; g++) {
                scales[g][row] = w.scale(from + row, g * GROUP);
            }
        }
        return new Int4Rows(w.k, new Rows(codes, 0, whole, n, 1, whole), scales);
    }

    @Override
    public void addProduct(float[] a, int aOff, float[] c, int cOff, float[] scratch) {
        for (int g = 0; g < scales.length; g++) {
            float[] x = a;
            int at = aOff + g * GROUP;
            int left = k - g * GROUP;
            if (left < GROUP) {
                Arrays.fill(scratch, TAIL, TAIL + GROUP, 0f);
                System.arraycopy(a, at, scratch, TAIL, left);
                x = scratch;
                at = TAIL;
            }
            float start = -WeightMatrix.INT4_OFFSET * WeightMatrix.groupSum(x, at);
            codes.addScaled(g * GROUP, GROUP, x, at, 1f, scales[g], start, c, cOff, scratch);
        }
    }

    @Override
    public long bytes() {
        return codes.bytes() + 4L * scales.length * codes.n;
    }

    @Override
    public String form() {
        return "rows of int4";
    }
}
