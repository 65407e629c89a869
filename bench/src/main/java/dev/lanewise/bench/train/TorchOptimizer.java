package dev.lanewise.bench.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.util.ArrayList;
import java.util.List;

/**
 * Steps of SGD, Adam or AdamW on PyTorch's tensors, written out as torch.optim documents it
 * (the pseudocode, without momentum, amsgrad and maximize; defaults but for the rate).
 */
public final class TorchOptimizer {

    private static final double BETA1 = 0.9;
    private static final double BETA2 = 0.999;
    private static final double EPSILON = 1e-8;
    private static final double DECAY = 0.01;

    /** Which. */
    public enum Kind { SGD, ADAM, ADAM_W }

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

    private void adam(int i, NDArray parameter, NDArray gradient, double rate) {
        if (i == first.size()) {
            first.add(parameter.zerosLike());
            second.add(parameter.zerosLike());
        }
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
