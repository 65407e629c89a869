package dev.lanewise.compiler.network;

/** The mean of values by weights that follow from a hidden layer, for layers that attend. */
final class Pooled {

    private Pooled() {}

    /**
     * Scores by a weight {@code score [1, units]}, their softmax over the steps, and what it makes of the values.
     *
     * @param hidden {@code [batch, steps, units]} or {@code [batch, time, steps, units]}
     * @param mask bool {@code [batch, steps]} of those that count; {@code null} for all
     * @param values {@code [batch, steps, size]}
     */
    static AdditiveAttention.Result of(Tensor hidden, Tensor mask, Tensor values) {
        Tensor score = hidden.net().weight("score", Init.fanInUniform(), 1, Expect.features(hidden));
        Tensor scores = hidden.matmulTransposed(score).dropAxis(-1);
        boolean single = scores.rank() == 2;
        if (mask != null) {
            scores = scores.where(single ? mask : mask.insertAxis(1), Double.NEGATIVE_INFINITY);
        }
        Tensor weights = scores.softmax();
        Tensor rows = single ? weights.insertAxis(1) : weights;
        Tensor output = rows.matmul(values);
        return new AdditiveAttention.Result(single ? output.dropAxis(1) : output, weights);
    }
}
