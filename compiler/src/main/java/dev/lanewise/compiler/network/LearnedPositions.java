package dev.lanewise.compiler.network;

import dev.lanewise.compiler.graph.Dim;

/**
 * Adds a trained vector for each position to {@code x [batch, time, size]}. Weight {@code table [most, size]}, normal
 * with a deviation of 0.02 at first.
 *
 * @param most steps of the longest sequence
 * @param first the position of the first step
 */
public record LearnedPositions(String name, int most, Init init, Dim first) implements Layer {

    public static LearnedPositions of(String name, int most) {
        return new LearnedPositions(name, most, Init.normal(0.02), Dim.ZERO);
    }

    /** For sequences of which so many steps came before. */
    public LearnedPositions from(Dim past) {
        return new LearnedPositions(name, most, init, past);
    }

    @Override
    public Tensor forward(Tensor x) {
        Expect.rank(x, 3, "[batch, time, size]");
        Tensor table = x.net().weight("table", init, most, Expect.features(x));
        return x.plus(PositionTable.rows(table, first, x));
    }
}
