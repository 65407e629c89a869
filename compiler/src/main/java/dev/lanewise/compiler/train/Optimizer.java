package dev.lanewise.compiler.train;

import dev.lanewise.runtime.kernel.UpdateKernels;
import dev.lanewise.runtime.kernel.UpdateRule;

/**
 * How parameters follow their gradients; formulas and sources: {@link UpdateKernels}. Defaults are PyTorch's. The
 * learning rate is an input of the training program, so that a schedule needs no other file. Immutable.
 *
 * @param first momentum of SGD and NESTEROV, beta1 of ADAM and ADAM_W, alpha of RMS_PROP
 * @param second beta2 of ADAM and ADAM_W, momentum of RMS_PROP
 * @param decay of the weights: an L2 penalty, but for {@link UpdateRule#ADAM_W}
 * @param lazy whether rows of a table that a batch does not touch stay as they are, see {@link #sparseAdam}
 */
public record Optimizer(
        UpdateRule rule, float first, float second, float epsilon, float decay, boolean lazy) {

    public static Optimizer sgd() {
        return new Optimizer(UpdateRule.SGD, 0, 0, 0, 0, false);
    }

    /** Stochastic gradient descent with momentum. */
    public static Optimizer momentum(double momentum) {
        return new Optimizer(UpdateRule.SGD, (float) momentum, 0, 0, 0, false);
    }

    /** Stochastic gradient descent with momentum, looking ahead (Nesterov 1983). */
    public static Optimizer nesterov(double momentum) {
        return new Optimizer(UpdateRule.NESTEROV, (float) momentum, 0, 0, 0, false);
    }

    public static Optimizer adam() {
        return new Optimizer(UpdateRule.ADAM, 0.9f, 0.999f, 1e-8f, 0, false);
    }

    /**
     * Adam that leaves the rows of a table which a batch does not touch as they are, and their averages too: PyTorch's
     * {@code SparseAdam}, which differs from Adam, where a row goes on moving by what it remembers. A step's work and
     * memory for an embedding then follow the words of the batch, not the vocabulary. Other parameters follow Adam.
     * Without a decay: with one, and where a table has more than this use, it is Adam.
     */
    public static Optimizer sparseAdam() {
        return new Optimizer(UpdateRule.ADAM, 0.9f, 0.999f, 1e-8f, 0, true);
    }

    public static Optimizer adamW() {
        return new Optimizer(UpdateRule.ADAM_W, 0.9f, 0.999f, 1e-8f, 0.01f, false);
    }

    public static Optimizer rmsProp() {
        return new Optimizer(UpdateRule.RMS_PROP, 0.99f, 0, 1e-8f, 0, false);
    }

    public static Optimizer adagrad() {
        return new Optimizer(UpdateRule.ADAGRAD, 0, 0, 1e-10f, 0, false);
    }

    public Optimizer decay(double newDecay) {
        return new Optimizer(rule, first, second, epsilon, (float) newDecay, lazy);
    }

    /** Of ADAM and ADAM_W. */
    public Optimizer betas(double beta1, double beta2) {
        return new Optimizer(rule, (float) beta1, (float) beta2, epsilon, decay, lazy);
    }

    public Optimizer epsilon(double newEpsilon) {
        return new Optimizer(rule, first, second, (float) newEpsilon, decay, lazy);
    }

    /** Whether corrections of young averages need powers of the betas. */
    boolean needsPowers() {
        return rule == UpdateRule.ADAM || rule == UpdateRule.ADAM_W;
    }

    /** Whether a row whose gradient is zero stays as it is, so that it need not be looked at. */
    boolean leavesRows(float decayOfParameter) {
        return decayOfParameter == 0 && switch (rule) {
            case SGD -> first == 0;
            case ADAGRAD -> true;
            case ADAM -> lazy;
            default -> false;
        };
    }

    /** Tensors of a parameter's size that it keeps. */
    int slots() {
        return switch (rule) {
            case SGD -> first == 0 ? 0 : 1;
            case NESTEROV, ADAGRAD -> 1;
            case ADAM, ADAM_W -> 2;
            case RMS_PROP -> second == 0 ? 1 : 2;
        };
    }
}
