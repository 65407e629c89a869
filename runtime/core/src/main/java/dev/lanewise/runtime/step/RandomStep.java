package dev.lanewise.runtime.step;

import dev.lanewise.runtime.plan.Chunk;
import dev.lanewise.runtime.plan.Operand;
import dev.lanewise.runtime.plan.Step;
import dev.lanewise.runtime.plan.StepArgs;

/**
 * Random numbers. Element i of draw number n is a hash of (seed, n, i) by splitmix64 (Steele, Lea, Flood
 * 2014): draws of a session differ, and a new session repeats them all.
 *
 * <p>Uniform: low + u · (high − low). Normal: mean + scale · z, z by Box and Muller from two hashes.
 * Bernoulli: 1 with probability p, input 0, of any extents that y has as well.
 */
final class RandomStep extends Step {

    private static final int UNIFORM = 0;
    private static final int NORMAL = 1;
    private static final int BERNOULLI = 2;
    private static final long GOLDEN = 0x9e3779b97f4a7c15L;
    private static final double TWO_PI = 6.283185307179586;

    private final StepArgs args;
    private final int distribution;
    private final long seed;
    private final float low;
    private final float high;
    private final Operand probability;
    private final Operand y;
    private final Chunk chunk;

    RandomStep(StepArgs args) {
        this.args = args;
        y = args.out(0);
        distribution = args.integer(0, UNIFORM, BERNOULLI);
        seed = (long) args.integer(2) << 32 | args.integer(1) & 0xffffffffL;
        boolean bernoulli = distribution == BERNOULLI;
        low = bernoulli ? 0 : args.number(0);
        high = bernoulli ? 1 : args.number(1);
        probability = bernoulli ? args.in(0) : null;
        if (bernoulli ? !probability.type.isFloating() : !y.type.isFloating()) {
            throw args.bad("operands", "the distribution is one of floats");
        }
        chunk = args.memory().chunk(0);
    }

    @Override
    public void reshape() {
        if (probability != null) {
            args.requireEqual(y.size, probability.size, y, "the number of elements");
        }
    }

    @Override
    public void run() {
        long key = mix(seed + GOLDEN * (args.memory().nextDraw() + 1));
        for (int from = 0; from < y.size; from += Chunk.SIZE) {
            int n = Math.min(Chunk.SIZE, y.size - from);
            if (probability != null) {
                chunk.loadDoubles(probability, from, 1, n);
            }
            fill(key, from, n);
            if (y.type.isFloating()) {
                chunk.storeDoubles(y, from, 1, n);
            } else {
                chunk.storeLongs(y, from, 1, n);
            }
        }
    }

    private void fill(long key, int from, int n) {
        double[] d = chunk.doubles;
        for (int i = 0; i < n; i++) {
            long at = 2L * (from + i);
            double u = unit(mix(key + GOLDEN * (at + 1)));
            switch (distribution) {
                case UNIFORM -> d[i] = low + u * ((double) high - low);
                case NORMAL -> {
                    double angle = TWO_PI * unit(mix(key + GOLDEN * (at + 2)));
                    // 1 - u is above 0
                    d[i] = low + high * (Math.sqrt(-2 * StrictMath.log(1 - u)) * Sines.cos(angle));
                }
                default -> {
                    chunk.longs[i] = u < d[i] ? 1 : 0;
                    d[i] = chunk.longs[i];
                }
            }
        }
    }

    /** In [0, 1), a multiple of 2⁻²⁴, so that f32 holds it. */
    private static double unit(long bits) {
        return (bits >>> 40) * 0x1p-24;
    }

    private static long mix(long z) {
        long y = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
        y = (y ^ y >>> 27) * 0x94d049bb133111ebL;
        return y ^ y >>> 31;
    }
}
