package dev.lanewise.runtime.step;

import dev.lanewise.runtime.kernel.Epilogue;
import dev.lanewise.runtime.kernel.MatmulKernels;
import dev.lanewise.runtime.kernel.WeightMatrix;
import dev.lanewise.runtime.plan.Operand;
import dev.lanewise.runtime.plan.Refill;
import dev.lanewise.runtime.plan.Step;
import dev.lanewise.runtime.plan.StepArgs;
import dev.lanewise.runtime.team.Divisible;

/**
 * A product with weights: {@code y[..., m, n] = epilogue(bias[n] + a[..., m, k] · b[k, n])}, the
 * leading extents of {@code a} taken as more rows.
 */
final class MatmulStep extends Step implements Divisible {

    /** Rows that threads share are multiples of a tile's. */
    private static final int ROWS = 12;

    private final StepArgs args;
    private final MatmulKernels kernels;
    private final Operand a;
    private final MatmulKernels.PackedMatrix b;
    private final Operand bias;
    private final Epilogue epilogue;
    private final Operand y;
    private final int k;
    private final int n;
    private int rows;
    /** A single row goes through the weights in both directions in turn. */
    private boolean backwards;

    MatmulStep(StepArgs args) {
        this.args = args;
        kernels = args.kernels().matmul();
        a = args.floatsIn(0);
        Operand weights = args.weights(1);
        args.requireRank(weights, 2);
        boolean transB = args.flag(0);
        k = weights.shape[transB ? 1 : 0];
        n = weights.shape[transB ? 0 : 1];
        args.requirePackable(weights, k, n, 1);
        bias = args.floatsInOrNull(2);
        epilogue = args.epilogue(1, 0);
        y = args.floatsOut(0);
        int mostRows = n == 0 ? 0 : y.capacity / n;
        MatmulKernels.PackedMatrix packed = args.packed();
        b = packed != null ? packed : args.keep(pack(transB, mostRows), args.isLive() ? refill(weights, transB) : null);
    }

    private Refilled refill(Operand weights, boolean transB) {
        return new Refilled(kernels, weights, transB ? 1 : n, transB ? k : 1);
    }

    private record Refilled(MatmulKernels kernels, Operand weights, int kStride, int nStride)
            implements Refill<MatmulKernels.PackedMatrix> {
        @Override
        public void into(MatmulKernels.PackedMatrix packed) {
            kernels.refill(packed, weights.constantFloats(), 0, kStride, nStride);
        }
    }

    private MatmulKernels.PackedMatrix pack(boolean transB, int mostRows) {
        WeightMatrix small = transB ? args.smallWeights(1) : null;
        return small != null
                ? kernels.pack(small, mostRows)
                : kernels.pack(args.weightValues(1), 0, k, n, transB ? 1 : n, transB ? k : 1, mostRows);
    }

    @Override
    public void reshape() {
        int rank = a.rank();
        args.requireEqual(rank == 0 ? 0 : a.shape[rank - 1], k, a, "the last extent");
        args.requireEqual(y.rank() == 0 ? 0 : y.shape[y.rank() - 1], n, y, "the last extent");
        if (bias != null) {
            args.requireEqual(bias.size, n, bias, "the number of elements");
        }
        rows = y.size == 0 ? 0 : y.product(0, y.rank() - 1);
        if (rows > 0) {
            args.requireEqual(a.product(0, rank - 1), rows, a, "the number of rows");
        }
    }

    @Override
    public void run() {
        backwards = !backwards;
        if (rows > 0) {
            args.share(this, rows, ROWS, multiplyAdds());
        }
    }

    /** Pieces are rows. */
    @Override
    public void run(int from, int to, int worker) {
        float[] biases = bias == null ? null : bias.buffer.floats;
        int biasOff = bias == null ? 0 : bias.offset;
        float[] scratch = args.memory().scratch(worker);
        if (rows == 1) {
            kernels.row(
                    a.buffer.floats, a.offset, b, biases, biasOff, epilogue, y.buffer.floats, y.offset, backwards,
                    scratch);
            return;
        }
        kernels.matmul(
                to - from, a.buffer.floats, a.offset + from * k, k, b, biases, biasOff,
                epilogue, y.buffer.floats, y.offset + from * n, n, scratch);
    }

    @Override
    public long multiplyAdds() {
        return (long) rows * k * n;
    }
}
