package dev.lanewise.compiler.network;

/**
 * One vector of a sequence {@code [batch, time, size]}: its mean by the softmax of {@code score · tanh(W · x + b)} (Lin
 * et al. 2017). A layer {@code hidden} and a weight {@code score [1, units]}.
 */
public record AttentionPooling(String name, int units) implements Layer {

    public static AttentionPooling of(String name, int units) {
        return new AttentionPooling(name, units);
    }

    @Override
    public Tensor forward(Tensor x) {
        return pooled(x, null).output();
    }

    /**
     * Of sequences of different lengths, and with the weights {@code [batch, time]}.
     *
     * @param lengths {@code [batch]}; {@code null} for whole sequences
     */
    public AdditiveAttention.Result pool(Tensor x, Tensor lengths) {
        return x.net().within(this, () -> pooled(x, lengths));
    }

    private AdditiveAttention.Result pooled(Tensor x, Tensor lengths) {
        Expect.rank(x, 3, "[batch, time, size]");
        Tensor mask = lengths == null ? null : Sequences.mask(lengths, x.dim(1));
        return Pooled.of(x.then(Dense.of("hidden", units).tanh()), mask, x);
    }
}
