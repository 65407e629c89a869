package dev.lanewise.compiler.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.onnx.proto.StringStringEntryProto;
import dev.lanewise.compiler.onnx.proto.TensorProto;
import dev.lanewise.formats.FormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Weights beside the model are read from the model's own folder and from nowhere else. */
@Tag("once")
class ExternalDataTest {

    @TempDir Path root;

    private Path folder;

    @BeforeEach
    void twoFolders() throws IOException {
        folder = Files.createDirectory(root.resolve("model"));
        Files.write(folder.resolve("w.bin"), new byte[] {9, 9, 9, 9, 0, 0, (byte) 0x80, 0x3f, 0, 0, 0, 0x40});
        Files.write(root.resolve("secret.bin"), new byte[64]);
    }

    private Literal read(String location, String offset, String length) {
        TensorProto tensor = TensorProto.newBuilder()
                .setName("w")
                .setDataType(1)
                .addDims(2)
                .setDataLocation(TensorProto.DataLocation.EXTERNAL)
                .addExternalData(entry("location", location))
                .addExternalData(entry("offset", offset))
                .addExternalData(entry("length", length))
                .build();
        return new OnnxTensors("model.onnx", folder).read(tensor);
    }

    private static StringStringEntryProto entry(String key, String value) {
        return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
    }

    @Test
    void isReadAtItsOffset() {
        Literal w = read("w.bin", "4", "8");
        assertEquals(1, w.doubleAt(0));
        assertEquals(2, w.doubleAt(1));
    }

    @Test
    void otherFoldersAreRefused() {
        for (String location : new String[] {
            "../secret.bin", "sub/../../secret.bin", root.resolve("secret.bin").toString(), "", "..", "a\0b"
        }) {
            FormatException e = assertThrows(FormatException.class, () -> read(location, "0", "8"), location);
            assertTrue(e.getMessage().contains("'w'"), e.getMessage());
        }
    }

    @Test
    void symbolicLinksAreRefused() throws IOException {
        Files.createSymbolicLink(folder.resolve("link.bin"), root.resolve("secret.bin"));
        Files.createSymbolicLink(folder.resolve("out"), root);
        assertThrows(FormatException.class, () -> read("link.bin", "0", "8"));
        assertThrows(FormatException.class, () -> read("out/secret.bin", "0", "8"));
    }

    @Test
    void wrongLengthsAreRefused() {
        assertThrows(FormatException.class, () -> read("w.bin", "8", "8"));
        assertThrows(FormatException.class, () -> read("w.bin", "-4", "8"));
        assertThrows(FormatException.class, () -> read("w.bin", "0", "12"));
        assertThrows(FormatException.class, () -> read("w.bin", "9223372036854775807", "8"));
        assertThrows(FormatException.class, () -> read("w.bin", "x", "8"));
        assertThrows(FormatException.class, () -> read("absent.bin", "0", "8"));
    }
}
