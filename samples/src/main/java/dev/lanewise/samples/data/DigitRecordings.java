package dev.lanewise.samples.data;

import dev.lanewise.compiler.data.WavFile;
import dev.lanewise.formats.FormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Recordings of one spoken digit each.
 *
 * @param sequences their samples, with the digit as class
 * @param names [recording] {@code DIGIT_SPEAKER_NUMBER}
 */
public record DigitRecordings(Sequences sequences, List<String> names) {

    /** Samples per second. */
    public static final int RATE = 8000;

    private static final List<String> DIGITS = IntStream.range(0, 10).mapToObj(Integer::toString).toList();

    /**
     * Reads all files {@code DIGIT_SPEAKER_NUMBER.wav} of a folder, in the order of their names.
     *
     * @throws FormatException where one is damaged or of another rate
     */
    public static DigitRecordings read(Path folder) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(folder)) {
            files = all.filter(file -> file.getFileName().toString().matches("[0-9]_[a-z]+_[0-9]+\\.wav")).sorted()
                    .toList();
        }
        float[][] x = new float[files.size()][];
        int[] labels = new int[x.length];
        for (int i = 0; i < x.length; i++) {
            WavFile recording = WavFile.read(files.get(i));
            if (recording.rate() != RATE) {
                throw new FormatException(files.get(i).toString(), "fmt",
                        recording.rate() + " samples per second, expected " + RATE);
            }
            x[i] = recording.samples();
            labels[i] = files.get(i).getFileName().toString().charAt(0) - '0';
        }
        return new DigitRecordings(new Sequences("spoken-digits", DIGITS, 1, x, labels),
                files.stream().map(file -> file.getFileName().toString().replace(".wav", "")).toList());
    }

    /** Whose voice a recording is. */
    public String speaker(int recording) {
        return names.get(recording).split("_")[1];
    }

    public List<String> speakers() {
        return IntStream.range(0, names.size()).mapToObj(this::speaker).distinct().toList();
    }

    /**
     * Sounds in place of words: each digit is two hums, one after the other, whose loudest overtones are its own; four
     * voices differ in pitch, and no two sounds are alike.
     */
    public static DigitRecordings generated(long seed) {
        int count = 240;
        float[][] x = new float[count][];
        Random random = new Random(seed);
        for (int i = 0; i < count; i++) {
            x[i] = sound(i % 10, i / 10 % 4, random);
        }
        return new DigitRecordings(
                new Sequences("generated sounds", DIGITS, 1, x, IntStream.range(0, count).map(i -> i % 10).toArray()),
                IntStream.range(0, count).mapToObj(i -> i % 10 + "_voice" + i / 10 % 4 + "_" + i / 40).toList());
    }

    private static float[] sound(int digit, int voice, Random random) {
        float[] samples = new float[(int) (RATE * (0.25 + 0.2 * random.nextDouble()))];
        double pitch = 90 + 35 * voice + 15 * random.nextDouble();
        double loudness = 0.05 + 0.1 * random.nextDouble();
        for (int i = 0; i < samples.length; i++) {
            double part = (double) i / samples.length;
            // five places of the first, and of the second formant, make ten pairs
            double formant = 300 + 500 * (part < 0.5 ? digit % 5 : (digit / 5 + digit) % 5);
            double sum = 0;
            for (int overtone = 1; overtone * pitch < 3500; overtone++) {
                double distance = (overtone * pitch - formant) / 150;
                sum += StrictMath.exp(-distance * distance / 2)
                        * StrictMath.sin(2 * Math.PI * overtone * pitch * i / RATE);
            }
            samples[i] = (float) (loudness * StrictMath.sin(Math.PI * part) * sum + 0.005 * random.nextGaussian());
        }
        return samples;
    }
}
