package dev.lanewise.vector25;

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
import dev.lanewise.vector.VectorKernels;

/** {@link VectorKernels} with products and cells of one row over aligned native weights. */
public final class Vector25Kernels implements Kernels {

    private final Kernels onTheHeap = new VectorKernels();
    private final MatmulKernels matmul = new AlignedMatmul(onTheHeap.map());
    private final CellKernels cells = new AlignedCells(onTheHeap.map());

    @Override
    public String name() {
        return onTheHeap.name() + ", aligned weights";
    }

    @Override
    public int lanes() {
        return onTheHeap.lanes();
    }

    @Override
    public long allocatedBytes() {
        return onTheHeap.allocatedBytes();
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
        return onTheHeap.trainingCells();
    }

    @Override
    public ConvKernels conv() {
        return onTheHeap.conv();
    }

    @Override
    public PoolKernels pool() {
        return onTheHeap.pool();
    }

    @Override
    public MapKernels map() {
        return onTheHeap.map();
    }

    @Override
    public ReduceKernels reduce() {
        return onTheHeap.reduce();
    }

    @Override
    public NormKernels norm() {
        return onTheHeap.norm();
    }

    @Override
    public AttentionKernels attention() {
        return onTheHeap.attention();
    }

    @Override
    public LayoutKernels layout() {
        return onTheHeap.layout();
    }

    @Override
    public UpdateKernels update() {
        return onTheHeap.update();
    }
}
