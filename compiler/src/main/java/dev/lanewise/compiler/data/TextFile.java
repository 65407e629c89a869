package dev.lanewise.compiler.data;

import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.FormatException;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Numbers as text, separated by blanks or commas, one row a line; {@code #} starts a comment. One line
 * is a vector, several of equal length are a matrix; a lone number is a scalar.
 */
public final class TextFile {

    private TextFile() {}

    /**
     * Reads a file as f64, which holds whatever the input it is for will need.
     *
     * @throws FormatException naming the line that is wrong
     */
    public static Literal read(Path file) throws IOException {
        try {
            return parse(file.toString(), Files.readString(file, StandardCharsets.UTF_8));
        } catch (MalformedInputException e) {
            throw new FormatException(file.toString(), "", "not a text of numbers");
        }
    }

    /** Reads a text; {@code name} is what messages call it. */
    public static Literal parse(String name, String text) {
        List<double[]> rows = new ArrayList<>();
        String[] lines = text.split("\\R");
        for (int line = 0; line < lines.length; line++) {
            String numbers = lines[line].replaceFirst("#.*", "").strip();
            if (numbers.isEmpty()) {
                continue;
            }
            String[] parts = numbers.split("[\\s,;]+");
            double[] row = new double[parts.length];
            for (int i = 0; i < parts.length; i++) {
                try {
                    row[i] = Double.parseDouble(parts[i]);
                } catch (NumberFormatException e) {
                    throw new FormatException(name, "line " + (line + 1), "'" + shorten(parts[i]) + "' is no number");
                }
            }
            if (!rows.isEmpty() && rows.get(0).length != row.length) {
                throw new FormatException(name, "line " + (line + 1), row.length + " numbers, the lines before have "
                        + rows.get(0).length);
            }
            rows.add(row);
        }
        if (rows.isEmpty()) {
            throw new FormatException(name, "", "no numbers in it");
        }
        int columns = rows.get(0).length;
        double[] values = rows.stream().flatMapToDouble(java.util.Arrays::stream).toArray();
        int[] shape = rows.size() > 1
                ? new int[] {rows.size(), columns}
                : columns > 1 ? new int[] {columns} : new int[0];
        return Literal.of(DType.F64, values, shape);
    }

    private static String shorten(String text) {
        return text.length() <= 20 ? text : text.substring(0, 20) + "…";
    }
}
