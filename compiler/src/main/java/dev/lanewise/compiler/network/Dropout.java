package dev.lanewise.compiler.network;

import java.util.List;

/**
 * Elements dropped at random while training, the others scaled up; the identity when the network is used. Its name
 * gives it seeds of its own, another for each use.
 *
 * @param rate the share that is dropped
 * @param variational whether what is dropped is the same at each step of a sequence {@code [batch, time, ...]}
 */
public record Dropout(String name, float rate, boolean variational) implements Layer {

    public static Dropout of(String name, double rate) {
        return new Dropout(name, (float) rate, false);
    }

    public Dropout variationally() {
        return new Dropout(name, rate, true);
    }

    @Override
    public Tensor forward(Tensor x) {
        List<Integer> shared = variational ? List.of(1) : List.of();
        return rate == 0 ? x : x.net().add(new dev.lanewise.compiler.op.Dropout(rate, x.net().seed(), shared), x);
    }
}
