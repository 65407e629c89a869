package dev.lanewise.compiler.network;

import java.nio.charset.StandardCharsets;

/** SplitMix64 (Steele, Lea, Flood 2014): the same numbers on every Java. For one thread. */
final class SeededRandom {

    private static final long GOLDEN = 0x9e3779b97f4a7c15L;

    private long state;

    private SeededRandom(long state) {
        this.state = state;
    }

    static SeededRandom of(long seed, String name) {
        return new SeededRandom(mix(seed, name));
    }

    /** A seed of its own for each name: FNV-1a of the name and the seed, mixed. */
    static long mix(long seed, String name) {
        long hash = 0xcbf29ce484222325L;
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ b & 0xff) * 0x100000001b3L;
        }
        return scramble(hash ^ scramble(seed + GOLDEN));
    }

    private static long scramble(long z) {
        long a = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
        long b = (a ^ a >>> 27) * 0x94d049bb133111ebL;
        return b ^ b >>> 31;
    }

    private long next() {
        state += GOLDEN;
        return scramble(state);
    }

    /** From 0 to below 1. */
    double uniform() {
        return (next() >>> 11) * 0x1p-53;
    }

    double uniform(double low, double high) {
        return low + uniform() * (high - low);
    }

    /** Standard normal (Box, Muller 1958). */
    double normal() {
        return StrictMath.sqrt(-2 * StrictMath.log(1 - uniform())) * StrictMath.cos(2 * Math.PI * uniform());
    }
}
