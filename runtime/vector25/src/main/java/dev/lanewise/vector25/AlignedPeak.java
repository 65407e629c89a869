package dev.lanewise.vector25;

import dev.lanewise.vector.Lanes;
import dev.lanewise.vector.Peak;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * How fast one core reads memory that is aligned as {@link AlignedPanels} are: faster than any array. The roof for
 * kernels that read their weights once. Measured, at the width of {@link Lanes}; not thread-safe.
 */
public final class AlignedPeak {

    private static final VectorSpecies<Float> S = Lanes.SPECIES;
    private static final int ALIGNMENT = 64;

    /** Bytes of a vector. */
    private static final long V = 4L * Lanes.LANES;

    /** Vectors added in one turn of the loop. */
    private static final int READS = 8;

    private static float sink;

    private AlignedPeak() {}

    /** Reading the same {@code bytes} again and again, from the cache they fit into: billions of bytes a second. */
    public static double readGigabytes(int bytes) {
        try (Arena arena = Arena.ofConfined()) {
            long size = Math.max(1, bytes / (READS * V)) * READS * V;
            MemorySegment values = arena.allocate(size, ALIGNMENT);
            int turns = (int) Math.max(1, (4 << 20) / size);
            return Peak.best(() -> read(values, size, turns), (double) size * turns);
        }
    }

    /** @param size of {@code values} in bytes, a multiple of {@link #READS} vectors */
    private static void read(MemorySegment values, long size, int turns) {
        FloatVector a = FloatVector.zero(S), b = a, c = a, d = a, e = a, f = a, g = a, h = a;
        for (int turn = 0; turn < turns; turn++) {
            for (long i = 0; i < size; i += READS * V) {
                a = load(values, i).add(a);
                b = load(values, i + V).add(b);
                c = load(values, i + 2 * V).add(c);
                d = load(values, i + 3 * V).add(d);
                e = load(values, i + 4 * V).add(e);
                f = load(values, i + 5 * V).add(f);
                g = load(values, i + 6 * V).add(g);
                h = load(values, i + 7 * V).add(h);
            }
        }
        sink = a.add(b).add(c).add(d).add(e).add(f).add(g).add(h).lane(0);
    }

    private static FloatVector load(MemorySegment values, long at) {
        return FloatVector.fromMemorySegment(S, values, at, ByteOrder.nativeOrder());
    }
}
