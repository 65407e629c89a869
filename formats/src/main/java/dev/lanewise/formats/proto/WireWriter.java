package dev.lanewise.formats.proto;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Writes protobuf's wire format; the counterpart of {@link WireReader}. Weights are not copied until all is written
 * somewhere. For one thread.
 */
final class WireWriter {

    /** Bytes from here on stay where they are. */
    private static final int LARGE = 1 << 16;

    /** What comes before {@code bytes}. */
    private final List<Bytes> pieces = new ArrayList<>();
    private byte[] bytes = new byte[64];
    private int size;

    long size() {
        long all = size;
        for (Bytes piece : pieces) {
            all += piece.size();
        }
        return all;
    }

    byte[] toByteArray() {
        byte[] all = new byte[Math.toIntExact(size())];
        int at = 0;
        for (Bytes piece : pieces) {
            piece.copyTo(all, at);
            at += piece.size();
        }
        System.arraycopy(bytes, 0, all, at, size);
        return all;
    }

    void writeTo(OutputStream out) throws IOException {
        for (Bytes piece : pieces) {
            piece.writeTo(out);
        }
        out.write(bytes, 0, size);
    }

    private void raw(byte[] array, int count) {
        reserve(count);
        System.arraycopy(array, 0, bytes, size, count);
        size += count;
    }

    private void reserve(int count) {
        if (count > bytes.length - size) {
            bytes = Arrays.copyOf(bytes, Math.max(Math.addExact(size, count), size + (size >> 1)));
        }
    }

    private void varint(long value) {
        reserve(10);
        long left = value;
        while ((left & ~0x7fL) != 0) {
            bytes[size++] = (byte) (left | 0x80);
            left >>>= 7;
        }
        bytes[size++] = (byte) left;
    }

    private void tag(int field, int type) {
        varint((long) field << 3 | type);
    }

    /** Begins a field whose bytes follow, of so many. */
    private void begin(int field, int length) {
        tag(field, 2);
        varint(length);
    }

    void uint32(int field, int value) {
        tag(field, 0);
        varint(value & 0xffff_ffffL);
    }

    /** A negative one takes ten bytes, as one of 64 bits. */
    void int32(int field, int value) {
        uint64(field, value);
    }

    void uint64(int field, long value) {
        tag(field, 0);
        varint(value);
    }

    void bool(int field, boolean value) {
        uint64(field, value ? 1 : 0);
    }

    void fixed32(int field, int value) {
        tag(field, 5);
        fixed32(value);
    }

    private void fixed32(int value) {
        reserve(4);
        for (int i = 0; i < 4; i++) {
            bytes[size++] = (byte) (value >>> 8 * i);
        }
    }

    void fixed64(int field, long value) {
        tag(field, 1);
        fixed32((int) value);
        fixed32((int) (value >>> 32));
    }

    void string(int field, String value) {
        bytes(field, value.getBytes(StandardCharsets.UTF_8));
    }

    private void bytes(int field, byte[] value) {
        begin(field, value.length);
        raw(value, value.length);
    }

    void bytes(int field, Bytes value) {
        begin(field, value.size());
        if (value.size() < LARGE) {
            raw(value.toByteArray(), value.size());
            return;
        }
        pieces.add(Bytes.wrap(bytes, 0, size));
        pieces.add(value);
        bytes = new byte[64];
        size = 0;
    }

    void message(int field, Message message) {
        bytes(field, message.toByteArray());
    }

    void uint32s(int field, Ints values) {
        WireWriter packed = new WireWriter();
        for (int i = 0; i < values.size(); i++) {
            packed.varint(values.get(i) & 0xffff_ffffL);
        }
        packed(field, packed);
    }

    void sint32s(int field, Ints values) {
        WireWriter packed = new WireWriter();
        for (int i = 0; i < values.size(); i++) {
            int value = values.get(i);
            packed.varint((value << 1 ^ value >> 31) & 0xffff_ffffL);
        }
        packed(field, packed);
    }

    void fixed32s(int field, Ints values) {
        WireWriter packed = new WireWriter();
        for (int i = 0; i < values.size(); i++) {
            packed.fixed32(values.get(i));
        }
        packed(field, packed);
    }

    private void packed(int field, WireWriter packed) {
        if (packed.size > 0) {
            begin(field, packed.size);
            raw(packed.bytes, packed.size);
        }
    }
}
