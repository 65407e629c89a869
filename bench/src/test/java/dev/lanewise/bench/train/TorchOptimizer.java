package dev.lanewise.bench.train;

import ai.djl.ndarray.NDArray;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.util.ArrayList;
import java.util.List;

/**
 * A step of SGD, Adam or AdamW on PyTorch's tensors, written out as torch.optim documents it
 * (the pseudocode, without momentum, amsgrad and maximize; defaults but for the rate).
 */
final class TorchOptimizer {

    private static final double BETA1 = 0.9;
    private static final double BETA2 = 0.999;
    private static final double EPSILON = 1e-8;
    private static final double DECAY = 0.01;

    enum Kind { SGD, ADAM, ADAM_W }

    private final Kind kind;
    private final double rate;
    private final List<NDArray> first = new ArrayList<>();
    private final List<NDArray> second = new ArrayList<>();
    private int step;

    TorchOptimizer(Kind kind, double rate) {
        this.kind = kind;
        this.rate = rate;
    }

    /** Changes parameters by their gradients, which become zero. */
    void step(List<NDArray> parameters) {
        JniUtils.setGradMode(false);
        step++;
        for (int i = 0; i < parameters.size(); i++) {
            NDArray parameter = parameters.get(i);
            NDArray gradient = parameter.getGradient();
            if (kind == Kind.SGD) {
                parameter.subi(gradient.mul(rate));
            } else {
                adam(i, parameter, gradient);
            }
            JniUtils.zeroGrad((PtNDArray) parameter);
        }
        JniUtils.setGradMode(true);
    }

    private void adam(int i, NDArray parameter, NDArray gradient) {
        if (i == first.size()) {
            first.add(parameter.zerosLike());
            second.add(parameter.zerosLike());
        }
        if (kind == Kind.ADAM_W) {
            parameter.muli(1 - rate * DECAY);
        }
        NDArray m = first.get(i).muli(BETA1).addi(gradient.mul(1 - BETA1));
        NDArray v = second.get(i).muli(BETA2).addi(gradient.mul(gradient).mul(1 - BETA2));
        NDArray mHat = m.div(1 - Math.pow(BETA1, step));
        NDArray vHat = v.div(1 - Math.pow(BETA2, step));
        parameter.subi(mHat.mul(rate).div(vHat.sqrt().add(EPSILON)));
    }
}
