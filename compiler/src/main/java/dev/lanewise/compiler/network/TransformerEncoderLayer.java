package dev.lanewise.compiler.network;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.op.Unary;
import java.util.function.UnaryOperator;

/**
 * Self-attention, then two linear layers, each with a residual and a norm (Vaswani et al. 2017). Layers {@code
 * attention}, {@code linear1}, {@code linear2}, {@code norm1} and {@code norm2}, as PyTorch's, except that weights of
 * attention are not dropped.
 *
 * @param hidden units of the first linear layer
 * @param activation between the two; ReLU unless said otherwise
 * @param normFirst whether norms stand before what they normalise (Xiong et al. 2020), not after it
 * @param dropout after attention, after the activation and at the end; 0 for none
 */
public record TransformerEncoderLayer(
        String name, MultiHeadAttention attention, int hidden, Unary activation, boolean normFirst, float dropout)
        implements Layer {

    public static TransformerEncoderLayer of(String name, int heads, int hidden) {
        MultiHeadAttention attention = MultiHeadAttention.of("attention", heads);
        return new TransformerEncoderLayer(name, attention, hidden, Activations.RELU, false, 0);
    }

    /** Each step sees only those up to it. */
    public TransformerEncoderLayer causal() {
        return attention(attention.causally());
    }

    /** Positions are turned into attention. */
    public TransformerEncoderLayer rotary(int most) {
        return attention(attention.rotary(most));
    }

    /** No step attends to itself. */
    public TransformerEncoderLayer toOthers() {
        return attention(attention.toOthers());
    }

    private TransformerEncoderLayer attention(MultiHeadAttention other) {
        return new TransformerEncoderLayer(name, other, hidden, activation, normFirst, dropout);
    }

    public TransformerEncoderLayer activation(Unary function) {
        return new TransformerEncoderLayer(name, attention, hidden, function, normFirst, dropout);
    }

    /** Norms stand before what they normalise. */
    public TransformerEncoderLayer preNorm() {
        return new TransformerEncoderLayer(name, attention, hidden, activation, true, dropout);
    }

    public TransformerEncoderLayer dropout(double rate) {
        return new TransformerEncoderLayer(name, attention, hidden, activation, normFirst, (float) rate);
    }

    @Override
    public Tensor forward(Tensor x) {
        return apply(x, null);
    }

    /**
     * Of sequences of different lengths.
     *
     * @param x {@code [batch, time, size]}
     * @param lengths {@code [batch]}; {@code null} for whole sequences
     */
    public Tensor apply(Tensor x, Tensor lengths) {
        return x.net().within(this, () -> layers(x, in -> attention.apply(in, lengths)));
    }

    /** The same as {@link #apply(Tensor, Tensor)}, with the weights of attention. */
    public MultiHeadAttention.Result weigh(Tensor x, Tensor lengths) {
        return x.net().within(this, () -> {
            Tensor[] weights = new Tensor[1];
            Tensor y = layers(x, in -> {
                MultiHeadAttention.Result attended = attention.weigh(in, in, lengths);
                weights[0] = attended.weights();
                return attended.output();
            });
            return new MultiHeadAttention.Result(y, weights[0]);
        });
    }

    /**
     * Of a sequence call by call, causally, as {@link MultiHeadAttention#cached}.
     *
     * @param x {@code [batch, time, size]}, the steps of this call
     * @param past how many steps came before
     */
    public Tensor cached(Tensor x, Dim past) {
        return x.net().within(this, () -> layers(x, in -> attention.cached(in, past)));
    }

    private Tensor layers(Tensor x, UnaryOperator<Tensor> attending) {
        Sublayers sublayers = new Sublayers(normFirst, dropout);
        Tensor attended = sublayers.add("1", x, attending);
        return sublayers.add("2", attended, sublayers.feedForward(hidden, activation));
    }
}
