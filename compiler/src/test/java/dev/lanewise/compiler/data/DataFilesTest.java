package dev.lanewise.compiler.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.FormatException;
import dev.lanewise.formats.LanewiseException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of values, whole and damaged. */
@Tag("once")
class DataFilesTest {

    @TempDir private Path folder;

    @ParameterizedTest
    @EnumSource(DType.class)
    void npyKeepsEveryType(DType type) {
        Literal written = Literal.of(type, new double[] {0, 1, 2, 3, 100, 1}, 2, 3);
        Literal read = NpyFile.read("x", ByteBuffer.wrap(NpyFile.write(type, written.shape(), written.encode())));
        // NumPy has neither bfloat16 nor four bits
        assertEquals(
                type == DType.BF16 ? DType.F32 : type == DType.I4 ? DType.I8 : type == DType.U4 ? DType.U8 : type,
                read.type());
        assertArrayEquals(written.shape(), read.shape());
        assertArrayEquals(written.toDoubles(), read.toDoubles());
    }

    @Test
    void npyScalarsAndEmptyArrays() {
        Literal scalar = Literal.scalar(3f);
        assertEquals(0, NpyFile.read("x", ByteBuffer.wrap(NpyFile.write(DType.F32, new int[0],
                scalar.encode()))).rank());
        Literal empty = NpyFile.read("x", ByteBuffer.wrap(NpyFile.write(DType.F32, new int[] {2, 0}, new byte[0])));
        assertArrayEquals(new int[] {2, 0}, empty.shape());
    }

    @Test
    void npyOfOtherOrders() {
        ByteBuffer columns = npy("{'descr': '>i2', 'fortran_order': True, 'shape': (2, 3), }", 12);
        short[] values = {1, 4, 2, 5, 3, 6};
        columns.position(columns.limit() - 12);
        for (short value : values) {
            columns.order(ByteOrder.BIG_ENDIAN).putShort(value);
        }
        assertArrayEquals(new long[] {1, 2, 3, 4, 5, 6}, NpyFile.read("x", columns.rewind()).toLongs());
    }

    private static ByteBuffer npy(String header, int bytes) {
        ByteBuffer file = ByteBuffer.allocate(10 + header.length() + bytes).order(ByteOrder.LITTLE_ENDIAN);
        file.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0}).putShort((short) header.length());
        return file.put(header.getBytes(StandardCharsets.ISO_8859_1)).rewind();
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "",
        "{}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999,), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2147483647, 2147483647, 2147483647, 0), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1,1,1,1,1), }",
        "{'descr': '|O', 'fortran_order': False, 'shape': (2,), }",
        "{'descr': '<U8', 'fortran_order': False, 'shape': (2,), }",
        "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,), }"
    })
    void npyThatMakesNoSense(String header) {
        assertThrows(FormatException.class, () -> NpyFile.read("x.npy", npy(header, 8)));
    }

    @Test
    void npzByName() throws IOException {
        Path file = folder.resolve("io.npz");
        npz(file, Map.of("x.npy", NpyFile.write(DType.F32, new int[] {1}, new byte[4])));
        assertEquals(DType.F32, NpzFile.read(file).get("x").type());
        npz(file, Map.of("x.npy", new byte[3]));
        assertThrows(FormatException.class, () -> NpzFile.read(file));
        Files.writeString(file, "no archive");
        assertThrows(FormatException.class, () -> NpzFile.read(file));
    }

    private static void npz(Path file, Map<String, byte[]> entries) throws IOException {
        try (OutputStream out = Files.newOutputStream(file); ZipOutputStream zip = new ZipOutputStream(out)) {
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                zip.putNextEntry(new ZipEntry(entry.getKey()));
                zip.write(entry.getValue());
            }
        }
    }

    private static byte[] wav(int encoding, int bits, int channels, byte... data) {
        ByteBuffer file = ByteBuffer.allocate(44 + data.length).order(ByteOrder.LITTLE_ENDIAN);
        file.put("RIFF".getBytes(StandardCharsets.US_ASCII)).putInt(36 + data.length);
        file.put("WAVEfmt ".getBytes(StandardCharsets.US_ASCII)).putInt(16);
        file.putShort((short) encoding).putShort((short) channels).putInt(16_000).putInt(16_000 * channels * bits / 8);
        file.putShort((short) (channels * bits / 8)).putShort((short) bits);
        return file.put("data".getBytes(StandardCharsets.US_ASCII)).putInt(data.length).put(data).array();
    }

    @Test
    void wavOfEveryWidth() {
        byte half = 0x40;
        assertArrayEquals(new float[] {0, -1}, WavFile.read("x", wav(1, 8, 1, (byte) 128, (byte) 0)).samples());
        assertArrayEquals(new float[] {0.5f}, WavFile.read("x", wav(1, 16, 1, (byte) 0, half)).samples());
        assertArrayEquals(new float[] {-0.5f}, WavFile.read("x", wav(1, 24, 1, (byte) 0, (byte) 0,
                (byte) 0xc0)).samples());
        assertArrayEquals(new float[] {0.5f},
                WavFile.read("x", wav(1, 32, 1, (byte) 0, (byte) 0, (byte) 0, half)).samples());
        assertArrayEquals(new float[] {2f}, WavFile.read("x", wav(3, 32, 1, (byte) 0, (byte) 0, (byte) 0,
                half)).samples());
        assertArrayEquals(new float[] {0.25f},
                WavFile.read("x", wav(1, 16, 2, (byte) 0, half, (byte) 0, (byte) 0)).samples());
    }

    @Test
    void wavThatIsDamaged() {
        assertThrows(FormatException.class, () -> WavFile.read("x", new byte[20]));
        assertThrows(FormatException.class, () -> WavFile.read("x", wav(2, 4, 1)));
        assertThrows(FormatException.class, () -> WavFile.read("x", wav(1, 16, 0)));
        byte[] whole = wav(1, 16, 1, new byte[8]);
        assertEquals(2, WavFile.read("x", Arrays.copyOf(whole, 48)).samples().length, "cut off while recording");
    }

    @Test
    void mutantsGiveTypedErrorsOrValues() {
        byte[] npy = NpyFile.write(DType.F32, new int[] {2, 3}, new byte[24]);
        byte[] wav = wav(1, 16, 1, new byte[64]);
        SplittableRandom random = new SplittableRandom(3);
        int refused = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] mutant = (i % 2 == 0 ? npy : wav).clone();
            for (int change = random.nextInt(1, 4); change > 0; change--) {
                mutant[random.nextInt(mutant.length)] = (byte) random.nextInt();
            }
            byte[] cut = Arrays.copyOf(mutant, random.nextInt(mutant.length + 1));
            for (byte[] bytes : new byte[][] {mutant, cut}) {
                try {
                    if (i % 2 == 0) {
                        NpyFile.read("x", ByteBuffer.wrap(bytes));
                    } else {
                        WavFile.read("x", bytes);
                    }
                } catch (LanewiseException e) {
                    refused++;
                }
            }
        }
        assertTrue(refused > 10_000, refused + " refused");
    }

    @Test
    void textOfNumbers() {
        assertArrayEquals(new int[0], TextFile.parse("x", "3").shape());
        assertArrayEquals(new int[] {3}, TextFile.parse("x", "1, 2,3").shape());
        assertArrayEquals(new int[] {2, 2}, TextFile.parse("x", "# title\n1 2\n\n3 4\n").shape());
        assertThrows(FormatException.class, () -> TextFile.parse("x", ""));
        assertThrows(FormatException.class, () -> TextFile.parse("x", "1 2\n3"));
    }

    @Test
    void endingsSayWhatAFileIs() throws IOException {
        Path file = Files.writeString(folder.resolve("x.exe"), "1");
        assertThrows(FormatException.class, () -> DataFile.read(file));
        Path tensor = Files.write(folder.resolve("x.pb"), new byte[] {(byte) 0xff, 1, 2});
        assertThrows(FormatException.class, () -> DataFile.read(tensor));
        Path text = Files.write(folder.resolve("x.txt"), new byte[] {(byte) 0xff, (byte) 0xfe});
        assertThrows(FormatException.class, () -> DataFile.read(text));
    }
}
