package dev.lanewise.runtime.scalar;

import dev.lanewise.runtime.kernel.AttentionKernels;
import dev.lanewise.runtime.kernel.CellKernels;
import dev.lanewise.runtime.kernel.ConvKernels;
import dev.lanewise.runtime.kernel.Kernels;
import dev.lanewise.runtime.kernel.LayoutKernels;
import dev.lanewise.runtime.kernel.MapKernels;
import dev.lanewise.runtime.kernel.MatmulKernels;
import dev.lanewise.runtime.kernel.NormKernels;
import dev.lanewise.runtime.kernel.PoolKernels;
import dev.lanewise.runtime.kernel.ReduceKernels;
import dev.lanewise.runtime.kernel.TrainingCellKernels;
import dev.lanewise.runtime.kernel.UpdateKernels;

/**
 * The kernels that run on every JVM, as plain loops: the reference for the bits of all others, and
 * what a model starts on while others are still being compiled.
 */
public final class ScalarKernels implements Kernels {

    public static final ScalarKernels INSTANCE = new ScalarKernels();

    private final MapKernels map = new ScalarMap();
    private final MatmulKernels matmul = new ScalarMatmul(map);
    private final CellKernels cells = new ScalarCells(map);
    private final TrainingCellKernels trainingCells = new ScalarTrainingCells(map);
    private final ConvKernels conv = new ScalarConv(map);
    private final PoolKernels pool = new ScalarPool();
    private final ReduceKernels reduce = new ScalarReduce();
    private final NormKernels norm = new ScalarNorm();
    private final AttentionKernels attention = new ScalarAttention();
    private final LayoutKernels layout = new ScalarLayout();
    private final UpdateKernels update = new ScalarUpdate();

    private ScalarKernels() {}

    @Override
    public String name() {
        return "scalar";
    }

    @Override
    public MatmulKernels matmul() {
        return matmul;
    }

    @Override
    public CellKernels cells() {
        return cells;
    }

    @Override
    public TrainingCellKernels trainingCells() {
        return trainingCells;
    }

    @Override
    public ConvKernels conv() {
        return conv;
    }

    @Override
    public PoolKernels pool() {
        return pool;
    }

    @Override
    public MapKernels map() {
        return map;
    }

    @Override
    public ReduceKernels reduce() {
        return reduce;
    }

    @Override
    public NormKernels norm() {
        return norm;
    }

    @Override
    public AttentionKernels attention() {
        return attention;
    }

    @Override
    public LayoutKernels layout() {
        return layout;
    }

    @Override
    public UpdateKernels update() {
        return update;
    }
}
