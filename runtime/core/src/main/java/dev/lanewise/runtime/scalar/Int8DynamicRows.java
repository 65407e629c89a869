package dev.lanewise.runtime.scalar;

import dev.lanewise.runtime.kernel.RoundedInputs;
import dev.lanewise.runtime.kernel.WeightMatrix;

/**
 * Weights of 8 bits for inputs that are rounded to 8 bits too, for plain loops: codes of both as floats, whose
 * sums are exact.
 *
 * @param scales [n]
 */
record Int8DynamicRows(Rows codes, float[] scales) implements ScalarMatrix {

    /** Where the codes of a block of inputs are kept; behind what {@link Rows} uses. */
    private static final int INPUTS = 2048;

    static Int8DynamicRows pack(WeightMatrix w, int from, int to) {
        Int8Rows same = Int8Rows.pack(w, from, to);
        return new Int8DynamicRows(same.codes(), same.scales());
    }

    @Override
    public void addProduct(float[] a, int aOff, float[] c, int cOff, float[] scratch) {
        for (int from = 0; from < codes.k; from += RoundedInputs.BLOCK) {
            int count = Math.min(RoundedInputs.BLOCK, codes.k - from);
            int largest = 0;
            for (int p = 0; p < count; p++) {
                largest = Math.max(largest, Float.floatToRawIntBits(a[aOff + from + p]) & 0x7fffffff);
            }
            float factor = RoundedInputs.factor(largest);
            for (int p = 0; p < count; p++) {
                scratch[INPUTS + p] = RoundedInputs.code(a[aOff + from + p], factor);
            }
            codes.addScaled(
                    from, count, scratch, INPUTS, RoundedInputs.scale(largest), scales, 0f, c, cOff, scratch);
        }
    }

    @Override
    public long bytes() {
        return codes.bytes() + 4L * scales.length;
    }

    @Override
    public String form() {
        return "rows of int8, inputs rounded";
    }
}
