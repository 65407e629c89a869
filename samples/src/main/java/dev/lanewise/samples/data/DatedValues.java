package dev.lanewise.samples.data;

import dev.lanewise.formats.FormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * A series of numbers with dates.
 *
 * @param title where it is from, for people
 * @param dates as they are written
 * @param values (time)
 */
public record DatedValues(String title, List<String> dates, double[] values) {

    /**
     * Reads a file of lines {@code "date",value} under a heading.
     *
     * @throws FormatException where a line is another
     */
    public static DatedValues read(Path file) throws IOException {
        List<String> lines = Files.readAllLines(file).stream().skip(1).filter(line -> !line.isBlank()).toList();
        double[] values = new double[lines.size()];
        for (int i = 0; i < values.length; i++) {
            String[] parts = lines.get(i).split(",");
            try {
                values[i] = Double.parseDouble(parts[parts.length - 1]);
            } catch (NumberFormatException e) {
                throw new FormatException(file.toString(), "line " + (i + 2), "'" + lines.get(i)
                        + "'; expected a date and a number");
            }
        }
        return new DatedValues(file.getFileName().toString().replace(".csv", ""),
                lines.stream().map(line -> line.split(",")[0].replace("\"", "")).toList(), values);
    }

    /** Airline passengers by month; or where there is no such folder, generated months. */
    public static DatedValues months(Optional<Path> folder, long seed) throws IOException {
        return folder.isPresent() ? read(folder.get().resolve("airline-passengers.csv")) : generatedMonths(seed);
    }

    /** The lowest temperature of each day; or where there is no such folder, generated days. */
    public static DatedValues days(Optional<Path> folder, long seed) throws IOException {
        return folder.isPresent() ? read(folder.get().resolve("daily-min-temperatures.csv")) : generatedDays(seed);
    }

    /** Twelve years of months that grow by a tenth a year, with a season. */
    public static DatedValues generatedMonths(long seed) {
        Random random = new Random(seed);
        double[] values = new double[144];
        double drift = 0;
        for (int i = 0; i < values.length; i++) {
            drift = 0.8 * drift + 0.02 * random.nextGaussian();
            values[i] = 100 * Math.exp(0.1 * i / 12 + 0.2 * Math.sin(2 * Math.PI * i / 12) + drift);
        }
        return new DatedValues("generated months", IntStream.range(0, values.length)
                .mapToObj(i -> "year " + (i / 12 + 1) + "-" + (i % 12 + 1)).toList(), values);
    }

    /** Ten years of days with a season and weather that lasts for some days. */
    public static DatedValues generatedDays(long seed) {
        Random random = new Random(seed);
        double[] values = new double[3650];
        double weather = 0;
        for (int i = 0; i < values.length; i++) {
            weather = 0.6 * weather + 2 * random.nextGaussian();
            values[i] = 11 + 4 * Math.cos(2 * Math.PI * i / 365.25) + weather;
        }
        return new DatedValues("generated days", IntStream.range(0, values.length)
                .mapToObj(i -> "day " + (i + 1)).toList(), values);
    }
}
