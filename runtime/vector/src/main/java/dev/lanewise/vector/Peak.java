package dev.lanewise.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * What one core of this machine can do at most through the Vector API: the roof under which all kernels
 * stay. Measured, not looked up, at the width of {@link Lanes}. Takes a second or so; not thread-safe.
 */
public final class Peak {

    private static final VectorSpecies<Float> S = Lanes.SPECIES;
    private static final int BATCHES = 40;
    private static final long BATCH_NANOS = 5_000_000;

    /** Vectors added in one turn of the reading loop. */
    private static final int READS = 8;

    private static float sink;

    private Peak() {}

    /** Fused multiply-adds on registers alone: billions of operations a second, two for each. */
    public static double gflops() {
        int turns = 1_000;
        double perTurn = 16.0 * 2 * Lanes.LANES;
        // The first measurement leaves compiled code behind; the second finds it.
        best(() -> multiplyAdd(turns), turns * perTurn);
        return best(() -> multiplyAdd(turns), turns * perTurn);
    }

    /**
     * Reading the same {@code bytes} again and again, from the cache they fit into: billions of bytes a
     * second.
     */
    public static double readGigabytes(int bytes) {
        float[] values = new float[Math.max(READS * Lanes.LANES, bytes / Float.BYTES)];
        int count = values.length / (READS * Lanes.LANES) * READS * Lanes.LANES;
        int turns = Math.max(1, (1 << 20) / count);
        return best(() -> read(values, count, turns), 4.0 * count * turns);
    }

    /**
     * The best of some batches: what slows a batch down is never the core's own limit.
     *
     * @param amount of work in one run
     * @return work done in a nanosecond
     */
    public static double best(Runnable work, double amount) {
        double best = 0;
        for (int batch = 0; batch < BATCHES; batch++) {
            long begin = System.nanoTime();
            long now = begin;
            long runs = 0;
            while (now - begin < BATCH_NANOS) {
                work.run();
                runs++;
                now = System.nanoTime();
            }
            best = Math.max(best, runs * amount / (now - begin));
        }
        return best;
    }

    /** Sixteen chains: more than the latency of a multiply-add times what a core begins in a cycle. */
    private static void multiplyAdd(int turns) {
        FloatVector x = FloatVector.broadcast(S, 0.999f);
        FloatVector y = FloatVector.broadcast(S, 1e-3f);
        FloatVector a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x;
        FloatVector i = x, j = x, k = x, l = x, m = x, n = x, o = x, p = x;
        for (int turn = 0; turn < turns; turn++) {
            a = x.fma(y, a);
            b = x.fma(y, b);
            c = x.fma(y, c);
            d = x.fma(y, d);
            e = x.fma(y, e);
            f = x.fma(y, f);
            g = x.fma(y, g);
            h = x.fma(y, h);
            i = x.fma(y, i);
            j = x.fma(y, j);
            k = x.fma(y, k);
            l = x.fma(y, l);
            m = x.fma(y, m);
            n = x.fma(y, n);
            o = x.fma(y, o);
            p = x.fma(y, p);
        }
        FloatVector sum = a.add(b).add(c).add(d).add(e).add(f).add(g).add(h)
                .add(i).add(j).add(k).add(l).add(m).add(n).add(o).add(p);
        sink = sum.lane(0);
    }

    /**
     * Sums the array.
     *
     * @param values {@code float[count]}, {@code count} a multiple of {@link #READS} vectors
     */
    private static void read(float[] values, int count, int turns) {
        FloatVector a = FloatVector.zero(S), b = a, c = a, d = a, e = a, f = a, g = a, h = a;
        for (int turn = 0; turn < turns; turn++) {
            for (int i = 0; i < count; i += READS * Lanes.LANES) {
                a = FloatVector.fromArray(S, values, i).add(a);
                b = FloatVector.fromArray(S, values, i + Lanes.LANES).add(b);
                c = FloatVector.fromArray(S, values, i + 2 * Lanes.LANES).add(c);
                d = FloatVector.fromArray(S, values, i + 3 * Lanes.LANES).add(d);
                e = FloatVector.fromArray(S, values, i + 4 * Lanes.LANES).add(e);
                f = FloatVector.fromArray(S, values, i + 5 * Lanes.LANES).add(f);
                g = FloatVector.fromArray(S, values, i + 6 * Lanes.LANES).add(g);
                h = FloatVector.fromArray(S, values, i + 7 * Lanes.LANES).add(h);
            }
        }
        sink = a.add(b).add(c).add(d).add(e).add(f).add(g).add(h).lane(0);
    }
}
