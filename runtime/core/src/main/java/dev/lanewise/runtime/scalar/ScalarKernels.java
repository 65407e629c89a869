package dev.lanewise.runtime.scalar;

import dev.lanewise.runtime.kernel.AttentionKernels;
import dev.lanewise.runtime.kernel.CellKernels;
import dev.lanewise.runtime.kernel.ConvKernels;
import dev.lanewise.runtime.kernel.Kernels;
import dev.lanewise.runtime.kernel.MapKernels;
import dev.lanewise.runtime.kernel.MatmulKernels;
import dev.lanewise.runtime.kernel.NormKernels;
import dev.lanewise.runtime.kernel.PoolKernels;
import dev.lanewise.runtime.kernel.ReduceKernels;

/** Placed here until the scalar families arrive from their author; replaced whole. */
public final class ScalarKernels implements Kernels {

    public static final ScalarKernels INSTANCE = new ScalarKernels();

    @Override
    public String name() {
        return "scalar";
    }

    @Override
    public MatmulKernels matmul() {
        throw new UnsupportedOperationException();
    }

    @Override
    public CellKernels cells() {
        throw new UnsupportedOperationException();
    }

    @Override
    public ConvKernels conv() {
        throw new UnsupportedOperationException();
    }

    @Override
    public PoolKernels pool() {
        throw new UnsupportedOperationException();
    }

    @Override
    public MapKernels map() {
        throw new UnsupportedOperationException();
    }

    @Override
    public ReduceKernels reduce() {
        throw new UnsupportedOperationException();
    }

    @Override
    public NormKernels norm() {
        throw new UnsupportedOperationException();
    }

    @Override
    public AttentionKernels attention() {
        throw new UnsupportedOperationException();
    }
}
