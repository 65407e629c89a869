package dev.lanewise.formats.proto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The messages against protobuf itself, which reads the same schema: the same bytes, and the same refusals. */
class MessagesTest {

    private static final long[] NUMBERS = {1, 2, 127, 128, 300, 1 << 28, Integer.MAX_VALUE, -1, Integer.MIN_VALUE};

    private static Descriptor model;

    @BeforeAll
    static void readSchema() throws Exception {
        Path descriptors = Path.of(System.getProperty("lanewise.root"), "formats/target/model.desc");
        FileDescriptorSet set = FileDescriptorSet.parseFrom(Files.readAllBytes(descriptors));
        FileDescriptor file = FileDescriptor.buildFrom(set.getFile(0), new FileDescriptor[0]);
        model = file.findMessageTypeByName("ModelProto");
    }

    /** Any message with any of its fields, nested ones too. */
    private static DynamicMessage random(Descriptor type, SplittableRandom random, int depth) {
        DynamicMessage.Builder message = DynamicMessage.newBuilder(type);
        for (FieldDescriptor field : type.getFields()) {
            boolean nested = field.getJavaType() == FieldDescriptor.JavaType.MESSAGE;
            if (nested && depth == 0 || random.nextInt(4) == 0) {
                continue;
            }
            if (field.isRepeated()) {
                for (int count = random.nextInt(nested ? 3 : 20); count > 0; count--) {
                    message.addRepeatedField(field, value(field, random, depth));
                }
            } else {
                message.setField(field, value(field, random, depth));
            }
        }
        return message.build();
    }

    private static Object value(FieldDescriptor field, SplittableRandom random, int depth) {
        return switch (field.getJavaType()) {
            case INT -> (int) NUMBERS[random.nextInt(NUMBERS.length)];
            case LONG -> random.nextLong() >>> random.nextInt(64);
            case FLOAT -> Float.intBitsToFloat(random.nextInt() & 0x7f7fffff);
            case DOUBLE -> throw new IllegalStateException("the schema has none");
            case BOOLEAN -> random.nextBoolean();
            case STRING -> List.of("", "gate", "Größe", "\ufffd", "\ud83d\ude00").get(random.nextInt(5));
            case BYTE_STRING -> ByteString.copyFrom(new byte[random.nextInt(3) * (depth > 3 ? 40_000 : 40)]);
            case ENUM -> {
                List<EnumValueDescriptor> values = field.getEnumType().getValues();
                yield values.get(random.nextInt(values.size()));
            }
            case MESSAGE -> random(field.getMessageType(), random, depth - 1);
        };
    }

    @Test
    void readAndWrittenAgainTheyAreTheSameBytes() throws IOException {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 300; i++) {
            byte[] bytes = random(model, random, 5).toByteArray();
            ModelProto message = ModelProto.parseFrom(bytes);
            assertArrayEquals(bytes, message.toByteArray());
            assertArrayEquals(bytes, message.toBuilder().build().toByteArray());
            assertEquals(bytes.length, message.getSerializedSize());
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            message.writeTo(out);
            assertArrayEquals(bytes, out.toByteArray());
        }
    }

    /** Cut off, or with bytes changed: refused by both, or by both understood alike. */
    @Test
    void damagedBytesMeanWhatTheyMeanToProtobuf() throws IOException {
        SplittableRandom random = new SplittableRandom(2);
        int understood = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = random(model, random, 3).toByteArray();
            if (bytes.length > 5_000) {
                continue;
            }
            if (random.nextInt(8) == 0) {
                bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
            }
            for (int change = random.nextInt(3); change > 0 && bytes.length > 0; change--) {
                bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            }
            byte[] theirs = protobuf(bytes);
            try {
                assertArrayEquals(theirs, ModelProto.parseFrom(bytes).toByteArray());
                understood++;
            } catch (WireException e) {
                boolean group = e.getMessage().contains("of type 3"); // which protobuf skips
                assertTrue(theirs == null || group, e.getMessage());
            }
        }
        assertTrue(understood > 2_000, "understood " + understood);
    }

    private static DynamicMessage known(DynamicMessage message) {
        DynamicMessage.Builder known = message.toBuilder().setUnknownFields(UnknownFieldSet.getDefaultInstance());
        message.getAllFields().forEach((field, value) -> {
            if (value instanceof DynamicMessage one) {
                known.setField(field, known(one));
            } else if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
                known.setField(field, ((List<?>) value).stream().map(each -> known((DynamicMessage) each)).toList());
            }
        });
        return known.build();
    }

    /** As protobuf writes it, without what it does not know; {@code null} where it refuses. */
    private static byte[] protobuf(byte[] bytes) {
        try {
            return known(DynamicMessage.parseFrom(model, bytes)).toByteArray();
        } catch (InvalidProtocolBufferException e) {
            return null;
        }
    }
}
