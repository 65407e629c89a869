package dev.lanewise.compiler.data;

import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.formats.FormatException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Values from a file of any kind that the command line takes; its name's ending says which.
 *
 * @param file where they come from, for messages
 */
public record DataFile(Path file, Literal values) {

    /**
     * Reads {@code .npy}, {@code .pb}, {@code .wav} (its samples, a vector) or {@code .txt}.
     *
     * @throws FormatException where it is damaged or of another kind
     */
    public static DataFile read(Path file) throws IOException {
        return new DataFile(file, values(file));
    }

    private static Literal values(Path file) throws IOException {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        String ending = name.substring(name.lastIndexOf('.') + 1);
        return switch (ending) {
            case "npy" -> NpyFile.read(file);
            case "pb" -> OnnxTensorFile.read(file);
            case "txt", "csv" -> TextFile.read(file);
            case "wav" -> {
                float[] samples = WavFile.read(file).samples();
                yield Literal.of(samples, samples.length);
            }
            default -> throw new FormatException(file.toString(), "",
                    "its name does not end in .npy, .pb, .wav or .txt");
        };
    }
}
