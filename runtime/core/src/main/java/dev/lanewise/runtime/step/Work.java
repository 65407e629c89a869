package dev.lanewise.runtime.step;

import dev.lanewise.runtime.kernel.UnaryFn;

/**
 * What steps that do no multiply-adds cost in multiply-adds, so that a team can tell a large step from a small one.
 * Estimates for vector kernels on operands in the second cache; a factor of two does not matter.
 */
final class Work {

    /** An element read and written. */
    static final long MEMORY = 8;

    /** An element of a normalisation. */
    static final long NORMALISATION = 16;

    /** An element of a function with an exponential or a logarithm in it. */
    static final long EXPONENTIAL = 32;

    /** Elements that threads share are multiples of so many: whole vectors, and cache lines of their own. */
    static final int ELEMENTS = 1024;

    private Work() {}

    static long of(UnaryFn fn) {
        return switch (fn) {
            case ABS, NEG, SQRT, RECIPROCAL, SQUARE, AFFINE, FLOOR, CEIL, ROUND, SIGN, RELU, LEAKY_RELU, CLIP, SOFTSIGN,
                    HARD_SIGMOID, HARD_SWISH -> MEMORY;
            default -> EXPONENTIAL;
        };
    }
}
