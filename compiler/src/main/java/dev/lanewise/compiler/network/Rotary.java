package dev.lanewise.compiler.network;

import dev.lanewise.compiler.graph.Dim;

/**
 * Rotary positions (Su et al. 2021) of heads {@code [batch, time, heads, size]}: the first half of a head's elements
 * with the second are pairs, turned by {@code t · base^(−2i / size)}. Fixed {@code cos} and {@code sin}, each {@code
 * [most, size / 2]}.
 *
 * @param most steps of the longest sequence
 * @param first the position of the first step
 */
public record Rotary(String name, int most, double base, Dim first) implements Layer {

    public static Rotary of(String name, int most) {
        return new Rotary(name, most, 10_000, Dim.ZERO);
    }

    /** For sequences of which so many steps came before. */
    public Rotary from(Dim past) {
        return new Rotary(name, most, base, past);
    }

    @Override
    public Tensor forward(Tensor x) {
        Expect.rank(x, 4, "[batch, time, heads, size]");
        int size = Expect.features(x);
        if (size % 2 != 0) {
            throw x.net().misfit("heads of size " + size, "an even size");
        }
        int half = size / 2;
        Tensor cos = table(x, "cos", half);
        Tensor sin = table(x, "sin", half);
        Tensor a = x.slice(3, 0, half);
        Tensor b = x.slice(3, half, size);
        return Tensor.concat(3, a.times(cos).minus(b.times(sin)), b.times(cos).plus(a.times(sin)));
    }

    /** [time, 1, half]. */
    private Tensor table(Tensor x, String function, int half) {
        Tensor table = x.net().fixed(
                function, () -> PositionTable.angles(most, half, base, 2 * half).as(function), most, half);
        return PositionTable.rows(table, first, x).insertAxis(1);
    }
}
