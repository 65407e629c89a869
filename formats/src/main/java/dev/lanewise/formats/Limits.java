package dev.lanewise.formats;

/** What a model file may hold at most; the reasons stand in {@code model.proto}. */
public final class Limits {

    public static final int VERSION = 2;
    public static final int DIMS = 65_536;
    public static final int TENSORS = 1 << 20;
    public static final int STEPS = 1 << 20;
    public static final int RANK = 12;
    public static final int BLOCK_DEPTH = 16;
    public static final int NAME_BYTES = 1_024;

    /**
     * Weights start at a multiple of this within the file, and each tensor of at least so many bytes
     * within the weights.
     */
    public static final int WEIGHT_ALIGNMENT = 64;

    /** Smaller tensors start at a multiple of this: the size of the largest element. */
    public static final int SMALL_ALIGNMENT = 8;

    private Limits() {}

    /** {@code bytes} rounded up to the next multiple of {@link #SMALL_ALIGNMENT}. */
    public static long alignSmall(long bytes) {
        return (bytes + SMALL_ALIGNMENT - 1) & -(long) SMALL_ALIGNMENT;
    }

    /** {@code bytes} rounded up to the next multiple of {@link #WEIGHT_ALIGNMENT}. */
    public static long align(long bytes) {
        return (bytes + WEIGHT_ALIGNMENT - 1) & -(long) WEIGHT_ALIGNMENT;
    }
}
