package dev.lanewise.compiler.mutant;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A protobuf message as its fields on the wire, so that a mutant can be made field by field without
 * knowing the schema: what parses as a message inside is taken for one.
 */
final class Wire {

    /** Longer ones are weights: they are only shortened, lengthened or flipped. */
    private static final int LONGEST_MESSAGE = 1 << 16;

    private static final int DEEPEST = 12;

    /** Numbers that code tends to get wrong. */
    private static final long[] EDGES = {
        0, 1, 2, 3, 7, 16, 127, 128, 255, 1 << 15, 1 << 16, (1 << 24) + 1, 1 << 30, Integer.MAX_VALUE, 1L << 31,
        (1L << 32) - 1, 1L << 32, 1L << 53, Long.MAX_VALUE, Long.MIN_VALUE, -1, -2, -7
    };

    private static final class Field {
        int tag;
        long number;
        byte[] bytes;
        Wire message;

        Field copy() {
            Field copy = new Field();
            copy.tag = tag;
            copy.number = number;
            copy.bytes = bytes;
            copy.message = message == null ? null : message.copy();
            return copy;
        }
    }

    private final List<Field> fields = new ArrayList<>();

    static Wire parse(byte[] bytes) {
        return parse(bytes, 0);
    }

    private static Wire parse(byte[] bytes, int depth) {
        Wire wire = new Wire();
        CodedInputStream in = CodedInputStream.newInstance(bytes);
        try {
            while (!in.isAtEnd()) {
                Field field = new Field();
                field.tag = in.readTag();
                switch (WireFormat.getTagWireType(field.tag)) {
                    case WireFormat.WIRETYPE_VARINT -> field.number = in.readRawVarint64();
                    case WireFormat.WIRETYPE_FIXED64 -> field.number = in.readRawLittleEndian64();
                    case WireFormat.WIRETYPE_FIXED32 -> field.number = in.readRawLittleEndian32();
                    case WireFormat.WIRETYPE_LENGTH_DELIMITED -> {
                        field.bytes = in.readByteArray();
                        if (depth < DEEPEST && field.bytes.length > 1 && field.bytes.length < LONGEST_MESSAGE) {
                            field.message = parse(field.bytes, depth + 1);
                        }
                    }
                    default -> {
                        return null;
                    }
                }
                wire.fields.add(field);
            }
        } catch (IOException e) {
            return null;
        }
        return wire;
    }

    Wire copy() {
        Wire copy = new Wire();
        fields.forEach(field -> copy.fields.add(field.copy()));
        return copy;
    }

    byte[] toBytes() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        try {
            for (Field field : fields) {
                out.writeUInt32NoTag(field.tag);
                switch (WireFormat.getTagWireType(field.tag)) {
                    case WireFormat.WIRETYPE_VARINT -> out.writeUInt64NoTag(field.number);
                    case WireFormat.WIRETYPE_FIXED64 -> out.writeFixed64NoTag(field.number);
                    case WireFormat.WIRETYPE_FIXED32 -> out.writeFixed32NoTag((int) field.number);
                    default -> out.writeByteArrayNoTag(field.message == null ? field.bytes : field.message.toBytes());
                }
            }
            out.flush();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return bytes.toByteArray();
    }

    /** One change somewhere inside. */
    void mutate(SplittableRandom random) {
        Wire at = this;
        while (true) {
            if (at.fields.isEmpty()) {
                return;
            }
            Field field = at.fields.get(random.nextInt(at.fields.size()));
            if (field.message != null && !field.message.fields.isEmpty() && random.nextInt(8) != 0) {
                at = field.message;
                continue;
            }
            at.mutate(field, random);
            return;
        }
    }

    private void mutate(Field field, SplittableRandom random) {
        switch (random.nextInt(7)) {
            case 0 -> fields.remove(field);
            case 1 -> fields.add(random.nextInt(fields.size() + 1), field.copy());
            case 2 -> swap(fields.indexOf(field), random.nextInt(fields.size()));
            case 3 -> takeFrom(fields.get(random.nextInt(fields.size())), field);
            default -> change(field, random);
        }
    }

    private void swap(int i, int j) {
        Field kept = fields.get(i);
        fields.set(i, fields.get(j));
        fields.set(j, kept);
    }

    /** A neighbour's content in this field: ids that point elsewhere, cycles among names. */
    private static void takeFrom(Field other, Field field) {
        if (WireFormat.getTagWireType(other.tag) == WireFormat.getTagWireType(field.tag)) {
            field.number = other.number;
            field.bytes = other.bytes;
            field.message = other.message == null ? null : other.message.copy();
        }
    }

    private static void change(Field field, SplittableRandom random) {
        if (field.bytes == null) {
            field.number = number(field.number, random);
            return;
        }
        byte[] bytes = field.message == null ? field.bytes : field.message.toBytes();
        field.message = null;
        field.bytes = switch (random.nextInt(4)) {
            case 0 -> java.util.Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
            case 1 -> java.util.Arrays.copyOf(bytes, bytes.length + 1 + random.nextInt(16));
            case 2 -> packed(bytes, random);
            default -> flipped(bytes, random);
        };
    }

    private static long number(long old, SplittableRandom random) {
        return switch (random.nextInt(4)) {
            case 0 -> old + 1;
            case 1 -> old - 1;
            case 2 -> random.nextInt(64);
            default -> EDGES[random.nextInt(EDGES.length)];
        };
    }

    /** One number of a packed field replaced, where the bytes are a sequence of varints. */
    private static byte[] packed(byte[] bytes, SplittableRandom random) {
        try {
            CodedInputStream in = CodedInputStream.newInstance(bytes);
            List<Long> numbers = new ArrayList<>();
            while (!in.isAtEnd() && numbers.size() < 10_000) {
                numbers.add(in.readRawVarint64());
            }
            if (numbers.isEmpty()) {
                return bytes;
            }
            int i = random.nextInt(numbers.size());
            numbers.set(i, number(numbers.get(i), random));
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            CodedOutputStream coded = CodedOutputStream.newInstance(out);
            for (long number : numbers) {
                coded.writeUInt64NoTag(number);
            }
            coded.flush();
            return out.toByteArray();
        } catch (IOException e) {
            return flipped(bytes, random);
        }
    }

    static byte[] flipped(byte[] bytes, SplittableRandom random) {
        byte[] flipped = bytes.clone();
        for (int i = 0; i < 1 + random.nextInt(3) && flipped.length > 0; i++) {
            flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return flipped;
    }
}
