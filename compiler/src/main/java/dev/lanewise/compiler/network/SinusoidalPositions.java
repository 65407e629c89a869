package dev.lanewise.compiler.network;

import dev.lanewise.compiler.graph.Dim;

/**
 * Adds sines and cosines of the position (Vaswani et al. 2017) to {@code x [batch, time, size]}. Fixed {@code table
 * [most, size]}.
 *
 * @param most steps of the longest sequence
 * @param first the position of the first step
 */
public record SinusoidalPositions(String name, int most, Dim first) implements Layer {

    public static SinusoidalPositions of(String name, int most) {
        return new SinusoidalPositions(name, most, Dim.ZERO);
    }

    /** For sequences of which so many steps came before. */
    public SinusoidalPositions from(Dim past) {
        return new SinusoidalPositions(name, most, past);
    }

    @Override
    public Tensor forward(Tensor x) {
        Expect.rank(x, 3, "[batch, time, size]");
        int size = Expect.features(x);
        Tensor table = x.net().fixed("table",
                () -> PositionTable.angles(most, (size + 1) / 2, 10_000, size).interleaved(size), most, size);
        return x.plus(PositionTable.rows(table, first, x));
    }
}
