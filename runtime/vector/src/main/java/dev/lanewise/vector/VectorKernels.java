package dev.lanewise.vector;

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

/** The vector kernels over arrays, at the width of {@link Lanes}. */
public final class VectorKernels implements Kernels {

    private final MapKernels map = new VectorMap();
    private final MatmulKernels matmul = new VectorMatmul(map);
    private final CellKernels cells = new VectorCells(map);
    private final TrainingCellKernels trainingCells = new VectorTrainingCells(map);
    private final ConvKernels conv = new VectorConv(map);
    private final PoolKernels pool = new VectorPool();
    private final ReduceKernels reduce = new VectorReduce();
    private final NormKernels norm = new VectorNorm();
    private final AttentionKernels attention = new VectorAttention();
    private final LayoutKernels layout = new VectorLayout();
    private final UpdateKernels update = new VectorUpdate();

    @Override
    public String name() {
        return "vector " + 32 * Lanes.LANES + " bits";
    }

    @Override
    public int lanes() {
        return Lanes.LANES;
    }

    @Override
    public long allocatedBytes() {
        try {
            return AllocatedBytes.ofThisThread();
        } catch (LinkageError e) { // a runtime image without jdk.management
            return -1;
        }
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
