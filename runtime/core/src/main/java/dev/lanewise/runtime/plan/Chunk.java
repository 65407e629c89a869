package dev.lanewise.runtime.plan;

import dev.lanewise.formats.DType;
import dev.lanewise.formats.Floats16;

/**
 * Up to {@link #SIZE} elements of an operand of any type, as numbers of one of three arithmetics: f32,
 * f64, or 64-bit integers. Every function is written once per arithmetic this way, not once per type;
 * types narrower than it are rounded, or wrapped, when they are stored. Belongs to a session; allocates
 * nothing after construction.
 *
 * <p>U64 has its bits in a long, smaller unsigned types and booleans their value.
 */
public final class Chunk {

    /** Elements that fit. */
    public static final int SIZE = 256;

    /** Numbers to compute with. */
    public enum Arithmetic {
        FLOAT,
        DOUBLE,
        LONG;

        /**
         * The one that a type's elementwise functions use: f32 for the 16-bit floats as well, whose
         * results are then rounded.
         */
        public static Arithmetic of(DType type) {
            return type == DType.F64 ? DOUBLE : type.isFloating() ? FLOAT : LONG;
        }

        /** As {@link #of}, but f64 for every float type: for sums and comparisons. */
        public static Arithmetic wide(DType type) {
            return type.isFloating() ? DOUBLE : LONG;
        }
    }

    public final float[] floats = new float[SIZE];
    public final double[] doubles = new double[SIZE];
    public final long[] longs = new long[SIZE];

    /** Elements {@code from, from + stride, …} of a float operand into {@link #floats}; f64 is rounded. */
    public void loadFloats(Operand x, int from, int stride, int n) {
        int at = x.offset + from;
        switch (x.type) {
            case F32 -> {
                if (stride == 1) {
                    System.arraycopy(x.buffer.floats, at, floats, 0, n);
                } else {
                    float[] array = x.buffer.floats;
                    for (int i = 0; i < n; i++) {
                        floats[i] = array[at + i * stride];
                    }
                }
            }
            case F16 -> {
                short[] array = x.buffer.shorts;
                for (int i = 0; i < n; i++) {
                    floats[i] = Floats16.fromF16(array[at + i * stride]);
                }
            }
            case BF16 -> {
                short[] array = x.buffer.shorts;
                for (int i = 0; i < n; i++) {
                    floats[i] = Floats16.fromBf16(array[at + i * stride]);
                }
            }
            case F64 -> {
                double[] array = x.buffer.doubles;
                for (int i = 0; i < n; i++) {
                    floats[i] = (float) array[at + i * stride];
                }
            }
            default -> throw new IllegalArgumentException(x.type + " has no fraction");
        }
    }

    /** Elements of a float operand into {@link #doubles}. Exact. */
    public void loadDoubles(Operand x, int from, int stride, int n) {
        int at = x.offset + from;
        switch (x.type) {
            case F32 -> {
                float[] array = x.buffer.floats;
                for (int i = 0; i < n; i++) {
                    doubles[i] = array[at + i * stride];
                }
            }
            case F16 -> {
                short[] array = x.buffer.shorts;
                for (int i = 0; i < n; i++) {
                    doubles[i] = Floats16.fromF16(array[at + i * stride]);
                }
            }
            case BF16 -> {
                short[] array = x.buffer.shorts;
                for (int i = 0; i < n; i++) {
                    doubles[i] = Floats16.fromBf16(array[at + i * stride]);
                }
            }
            case F64 -> {
                double[] array = x.buffer.doubles;
                for (int i = 0; i < n; i++) {
                    doubles[i] = array[at + i * stride];
                }
            }
            default -> throw new IllegalArgumentException(x.type + " has no fraction");
        }
    }

    /**
     * Elements of an operand into {@link #longs}: the values of integers and booleans, the bits of 16-bit
     * floats.
     */
    public void loadLongs(Operand x, int from, int stride, int n) {
        int at = x.offset + from;
        switch (x.buffer.storage()) {
            case BYTES -> {
                byte[] array = x.buffer.bytes;
                int mask = x.type.isUnsigned() ? 0xff : -1;
                for (int i = 0; i < n; i++) {
                    longs[i] = array[at + i * stride] & mask;
                }
            }
            case SHORTS -> {
                short[] array = x.buffer.shorts;
                int mask = x.type.isUnsigned() ? 0xffff : -1;
                for (int i = 0; i < n; i++) {
                    longs[i] = array[at + i * stride] & mask;
                }
            }
            case INTS -> {
                int[] array = x.buffer.ints;
                long mask = x.type.isUnsigned() ? 0xffffffffL : -1L;
                for (int i = 0; i < n; i++) {
                    longs[i] = array[at + i * stride] & mask;
                }
            }
            case LONGS -> {
                long[] array = x.buffer.longs;
                for (int i = 0; i < n; i++) {
                    longs[i] = array[at + i * stride];
                }
            }
            default -> throw new IllegalArgumentException(x.type + " is no integer");
        }
    }

    /** {@link #floats} to a float operand, rounding. */
    public void storeFloats(Operand y, int from, int stride, int n) {
        int at = y.offset + from;
        switch (y.type) {
            case F32 -> {
                if (stride == 1) {
                    System.arraycopy(floats, 0, y.buffer.floats, at, n);
                } else {
                    float[] array = y.buffer.floats;
                    for (int i = 0; i < n; i++) {
                        array[at + i * stride] = floats[i];
                    }
                }
            }
            case F16 -> {
                short[] array = y.buffer.shorts;
                for (int i = 0; i < n; i++) {
                    array[at + i * stride] = Floats16.toF16(floats[i]);
                }
            }
            case BF16 -> {
                short[] array = y.buffer.shorts;
                for (int i = 0; i < n; i++) {
                    array[at + i * stride] = Floats16.toBf16(floats[i]);
                }
            }
            case F64 -> {
                double[] array = y.buffer.doubles;
                for (int i = 0; i < n; i++) {
                    array[at + i * stride] = floats[i];
                }
            }
            default -> throw new IllegalArgumentException(y.type + " has no fraction");
        }
    }

    /** {@link #doubles} to a float operand, rounding once. */
    public void storeDoubles(Operand y, int from, int stride, int n) {
        int at = y.offset + from;
        switch (y.type) {
            case F32 -> {
                float[] array = y.buffer.floats;
                for (int i = 0; i < n; i++) {
                    array[at + i * stride] = (float) doubles[i];
                }
            }
            case F16 -> {
                short[] array = y.buffer.shorts;
                for (int i = 0; i < n; i++) {
                    array[at + i * stride] = Floats16.toF16(doubles[i]);
                }
            }
            case BF16 -> {
                short[] array = y.buffer.shorts;
                for (int i = 0; i < n; i++) {
                    array[at + i * stride] = Floats16.toBf16(doubles[i]);
                }
            }
            case F64 -> {
                double[] array = y.buffer.doubles;
                for (int i = 0; i < n; i++) {
                    array[at + i * stride] = doubles[i];
                }
            }
            default -> throw new IllegalArgumentException(y.type + " has no fraction");
        }
    }

    /** {@link #longs} to an operand that {@link #loadLongs} reads; values wrap, booleans are {@code != 0}. */
    public void storeLongs(Operand y, int from, int stride, int n) {
        int at = y.offset + from;
        switch (y.buffer.storage()) {
            case BYTES -> {
                byte[] array = y.buffer.bytes;
                boolean truth = y.type == DType.BOOL;
                for (int i = 0; i < n; i++) {
                    array[at + i * stride] = (byte) (truth ? (longs[i] != 0 ? 1 : 0) : y.type.wrap(longs[i]));
                }
            }
            case SHORTS -> {
                short[] array = y.buffer.shorts;
                for (int i = 0; i < n; i++) {
                    array[at + i * stride] = (short) longs[i];
                }
            }
            case INTS -> {
                int[] array = y.buffer.ints;
                for (int i = 0; i < n; i++) {
                    array[at + i * stride] = (int) longs[i];
                }
            }
            case LONGS -> {
                long[] array = y.buffer.longs;
                for (int i = 0; i < n; i++) {
                    array[at + i * stride] = longs[i];
                }
            }
            default -> throw new IllegalArgumentException(y.type + " is no integer");
        }
    }

    /** Elements in the given arithmetic. */
    public void load(Arithmetic as, Operand x, int from, int stride, int n) {
        switch (as) {
            case FLOAT -> loadFloats(x, from, stride, n);
            case DOUBLE -> loadDoubles(x, from, stride, n);
            case LONG -> loadLongs(x, from, stride, n);
        }
    }

    /** Elements of the given arithmetic to an operand of such a type. */
    public void store(Arithmetic as, Operand y, int from, int stride, int n) {
        switch (as) {
            case FLOAT -> storeFloats(y, from, stride, n);
            case DOUBLE -> storeDoubles(y, from, stride, n);
            case LONG -> storeLongs(y, from, stride, n);
        }
    }
}
