package dev.lanewise.compiler.network;

import dev.lanewise.compiler.graph.Literal;

/**
 * Each channel, the last axis, normalised over all others (Ioffe, Szegedy 2015): by the batch's own statistics while
 * training, by running ones when the network is used. Weights {@code weight} and {@code bias [channels]}, ones and
 * zeros at first; fixed {@code mean} and {@code variance}.
 *
 * @param momentum share of a batch in new running statistics
 */
public record BatchNorm(String name, float epsilon, float momentum) implements Layer {

    public static BatchNorm of(String name) {
        return new BatchNorm(name, 1e-5f, 0.1f);
    }

    @Override
    public Tensor forward(Tensor x) {
        NetworkBuilder net = x.net();
        int n = Expect.features(x);
        return net.add(
                new dev.lanewise.compiler.op.BatchNorm(epsilon, momentum), x, net.weight("weight", Init.ones(), n),
                net.weight("bias", Init.zeros(), n), net.fixed("mean", () -> Literal.of(new float[n], n), n),
                net.fixed("variance", () -> Init.ones().literal(null, n), n));
    }
}
