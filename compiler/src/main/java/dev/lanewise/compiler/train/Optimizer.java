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
 */
public record Optimizer(UpdateRule rule, float first, float second, float epsilon, float decay) {

    public static Optimizer sgd() {
        return new Optimizer(UpdateRule.SGD, 0, 0, 0, 0);
    }

    /** Stochastic gradient descent with momentum. */
    public static Optimizer momentum(double momentum) {
        return new Optimizer(UpdateRule.SGD, (float) momentum, 0, 0, 0);
    }

    /** Stochastic gradient descent with momentum, looking ahead (Nesterov 1983). */
    public static Optimizer nesterov(double momentum) {
        return new Optimizer(UpdateRule.NESTEROV, (float) momentum, 0, 0, 0);
    }

    public static Optimizer adam() {
        return new Optimizer(UpdateRule.ADAM, 0.9f, 0.999f, 1e-8f, 0);
    }

    public static Optimizer adamW() {
        return new Optimizer(UpdateRule.ADAM_W, 0.9f, 0.999f, 1e-8f, 0.01f);
    }

    public static Optimizer rmsProp() {
        return new Optimizer(UpdateRule.RMS_PROP, 0.99f, 0, 1e-8f, 0);
    }

    public static Optimizer adagrad() {
        return new Optimizer(UpdateRule.ADAGRAD, 0, 0, 1e-10f, 0);
    }

    public Optimizer decay(double newDecay) {
        return new Optimizer(rule, first, second, epsilon, (float) newDecay);
    }

    /** Of ADAM and ADAM_W. */
    public Optimizer betas(double beta1, double beta2) {
        return new Optimizer(rule, (float) beta1, (float) beta2, epsilon, decay);
    }

    public Optimizer epsilon(double newEpsilon) {
        return new Optimizer(rule, first, second, (float) newEpsilon, decay);
    }

    /** Whether corrections of young averages need powers of the betas. */
    boolean needsPowers() {
        return rule == UpdateRule.ADAM || rule == UpdateRule.ADAM_W;
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
