package dev.lanewise.formats.proto;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Bytes of a message, perhaps those of a part of an array that others hold, too. Immutable. */
public final class Bytes {

    static final Bytes EMPTY = new Bytes(new byte[0], 0, 0);

    private final byte[] array;
    private final int from;
    private final int size;

    private Bytes(byte[] array, int from, int size) {
        this.array = array;
        this.from = from;
        this.size = size;
    }

    public static Bytes copyOf(byte[] bytes) {
        return wrap(bytes.clone(), 0, bytes.length);
    }

    /** A part of an array that must not change any more. */
    public static Bytes wrap(byte[] array, int from, int size) {
        if (from < 0 || size < 0 || size > array.length - from) {
            throw new IndexOutOfBoundsException(size + " bytes from " + from + " on, of " + array.length);
        }
        return new Bytes(array, from, size);
    }

    public int size() {
        return size;
    }

    public boolean isEmpty() {
        return size == 0;
    }

    public byte[] toByteArray() {
        return Arrays.copyOfRange(array, from, from + size);
    }

    public ByteBuffer asReadOnlyByteBuffer() {
        return ByteBuffer.wrap(array, from, size).slice().asReadOnlyBuffer();
    }

    void copyTo(byte[] target, int at) {
        System.arraycopy(array, from, target, at, size);
    }

    void writeTo(OutputStream out) throws IOException {
        out.write(array, from, size);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Bytes bytes
                && Arrays.equals(array, from, from + size, bytes.array, bytes.from, bytes.from + bytes.size);
    }

    @Override
    public int hashCode() {
        return asReadOnlyByteBuffer().hashCode();
    }
}
