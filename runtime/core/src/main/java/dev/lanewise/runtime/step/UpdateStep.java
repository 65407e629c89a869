package dev.lanewise.runtime.step;

import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.UpdateKernels;
import dev.lanewise.runtime.kernel.UpdateRule;
import dev.lanewise.runtime.plan.Operand;
import dev.lanewise.runtime.plan.Step;
import dev.lanewise.runtime.plan.StepArgs;
import dev.lanewise.runtime.team.Divisible;

/**
 * An optimiser's step: parameters and slots follow a gradient. Where the gradient's scale is not a finite number,
 * nothing changes, so that a loss that is no number leaves the weights as they were.
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

    UpdateStep(StepArgs args) {
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
        int slots = Math.max(0, args.inputCount() - SLOTS);
        if (slots < leastSlots() || slots > mostSlots() || powers == null != !isAdam()) {
            throw args.bad("inputs", rule + " with " + slots + " slots");
        }
        before = new Operand[1 + slots];
        after = new Operand[1 + slots];
        for (int i = 0; i < before.length; i++) {
            before[i] = args.floatsIn(i == 0 ? P : SLOTS + i - 1);
            after[i] = args.floatsOut(i);
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
        for (int i = 0; i < before.length; i++) {
            args.requireEqual(before[i].size, gradient.size, before[i], "the number of elements");
            args.requireEqual(after[i].size, gradient.size, after[i], "the number of elements");
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
        args.share(this, gradient.size, Work.ELEMENTS, gradient.size * 2L * Work.MEMORY);
    }

    /** Pieces are elements. */
    @Override
    public void run(int from, int to, int worker) {
        float[] p = after[0].buffer.floats;
        int pOff = after[0].offset + from;
        float[] g = gradient.buffer.floats;
        int gOff = gradient.offset + from;
        float[] m = slot(1);
        int mOff = slotOffset(1) + from;
        float[] v = slot(2);
        int vOff = slotOffset(2) + from;
        int n = to - from;
        float factor = scale.buffer.floats[scale.offset];
        switch (rule) {
            case SGD, NESTEROV -> kernels.sgd(
                    p, pOff, g, gOff, m, mOff, n, learningRate, factor, decay, first, rule == UpdateRule.NESTEROV);
            case ADAM, ADAM_W -> {
                double power1 = powers.buffer.doubles[powers.offset];
                double power2 = powers.buffer.doubles[powers.offset + 1];
                boolean decoupled = rule == UpdateRule.ADAM_W;
                kernels.adam(
                        p, pOff, g, gOff, m, mOff, v, vOff, n, (float) (learningRate / (1 - power1)), factor,
                        decoupled ? 0 : decay, first, second, epsilon, (float) (1 / Math.sqrt(1 - power2)),
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
