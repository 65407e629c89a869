package dev.lanewise.compiler.network;

/** {@code x + inner(x)} (He et al. 2016). Names are those of the inner layer. */
public record Residual(Layer inner) implements Layer {

    public static Residual of(Layer inner) {
        return new Residual(inner);
    }

    @Override
    public String name() {
        return "";
    }

    @Override
    public Tensor forward(Tensor x) {
        return x.plus(x.then(inner));
    }
}
