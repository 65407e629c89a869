package dev.lanewise.runtime.kernel;

/**
 * The kernels of one provider, a family each. Immutable and safe for any number of threads; no
 * method of a family allocates, apart from the {@code pack} methods, which run once per model.
 *
 * <p>Two providers exist for every kernel: plain Java loops ({@code Scalar…}) and the vector API
 * ({@code Vector…}). They are twins: the same name, the same tests, and <b>the same bits</b>. That
 * holds because every family states the order of its operations, and that order knows no lane width:
 *
 * <ul>
 *   <li>an output element lives in a lane of its own and accumulates over k in ascending order by
 *       fused multiply-add, starting from its bias (or from +0);
 *   <li>where a reduction must cross lanes, the elements of whole groups of sixteen go, in ascending
 *       order, element {@code i} to accumulator {@code i % 16}; the sixteen are folded as a tree, 16
 *       → 8 → 4 → 2 → 1, lane {@code j} taking in lane {@code j + half}; what is left of the row
 *       (fewer than sixteen) is taken in last, one by one in ascending order, so that no kernel
 *       needs masks;
 *   <li>transcendental functions are the same polynomials, evaluated in the same order.
 * </ul>
 *
 * <p><b>Scratch.</b> Products, cells and convolutions take a {@code float[] scratch} of at least
 * {@link #SCRATCH_FLOATS} floats, which they use from index 0 (fixed addresses are what makes the
 * product tiles fast) and leave in any state. One such array per thread serves every call.
 *
 * <p>Families never check bounds of their own: steps validate shapes when they are prepared, and the
 * JVM's array checks stand behind that.
 */
public interface Kernels {

    /** Length of the array that products, cells and convolutions are given as {@code scratch}. */
    int SCRATCH_FLOATS = 8192;

    /** What people read in the log, for instance {@code scalar} or {@code vector 512 bits}. */
    String name();

    /** Floats of one vector; 1 without vectors. */
    default int lanes() {
        return 1;
    }

    /**
     * Bytes that the calling thread has allocated so far, or -1 where that is not counted or does not matter.
     * Kernels that allocate until the JVM has compiled them tell it, so that who warms them sees when it has.
     */
    default long allocatedBytes() {
        return -1;
    }

    MatmulKernels matmul();

    CellKernels cells();

    TrainingCellKernels trainingCells();

    ConvKernels conv();

    PoolKernels pool();

    MapKernels map();

    ReduceKernels reduce();

    NormKernels norm();

    AttentionKernels attention();

    LayoutKernels layout();

    UpdateKernels update();
}
