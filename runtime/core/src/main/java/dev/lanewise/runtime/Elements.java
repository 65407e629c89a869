package dev.lanewise.runtime;

import dev.lanewise.formats.DType;
import dev.lanewise.formats.Floats16;
import dev.lanewise.formats.FormatException;
import dev.lanewise.runtime.plan.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Elements of tensors as numbers and as bytes, whatever their type. Convenient, not fast: inside the
 * loop of a program use the tensor's array.
 */
public final class Elements {

    private Elements() {}

    /** Element {@code i} in row-major order; unsigned types give their unsigned value. */
    public static double get(Tensor tensor, int i) {
        Buffer buffer = tensor.operand().buffer;
        return get(buffer, tensor.type(), tensor.offset() + i);
    }

    /** Sets element {@code i}, rounding as the type does. */
    public static void set(Tensor tensor, int i, double value) {
        set(tensor.operand().buffer, tensor.type(), tensor.offset() + i, value);
    }

    static double get(Buffer buffer, DType type, int at) {
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

    static void set(Buffer buffer, DType type, int at, double value) {
        switch (type) {
            case F32 -> buffer.floats[at] = (float) value;
            case F64 -> buffer.doubles[at] = value;
            case F16 -> buffer.shorts[at] = Floats16.toF16(value);
            case BF16 -> buffer.shorts[at] = Floats16.toBf16(value);
            case I8, U8, I4, U4 -> buffer.bytes[at] = (byte) type.wrap((long) value);
            case BOOL -> buffer.bytes[at] = (byte) (value != 0 ? 1 : 0);
            case I16, U16 -> buffer.shorts[at] = (short) (long) value;
            case I32, U32 -> buffer.ints[at] = (int) (long) value;
            case I64, U64 -> buffer.longs[at] = (long) value;
        }
    }

    /** The elements as little-endian bytes. Allocates. */
    public static byte[] encode(Tensor tensor) {
        ByteBuffer out = ByteBuffer.allocate(tensor.size() * tensor.type().bytes()).order(ByteOrder.LITTLE_ENDIAN);
        Buffer buffer = tensor.operand().buffer;
        int from = tensor.offset();
        int n = tensor.size();
        switch (buffer.storage()) {
            case FLOATS -> out.asFloatBuffer().put(buffer.floats, from, n);
            case DOUBLES -> out.asDoubleBuffer().put(buffer.doubles, from, n);
            case LONGS -> out.asLongBuffer().put(buffer.longs, from, n);
            case INTS -> out.asIntBuffer().put(buffer.ints, from, n);
            case SHORTS -> out.asShortBuffer().put(buffer.shorts, from, n);
            case BYTES -> out.put(buffer.bytes, from, n);
        }
        return out.array();
    }

    /**
     * Sets all elements of a tensor's current shape from little-endian bytes.
     *
     * @throws FormatException where the count of bytes differs
     */
    public static void decode(Tensor tensor, ByteBuffer bytes) {
        int n = tensor.size();
        if (bytes.remaining() != (long) n * tensor.type().bytes()) {
            throw new FormatException(tensor.name(), "", bytes.remaining() + " bytes of data; "
                    + tensor + " takes " + (long) n * tensor.type().bytes());
        }
        ByteBuffer in = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        Buffer buffer = tensor.operand().buffer;
        int from = tensor.offset();
        switch (buffer.storage()) {
            case FLOATS -> in.asFloatBuffer().get(buffer.floats, from, n);
            case DOUBLES -> in.asDoubleBuffer().get(buffer.doubles, from, n);
            case LONGS -> in.asLongBuffer().get(buffer.longs, from, n);
            case INTS -> in.asIntBuffer().get(buffer.ints, from, n);
            case SHORTS -> in.asShortBuffer().get(buffer.shorts, from, n);
            case BYTES -> in.get(buffer.bytes, from, n);
        }
    }
}
