package dev.lanewise.compiler.network;

/** {@code (x − y)²}, of the same extents. */
public record MeanSquared() implements Loss {

    public static MeanSquared of() {
        return new MeanSquared();
    }

    @Override
    public Tensor each(Tensor found, Tensor target) {
        Expect.sameShape(found, target);
        return found.minus(target).square();
    }
}
