package dev.lanewise.compiler.network;

import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.runtime.kernel.BinaryFn;

/**
 * {@code d² / 2} where {@code d = |x − y|} is at most delta, else {@code delta · (d − delta / 2)} (Huber 1964); of the
 * same extents.
 */
public record Huber(float delta) implements Loss {

    public static Huber of(double delta) {
        return new Huber((float) delta);
    }

    @Override
    public Tensor each(Tensor found, Tensor target) {
        Expect.sameShape(found, target);
        Tensor distance = found.minus(target).abs();
        Tensor near = distance.with(BinaryFn.MIN, found.net().constant(Literal.scalar(delta)));
        return near.times(distance.minus(near.times(0.5)));
    }
}
