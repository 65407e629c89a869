package dev.lanewise.bench.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.util.ArrayList;
import java.util.List;

/**
 * Steps of SGD, Adam, AdamW or SparseAdam on PyTorch's tensors, written out as torch.optim documents it
 * (the pseudocode, without momentum, amsgrad and maximize; defaults but for the rate). SparseAdam is for the first
 * parameter, a table; the others follow Adam.
 */
public final class TorchOptimizer {

    private static final double BETA1 = 0.9;
    private static final double BETA2 = 0.999;
    private static final double EPSILON = 1e-8;
    private static final double DECAY = 0.01;

    /** Which. */
    public enum Kind { SGD, ADAM, ADAM_W, SPARSE_ADAM }

    private final Kind kind;
    private final double mostNorm;
    private final List<NDArray> first = new ArrayList<>();
    private final List<NDArray> second = new ArrayList<>();
    private int step;

    public TorchOptimizer(Kind kind) {
        this(kind, Double.POSITIVE_INFINITY);
    }

    /** @param mostNorm of all gradients together, as {@code clip_grad_norm_} has it */
    public TorchOptimizer(Kind kind, double mostNorm) {
        this.kind = kind;
        this.mostNorm = mostNorm;
    }

    /** Changes parameters by their gradients, which become zero. */
    public void step(List<NDArray> parameters, double rate) {
        JniUtils.setGradMode(false);
        step++;
        try (NDManager scope = parameters.get(0).getManager().newSubManager()) {
            List<NDArray> gradients = new ArrayList<>();
            for (NDArray parameter : parameters) {
                NDArray gradient = parameter.getGradient();
                gradient.attach(scope); // and with it all that is computed from it
                gradients.add(gradient);
            }
            clip(gradients);
            for (int i = 0; i < parameters.size(); i++) {
                if (kind == Kind.SGD) {
                    parameters.get(i).subi(gradients.get(i).mul(rate));
                } else if (kind == Kind.SPARSE_ADAM && i == 0) {
                    sparseAdam(parameters.get(i), gradients.get(i), rate);
                } else {
                    adam(i, parameters.get(i), gradients.get(i), rate);
                }
                JniUtils.zeroGrad((PtNDArray) parameters.get(i));
            }
        }
        JniUtils.setGradMode(true);
    }

    private void clip(List<NDArray> gradients) {
        if (mostNorm < Double.POSITIVE_INFINITY) {
            double squares = 0;
            for (NDArray gradient : gradients) {
                squares += gradient.square().sum().getFloat();
            }
            double factor = mostNorm / (Math.sqrt(squares) + 1e-6);
            if (factor < 1) {
                gradients.forEach(gradient -> gradient.muli(factor));
            }
        }
    }

    private void remember(int i, NDArray parameter) {
        if (i == first.size()) {
            first.add(parameter.zerosLike());
            second.add(parameter.zerosLike());
        }
    }

    /** As Adam, for the rows that have a gradient; the others, and their averages, stay as they are. */
    private void sparseAdam(NDArray parameter, NDArray gradient, double rate) {
        remember(0, parameter);
        NDArray touched = gradient.abs().sum(new int[] {1}, true).gt(0).toType(parameter.getDataType(), false);
        NDArray square = gradient.mul(gradient);
        NDArray m = first.get(0).addi(gradient.sub(first.get(0)).mul(1 - BETA1).mul(touched));
        NDArray v = second.get(0).addi(square.sub(second.get(0)).mul(1 - BETA2).mul(touched));
        double size = rate * Math.sqrt(1 - Math.pow(BETA2, step)) / (1 - Math.pow(BETA1, step));
        parameter.subi(m.mul(size).div(v.sqrt().add(EPSILON)).mul(touched));
    }

    private void adam(int i, NDArray parameter, NDArray gradient, double rate) {
        remember(i, parameter);
        if (kind == Kind.ADAM_W) {
            parameter.muli(1 - rate * DECAY);
        }
        NDArray m = first.get(i).muli(BETA1).addi(gradient.mul(1 - BETA1));
        NDArray v = second.get(i).muli(BETA2).addi(gradient.mul(gradient).mul(1 - BETA2));
        NDArray mHat = gradient.zerosLike().addi(m).divi(1 - Math.pow(BETA1, step));
        NDArray vHat = gradient.zerosLike().addi(v).divi(1 - Math.pow(BETA2, step));
        parameter.subi(mHat.muli(rate).divi(vHat.sqrt().addi(EPSILON)));
    }
}
