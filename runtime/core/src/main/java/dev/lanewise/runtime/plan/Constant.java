package dev.lanewise.runtime.plan;

import dev.lanewise.formats.DType;
import dev.lanewise.formats.WeightForm;
import dev.lanewise.runtime.kernel.WeightMatrix;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A tensor among the weights, still in the file's bytes. Decoded when first needed: by packing, for a
 * moment, or as an operand, for good. Thread-safe.
 */
class Constant {

    private final DType type;
    private final int elements;
    private final boolean splat;
    private final WeightForm form;
    private final int rows;
    private final ByteBuffer bytes;

    /**
     * @param form how an f32 weight is stored
     * @param rows extent of the first axis, for forms other than f32
     * @param bytes the tensor's own bytes, one element where {@code splat}
     */
    Constant(DType type, int elements, boolean splat, WeightForm form, int rows, ByteBuffer bytes) {
        this.type = type;
        this.elements = elements;
        this.splat = splat;
        this.form = form;
        this.rows = rows;
        this.bytes = bytes;
    }

    /** The same bytes. */
    Constant(Constant of) {
        this(of.type, of.elements, of.splat, of.form, of.rows, of.bytes);
    }

    WeightForm form() {
        return form;
    }

    /** What the file holds of it, little-endian, read-only. */
    ByteBuffer bytes() {
        return bytes.asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The weight as it is stored, for forms other than f32. */
    WeightMatrix matrix() {
        return WeightMatrix.read(form, rows, rows == 0 ? 0 : elements / rows, bytes);
    }

    /** Decodes into {@code buffer} unless it was done before. */
    void fill(Buffer buffer) {
        synchronized (this) {
            if (buffer.array() == null) {
                buffer.share(decode());
            }
        }
    }

    Buffer decode() {
        if (form != WeightForm.F32) {
            Buffer expanded = new Buffer(type.storage());
            expanded.floats = matrix().values();
            return expanded;
        }
        Buffer buffer = Buffer.allocate(type.storage(), elements);
        ByteBuffer in = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        int n = splat ? Math.min(1, elements) : elements;
        switch (type.storage()) {
            case FLOATS -> in.asFloatBuffer().get(buffer.floats, 0, n);
            case DOUBLES -> in.asDoubleBuffer().get(buffer.doubles, 0, n);
            case LONGS -> in.asLongBuffer().get(buffer.longs, 0, n);
            case INTS -> in.asIntBuffer().get(buffer.ints, 0, n);
            case SHORTS -> in.asShortBuffer().get(buffer.shorts, 0, n);
            case BYTES -> in.get(buffer.bytes, 0, n);
        }
        if (splat && elements > 1) {
            spread(buffer);
        }
        return buffer;
    }

    private static void spread(Buffer buffer) {
        switch (buffer.storage()) {
            case FLOATS -> Arrays.fill(buffer.floats, buffer.floats[0]);
            case DOUBLES -> Arrays.fill(buffer.doubles, buffer.doubles[0]);
            case LONGS -> Arrays.fill(buffer.longs, buffer.longs[0]);
            case INTS -> Arrays.fill(buffer.ints, buffer.ints[0]);
            case SHORTS -> Arrays.fill(buffer.shorts, buffer.shorts[0]);
            case BYTES -> Arrays.fill(buffer.bytes, buffer.bytes[0]);
        }
    }
}
