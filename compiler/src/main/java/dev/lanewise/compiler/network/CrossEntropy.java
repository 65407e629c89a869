package dev.lanewise.compiler.network;

import java.util.Arrays;
import java.util.List;

/**
 * Cross entropy of scores {@code [..., classes]} and classes {@code [...]} of i32 or i64, as PyTorch's: {@code −Σ q ·
 * w · log softmax(scores)} over classes, where q is {@code 1 − smoothing} at the target and {@code smoothing / classes}
 * everywhere. A mean divides by the sum of the targets' weights.
 *
 * @param ignored a target that does not count; {@code null} for none
 * @param smoothing from 0 to below 1
 * @param weights per class; empty for ones
 */
public record CrossEntropy(Long ignored, float smoothing, List<Float> weights) implements Loss {

    public CrossEntropy {
        weights = List.copyOf(weights);
    }

    public static CrossEntropy of() {
        return new CrossEntropy(null, 0, List.of());
    }

    public CrossEntropy ignoring(long target) {
        return new CrossEntropy(target, smoothing, weights);
    }

    public CrossEntropy smoothing(double amount) {
        return new CrossEntropy(ignored, (float) amount, weights);
    }

    public CrossEntropy weights(float... perClass) {
        Float[] list = new Float[perClass.length];
        Arrays.setAll(list, i -> perClass[i]);
        return new CrossEntropy(ignored, smoothing, List.of(list));
    }

    private NegativeLogLikelihood likelihood() {
        return new NegativeLogLikelihood(ignored, smoothing, weights);
    }

    @Override
    public Tensor each(Tensor scores, Tensor target) {
        if (smoothing > 0 || !weights.isEmpty()) {
            return likelihood().each(scores.logSoftmax(), target);
        }
        Expect.integers(target, "targets");
        if (ignored == null) {
            return scores.net().add(new dev.lanewise.compiler.op.CrossEntropy(), scores, target);
        }
        Tensor counting = Sequences.different(target, ignored);
        Tensor losses = scores.net().add(
                new dev.lanewise.compiler.op.CrossEntropy(), scores, target.where(counting, 0));
        return losses.where(counting, 0);
    }

    @Override
    public Tensor counts(Tensor scores, Tensor target) {
        return likelihood().counts(scores, target);
    }
}
