package dev.lanewise.formats;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.formats.proto.Bytes;
import dev.lanewise.formats.proto.DimProto;
import dev.lanewise.formats.proto.MetadataProto;
import dev.lanewise.formats.proto.ModelProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelFileTest {

    @TempDir Path folder;

    private static ModelProto.Builder model(int weightBytes) {
        byte[] weights = new byte[weightBytes];
        for (int i = 0; i < weightBytes; i++) {
            weights[i] = (byte) (i * 31);
        }
        return ModelProto.newBuilder()
                .setProducer("test")
                .addDims(DimProto.newBuilder().setNumber(7))
                .setWeights(Bytes.copyOf(weights));
    }

    @Test
    void writtenAndReadAgain() throws IOException {
        ModelFile file = ModelFile.complete("m", model(1_000).build());
        Path path = folder.resolve("m.lane");
        file.write(path);
        ModelFile again = ModelFile.read(path);
        assertEquals(file.message(), again.message());
        assertEquals(1_000, again.weights().remaining());
        assertEquals((byte) (5 * 31), again.weights().get(5));
        try (Stream<Path> left = Files.list(folder)) {
            assertEquals(List.of(path), left.toList(), "no unfinished file beside it");
        }
    }

    /** Whatever stands before them, weights begin at a multiple of 64; the whole stays one message. */
    @Test
    void weightsAreAligned() throws IOException {
        for (int length = 0; length < 70; length++) {
            ModelProto.Builder model = model(200);
            model.addMetadata(MetadataProto.newBuilder().setKey("k").setValue("x".repeat(length)));
            byte[] bytes = ModelFile.complete("m", model.build()).toBytes();
            assertEquals(0, (bytes.length - 200) % Limits.WEIGHT_ALIGNMENT, "metadata of " + length);
            assertEquals(model.getWeights(), ModelProto.parseFrom(bytes).getWeights());
        }
    }

    @Test
    void aNewerFileIsRefusedWithBothVersions() {
        ModelProto newer = ModelFile.complete("m", model(8).build()).message().toBuilder()
                .setMinReader(Limits.VERSION + 1)
                .build();
        FormatException e = assertThrows(
                FormatException.class, () -> ModelFile.read("m.lane", newer.toByteArray()));
        assertTrue(e.getMessage().contains("version " + (Limits.VERSION + 1)), e.getMessage());
        assertTrue(e.getMessage().contains("version " + Limits.VERSION), e.getMessage());
        assertEquals("min_reader", e.field());
    }

    @Test
    void aNewerWriterIsNoReasonToRefuse() {
        ModelProto newer = ModelFile.complete("m", model(8).build()).message().toBuilder()
                .setVersion(Limits.VERSION + 5)
                .build();
        assertEquals(Limits.VERSION + 5, ModelFile.read("m.lane", newer.toByteArray()).message().getVersion());
    }

    @Test
    void everyFlippedByteOfWeightsOrStructureIsFound() {
        byte[] bytes = ModelFile.complete("m", model(64).build()).toBytes();
        for (int i = bytes.length - 64; i < bytes.length; i++) {
            byte[] damaged = bytes.clone();
            damaged[i] ^= 1;
            FormatException e = assertThrows(FormatException.class, () -> ModelFile.read("m", damaged));
            assertEquals("weights_crc", e.field());
        }
        ModelProto other = ModelFile.complete("m", model(64).build()).message().toBuilder()
                .addDims(DimProto.newBuilder().setNumber(8))
                .build();
        FormatException e = assertThrows(FormatException.class, () -> ModelFile.read("m", other.toByteArray()));
        assertEquals("structure_crc", e.field());
    }

    @Test
    void everyTruncationIsRefused() {
        byte[] bytes = ModelFile.complete("m", model(64).build()).toBytes();
        for (int length = 0; length < bytes.length; length++) {
            byte[] cut = Arrays.copyOf(bytes, length);
            assertThrows(FormatException.class, () -> ModelFile.read("m", cut), "cut to " + length);
        }
    }

    @Test
    void textIsNoModel() {
        FormatException e = assertThrows(
                FormatException.class, () -> ModelFile.read("notes.txt", "Dear diary".getBytes()));
        assertTrue(e.getMessage().startsWith("notes.txt: not a .lane model file"), e.getMessage());
    }

    @Test
    void aMissingFileIsNamed() {
        NoSuchFileException e = assertThrows(
                NoSuchFileException.class, () -> ModelFile.read(folder.resolve("absent.lane")));
        assertTrue(e.getMessage().contains("absent.lane"), e.getMessage());
    }

    /** What cannot be written leaves what was there. */
    @Test
    void aFailedWriteLeavesNothing() throws IOException {
        Path target = Files.createDirectory(folder.resolve("taken.lane"));
        Files.writeString(target.resolve("inside"), "x");
        assertThrows(IOException.class, () -> ModelFile.complete("m", model(8).build()).write(target));
        assertTrue(Files.exists(target.resolve("inside")));
        try (Stream<Path> left = Files.list(folder)) {
            assertEquals(1, left.count());
        }
    }

    @Test
    void fingerprintsTellModelsApart() {
        Bytes one = ModelFile.complete("a", model(64).build()).message().getFingerprint();
        Bytes same = ModelFile.complete("b", model(64).setProducer("else").build()).message().getFingerprint();
        Bytes other = ModelFile.complete("a", model(65).build()).message().getFingerprint();
        assertEquals(16, one.size());
        assertArrayEquals(one.toByteArray(), same.toByteArray(), "who wrote it changes nothing");
        assertNotEquals(one, other);
        assertFalse(one.isEmpty());
    }
}
