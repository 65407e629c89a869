package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Concat;
import dev.lanewise.compiler.op.Gather;
import dev.lanewise.compiler.op.Slice;
import dev.lanewise.compiler.op.Transpose;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.UnsupportedOpException;
import dev.lanewise.runtime.kernel.BinaryFn;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * An ONNX sequence of as many tensors as an extent says: equal parts of one tensor, which it stays. What is done with
 * the sequence becomes what is done with rows of that tensor. Immutable.
 *
 * @param whole the parts one after another
 * @param axis along which they are
 * @param size of a part along the axis, which divides the whole's
 * @param keep whether parts have the axis; only parts of size 1 may lack it
 * @param unknown says that the number of tensors is not known, to what must know it
 */
record OnnxParts(Value whole, int axis, long size, boolean keep, UnsupportedOpException unknown) {

    private Dim count() {
        return whole.dim(axis).floorDiv(size);
    }

    private OnnxParts with(Value newWhole) {
        return new OnnxParts(newWhole, axis, size, keep, unknown);
    }

    /** The same of another tensor, as a body calls it. */
    OnnxParts map(UnaryOperator<Value> change) {
        return with(change.apply(whole));
    }

    Value length(OnnxNode node) {
        return new Formula(node).extent(count(), DType.I64);
    }

    /** The part at the position that input 1 is. */
    Value at(OnnxNode node) {
        Value position = OnnxPositions.given(node, 1, count(), count().minus(1));
        Formula f = new Formula(node);
        Value first = f.apply(BinaryFn.MUL, f.reshape(position, List.of(Dim.ONE)), size);
        Value part = node.add(new Gather(axis), whole, f.plus(first, f.counting(Dim.of(size), 0, 1)));
        return keep ? part : f.reshape(part, without(part.shape(), axis));
    }

    /** With input 1 at the position that input 2 is, or at the end. */
    OnnxParts insert(OnnxNode node) {
        Formula f = new Formula(node);
        Value part = node.in(1);
        List<Dim> rows = new ArrayList<>(whole.shape());
        rows.set(axis, Dim.of(size));
        if (!part.shape().equals(keep ? rows : without(rows, axis)) || part.type().type() != whole.type().type()) {
            throw unknown; // not all parts would be equal
        }
        Value all = node.add(new Concat(axis), whole, f.reshape(part, rows));
        if (!node.has(2)) {
            return with(all);
        }
        Dim n = all.dim(axis);
        Value row = f.counting(n, 0, 1);
        Value first = f.apply(BinaryFn.MUL, OnnxPositions.given(node, 2, count(), count()), size);
        Value inserted = f.plus(f.minus(row, first), f.extent(n.minus(size), DType.I64));
        Value behind = f.apply(BinaryFn.LESS_OR_EQUAL, f.apply(BinaryFn.ADD, first, size), row);
        Value before = f.apply(BinaryFn.LESS, row, first);
        Value from = f.where(before, row, f.where(behind, f.apply(BinaryFn.SUB, row, size), inserted));
        return with(node.add(new Gather(axis), all, from));
    }

    /** Without the part at the position that input 1 is, or without the last one. */
    OnnxParts erase(OnnxNode node) {
        Dim left = whole.dim(axis).minus(size);
        if (!node.has(1)) {
            return with(node.add(Slice.along(axis, Dim.ZERO, left, whole.shape()), whole));
        }
        Formula f = new Formula(node);
        Value first = f.apply(BinaryFn.MUL, OnnxPositions.given(node, 1, count(), count().minus(1)), size);
        Value row = f.counting(left, 0, 1);
        Value from = f.where(f.apply(BinaryFn.LESS, row, first), row, f.apply(BinaryFn.ADD, row, size));
        return with(node.add(new Gather(axis), whole, from));
    }

    /** The parts one after another along an axis of theirs, or along a new one, which may be counted from the end. */
    Value concat(OnnxNode node, long along, boolean stacked) {
        int rank = whole.rank() - (keep ? 0 : 1);
        int to = OnnxMovement.axis(node, along, stacked ? rank + 1 : rank);
        List<Dim> apart = new ArrayList<>(whole.shape());
        if (keep) {
            apart.set(axis, Dim.of(size));
            apart.add(axis, count());
        }
        Formula f = new Formula(node);
        Value stack = moved(node, f.reshape(whole, apart), axis, to);
        if (stacked) {
            return stack;
        }
        List<Dim> joined = new ArrayList<>(stack.shape());
        Dim parts = joined.remove(to);
        joined.set(to, parts.times(joined.get(to)));
        return f.reshape(stack, joined);
    }

    private static Value moved(OnnxNode node, Value x, int from, int to) {
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < x.rank(); i++) {
            order.add(i);
        }
        order.add(to, order.remove(from));
        return from == to ? x : node.add(Transpose.of(order.stream().mapToInt(Integer::intValue).toArray()), x);
    }

    private static List<Dim> without(List<Dim> shape, int axis) {
        List<Dim> rest = new ArrayList<>(shape);
        rest.remove(axis);
        return rest;
    }
}
