package dev.lanewise.runtime.step;

import dev.lanewise.runtime.kernel.NormKernels;
import dev.lanewise.runtime.plan.Operand;
import dev.lanewise.runtime.plan.Step;
import dev.lanewise.runtime.plan.StepArgs;
import dev.lanewise.runtime.team.Divisible;

/**
 * The gradients of a normalisation over all axes from {@code axis}, of x, scale and bias; without a mean, of root
 * mean square normalisation. f32.
 */
final class LayerNormGradientStep extends Step implements Divisible {

    private final StepArgs args;
    private final NormKernels kernels;
    private final Operand x;
    private final Operand scale;
    /** {@code null} for root mean squares. */
    private final Operand mean;
    private final Operand inverse;
    private final Operand dy;
    private final Operand dx;
    private final Operand dscale;
    private final Operand dbias;
    private final int axis;
    private int rows;
    private int n;
    /** Whether pieces are columns, of scale and bias, and not rows. */
    private boolean columns;

    LayerNormGradientStep(StepArgs args) {
        this.args = args;
        kernels = args.kernels().norm();
        x = args.floatsIn(0);
        scale = args.floatsIn(1);
        mean = args.floatsInOrNull(2);
        inverse = args.floatsIn(3);
        dy = args.floatsIn(4);
        dx = args.floatsOut(0);
        dscale = args.floatsOut(1);
        dbias = args.floatsOutOrNull(2);
        axis = args.axis(0, x);
    }

    @Override
    public void reshape() {
        args.requireEqual(dy.size, x.size, dy, "the number of elements");
        args.requireEqual(dx.size, x.size, dx, "the number of elements");
        rows = x.product(0, axis);
        n = x.product(axis, x.rank());
        args.requireEqual(scale.size, n, scale, "the number of elements");
        args.requireEqual(dscale.size, n, dscale, "the number of elements");
        args.requireEqual(inverse.size, rows, inverse, "the number of elements");
        if (mean != null) {
            args.requireEqual(mean.size, rows, mean, "the number of elements");
        }
        if (dbias != null) {
            args.requireEqual(dbias.size, n, dbias, "the number of elements");
        }
    }

    @Override
    public void run() {
        if (n == 0) {
            return;
        }
        if (rows > 0) {
            columns = false;
            args.share(this, rows, 1, x.size * Work.NORMALISATION);
        }
        columns = true;
        args.share(this, n, Work.ELEMENTS, x.size * Work.MEMORY);
    }

    @Override
    public void run(int from, int to, int worker) {
        float[] means = mean == null ? null : mean.buffer.floats;
        int meanOff = mean == null ? 0 : mean.offset;
        if (columns) {
            kernels.scaleGradient(
                    x.buffer.floats, x.offset, means, meanOff, inverse.buffer.floats, inverse.offset,
                    dy.buffer.floats, dy.offset, dscale.buffer.floats, dscale.offset,
                    dbias == null ? null : dbias.buffer.floats, dbias == null ? 0 : dbias.offset, rows, n, from, to);
        } else {
            kernels.layerNormGradient(
                    x.buffer.floats, x.offset + from * n, scale.buffer.floats, scale.offset, means, meanOff + from,
                    inverse.buffer.floats, inverse.offset + from, dy.buffer.floats, dy.offset + from * n,
                    dx.buffer.floats, dx.offset + from * n, to - from, n);
        }
    }
}
