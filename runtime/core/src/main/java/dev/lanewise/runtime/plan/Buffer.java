package dev.lanewise.runtime.plan;

import dev.lanewise.formats.DType;
import java.util.Arrays;

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

    /**
     * Copies {@code n} elements to another buffer of the same storage; the ranges may overlap. Short
     * runs are common (an index each) and cost no call.
     */
    public void copy(int from, Buffer to, int at, int n) {
        switch (storage) {
            case FLOATS -> {
                if (n == 1) {
                    to.floats[at] = floats[from];
                } else {
                    System.arraycopy(floats, from, to.floats, at, n);
                }
            }
            case DOUBLES -> System.arraycopy(doubles, from, to.doubles, at, n);
            case LONGS -> {
                if (n == 1) {
                    to.longs[at] = longs[from];
                } else {
                    System.arraycopy(longs, from, to.longs, at, n);
                }
            }
            case INTS -> System.arraycopy(ints, from, to.ints, at, n);
            case SHORTS -> System.arraycopy(shorts, from, to.shorts, at, n);
            case BYTES -> System.arraycopy(bytes, from, to.bytes, at, n);
        }
    }

    /** Fills {@code n} elements with the one at {@code source[from]} of the same storage. */
    public void fill(int at, int n, Buffer source, int from) {
        switch (storage) {
            case FLOATS -> Arrays.fill(floats, at, at + n, source.floats[from]);
            case DOUBLES -> Arrays.fill(doubles, at, at + n, source.doubles[from]);
            case LONGS -> Arrays.fill(longs, at, at + n, source.longs[from]);
            case INTS -> Arrays.fill(ints, at, at + n, source.ints[from]);
            case SHORTS -> Arrays.fill(shorts, at, at + n, source.shorts[from]);
            case BYTES -> Arrays.fill(bytes, at, at + n, source.bytes[from]);
        }
    }

    /** Fills {@code n} elements with zero, which every type writes as zero bits. */
    public void clear(int at, int n) {
        switch (storage) {
            case FLOATS -> Arrays.fill(floats, at, at + n, 0f);
            case DOUBLES -> Arrays.fill(doubles, at, at + n, 0.0);
            case LONGS -> Arrays.fill(longs, at, at + n, 0L);
            case INTS -> Arrays.fill(ints, at, at + n, 0);
            case SHORTS -> Arrays.fill(shorts, at, at + n, (short) 0);
            case BYTES -> Arrays.fill(bytes, at, at + n, (byte) 0);
        }
    }
}
