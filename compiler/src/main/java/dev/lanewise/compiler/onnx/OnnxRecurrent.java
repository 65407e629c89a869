package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Op;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.CellLoop;
import dev.lanewise.compiler.op.Concat;
import dev.lanewise.compiler.op.Gru;
import dev.lanewise.compiler.op.Lstm;
import dev.lanewise.compiler.op.Reshape;
import dev.lanewise.compiler.op.Rnn;
import dev.lanewise.compiler.op.Slice;
import dev.lanewise.compiler.op.Transpose;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * ONNX's LSTM, GRU and RNN. Each direction is an operation of its own; with other activations than the
 * usual ones, with peepholes, clipping or coupled gates it is composed, see {@link CellLoop}. Types of
 * 16 bits are computed in f32.
 */
final class OnnxRecurrent {

    private OnnxRecurrent() {}

    static void register(Map<String, OnnxOp> ops) {
        ops.put(":LSTM", node -> convert(node, 4, 2));
        ops.put(":GRU", node -> convert(node, 3, 1));
        ops.put(":RNN", node -> convert(node, 1, 1));
    }

    /**
     * @param gates rows of W per hidden unit
     * @param states 2 where there is a cell state besides h
     */
    private static void convert(OnnxNode node, int gates, int states) {
        String direction = node.oneOf("direction", "forward", "forward", "reverse", "bidirectional");
        int directions = direction.equals("bidirectional") ? 2 : 1;
        boolean batchFirst = node.flag("layout", false);
        node.ignore("output_sequence"); // opset 1: which outputs there are is known without it
        if (node.in(0).rank() != 3 || node.in(1).rank() != 3 || node.in(2).rank() != 3) {
            throw node.misfit("X " + node.in(0).type() + ", W " + node.in(1).type() + " and R " + node.in(2).type()
                    + " must be of rank 3");
        }
        Dim hidden = node.in(2).dim(2);
        long declared = node.integer("hidden_size", hidden.max());
        if (!hidden.is(declared)) {
            throw node.misfit("hidden_size is " + declared + " and R " + node.in(2).type());
        }
        Formula f = new Formula(node);
        Value x = f.wide(batchFirst ? node.add(Transpose.of(1, 0, 2), node.in(0)) : node.in(0));
        OnnxCells cells = OnnxCells.read(node, directions);
        List<List<Value>> results = new ArrayList<>();
        for (int d = 0; d < directions; d++) {
            boolean reverse = direction.equals("reverse") || d == 1;
            List<Value> operands = operands(node, x, d, directions, states, batchFirst);
            Value peephole = direction(node, 7, d, directions);
            results.add(cells.isUsual(d)
                    ? node.addAll(usual(node, cells, d, reverse), operands.toArray(new Value[0]))
                    : CellLoop.add((op, inputs) -> node.addAll(op, inputs.toArray(new Value[0])),
                            node.builder().folding(),
                            cells.cell(d, gates, peephole == null ? null : f.wide(peephole)), reverse, operands));
        }
        DType type = node.in(0).type().type();
        Value y = stack(node, results, 0, 1);
        node.out(f.cast(batchFirst ? node.add(Transpose.of(2, 0, 1, 3), y) : y, type));
        for (int s = 0; s < states; s++) {
            node.out(f.cast(stack(node, results, 1 + s, batchFirst ? 1 : 0), type));
        }
    }

    private static Op usual(OnnxNode node, OnnxCells cells, int direction, boolean reverse) {
        return switch (node.type()) {
            case "LSTM" -> new Lstm(reverse);
            case "GRU" -> new Gru(reverse, cells.linearBeforeReset());
            default -> new Rnn(reverse, cells.activation(direction, 0).fn());
        };
    }

    /** X, W, R, bias, lengths, h and c of one direction, without the axis of directions. */
    private static List<Value> operands(
            OnnxNode node, Value x, int d, int directions, int states, boolean batchFirst) {
        Formula f = new Formula(node);
        List<Value> operands = new ArrayList<>();
        operands.add(x);
        for (int i = 1; i <= 3; i++) {
            Value weights = direction(node, i, d, directions);
            operands.add(weights == null ? null : f.wide(weights));
        }
        operands.add(node.inOrNull(4));
        for (int s = 0; s < states; s++) {
            Value state = node.inOrNull(5 + s);
            if (state != null && state.rank() != 3) {
                throw node.misfit("input " + (5 + s) + " is " + state.type() + "; expected rank 3");
            }
            operands.add(state == null ? null : f.wide(part(node, state, batchFirst ? 1 : 0, d, directions)));
        }
        return operands;
    }

    /** The part of input {@code i} that belongs to direction {@code d}; {@code null} where absent. */
    private static Value direction(OnnxNode node, int i, int d, int directions) {
        return node.has(i) ? part(node, node.in(i), 0, d, directions) : null;
    }

    private static Value part(OnnxNode node, Value value, int axis, int d, int directions) {
        if (!value.dim(axis).is(directions)) {
            throw node.misfit(value.type() + ": axis " + axis + " must be the " + directions + " directions");
        }
        Value one = directions == 1
                ? value
                : node.add(Slice.along(axis, Dim.of(d), Dim.ONE, value.shape()), value);
        List<Dim> shape = new ArrayList<>(value.shape());
        shape.remove(axis);
        return node.add(new Reshape(shape), one);
    }

    /** Result {@code i} of all directions along a new axis. */
    private static Value stack(OnnxNode node, List<List<Value>> results, int i, int axis) {
        Value[] parts = new Value[results.size()];
        for (int d = 0; d < parts.length; d++) {
            Value part = results.get(d).get(i);
            List<Dim> shape = new ArrayList<>(part.shape());
            shape.add(axis, Dim.ONE);
            parts[d] = node.add(new Reshape(shape), part);
        }
        return parts.length == 1 ? parts[0] : node.add(new Concat(axis), parts);
    }

    /** An activation with its parameters. */
    record Activation(UnaryFn fn, float alpha, float beta) {}
}
