package dev.lanewise.compiler.op;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.train.Gradient;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Elements set apart by zeros: what a stride does, backwards. */
final class Spread {

    private Spread() {}

    /** Puts {@code stride − 1} zeros between the elements of an axis: n become {@code (n − 1) · stride + 1}. */
    static Value apart(Gradient g, Value x, int axis, int stride) {
        Dim n = x.dim(axis);
        List<Dim> split = new ArrayList<>(x.shape());
        split.add(axis + 1, Dim.ONE);
        List<Dim> none = new ArrayList<>(Collections.nCopies(split.size(), Dim.ZERO));
        List<Dim> zeros = new ArrayList<>(none);
        zeros.set(axis + 1, Dim.of(stride - 1));
        Value padded = g.add(new Pad(Pad.Mode.CONSTANT, none, zeros), g.reshape(x, split));
        List<Dim> joined = new ArrayList<>(x.shape());
        joined.set(axis, n.times(stride));
        Value flat = g.reshape(padded, joined);
        return g.add(Slice.along(axis, Dim.ZERO, n.minus(1).times(stride).plus(1), flat.shape()), flat);
    }
}
