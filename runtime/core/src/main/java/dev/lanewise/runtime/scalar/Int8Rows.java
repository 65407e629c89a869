package dev.lanewise.runtime.scalar;

import dev.lanewise.runtime.kernel.WeightMatrix;

/**
 * Weights of 8 bits for plain loops: codes as floats, which C2 vectorises on every Java, so that only the
 * file is small here.
 *
 * @param scales [n]
 */
record Int8Rows(Rows codes, float[] scales) implements ScalarMatrix {

    static Int8Rows pack(WeightMatrix w, int from, int to) {
        int n = to - from;
        float[] codes = new float[n * w.k];
        float[] scales = new float[n];
        for (int row = 0; row < n; row++) {
            scales[row] = w.k == 0 ? 0 : w.scale(from + row, 0);
            for (int p = 0; p < w.k; p++) {
                codes[row * w.k + p] = w.code(from + row, p);
            }
        }
        return new Int8Rows(new Rows(codes, 0, w.k, n, 1, w.k), scales);
    }

    @Override
    public void addProduct(float[] a, int aOff, float[] c, int cOff, float[] scratch) {
        codes.addScaled(0, codes.k, a, aOff, 1f, scales, 0f, c, cOff, scratch);
    }

    @Override
    public long bytes() {
        return codes.bytes() + 4L * scales.length;
    }

    @Override
    public String form() {
        return "rows of int8";
    }
}
