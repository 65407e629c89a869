package dev.lanewise.compiler.network;

/**
 * Over the last axis: {@code x / √(mean(x²) + ε) · weight} (Zhang, Sennrich 2019). Weight {@code weight} of the last
 * extent, ones at first.
 */
public record RmsNorm(String name, float epsilon) implements Layer {

    public static RmsNorm of(String name) {
        return new RmsNorm(name, 1e-6f);
    }

    @Override
    public Tensor forward(Tensor x) {
        return x.net().add(
                new dev.lanewise.compiler.op.RmsNorm(x.rank() - 1, epsilon), x,
                x.net().weight("weight", Init.ones(), Expect.features(x)));
    }
}
