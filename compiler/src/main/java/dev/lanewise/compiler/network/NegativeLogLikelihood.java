package dev.lanewise.compiler.network;

import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.runtime.kernel.BinaryFn;
import java.util.List;

/**
 * {@code −Σ q · w · x} over classes, of log-probabilities x {@code [..., classes]} and classes {@code [...]} of i32 or
 * i64; see {@link CrossEntropy}, which is this of scores.
 */
public record NegativeLogLikelihood(Long ignored, float smoothing, List<Float> weights) implements Loss {

    public NegativeLogLikelihood {
        weights = List.copyOf(weights);
    }

    public static NegativeLogLikelihood of() {
        return new NegativeLogLikelihood(null, 0, List.of());
    }

    public NegativeLogLikelihood ignoring(long target) {
        return new NegativeLogLikelihood(target, smoothing, weights);
    }

    @Override
    public Tensor each(Tensor logs, Tensor target) {
        Tensor weighted = weights.isEmpty() ? logs : logs.times(perClass(logs));
        // what is not the target's is not multiplied by 0 but left out: its logarithm may be infinite
        Tensor losses = weighted.where(chosen(logs, target), 0).sum(-1).times(smoothing - 1);
        if (smoothing > 0) {
            losses = losses.minus(weighted.mean(-1).times(smoothing));
        }
        return ignored == null ? losses : losses.where(Sequences.different(target, ignored), 0);
    }

    @Override
    public Tensor counts(Tensor logs, Tensor target) {
        if (weights.isEmpty() && ignored == null) {
            return null;
        }
        NetworkBuilder net = logs.net();
        Tensor counts = weights.isEmpty()
                ? net.constant(Literal.scalar(1f))
                : perClass(logs).where(chosen(logs, target), 0).sum(-1);
        return ignored == null ? counts : counts.where(Sequences.different(target, ignored), 0);
    }

    /** Whether a class is the target: bool {@code [..., classes]}. */
    private static Tensor chosen(Tensor logs, Tensor target) {
        Expect.integers(target, "targets");
        Expect.features(logs);
        if (target.rank() != logs.rank() - 1) {
            throw logs.net().misfit("scores " + logs + " and targets " + target, "[..., classes] and [...]");
        }
        for (int axis = 0; axis < target.rank(); axis++) {
            Expect.equal(target, axis, logs.dim(axis), "targets");
        }
        return Sequences.counting(target, logs.dim(-1)).with(BinaryFn.EQUAL, target.insertAxis(-1));
    }

    private Tensor perClass(Tensor logs) {
        if (!logs.dim(-1).is(weights.size())) {
            throw logs.net().misfit(weights.size() + " weights of classes", logs.dim(-1) + ", as " + logs + " has");
        }
        float[] values = new float[weights.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = weights.get(i);
        }
        return logs.net().constant(Literal.of(values, values.length));
    }
}
