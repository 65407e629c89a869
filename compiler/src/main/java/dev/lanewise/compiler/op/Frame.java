package dev.lanewise.compiler.op;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.train.Gradient;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Zeros around the spatial axes of an image, channels last; where there are less than none, it is cropped. */
final class Frame {

    private Frame() {}

    /**
     * @param before per spatial axis how many zeros come before it; below zero, how many elements go
     * @param after behind it
     */
    static Value around(Gradient g, Value x, List<Dim> before, List<Dim> after) {
        List<Dim> front = new ArrayList<>(Collections.nCopies(x.rank(), Dim.ZERO));
        List<Dim> back = new ArrayList<>(front);
        List<Dim> starts = new ArrayList<>(front);
        List<Dim> shape = new ArrayList<>(x.shape());
        for (int axis = 0; axis < before.size(); axis++) {
            front.set(axis + 1, before.get(axis).max(Dim.ZERO));
            back.set(axis + 1, after.get(axis).max(Dim.ZERO));
            starts.set(axis + 1, front.get(axis + 1).minus(before.get(axis)));
            shape.set(axis + 1, x.dim(axis + 1).plus(before.get(axis)).plus(after.get(axis)));
        }
        boolean grows = !front.stream().allMatch(dim -> dim.is(0)) || !back.stream().allMatch(dim -> dim.is(0));
        Value padded = grows ? g.add(new Pad(Pad.Mode.CONSTANT, front, back), x) : x;
        return padded.shape().equals(shape)
                ? padded
                : g.add(new Slice(starts, Collections.nCopies(x.rank(), 1), shape), padded);
    }
}
