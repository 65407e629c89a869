package dev.lanewise.compiler.network;

import dev.lanewise.compiler.op.Unary;
import java.util.function.UnaryOperator;

/**
 * Causal self-attention, attention to a memory, then two linear layers, each with a residual and a norm (Vaswani et
 * al. 2017). Layers {@code attention}, {@code cross}, {@code linear1}, {@code linear2} and {@code norm1} to {@code
 * norm3}, as PyTorch's, except that weights of attention are not dropped.
 *
 * @param hidden units of the first linear layer
 * @param activation between the two; ReLU unless said otherwise
 * @param normFirst whether norms stand before what they normalise, not after it
 * @param dropout after each attention, after the activation and at the end; 0 for none
 */
public record TransformerDecoderLayer(
        String name, int heads, int hidden, Unary activation, boolean normFirst, float dropout)
        implements Layer {

    public static TransformerDecoderLayer of(String name, int heads, int hidden) {
        return new TransformerDecoderLayer(name, heads, hidden, Activations.RELU, false, 0);
    }

    public TransformerDecoderLayer activation(Unary function) {
        return new TransformerDecoderLayer(name, heads, hidden, function, normFirst, dropout);
    }

    /** Norms stand before what they normalise. */
    public TransformerDecoderLayer preNorm() {
        return new TransformerDecoderLayer(name, heads, hidden, activation, true, dropout);
    }

    public TransformerDecoderLayer dropout(double rate) {
        return new TransformerDecoderLayer(name, heads, hidden, activation, normFirst, (float) rate);
    }

    /** With the sequence itself for a memory. */
    @Override
    public Tensor forward(Tensor x) {
        return layers(x, null, in -> cross().attend(in, x, null));
    }

    /**
     * Of sequences that attend to others.
     *
     * @param x {@code [batch, time, size]}
     * @param lengths {@code [batch]} of x; {@code null} for whole sequences
     * @param memory {@code [batch, steps, any size]}
     * @param memoryLengths {@code [batch]} of the memory; {@code null} for all of it
     */
    public Tensor apply(Tensor x, Tensor lengths, Tensor memory, Tensor memoryLengths) {
        return x.net().within(this, () -> layers(x, lengths, in -> cross().attend(in, memory, memoryLengths)));
    }

    /**
     * Computes what depends on the memory alone, once for all steps.
     *
     * @param memory {@code [batch, steps, size]}
     * @param lengths {@code [batch]}; {@code null} for all of it
     */
    public MultiHeadAttention.Memory memory(Tensor memory, Tensor lengths) {
        return memory.net().within(this, () -> cross().memory(memory, lengths));
    }

    /**
     * Of sequences that attend to what {@link #memory} gave.
     *
     * @param x {@code [batch, time, size]}
     * @param lengths {@code [batch]} of x; {@code null} for whole sequences
     */
    public Tensor apply(Tensor x, Tensor lengths, MultiHeadAttention.Memory memory) {
        return x.net().within(this, () -> layers(x, lengths, in -> cross().attend(in, memory)));
    }

    /**
     * The same as {@link #apply(Tensor, Tensor, MultiHeadAttention.Memory)}, with the weights of that attention.
     *
     * @param x {@code [batch, time, size]}
     * @param lengths {@code [batch]} of x; {@code null} for whole sequences
     */
    public MultiHeadAttention.Result weigh(Tensor x, Tensor lengths, MultiHeadAttention.Memory memory) {
        return x.net().within(this, () -> {
            Tensor[] weights = new Tensor[1];
            Tensor y = layers(x, lengths, in -> {
                MultiHeadAttention.Result attended = cross().weigh(in, memory);
                weights[0] = attended.weights();
                return attended.output();
            });
            return new MultiHeadAttention.Result(y, weights[0]);
        });
    }

    private MultiHeadAttention cross() {
        return MultiHeadAttention.of("cross", heads);
    }

    private Tensor layers(Tensor x, Tensor lengths, UnaryOperator<Tensor> crossing) {
        Sublayers sublayers = new Sublayers(normFirst, dropout);
        MultiHeadAttention self = MultiHeadAttention.of("attention", heads).causally();
        Tensor y = sublayers.add("1", x, in -> self.apply(in, lengths));
        y = sublayers.add("2", y, crossing);
        return sublayers.add("3", y, sublayers.feedForward(hidden, activation));
    }
}
