package dev.lanewise.runtime.step;

import dev.lanewise.formats.DType;
import dev.lanewise.formats.Floats16;
import dev.lanewise.runtime.plan.Buffer;

/** Elements of any type as doubles, for steps that compute every type but f32 in double. */
final class Rounding {

    private Rounding() {}

    static double load(DType type, Buffer buffer, int at) {
        return switch (type) {
            case F32 -> buffer.floats[at];
            case F64 -> buffer.doubles[at];
            case F16 -> Floats16.fromF16(buffer.shorts[at]);
            case BF16 -> Floats16.fromBf16(buffer.shorts[at]);
            case I8, I4 -> buffer.bytes[at];
            case U8, U4, BOOL -> buffer.bytes[at] & 0xff;
            case I16 -> buffer.shorts[at];
            case U16 -> buffer.shorts[at] & 0xffff;
            case I32 -> buffer.ints[at];
            case U32 -> buffer.ints[at] & 0xffffffffL;
            case I64 -> buffer.longs[at];
            case U64 -> (buffer.longs[at] >>> 1) * 2.0 + (buffer.longs[at] & 1);
        };
    }

    /** Floats round to nearest; integers towards zero, and to the nearest value that the type has. */
    static void store(DType type, double value, Buffer buffer, int at) {
        switch (type) {
            case F32 -> buffer.floats[at] = (float) value;
            case F64 -> buffer.doubles[at] = value;
            case F16 -> buffer.shorts[at] = Floats16.toF16(value);
            case BF16 -> buffer.shorts[at] = Floats16.toBf16(value);
            case I8, U8, I4, U4 -> buffer.bytes[at] =
                    (byte) within(value, LongFns.least(type), LongFns.greatest(type));
            case BOOL -> buffer.bytes[at] = (byte) (value != 0 ? 1 : 0);
            case I16 -> buffer.shorts[at] = (short) within(value, Short.MIN_VALUE, Short.MAX_VALUE);
            case U16 -> buffer.shorts[at] = (short) within(value, 0, 0xffff);
            case I32 -> buffer.ints[at] = (int) value;
            case U32 -> buffer.ints[at] = (int) within(value, 0, 0xffffffffL);
            case I64 -> buffer.longs[at] = (long) value;
            case U64 -> buffer.longs[at] = value < 0x1p63 ? Math.max(0, (long) value)
                    : value < 0x1p64 ? (long) (value - 0x1p63) ^ Long.MIN_VALUE : -1;
        }
    }

    private static long within(double value, long min, long max) {
        return Math.max(min, Math.min(max, (long) value));
    }
}
