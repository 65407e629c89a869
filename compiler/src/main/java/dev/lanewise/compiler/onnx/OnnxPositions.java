package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Gather;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.BinaryFn;
import java.util.ArrayList;
import java.util.List;

/** Positions in sequences that only data give: which tensors the sequence has, is known all the same. */
final class OnnxPositions {

    /** Tensors of different shapes among which a position may choose: each is a branch. */
    private static final int MOST_SHAPES = 256;

    private OnnxPositions() {}

    /**
     * Input {@code input} as an i64 scalar from 0 to {@code last}; what is outside is met at run time.
     *
     * @param size of the sequence: negative positions count from its end
     */
    static Value given(OnnxNode node, int input, Dim size, Dim last) {
        Formula f = new Formula(node);
        Value position = f.cast(f.reshape(node.in(input), List.of()), DType.I64);
        Value zero = f.number(0, DType.I64);
        Value fromStart = f.where(
                f.apply(BinaryFn.LESS, position, zero), f.plus(position, f.extent(size, DType.I64)), position);
        // for what is before the beginning, which a gather would count from the end
        Value beyond = f.extent(last.plus(1), DType.I64);
        Value place = f.where(f.apply(BinaryFn.LESS, fromStart, zero), beyond, fromStart);
        return node.add(new Gather(0), f.counting(last.plus(1), 0, 1), place);
    }

    /** The tensor at a position, an i64 scalar. */
    static Value pick(OnnxNode node, List<Value> values, Value position) {
        if (values.stream().allMatch(value -> value.type().equals(values.get(0).type()))) {
            return node.add(new Gather(0), OnnxSequences.concat(node, values, 0, true), position);
        }
        if (values.size() > MOST_SHAPES) {
            throw node.unsupported("a position that only data give, among more than " + MOST_SHAPES
                    + " tensors of different shapes");
        }
        return pick(node, values, position, 0);
    }

    /** By halves. */
    private static Value pick(OnnxNode node, List<Value> values, Value position, int first) {
        if (values.size() == 1) {
            return values.get(0);
        }
        int half = values.size() / 2;
        List<Value> used = new ArrayList<>(values);
        used.add(position);
        Value isLower = new Formula(node).apply(BinaryFn.LESS, position, first + half);
        return OnnxControl.choose(node, isLower, used,
                inside -> pick(inside, inputs(inside, 0, half), inside.in(values.size()), first),
                inside -> pick(inside, inputs(inside, half, values.size()), inside.in(values.size()), first + half));
    }

    private static List<Value> inputs(OnnxNode node, int from, int to) {
        List<Value> inputs = new ArrayList<>();
        for (int i = from; i < to; i++) {
            inputs.add(node.in(i));
        }
        return inputs;
    }

    /** The sequence with input 1 at the position that input 2 is. */
    static List<Value> insert(OnnxNode node, List<Value> values) {
        Value position = given(node, 2, Dim.of(values.size()), Dim.of(values.size()));
        List<Value> inserted = new ArrayList<>();
        for (int i = 0; i <= values.size(); i++) {
            // what was there, the new one, or what was there before it
            List<Value> possible = new ArrayList<>();
            if (i > 0) {
                possible.add(values.get(i - 1));
            }
            possible.add(node.in(1));
            if (i < values.size()) {
                possible.add(values.get(i));
            }
            Formula f = new Formula(node);
            Value reached = f.cast(f.apply(BinaryFn.LESS, f.number(i, DType.I64), position), DType.I64);
            Value here = f.cast(f.apply(BinaryFn.LESS_OR_EQUAL, f.number(i, DType.I64), position), DType.I64);
            inserted.add(pick(node, possible, i == 0 ? reached : i == values.size() ? here : f.plus(reached, here)));
        }
        return inserted;
    }

    /** The sequence without what is at the position that input 1 is. */
    static List<Value> erase(OnnxNode node, List<Value> values) {
        Value position = given(node, 1, Dim.of(values.size()), Dim.of(values.size() - 1));
        List<Value> left = new ArrayList<>();
        for (int i = 0; i < values.size() - 1; i++) {
            Formula f = new Formula(node);
            Value moved = f.apply(BinaryFn.LESS_OR_EQUAL, position, f.number(i, DType.I64));
            left.add(pick(node, values.subList(i, i + 2), f.cast(moved, DType.I64)));
        }
        return left;
    }
}
