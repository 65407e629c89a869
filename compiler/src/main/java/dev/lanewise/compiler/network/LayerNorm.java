package dev.lanewise.compiler.network;

/**
 * Over the last axis: {@code (x − mean) / √(var + ε) · weight + bias} (Ba, Kiros, Hinton 2016). Weights {@code weight}
 * and {@code bias} of the last extent, ones and zeros at first.
 */
public record LayerNorm(String name, float epsilon) implements Layer {

    public static LayerNorm of(String name) {
        return new LayerNorm(name, 1e-5f);
    }

    @Override
    public Tensor forward(Tensor x) {
        int n = Expect.features(x);
        return x.net().add(
                new dev.lanewise.compiler.op.LayerNorm(x.rank() - 1, epsilon, false), x,
                x.net().weight("weight", Init.ones(), n), x.net().weight("bias", Init.zeros(), n));
    }
}
