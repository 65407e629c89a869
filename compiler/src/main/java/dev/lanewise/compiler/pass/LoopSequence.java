package dev.lanewise.compiler.pass;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Concat;
import dev.lanewise.compiler.op.Expand;
import dev.lanewise.compiler.op.Reshape;
import dev.lanewise.compiler.op.Slice;
import dev.lanewise.compiler.op.Transpose;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * All that a value of a loop's body is, one iteration after another, where it is made of scanned slices and
 * constants: the same made of whole tensors.
 *
 * @param reverse whether the first iteration sees the last slices, those of the first of the tensors at least
 */
record LoopSequence(OpenLoop loop, Value value, boolean reverse) {

    /** Slices that a value may be put together from: a hostile body can use one in exponentially many ways. */
    private static final int MOST_PARTS = 64;

    /** Of nodes one behind another. */
    private static final int DEEPEST = 64;

    /** {@code null} where a value is made of anything else. */
    static LoopSequence of(OpenLoop loop, Value value) {
        List<Boolean> directions = new ArrayList<>();
        boolean made = collect(loop, value, directions, 0);
        return made && !directions.isEmpty() ? new LoopSequence(loop, value, directions.get(0)) : null;
    }

    private static boolean collect(OpenLoop loop, Value value, List<Boolean> directions, int depth) {
        int scanned = scannedAt(loop, value);
        if (scanned >= 0) {
            directions.add(loop.scan(scanned).reverse());
            return true;
        }
        Node node = value.producer();
        if (node == null || directions.size() >= MOST_PARTS || depth >= DEEPEST) {
            return false;
        }
        boolean elementwise = node.op().isElementwise();
        boolean moves = node.op() instanceof Reshape || node.op() instanceof Concat || node.op() instanceof Expand;
        if (!elementwise && !moves) {
            return false;
        }
        for (Value input : node.inputs()) {
            boolean constant = elementwise && input.isConstant() && input.rank() <= value.rank();
            boolean aligned = node.op() instanceof Reshape || input.rank() == value.rank();
            if (!constant && !(aligned && collect(loop, input, directions, depth + 1))) {
                return false;
            }
        }
        return true;
    }

    private static int scannedAt(OpenLoop loop, Value value) {
        for (int i = 0; i < loop.scannedCount(); i++) {
            if (loop.slice(i) == value && loop.whole(i).dim(loop.scan(i).axis()).equals(loop.trips())) {
                return i;
            }
        }
        return -1;
    }

    /** Adds the sequence, [T, ...], to the graph around the loop, in the order of a walk in a given direction. */
    Value addTo(Rewriting graph, boolean backwards) {
        return added(graph, value, backwards);
    }

    private Value added(Rewriting graph, Value inner, boolean backwards) {
        int scanned = scannedAt(loop, inner);
        if (scanned >= 0) {
            Value whole = loop.whole(scanned);
            List<Integer> order = Permutation.moving(whole.rank(), loop.scan(scanned).axis(), 0);
            Value all = Permutation.isIdentity(order) ? whole : graph.add(loop.name(), new Transpose(order), whole);
            return loop.scan(scanned).reverse() == backwards ? all : reversed(graph, all);
        }
        Node node = inner.producer();
        if (node == null) {
            return inner; // a constant
        }
        List<Value> inputs = new ArrayList<>();
        node.inputs().forEach(input -> inputs.add(input.isConstant() ? input : added(graph, input, backwards)));
        if (node.op() instanceof Concat concat) {
            return graph.add(loop.name(), new Concat(concat.axis() + 1), inputs.toArray(new Value[0]));
        }
        List<Dim> shape = new ArrayList<>(inner.shape());
        shape.add(0, loop.trips());
        if (node.op() instanceof Expand) {
            return graph.add(loop.name(), new Expand(shape), inputs.get(0));
        }
        if (!(node.op() instanceof Reshape)) {
            return graph.addAll(loop.name(), node.op(), inputs).get(0);
        }
        return inputs.get(0).shape().equals(shape)
                ? inputs.get(0)
                : graph.add(loop.name(), new Reshape(shape), inputs.get(0));
    }

    private Value reversed(Rewriting graph, Value all) {
        List<Dim> starts = new ArrayList<>(Collections.nCopies(all.rank(), Dim.ZERO));
        List<Integer> strides = new ArrayList<>(Collections.nCopies(all.rank(), 1));
        starts.set(0, all.dim(0).minus(1));
        strides.set(0, -1);
        return graph.add(loop.name(), new Slice(starts, strides, all.shape()), all);
    }
}
