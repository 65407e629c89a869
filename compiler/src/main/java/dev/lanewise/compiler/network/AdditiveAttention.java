package dev.lanewise.compiler.network;

/**
 * Attention whose scores are {@code score · tanh(Q · query + M · memory)} (Bahdanau, Cho, Bengio 2015). Layers {@code
 * query} without a bias and {@code memory} with one, and a weight {@code score [1, units]}.
 *
 * <p>What depends on the memory alone is computed once, by {@link #memory}; a decoder then attends to it at each of
 * its steps.
 */
public record AdditiveAttention(String name, int units) implements Layer {

    public static AdditiveAttention of(String name, int units) {
        return new AdditiveAttention(name, units);
    }

    /**
     * What is attended to.
     *
     * @param values {@code [batch, steps, size]}
     * @param keys {@code [batch, steps, units]}
     * @param mask bool {@code [batch, steps]}; {@code null} where all steps are seen
     */
    public record Memory(Tensor values, Tensor keys, Tensor mask) {}

    /**
     * What attention gives.
     *
     * @param output the mean of the memory by the weights: {@code [batch, size]} or {@code [batch, time, size]}
     * @param weights {@code [batch, steps]} or {@code [batch, time, steps]}
     */
    public record Result(Tensor output, Tensor weights) implements HasOutput {}

    /** Of a sequence to itself. */
    @Override
    public Tensor forward(Tensor x) {
        return attend(x, memory(x, null)).output();
    }

    /**
     * Computes what depends on the memory alone.
     *
     * @param values {@code [batch, steps, size]}
     * @param lengths {@code [batch]} of steps that are seen; {@code null} for all
     */
    public Memory memory(Tensor values, Tensor lengths) {
        return values.net().within(this, () -> {
            Expect.rank(values, 3, "[batch, steps, size]");
            Tensor mask = lengths == null ? null : Sequences.mask(lengths, values.dim(1));
            return new Memory(values, values.then(Dense.of("memory", units)), mask);
        });
    }

    /**
     * Attends to a memory.
     *
     * @param query {@code [batch, size]} or {@code [batch, time, size]}
     */
    public Result attend(Tensor query, Memory memory) {
        return query.net().within(this, () -> {
            Tensor q = query.then(Dense.of("query", units).withoutBias());
            Tensor keys = query.rank() == 2 ? memory.keys : memory.keys.insertAxis(1);
            Tensor hidden = q.insertAxis(-2).plus(keys).tanh();
            return Pooled.of(hidden, memory.mask, memory.values);
        });
    }
}
