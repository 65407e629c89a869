package dev.lanewise.runtime.plan;

import dev.lanewise.formats.DType;

/**
 * One array that operands lie in; exactly one field is set. Steps read the field on each run, since
 * binding a state exchanges the arrays of the state's buffers.
 */
public final class Buffer {

    public float[] floats;
    public double[] doubles;
    public long[] longs;
    public int[] ints;
    public short[] shorts;
    public byte[] bytes;

    private final DType.Storage storage;

    /** A buffer without an array; see {@link #share}. */
    public Buffer(DType.Storage storage) {
        this.storage = storage;
    }

    /** A buffer of zeros. */
    public static Buffer allocate(DType.Storage storage, int elements) {
        Buffer buffer = new Buffer(storage);
        switch (storage) {
            case FLOATS -> buffer.floats = new float[elements];
            case DOUBLES -> buffer.doubles = new double[elements];
            case LONGS -> buffer.longs = new long[elements];
            case INTS -> buffer.ints = new int[elements];
            case SHORTS -> buffer.shorts = new short[elements];
            case BYTES -> buffer.bytes = new byte[elements];
        }
        return buffer;
    }

    public DType.Storage storage() {
        return storage;
    }

    /** Takes over the other buffer's array; both are of one storage. */
    public void share(Buffer other) {
        floats = other.floats;
        doubles = other.doubles;
        longs = other.longs;
        ints = other.ints;
        shorts = other.shorts;
        bytes = other.bytes;
    }

    /** The array itself. */
    public Object array() {
        return switch (storage) {
            case FLOATS -> floats;
            case DOUBLES -> doubles;
            case LONGS -> longs;
            case INTS -> ints;
            case SHORTS -> shorts;
            case BYTES -> bytes;
        };
    }

    /** Elements of the array. */
    public int length() {
        return switch (storage) {
            case FLOATS -> floats.length;
            case DOUBLES -> doubles.length;
            case LONGS -> longs.length;
            case INTS -> ints.length;
            case SHORTS -> shorts.length;
            case BYTES -> bytes.length;
        };
    }
}
