package dev.lanewise.bench.fork;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.lanewise.vector.Peak;
import dev.lanewise.vector25.AlignedPeak;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
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
        return Jvm.run(Measuring.class, List.of(), Roofline.class, "the machine's limits");
    }

    /** Nanoseconds that a call cannot be faster than. */
    public double least(long multiplyAdds, long weightBytes) {
        return Math.max(2.0 * multiplyAdds / gflops, weightBytes / bandwidth(weightBytes));
    }

    /** Whether reading is the limit, and not computing. */
    public boolean bindsReading(long multiplyAdds, long weightBytes) {
        return weightBytes / bandwidth(weightBytes) > 2.0 * multiplyAdds / gflops;
    }

    /** Both limits in one line. */
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%.0f GFLOP/s; reads %.0f GB/s of 32 KB, %.0f of 1 MB, %.0f of 32 MB", gflops,
                readGigabytes.get(32 << 10), readGigabytes.get(1 << 20), readGigabytes.get(32 << 20));
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
                reads.put(bytes, Math.max(Peak.readGigabytes(bytes), AlignedPeak.readGigabytes(bytes)));
            }
            new ObjectMapper().writeValue(Path.of(args[0]).toFile(), new Roofline(Peak.gflops(), reads));
        }
    }
}
