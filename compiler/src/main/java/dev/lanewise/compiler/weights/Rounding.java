package dev.lanewise.compiler.weights;

import dev.lanewise.formats.Floats16;
import dev.lanewise.formats.WeightForm;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Rounds weights [rows, k] to a form. To 16 bits, halves go to the even neighbour. To integers, each row,
 * or group of a row, gets the scale with the least sum of squared errors among a few: the one that the
 * largest element asks for, and some smaller ones, which cut that one off.
 */
public final class Rounding {

    /** Parts of the largest element that the largest code may stand for. */
    private static final double[] CLIPS = {1, 0.96, 0.92, 0.88, 0.84, 0.8, 0.76, 0.72};

    /** Elements that are this near to integers times a scale, relatively, are those: f32 rounded their product. */
    private static final double EXACT = 0x1p-22;

    private Rounding() {}

    /**
     * The bytes of a form, or {@code null} where a value or a scale is not finite in it.
     *
     * @param values [rows, k]
     */
    public static byte[] encode(WeightForm form, float[] values, int rows, int k) {
        ByteBuffer out = ByteBuffer.allocate((int) form.bytes(rows, k)).order(ByteOrder.LITTLE_ENDIAN);
        return switch (form) {
            case F32 -> throw new IllegalArgumentException("f32 is not rounded");
            case BF16, F16 -> halves(form, values, out);
            case INT8, INT8_DYNAMIC, INT4 -> integers(form, values, rows, k, out, false);
        };
    }

    /**
     * The form in which values lose nothing, at most the last bit of a product: int4, int8, bf16, f16, the
     * first that does; {@code null} where none does.
     */
    public static WeightForm exactForm(float[] values, int rows, int k) {
        for (WeightForm form : new WeightForm[] {WeightForm.INT4, WeightForm.INT8, WeightForm.BF16, WeightForm.F16}) {
            if (isExact(form, values, rows, k)) {
                return form;
            }
        }
        return null;
    }

    /** The bytes of a form in which values lose nothing. */
    public static byte[] encodeExactly(WeightForm form, float[] values, int rows, int k) {
        if (form == WeightForm.BF16 || form == WeightForm.F16) {
            return encode(form, values, rows, k);
        }
        ByteBuffer out = ByteBuffer.allocate((int) form.bytes(rows, k)).order(ByteOrder.LITTLE_ENDIAN);
        return integers(form, values, rows, k, out, true);
    }

    private static boolean isExact(WeightForm form, float[] values, int rows, int k) {
        if (form == WeightForm.BF16 || form == WeightForm.F16) {
            for (float value : values) {
                float half = form == WeightForm.BF16
                        ? Floats16.fromBf16(Floats16.toBf16(value))
                        : Floats16.fromF16(Floats16.toF16(value));
                if (half != value) {
                    return false;
                }
            }
            return true;
        }
        int group = group(form, k);
        for (int row = 0; row < rows; row++) {
            for (int from = 0; from < k; from += group) {
                if (exactScale(form, values, row * k + from, Math.min(group, k - from)) < 0) {
                    return false;
                }
            }
        }
        return true;
    }

    private static int group(WeightForm form, int k) {
        return form.scalesRows() ? Math.max(1, k) : WeightForm.GROUP;
    }

    private static int largestCode(WeightForm form) {
        return form.scalesRows() ? 127 : 7;
    }

    private static byte[] halves(WeightForm form, float[] values, ByteBuffer out) {
        for (float value : values) {
            short half = form == WeightForm.BF16 ? Floats16.toBf16(value) : Floats16.toF16(value);
            float rounded = form == WeightForm.BF16 ? Floats16.fromBf16(half) : Floats16.fromF16(half);
            if (!Float.isFinite(rounded)) {
                return null;
            }
            out.putShort(half);
        }
        return out.array();
    }

    private static byte[] integers(
            WeightForm form, float[] values, int rows, int k, ByteBuffer out, boolean exact) {
        int group = group(form, k);
        int scaleAt = (int) form.scalesAt(rows, k);
        for (int row = 0; row < rows; row++) {
            for (int from = 0; from < k; from += group) {
                int at = row * k + from;
                int n = Math.min(group, k - from);
                float scale = exact ? exactScale(form, values, at, n) : bestScale(form, values, at, n);
                if (!Float.isFinite(scale)) {
                    return null;
                }
                out.putFloat(scaleAt, scale);
                scaleAt += 4;
                if (form.scalesRows()) {
                    for (int i = 0; i < n; i++) {
                        out.put(at + i, (byte) code(form, values[at + i], scale));
                    }
                } else {
                    int byteAt = (row * WeightForm.groups(k) + from / group) * WeightForm.GROUP_BYTES;
                    putGroup(values, at, n, scale, out, byteAt);
                }
            }
        }
        return out.array();
    }

    private static void putGroup(float[] values, int at, int n, float scale, ByteBuffer out, int byteAt) {
        for (int i = 0; i < WeightForm.GROUP; i++) {
            int code = (i < n ? code(WeightForm.INT4, values[at + i], scale) : 0) + 8;
            int half = byteAt + i / 2;
            out.put(half, (byte) (out.get(half) | code << (i % 2 == 0 ? 0 : 4)));
        }
    }

    private static int code(WeightForm form, float value, float scale) {
        if (scale == 0) {
            return 0;
        }
        int largest = largestCode(form);
        return (int) Math.max(-largest - 1, Math.min(largest, Math.rint(value / (double) scale)));
    }

    /** NaN or infinite where an element is. */
    private static float bestScale(WeightForm form, float[] values, int at, int n) {
        double largest = 0; // with its sign
        for (int i = at; i < at + n; i++) {
            largest = Math.abs(values[i]) <= Math.abs(largest) ? largest : values[i];
        }
        if (largest == 0 || !Double.isFinite(largest)) {
            return (float) largest;
        }
        float best = 0;
        double least = Double.POSITIVE_INFINITY;
        for (double clip : CLIPS) {
            // the code below the least has no counterpart: a scale of the other sign gives it to the largest
            for (double code : new double[] {largestCode(form), -largestCode(form) - 1}) {
                float scale = (float) (largest * clip / code);
                double errors = 0;
                for (int i = at; i < at + n; i++) {
                    double error = values[i] - code(form, values[i], scale) * (double) scale;
                    errors += error * error;
                }
                if (errors < least) {
                    least = errors;
                    best = scale;
                }
            }
        }
        return best;
    }

    /** The scale by which all elements are integers, 0 where they are 0, -1 where there is none. */
    private static float exactScale(WeightForm form, float[] values, int at, int n) {
        float largest = 0;
        for (int i = at; i < at + n; i++) {
            largest = Math.max(largest, Math.abs(values[i]));
        }
        if (largest == 0) {
            return 0;
        }
        for (int code = 1; code <= largestCode(form) + 1; code++) {
            float scale = (float) (largest / (double) code);
            if (scale > 0 && isScale(form, values, at, n, scale)) {
                return scale;
            }
        }
        return -1;
    }

    private static boolean isScale(WeightForm form, float[] values, int at, int n, float scale) {
        for (int i = at; i < at + n; i++) {
            double error = Math.abs(values[i] - code(form, values[i], scale) * (double) scale);
            if (!(error <= EXACT * Math.abs(values[i]))) {
                return false;
            }
        }
        return true;
    }
}
