package dev.lanewise.compiler.network;

import dev.lanewise.compiler.op.Unary;
import dev.lanewise.runtime.kernel.UnaryFn;

/** {@code ln(1 + e^x) − x · y}: binary cross entropy of logits x and targets y from 0 to 1, of the same extents. */
public record BinaryCrossEntropy() implements Loss {

    public static BinaryCrossEntropy of() {
        return new BinaryCrossEntropy();
    }

    @Override
    public Tensor each(Tensor logits, Tensor target) {
        Expect.sameShape(logits, target);
        return logits.apply(Unary.of(UnaryFn.SOFTPLUS)).minus(logits.times(target));
    }
}
