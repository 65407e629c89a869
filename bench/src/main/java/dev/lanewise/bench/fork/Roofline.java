package dev.lanewise.bench.fork;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.lanewise.vector.Peak;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeMap;

/**
 * The limits of one core, measured: no call can be faster than its multiply-adds at the peak, nor than
 * reading its weights once at the speed of the cache that holds them.
 *
 * <p>Source: S. Williams, A. Waterman and D. Patterson, "Roofline: an insightful visual performance model
 * for multicore architectures", Communications of the ACM 52(4), 2009.
 *
 * @param gflops fused multiply-adds on registers, two operations each
 * @param readGigabytes billions of bytes read in a second, by the size of what is read again and again
 */
public record Roofline(double gflops, TreeMap<Integer, Double> readGigabytes) {

    private static final int SMALLEST = 16 << 10;
    private static final int LARGEST = 64 << 20;

    /** Measures in a process of its own. */
    public static Roofline measure() throws IOException, InterruptedException {
        Path file = Files.createTempFile("roofline", ".json");
        Path log = Files.createTempFile("roofline", ".log");
        try {
            int status = Forks.java(Measuring.class, log, file.toString());
            if (status != 0) {
                throw new IOException("measuring the machine's limits ended with " + status + ":\n"
                        + Files.readString(log));
            }
            return new ObjectMapper().readValue(file.toFile(), Roofline.class);
        } finally {
            Files.deleteIfExists(file);
            Files.deleteIfExists(log);
        }
    }

    /** Nanoseconds that a call cannot be faster than. */
    public double least(long multiplyAdds, long weightBytes) {
        return Math.max(2.0 * multiplyAdds / gflops, weightBytes / bandwidth(weightBytes));
    }

    /** Whether reading is the limit, and not computing. */
    public boolean bindsReading(long multiplyAdds, long weightBytes) {
        return weightBytes / bandwidth(weightBytes) > 2.0 * multiplyAdds / gflops;
    }

    private double bandwidth(long bytes) {
        // of the next smaller size: what is measured there, nothing larger can exceed
        var size = readGigabytes.floorEntry((int) Math.min(bytes, Integer.MAX_VALUE));
        return (size == null ? readGigabytes.firstEntry() : size).getValue();
    }

    /** The process that measures. */
    public static final class Measuring {
        private Measuring() {}

        public static void main(String[] args) throws IOException {
            TreeMap<Integer, Double> reads = new TreeMap<>();
            for (int bytes = SMALLEST; bytes <= LARGEST; bytes *= 2) {
                reads.put(bytes, Peak.readGigabytes(bytes));
            }
            new ObjectMapper().writeValue(Path.of(args[0]).toFile(), new Roofline(Peak.gflops(), reads));
        }
    }
}
