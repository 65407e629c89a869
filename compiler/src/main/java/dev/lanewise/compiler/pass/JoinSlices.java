package dev.lanewise.compiler.pass;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Folding;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Concat;
import dev.lanewise.compiler.op.Gather;
import dev.lanewise.compiler.op.Reshape;
import dev.lanewise.compiler.op.Slice;
import dev.lanewise.compiler.op.Transpose;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Slices of a tensor, one element after another along an axis, that are put together again: the tensor itself. */
final class JoinSlices implements Pass {

    /**
     * One element along an axis of a tensor.
     *
     * @param index which, from 0
     */
    private record Element(Value tensor, int axis, long index) {}

    @Override
    public Graph apply(Graph graph, Folding folding) {
        return new Rewriting(graph, folding) {
            @Override
            List<Value> node(Node node, List<Value> inputs) {
                return node.op() instanceof Concat concat ? joined(node, concat.axis(), inputs) : null;
            }

            private List<Value> joined(Node node, int axis, List<Value> parts) {
                Element first = element(parts.get(0));
                Element second = parts.size() < 2 ? null : element(parts.get(1));
                if (first == null || second == null || Math.abs(second.index - first.index) != 1) {
                    return null;
                }
                int stride = (int) (second.index - first.index);
                for (int i = 0; i < parts.size(); i++) {
                    Value part = parts.get(i);
                    boolean next = part.dim(axis).is(1) && part.shape().equals(parts.get(0).shape())
                            && new Element(first.tensor, first.axis, first.index + (long) i * stride)
                                    .equals(element(part));
                    if (!next) {
                        return null;
                    }
                }
                Value run = run(node, first, stride, parts.size());
                Value ahead = moved(node, run, first.axis, 0);
                List<Dim> shape = new ArrayList<>(parts.get(0).shape());
                shape.remove(axis);
                shape.add(0, Dim.of(parts.size()));
                Value reshaped = ahead.shape().equals(shape) ? ahead : add(node.name(), new Reshape(shape), ahead);
                return List.of(moved(node, reshaped, 0, axis));
            }

            /** As many elements from the first on. */
            private Value run(Node node, Element first, int stride, int count) {
                Value tensor = first.tensor;
                if (stride == 1 && first.index == 0 && tensor.dim(first.axis).is(count)) {
                    return tensor;
                }
                List<Dim> starts = new ArrayList<>(Collections.nCopies(tensor.rank(), Dim.ZERO));
                List<Integer> strides = new ArrayList<>(Collections.nCopies(tensor.rank(), 1));
                List<Dim> shape = new ArrayList<>(tensor.shape());
                starts.set(first.axis, Dim.of(first.index));
                strides.set(first.axis, stride);
                shape.set(first.axis, Dim.of(count));
                return add(node.name(), new Slice(starts, strides, shape), tensor);
            }

            private Value moved(Node node, Value value, int from, int to) {
                List<Integer> order = Permutation.moving(value.rank(), from, to);
                return Permutation.isIdentity(order) ? value : add(node.name(), new Transpose(order), value);
            }
        }.run();
    }

    /** The one element that a value is, however it is shaped; {@code null} where it is something else. */
    private static Element element(Value value) {
        Node node = CellStep.viewed(value).producer();
        if (node == null) {
            return null;
        }
        Value tensor = node.input(0);
        if (node.op() instanceof Gather gather && node.input(1).isConstant() && node.input(1).constant().size() == 1
                && tensor.dim(gather.axis()).isConstant()) {
            long index = node.input(1).constant().longAt(0);
            return new Element(
                    tensor, gather.axis(), index < 0 ? index + tensor.dim(gather.axis()).constant() : index);
        }
        return node.op() instanceof Slice slice ? element(slice, tensor) : null;
    }

    private static Element element(Slice slice, Value tensor) {
        int cut = -1;
        for (int axis = 0; axis < tensor.rank(); axis++) {
            boolean whole = slice.shape().get(axis).equals(tensor.dim(axis)) && slice.strides().get(axis) == 1;
            if (!whole && cut >= 0) {
                return null;
            }
            cut = whole ? cut : axis;
        }
        boolean one = cut >= 0 && slice.shape().get(cut).is(1) && slice.starts().get(cut).isConstant();
        return one ? new Element(tensor, cut, slice.starts().get(cut).constant()) : null;
    }
}
