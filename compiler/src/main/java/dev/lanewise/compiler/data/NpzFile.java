package dev.lanewise.compiler.data;

import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.formats.FormatException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/** NumPy's archives: a zip of {@code .npy} files, the arrays' names being theirs. */
public final class NpzFile {

    /** What all arrays of an archive may take together; a small zip can claim to hold any amount. */
    private static final int LARGEST = 1 << 29;

    private NpzFile() {}

    /**
     * Reads all arrays, in the archive's order.
     *
     * @throws FormatException where the archive or an array in it is damaged
     */
    public static Map<String, Literal> read(Path file) throws IOException {
        Map<String, Literal> arrays = new LinkedHashMap<>();
        int left = LARGEST;
        try (ZipFile zip = new ZipFile(file.toFile())) {
            Enumeration<? extends ZipEntry> entries = zip.entries();
            while (entries.hasMoreElements()) {
                ZipEntry entry = entries.nextElement();
                try (InputStream in = zip.getInputStream(entry)) {
                    byte[] bytes = in.readNBytes(left);
                    left -= bytes.length;
                    if (left == 0) {
                        throw new FormatException(file.toString(), entry.getName(), "the archive unpacks to more than "
                                + (LARGEST >> 20) + " MiB");
                    }
                    String name = entry.getName().replaceFirst("\\.npy$", "");
                    arrays.put(name, NpyFile.read(file + "!" + entry.getName(), ByteBuffer.wrap(bytes)));
                }
            }
        } catch (ZipException | IllegalArgumentException e) {
            throw new FormatException(file.toString(), "",
                    "not a NumPy archive (.npz), or damaged: " + e.getMessage(), e);
        }
        return arrays;
    }
}
