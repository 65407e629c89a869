package dev.lanewise.runtime.kernel;

import dev.lanewise.formats.Floats16;
import dev.lanewise.formats.WeightForm;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Weights [n, k] as they are stored, for kernels to pack: a row for each output. Immutable, as long as
 * nobody writes to its arrays.
 */
public final class WeightMatrix {

    /** Codes of 4 bits are multiplied as they are up to this k; beyond, their values are. */
    public static final int MOST_K = 1 << 15;

    /** What is added to a code of 4 bits, so that it is the mantissa of a float from 16 to 32. */
    public static final float INT4_OFFSET = 24;

    private static final int GROUP = WeightForm.GROUP;

    public final WeightForm form;
    /** Rows. */
    public final int n;
    /** Elements of a row. */
    public final int k;

    private final float[] values; // F32: [n, k] from valuesOff
    private final int valuesOff;
    private final short[] halves; // BF16, F16: [n, k]
    private final byte[] codes; // INT8, INT8_DYNAMIC: [n, k]; INT4: [n, groups, 16]
    private final float[] scales; // INT8, INT8_DYNAMIC: [n]; INT4: [n, groups]

    private WeightMatrix(
            WeightForm form, int n, int k, float[] values, int valuesOff, short[] halves, byte[] codes,
            float[] scales) {
        this.form = form;
        this.n = n;
        this.k = k;
        this.values = values;
        this.valuesOff = valuesOff;
        this.halves = halves;
        this.codes = codes;
        this.scales = scales;
    }

    /** Values as they are, [n, k] from {@code offset}; takes the array over. */
    public static WeightMatrix of(float[] values, int offset, int n, int k) {
        return new WeightMatrix(WeightForm.F32, n, k, values, offset, null, null, null);
    }

    /** From a file's bytes, as many as the form takes. */
    public static WeightMatrix read(WeightForm form, int n, int k, ByteBuffer bytes) {
        ByteBuffer in = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        if (form == WeightForm.F32) {
            float[] values = new float[n * k];
            in.asFloatBuffer().get(values);
            return of(values, 0, n, k);
        }
        if (form == WeightForm.BF16 || form == WeightForm.F16) {
            short[] halves = new short[n * k];
            in.asShortBuffer().get(halves);
            return new WeightMatrix(form, n, k, null, 0, halves, null, null);
        }
        byte[] codes = new byte[(int) form.codeBytes(n, k)];
        in.get(codes);
        float[] scales = new float[(int) form.scales(n, k)];
        ((java.nio.Buffer) in).position(n * k == 0 ? 0 : (int) form.scalesAt(n, k));
        in.asFloatBuffer().get(scales);
        return new WeightMatrix(form, n, k, null, 0, null, codes, scales);
    }

    /** Whether products with such a matrix are computed from its stored form; else from its values. */
    public static boolean computes(WeightForm form, int k) {
        return form == WeightForm.BF16 || form.scalesRows() || form == WeightForm.INT4 && k <= MOST_K;
    }

    /** The array of an f32 matrix, [n, k] from {@link #valuesOff}; not to be changed. */
    public float[] array() {
        return values;
    }

    public int valuesOff() {
        return valuesOff;
    }

    /** The bits of an element of a 16-bit form. */
    public short half(int row, int column) {
        return halves[row * k + column];
    }

    /** The code of an integer form: -128 to 127, or -8 to 7. */
    public int code(int row, int column) {
        if (form.scalesRows()) {
            return codes[row * k + column];
        }
        int at = group(row, column) * WeightForm.GROUP_BYTES + column % GROUP / 2;
        return (codes[at] >> (column % 2 == 0 ? 0 : 4) & 15) - 8;
    }

    /** The scale of an element of an integer form. */
    public float scale(int row, int column) {
        return scales[form.scalesRows() ? row : group(row, column)];
    }

    private int group(int row, int column) {
        return row * WeightForm.groups(k) + column / GROUP;
    }

    /** An element's value. */
    public float at(int row, int column) {
        return switch (form) {
            case F32 -> values[valuesOff + row * k + column];
            case BF16 -> Floats16.fromBf16(half(row, column));
            case F16 -> Floats16.fromF16(half(row, column));
            case INT8, INT8_DYNAMIC, INT4 -> code(row, column) * scale(row, column);
        };
    }

    /**
     * Writes the values of a row. Allocates nothing.
     *
     * @param y [k] from {@code yOff}
     */
    public void row(int row, float[] y, int yOff) {
        for (int column = 0; column < k; column++) {
            y[yOff + column] = at(row, column);
        }
    }

    /** All values, [n, k]; a new array. */
    public float[] values() {
        float[] all = new float[n * k];
        for (int row = 0; row < n; row++) {
            row(row, all, row * k);
        }
        return all;
    }

    /** Bytes of the arrays. */
    public long bytes() {
        return form == WeightForm.F32 ? 4L * n * k : form.bytes(n, k);
    }

    /** The sum of {@code a[32]}, folded as a tree: what codes of 4 bits need for their offset. */
    public static float groupSum(float[] a, int aOff) {
        float even = quarter(a, aOff) + quarter(a, aOff + 2);
        float odd = quarter(a, aOff + 1) + quarter(a, aOff + 3);
        return even + odd;
    }

    /** Every fourth of 32, as the first three levels of the tree. */
    private static float quarter(float[] a, int at) {
        float first = (a[at] + a[at + 16]) + (a[at + 8] + a[at + 24]);
        float second = (a[at + 4] + a[at + 20]) + (a[at + 12] + a[at + 28]);
        return first + second;
    }
}
