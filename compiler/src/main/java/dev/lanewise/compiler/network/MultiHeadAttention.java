package dev.lanewise.compiler.network;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.op.Attention;
import java.util.ArrayList;
import java.util.List;

/**
 * Scaled dot-product attention of several heads (Vaswani et al. 2017), with layers {@code q}, {@code k}, {@code v} and
 * {@code out} of the query's size. Begins as PyTorch's: q, k and v within {@code √(6 / (4 · size))}, biases zeros.
 *
 * @param causal whether a query sees only keys up to its own place
 * @param rotary positions of queries and keys; {@code null} for none
 */
public record MultiHeadAttention(String name, int heads, boolean causal, Rotary rotary) implements Layer {

    public static MultiHeadAttention of(String name, int heads) {
        return new MultiHeadAttention(name, heads, false, null);
    }

    public MultiHeadAttention causally() {
        return new MultiHeadAttention(name, heads, true, rotary);
    }

    /** Turns queries and keys by their positions. */
    public MultiHeadAttention rotary(int most) {
        return new MultiHeadAttention(name, heads, causal, Rotary.of("rotary", most));
    }

    @Override
    public Tensor forward(Tensor x) {
        return heads(x, x, null);
    }

    /**
     * Of a sequence to itself.
     *
     * @param x {@code [batch, time, size]}
     * @param lengths {@code [batch]} of steps that are seen; {@code null} for all
     */
    public Tensor apply(Tensor x, Tensor lengths) {
        return attend(x, x, lengths);
    }

    /**
     * Of a sequence to another.
     *
     * @param query {@code [batch, time, size]}
     * @param memory {@code [batch, steps, any size]}
     * @param lengths {@code [batch]} of the memory's steps that are seen; {@code null} for all
     */
    public Tensor attend(Tensor query, Tensor memory, Tensor lengths) {
        return query.net().within(this, () -> heads(query, memory, lengths));
    }

    private Tensor heads(Tensor query, Tensor memory, Tensor lengths) {
        NetworkBuilder net = query.net();
        Expect.rank(query, 3, "[batch, time, size]");
        Expect.rank(memory, 3, "[batch, steps, size]");
        int size = Expect.features(query);
        if (size % heads != 0) {
            throw net.misfit("a size of " + size + " in " + query, "one that " + heads + " heads divide");
        }
        Tensor q = turned(split("q", query, size));
        Tensor k = turned(split("k", memory, size));
        List<Tensor> operands = new ArrayList<>(List.of(q, k, split("v", memory, size)));
        if (lengths != null) {
            operands.add(Sequences.keyMask(lengths, memory.dim(1)));
        }
        float scale = (float) (1 / Math.sqrt((double) size / heads));
        Tensor y = net.add(new Attention(causal, Dim.ZERO, scale, 0), operands.toArray(Tensor[]::new));
        return y.mergeAxes(2).then(Dense.of("out", size).init(Init.fanInUniform(), Init.zeros()));
    }

    private Tensor split(String which, Tensor x, int size) {
        // PyTorch has q, k and v in one matrix, whose fan-out is 3 · size
        Dense layer = Dense.of(which, size).init(Init.xavierUniform(Math.sqrt(0.5)), Init.zeros());
        return x.then(layer).splitAxis(2, Dim.of(heads), Dim.of(size / heads));
    }

    private Tensor turned(Tensor x) {
        return rotary == null ? x : x.then(rotary);
    }
}
