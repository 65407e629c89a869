package dev.lanewise.compiler.network;

import dev.lanewise.compiler.graph.Dim;

/**
 * Adds a trained vector for each position to {@code x [batch, time, size]}. Weight {@code table [most, size]}, normal
 * with a deviation of 0.02 at first.
 *
 * @param most steps of the longest sequence
 */
public record LearnedPositions(String name, int most, Init init) implements Layer {

    public static LearnedPositions of(String name, int most) {
        return new LearnedPositions(name, most, Init.normal(0.02));
    }

    @Override
    public Tensor forward(Tensor x) {
        Expect.rank(x, 3, "[batch, time, size]");
        PositionTable.requireLength(x, most);
        Tensor table = x.net().weight("table", init, most, Expect.features(x));
        return x.plus(table.slice(0, Dim.ZERO, x.dim(1)));
    }
}
