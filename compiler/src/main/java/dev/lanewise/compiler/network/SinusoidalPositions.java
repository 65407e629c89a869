package dev.lanewise.compiler.network;

import dev.lanewise.compiler.graph.Dim;

/**
 * Adds sines and cosines of the position (Vaswani et al. 2017) to {@code x [batch, time, size]}. Fixed {@code table
 * [most, size]}.
 *
 * @param most steps of the longest sequence
 */
public record SinusoidalPositions(String name, int most) implements Layer {

    public static SinusoidalPositions of(String name, int most) {
        return new SinusoidalPositions(name, most);
    }

    @Override
    public Tensor forward(Tensor x) {
        Expect.rank(x, 3, "[batch, time, size]");
        PositionTable.requireLength(x, most);
        int size = Expect.features(x);
        return x.plus(x.net()
                .fixed("table", () -> PositionTable.angles(most, (size + 1) / 2, 10_000, size).interleaved(size), most,
                        size)
                .slice(0, Dim.ZERO, x.dim(1)));
    }
}
