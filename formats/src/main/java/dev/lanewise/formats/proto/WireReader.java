package dev.lanewise.formats.proto;

import dev.lanewise.formats.Limits;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads protobuf's wire format from hostile bytes: every length is held against what is left, nesting against a limit,
 * and text must be UTF-8. Groups, which no schema of ours has, are refused. For one thread.
 *
 * <p>Source: the encoding as protobuf.dev describes it. Where a field comes twice the last one counts, and messages are
 * merged, as there.
 */
public final class WireReader {

    /** A block takes two messages, its step's and its own. */
    private static final int DEEPEST = 2 * Limits.BLOCK_DEPTH + 8;

    private final byte[] bytes;
    private int at;
    private int end;
    private int depth;

    public WireReader(byte[] bytes) {
        this.bytes = bytes;
        end = bytes.length;
    }

    /** The number of bytes read. */
    public int at() {
        return at;
    }

    /** The next field's number times eight and its type on the wire, or 0 at the end. */
    public int tag() throws WireException {
        if (at == end) {
            return 0;
        }
        int tag = uint32();
        if (tag >>> 3 == 0) {
            throw bad("a field without a number");
        }
        return tag;
    }

    /** Passes over what follows a tag. */
    public void skip(int tag) throws WireException {
        switch (tag & 7) {
            case 0 -> uint64();
            case 1 -> advance(8);
            case 2 -> advance(length());
            case 5 -> advance(4);
            default -> throw bad("a field of type " + (tag & 7) + " on the wire");
        }
    }

    /** Bytes passed over; where they began. */
    private int advance(int count) throws WireException {
        if (count > end - at) {
            throw bad("it ends in the midst of a field");
        }
        int from = at;
        at += count;
        return from;
    }

    private int length() throws WireException {
        int length = uint32();
        if (length < 0 || length > end - at) {
            throw bad("a field of " + Integer.toUnsignedString(length) + " bytes, where " + (end - at) + " are left");
        }
        return length;
    }

    /** A number of up to 64 bits, of which the lower half counts. */
    int uint32() throws WireException {
        if (at < end && bytes[at] >= 0) {
            return bytes[at++];
        }
        return (int) uint64();
    }

    int int32() throws WireException {
        return uint32();
    }

    long uint64() throws WireException {
        long value = 0;
        for (int shift = 0; shift < 70; shift += 7) {
            byte next = bytes[advance(1)];
            value |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw bad("a number of more than ten bytes");
    }

    int sint32() throws WireException {
        int folded = uint32();
        return folded >>> 1 ^ -(folded & 1);
    }

    boolean bool() throws WireException {
        return uint64() != 0;
    }

    int fixed32() throws WireException {
        int from = advance(4);
        return bytes[from] & 0xff | (bytes[from + 1] & 0xff) << 8 | (bytes[from + 2] & 0xff) << 16
                | bytes[from + 3] << 24;
    }

    long fixed64() throws WireException {
        long low = fixed32() & 0xffff_ffffL;
        return low | (long) fixed32() << 32;
    }

    String string() throws WireException {
        int length = length();
        int from = advance(length);
        String text = new String(bytes, from, length, StandardCharsets.UTF_8);
        // what is malformed was replaced, and then it is not what stands there
        if (text.indexOf('\ufffd') >= 0 && !Arrays.equals(
                text.getBytes(StandardCharsets.UTF_8), Arrays.copyOfRange(bytes, from, from + length))) {
            throw bad("text that is not UTF-8");
        }
        return text;
    }

    /** The very bytes, not copied. */
    Bytes bytes() throws WireException {
        int length = length();
        return Bytes.wrap(bytes, advance(length), length);
    }

    /** Takes in what a nested message holds. */
    <M extends Message> M message(M message) throws WireException {
        int outer = begin();
        if (++depth > DEEPEST) {
            throw bad("messages more than " + DEEPEST + " deep");
        }
        message.read(this);
        depth--;
        end = outer;
        return message;
    }

    /** Ends reading with what is to come, whose length is read; gives where it ended before. */
    private int begin() throws WireException {
        int length = length();
        int outer = end;
        end = at + length;
        return outer;
    }

    Ints uint32s(Ints before) throws WireException {
        int outer = begin();
        Ints all = before.withRoom(numbers());
        while (at < end) {
            all = all.add(uint32());
        }
        end = outer;
        return all;
    }

    Ints sint32s(Ints before) throws WireException {
        int outer = begin();
        Ints all = before.withRoom(numbers());
        while (at < end) {
            all = all.add(sint32());
        }
        end = outer;
        return all;
    }

    Ints fixed32s(Ints before) throws WireException {
        int outer = begin();
        Ints all = before.withRoom((end - at) / 4);
        while (at < end) {
            all = all.add(fixed32());
        }
        end = outer;
        return all;
    }

    /** How many numbers are left: each has one byte that is its last. */
    private int numbers() {
        int count = 0;
        for (int i = at; i < end; i++) {
            count += bytes[i] >= 0 ? 1 : 0;
        }
        return count;
    }

    private WireException bad(String problem) {
        return new WireException(at, problem);
    }
}
