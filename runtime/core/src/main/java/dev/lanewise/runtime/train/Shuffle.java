package dev.lanewise.runtime.train;

/** Seeded permutations (Fisher, Yates 1938; Durstenfeld 1964), by splitmix64 (Steele, Lea, Flood 2014). */
final class Shuffle {

    private static final long GOLDEN = 0x9e3779b97f4a7c15L;

    private long state;

    Shuffle(long seed, int epoch) {
        state = mix(seed + GOLDEN) + epoch;
        state = mix(state + GOLDEN);
    }

    void apply(int[] values, int n) {
        for (int i = n - 1; i > 0; i--) {
            swap(values, i, below(i + 1));
        }
    }

    /** Permutes two arrays alike. */
    void apply(int[] a, int[] b, int n) {
        for (int i = n - 1; i > 0; i--) {
            int j = below(i + 1);
            swap(a, i, j);
            swap(b, i, j);
        }
    }

    private static void swap(int[] values, int i, int j) {
        int value = values[i];
        values[i] = values[j];
        values[j] = value;
    }

    /** In [0, n), as evenly as 64 bits allow. */
    private int below(int n) {
        state += GOLDEN;
        return (int) Long.remainderUnsigned(mix(state), n);
    }

    private static long mix(long z) {
        long y = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
        y = (y ^ y >>> 27) * 0x94d049bb133111ebL;
        return y ^ y >>> 31;
    }
}
