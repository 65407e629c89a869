package dev.lanewise.compiler.network;

import dev.lanewise.compiler.op.Unary;

/**
 * A linear layer over the last axis: {@code y = activation(x · Wᵀ + b)}, {@code [..., in]} to {@code [..., units]}.
 * Weights {@code weight [units, in]} and {@code bias [units]}.
 *
 * @param activation {@code null} for none
 * @param tied an embedding whose table is the weight; {@code null} for one of its own
 * @param init of the weight; the bias begins like PyTorch's, unless {@code biasInit} says otherwise
 */
public record Dense(String name, int units, boolean bias, Unary activation, Embedding tied, Init init, Init biasInit)
        implements Layer {

    public static Dense of(String name, int units) {
        return new Dense(name, units, true, null, null, Init.fanInUniform(), null);
    }

    /** Scores of all rows of an embedding's table, which is shared (Press, Wolf 2017); with a bias of its own. */
    public static Dense tied(String name, Embedding embedding) {
        return new Dense(name, embedding.rows(), true, null, embedding, null, Init.zeros());
    }

    public Dense withoutBias() {
        return new Dense(name, units, false, activation, tied, init, biasInit);
    }

    public Dense activation(Unary function) {
        return new Dense(name, units, bias, function, tied, init, biasInit);
    }

    public Dense relu() {
        return activation(Activations.RELU);
    }

    public Dense tanh() {
        return activation(Activations.TANH);
    }

    public Dense sigmoid() {
        return activation(Activations.SIGMOID);
    }

    public Dense init(Init weight, Init biases) {
        return new Dense(name, units, bias, activation, tied, weight, biases);
    }

    @Override
    public Tensor forward(Tensor x) {
        NetworkBuilder net = x.net();
        int in = Expect.features(x);
        Tensor weight = tied == null ? net.weight("weight", init, units, in) : net.weightOf(tied, "table");
        if (!weight.dim(1).is(in)) {
            throw net.misfit("an input of " + in + " features, " + x, weight.dim(1) + " as the table it is tied to");
        }
        Tensor matrix = x.rank() == 1 ? x.insertAxis(0) : x;
        Tensor y = matrix.matmulTransposed(weight);
        if (bias) {
            y = y.plus(net.weight("bias", biasInit == null ? Init.uniform(1 / Math.sqrt(in)) : biasInit, units));
        }
        y = activation == null ? y : y.apply(activation);
        return x.rank() == 1 ? y.dropAxis(0) : y;
    }
}
