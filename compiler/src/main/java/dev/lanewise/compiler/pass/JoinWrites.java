package dev.lanewise.compiler.pass;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Folding;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Concat;
import dev.lanewise.compiler.op.Reshape;
import dev.lanewise.compiler.op.ScatterNd;
import dev.lanewise.compiler.op.ScatterReduction;
import dev.lanewise.compiler.op.Slice;
import dev.lanewise.compiler.op.Transpose;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * A buffer that is written element by element along an axis, {@code out[:, t] = y} for one t after another, is what
 * was written, put together.
 */
final class JoinWrites implements Pass {

    /**
     * One element along an axis of a buffer, written over.
     *
     * @param y what is written, [buffer's extents but for 1 along the axis], however it is shaped
     */
    private record Write(int axis, int index, Value y) {}

    /**
     * Writes one after another, each the only one to see what those before it left.
     *
     * @param buffer before the first
     * @param elements by index, those of the last write of each
     */
    private record Chain(Value buffer, int axis, Map<Integer, Value> elements) {}

    @Override
    public Graph apply(Graph graph, Folding folding) {
        return new Joining(graph, folding).run();
    }

    private static final class Joining extends Rewriting {

        /** By the buffer as the last of its writes leaves it. */
        private final Map<Value, Chain> chains = new HashMap<>();

        Joining(Graph graph, Folding folding) {
            super(graph, folding);
            for (Node node : graph.withoutUnused().nodes()) {
                Write write = write(node);
                if (write == null) {
                    continue;
                }
                Value written = written(node.input(0));
                Chain before = chains.get(written);
                if (before != null && before.axis == write.axis) {
                    chains.remove(written);
                } else {
                    before = new Chain(node.input(0), write.axis, new HashMap<>());
                }
                before.elements.put(write.index, write.y);
                chains.put(node.output(), before);
            }
        }

        /** What a buffer was before it was turned and turned back; {@code null} where something else sees it too. */
        private Value written(Value buffer) {
            Value inner = buffer;
            while (inner != null && usedOnce(inner) && producer(inner, Transpose.class) != null) {
                Value turned = inner.producer().input(0);
                Transpose first = usedOnce(turned) ? producer(turned, Transpose.class) : null;
                boolean back = first != null && Permutation.isIdentity(
                        Permutation.then(first.permutation(), producer(inner, Transpose.class).permutation()));
                inner = back ? turned.producer().input(0) : null;
            }
            return inner != null && usedOnce(inner) ? inner : null;
        }

        @Override
        List<Value> node(Node node, List<Value> inputs) {
            Chain chain = node.outputs().size() == 1 ? chains.get(node.output()) : null;
            boolean several = chain != null
                    && (chain.elements.size() > 1 || node.output().dim(chain.axis).is(chain.elements.size()));
            return several ? List.of(joined(node, chain)) : null;
        }

        /** What was written, and between it what was there before. */
        private Value joined(Node node, Chain chain) {
            List<Dim> one = new ArrayList<>(node.output().shape());
            one.set(chain.axis, Dim.ONE);
            List<Value> parts = new ArrayList<>();
            int extent = (int) node.output().dim(chain.axis).constant();
            int next = 0;
            for (int index : new TreeSet<>(chain.elements.keySet())) {
                before(node, chain, next, index, parts);
                Value y = now(chain.elements.get(index));
                parts.add(y.shape().equals(one) ? y : add(node.name(), new Reshape(one), y));
                next = index + 1;
            }
            before(node, chain, next, extent, parts);
            return parts.size() == 1
                    ? parts.get(0)
                    : add(node.name(), new Concat(chain.axis), parts.toArray(new Value[0]));
        }

        /** Adds the part of the buffer from {@code from} up to {@code to}. */
        private void before(Node node, Chain chain, int from, int to, List<Value> parts) {
            if (to > from) {
                Slice part = Slice.along(chain.axis, Dim.of(from), Dim.of(to - from), chain.buffer.shape());
                parts.add(add(node.name(), part, now(chain.buffer)));
            }
        }
    }

    /** The write that a node is, {@code null} for none. */
    private static Write write(Node node) {
        boolean replaces = node.op() instanceof ScatterNd scatter && scatter.reduction() == ScatterReduction.NONE
                && node.input(1).isConstant() && node.input(1).constant().size() > 0;
        for (int axis = 0; replaces && axis < node.input(0).rank(); axis++) {
            int index = element(node.input(0).shape(), node.input(1).constant(), axis);
            if (index >= 0) {
                return new Write(axis, index, node.input(2));
            }
        }
        return null;
    }

    /** Which element along an axis index tuples name, all of it in order; −1 where they name anything else. */
    private static int element(List<Dim> shape, Literal indices, int axis) {
        int depth = indices.extent(indices.rank() - 1);
        if (depth <= axis || !shape.subList(0, depth).stream().allMatch(Dim::isConstant)) {
            return -1;
        }
        int tuples = indices.size() / depth;
        long all = 1;
        for (int d = 0; d < depth; d++) {
            all *= d == axis ? 1 : shape.get(d).constant();
        }
        long index = at(shape, indices, 0, depth, axis);
        if (tuples != all || index < 0 || index >= shape.get(axis).constant()) {
            return -1;
        }
        for (int tuple = 0; tuple < tuples; tuple++) {
            long rest = tuple;
            for (int d = depth - 1; d >= 0; d--) {
                long extent = d == axis ? 1 : shape.get(d).constant();
                if (at(shape, indices, tuple, depth, d) != (d == axis ? index : rest % extent)) {
                    return -1;
                }
                rest /= extent;
            }
        }
        return (int) index;
    }

    private static long at(List<Dim> shape, Literal indices, int tuple, int depth, int d) {
        long index = indices.longAt(tuple * depth + d);
        return index < 0 ? index + shape.get(d).constant() : index;
    }
}
