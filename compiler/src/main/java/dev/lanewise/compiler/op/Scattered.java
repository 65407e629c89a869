package dev.lanewise.compiler.op;

import dev.lanewise.compiler.graph.Literal;

/** A tensor that the reference of a scatter changes element by element. */
final class Scattered {

    private final Literal x;
    private final ScatterReduction reduction;
    private final double[] doubles;
    private final long[] longs;

    Scattered(Literal x, ScatterReduction reduction) {
        this.x = x;
        this.reduction = reduction;
        this.doubles = x.type().isFloating() ? x.toDoubles() : null;
        this.longs = x.type().isFloating() ? null : x.toLongs();
    }

    void update(int at, Literal updates, int i) {
        if (doubles != null) {
            doubles[at] = reduction.apply(doubles[at], updates.doubleAt(i));
        } else {
            longs[at] = reduction.apply(x.type(), longs[at], updates.longAt(i));
        }
    }

    Literal literal() {
        return doubles != null ? Literal.of(x.type(), doubles, x.shape()) : Literal.of(x.type(), longs, x.shape());
    }
}
