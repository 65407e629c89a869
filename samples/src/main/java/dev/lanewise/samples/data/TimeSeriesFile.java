package dev.lanewise.samples.data;

import dev.lanewise.formats.FormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Files of the UCR and UEA archives ({@code .ts}): lines of remarks with {@code #}, of facts with {@code @}, then a
 * line for each sequence, its channels and its class parted by colons.
 */
public final class TimeSeriesFile {

    private TimeSeriesFile() {}

    /**
     * Reads a file of sequences with classes, whose channels are of one length within a sequence.
     *
     * @throws FormatException where it is none
     */
    public static Sequences read(Path file) throws IOException {
        List<String> lines = Files.readAllLines(file);
        List<String> classes = List.of();
        List<float[]> x = new ArrayList<>();
        List<Integer> labels = new ArrayList<>();
        int channels = 0;
        for (int number = 0; number < lines.size(); number++) {
            String line = lines.get(number).strip();
            String where = "line " + (number + 1);
            if (line.startsWith("@classLabel true ")) {
                classes = List.of(line.substring("@classLabel true ".length()).split(" +"));
            } else if (!line.isEmpty() && !line.startsWith("#") && !line.startsWith("@")) {
                String[] parts = line.split(":");
                channels = channels == 0 ? parts.length - 1 : channels;
                int label = classes.indexOf(parts[parts.length - 1]);
                if (label < 0 || parts.length - 1 != channels || channels == 0) {
                    throw new FormatException(file.toString(), where, (parts.length - 1) + " channels and the class '"
                            + parts[parts.length - 1] + "'; expected " + channels + " and one of " + classes);
                }
                x.add(interleaved(file, where, Arrays.copyOf(parts, channels)));
                labels.add(label);
            }
        }
        if (x.isEmpty()) {
            throw new FormatException(file.toString(), "", "no sequences with classes; expected a .ts file");
        }
        String name = file.getFileName().toString().replaceFirst("_.*", "");
        return new Sequences(name, classes, channels, x.toArray(float[][]::new),
                labels.stream().mapToInt(label -> label).toArray());
    }

    /** Who of nine says two vowels; or where there is no such folder, generated voices. */
    public static Sequences voices(Optional<Path> folder, long seed) throws IOException {
        return folder.isPresent() ? read(folder.get().resolve("JapaneseVowels_TRAIN.ts"))
                : Sequences.generated("generated voices", 9, 12, 16, seed);
    }

    /** Who walks, runs or plays, by a watch; or where there is no such folder, generated motions. */
    public static Sequences motions(Optional<Path> folder, long seed) throws IOException {
        return folder.isPresent() ? read(folder.get().resolve("BasicMotions_TRAIN.ts"))
                : Sequences.generated("generated motions", 4, 6, 60, seed);
    }

    /** From a text for each channel to one step after the other. */
    private static float[] interleaved(Path file, String where, String... texts) {
        float[] x = null;
        for (int channel = 0; channel < texts.length; channel++) {
            String[] numbers = texts[channel].split(",");
            x = x == null ? new float[numbers.length * texts.length] : x;
            if (numbers.length * texts.length != x.length) {
                throw new FormatException(file.toString(), where, "channels of " + x.length / texts.length + " and "
                        + numbers.length + " steps; expected the same");
            }
            for (int step = 0; step < numbers.length; step++) {
                try {
                    x[step * texts.length + channel] = Float.parseFloat(numbers[step]);
                } catch (NumberFormatException e) {
                    throw new FormatException(file.toString(), where, "'" + numbers[step] + "' is no number");
                }
            }
        }
        return x;
    }
}
