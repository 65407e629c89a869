package dev.lanewise.runtime.step;

import dev.lanewise.formats.DType;
import dev.lanewise.formats.PlanException;
import dev.lanewise.runtime.kernel.UpdateKernels;
import dev.lanewise.runtime.kernel.UpdateRule;
import dev.lanewise.runtime.plan.Operand;
import dev.lanewise.runtime.plan.Step;
import dev.lanewise.runtime.plan.StepArgs;
import dev.lanewise.runtime.team.Divisible;

/**
 * An optimiser's step: parameters and slots follow a gradient, all of them or some rows. Where the gradient's scale is
 * not a finite number, nothing changes, so that a loss that is no number leaves the weights as they were.
 */
final class UpdateStep extends Step implements Divisible {

    private static final int P = 0;
    private static final int GRADIENT = 1;
    private static final int RATE = 2;
    private static final int SCALE = 3;
    private static final int POWERS = 4;
    private static final int SLOTS = 5;

    private final StepArgs args;
    private final UpdateKernels kernels;
    private final UpdateRule rule;
    private final Operand[] before;
    private final Operand[] after;
    private final Operand gradient;
    /** Which rows the gradient is of, up to the first -1; {@code null} for all. */
    private final Operand rows;
    private final Operand rate;
    private final Operand scale;
    /** {@code beta1ᵗ, beta2ᵗ}, or {@code null}. */
    private final Operand powers;
    private final float decay;
    private final float first;
    private final float second;
    private final float epsilon;
    private final float rateFactor;
    private float learningRate;
    /** Elements of a row. */
    private int width;

    /** @param ofRows whether only some rows are changed */
    UpdateStep(StepArgs args, boolean ofRows) {
        this.args = args;
        kernels = args.kernels().update();
        rule = args.constant(0, UpdateRule.values());
        decay = args.number(0);
        rateFactor = args.number(1);
        first = args.number(2);
        second = args.number(3);
        epsilon = args.number(4);
        gradient = args.floatsIn(GRADIENT);
        rate = args.floatsIn(RATE);
        scale = args.floatsIn(SCALE);
        powers = args.hasIn(POWERS) ? args.require(args.in(POWERS), DType.F64) : null;
        rows = ofRows ? args.require(args.in(args.inputCount() - 1), DType.I32) : null;
        int slots = Math.max(0, args.inputCount() - (ofRows ? 1 : 0) - SLOTS);
        if (slots < leastSlots() || slots > mostSlots() || powers == null != !isAdam()) {
            throw args.bad("inputs", rule + " with " + slots + " slots");
        }
        before = new Operand[1 + slots];
        after = new Operand[1 + slots];
        for (int i = 0; i < before.length; i++) {
            before[i] = args.floatsIn(i == 0 ? P : SLOTS + i - 1);
            after[i] = args.floatsOut(i);
        }
        if (ofRows && (gradient.rank() == 0 || gradient.rank() != before[0].rank())) {
            throw args.bad("inputs", "rows of rank " + gradient.rank());
        }
    }

    private boolean isAdam() {
        return rule == UpdateRule.ADAM || rule == UpdateRule.ADAM_W;
    }

    private int leastSlots() {
        return switch (rule) {
            case SGD -> 0;
            case NESTEROV, RMS_PROP, ADAGRAD -> 1;
            case ADAM, ADAM_W -> 2;
        };
    }

    private int mostSlots() {
        return rule == UpdateRule.RMS_PROP || isAdam() ? 2 : 1;
    }

    @Override
    public void reshape() {
        int size = rows == null ? gradient.size : before[0].size;
        for (int i = 0; i < before.length; i++) {
            args.requireEqual(before[i].size, size, before[i], "the number of elements");
            args.requireEqual(after[i].size, size, after[i], "the number of elements");
        }
        if (rows != null) {
            args.requireEqual(rows.size, gradient.shape[0], rows, "the number of rows");
            for (int axis = 1; axis < gradient.rank(); axis++) {
                args.requireExtent(gradient, axis, before[0].shape[axis]);
            }
            width = rows.size == 0 ? 0 : gradient.size / rows.size;
        }
        args.requireEqual(rate.size, 1, rate, "the number of elements");
        args.requireEqual(scale.size, 1, scale, "the number of elements");
        if (powers != null) {
            args.requireEqual(powers.size, 2, powers, "the number of elements");
        }
    }

    @Override
    public void run() {
        for (int i = 0; i < before.length; i++) {
            if (before[i].buffer != after[i].buffer || before[i].offset != after[i].offset) {
                before[i].buffer.copy(before[i].offset, after[i].buffer, after[i].offset, before[i].size);
            }
        }
        float factor = scale.buffer.floats[scale.offset];
        if (factor - factor != 0) {
            return;
        }
        learningRate = rate.buffer.floats[rate.offset] * rateFactor;
        if (rows == null) {
            args.share(this, gradient.size, Work.ELEMENTS, gradient.size * 2L * Work.MEMORY);
        } else {
            args.share(this, countRows(), 1, gradient.size * 2L * Work.MEMORY);
        }
    }

    private int countRows() {
        int[] ids = rows.buffer.ints;
        int most = before[0].shape[0];
        for (int i = 0; i < rows.size; i++) {
            int id = ids[rows.offset + i];
            if (id < 0) {
                return i;
            }
            if (id >= most) {
                throw new PlanException(args.describe() + ": element " + i + " of tensor '" + rows.name
                        + "' is the row " + id + ", of " + most);
            }
        }
        return rows.size;
    }

    /** Pieces are elements, or rows. */
    @Override
    public void run(int from, int to, int worker) {
        if (rows == null) {
            update(from, from, to - from);
            return;
        }
        for (int i = from; i < to; i++) {
            update(rows.buffer.ints[rows.offset + i] * width, i * width, width);
        }
    }

    /** @param at which parameter is the first of n, {@code ofGradient} where its gradient is */
    private void update(int at, int ofGradient, int n) {
        float[] p = after[0].buffer.floats;
        int pOff = after[0].offset + at;
        float[] g = gradient.buffer.floats;
        int gOff = gradient.offset + ofGradient;
        float[] m = slot(1);
        int mOff = slotOffset(1) + at;
        float[] v = slot(2);
        int vOff = slotOffset(2) + at;
        float factor = scale.buffer.floats[scale.offset];
        switch (rule) {
            case SGD, NESTEROV -> kernels.sgd(
                    p, pOff, g, gOff, m, mOff, n, learningRate, factor, decay, first, rule == UpdateRule.NESTEROV);
            case ADAM, ADAM_W -> {
                double power1 = powers.buffer.doubles[powers.offset];
                double power2 = powers.buffer.doubles[powers.offset + 1];
                boolean decoupled = rule == UpdateRule.ADAM_W;
                double correction = 1 / Math.sqrt(1 - power2);
                // SparseAdam adds epsilon before the second moment is corrected, Adam after.
                double added = rows == null ? epsilon : epsilon * correction;
                kernels.adam(
                        p, pOff, g, gOff, m, mOff, v, vOff, n, (float) (learningRate / (1 - power1)), factor,
                        decoupled ? 0 : decay, first, second, (float) added, (float) correction,
                        decoupled ? 1 - learningRate * decay : 1);
            }
            case RMS_PROP -> kernels.rmsProp(
                    p, pOff, g, gOff, m, mOff, v, vOff, n, learningRate, factor, decay, first, epsilon, second);
            case ADAGRAD -> kernels.adagrad(
                    p, pOff, g, gOff, m, mOff, n, learningRate, factor, decay, epsilon);
        }
    }

    private float[] slot(int i) {
        return i < after.length ? after[i].buffer.floats : null;
    }

    private int slotOffset(int i) {
        return i < after.length ? after[i].offset : 0;
    }
}
