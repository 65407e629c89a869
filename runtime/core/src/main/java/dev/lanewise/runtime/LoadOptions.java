package dev.lanewise.runtime;

/**
 * How a model is loaded. Immutable; start from {@link #defaults()}.
 *
 * @param start which kernels a session begins with, and whether it changes them
 * @param maxBytes limit on what the model, one session and one state may take together
 * @param verifyGoldens whether the results stored in the file are recomputed and compared
 */
public record LoadOptions(Start start, long maxBytes, boolean verifyGoldens) {

    /** Which kernels a session begins with. All give the same bits. */
    public enum Start {
        /**
         * On scalar kernels at once, while one daemon thread warms the best ones with the model's own
         * shapes; sessions change over when these are hot. On a machine with one processor, as {@link
         * #SCALAR}.
         */
        TIER_UP,
        /** {@code Model.load} returns when the best kernels are hot. */
        WAIT_UNTIL_HOT,
        /** The best kernels from the first call on, cold: for tests and batch jobs. */
        BEST_COLD,
        /** Scalar kernels, for good. */
        SCALAR
    }

    private static final LoadOptions DEFAULTS = new LoadOptions(Start.TIER_UP, 2L << 30, false);

    /** {@link Start#TIER_UP}, 2 GiB, goldens not verified. */
    public static LoadOptions defaults() {
        return DEFAULTS;
    }

    public LoadOptions start(Start newStart) {
        return new LoadOptions(newStart, maxBytes, verifyGoldens);
    }

    public LoadOptions maxBytes(long newMaxBytes) {
        return new LoadOptions(start, newMaxBytes, verifyGoldens);
    }

    public LoadOptions verifyGoldens(boolean verify) {
        return new LoadOptions(start, maxBytes, verify);
    }
}
