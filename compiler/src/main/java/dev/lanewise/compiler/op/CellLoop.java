package dev.lanewise.compiler.op;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Folding;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.GraphBuilder;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Op;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.Epilogue;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A recurrent cell written out: the inputs of all steps times W, then products and elementwise operations
 * repeated over time. For cells that the operations of their own do not compute.
 */
public final class CellLoop {

    /** Where the loop is added. */
    public interface Nodes {
        List<Value> add(Op op, List<Value> operands);
    }

    /**
     * What a cell computes.
     *
     * @param gates rows of W per hidden unit: 4 of an LSTM, 3 of a GRU, 1 of a plain cell
     * @param activations of the gates, of the candidate, and of what an LSTM gives of its cell; of a plain cell its own
     * @param clip bound of the pre-activations, 0 for none
     * @param inputForget whether an LSTM's forget gate is what its input gate leaves
     * @param peephole [3H], for i, o, f, or {@code null}
     */
    public record Cell(
            int gates, List<Unary> activations, float clip, boolean inputForget, boolean linearBeforeReset,
            Value peephole) {

        /** The cell of an operation: Lstm, Gru or Rnn. */
        public static Cell of(Op op) {
            Unary sigmoid = Unary.of(UnaryFn.SIGMOID);
            Unary tanh = Unary.of(UnaryFn.TANH);
            if (op instanceof Lstm) {
                return new Cell(4, List.of(sigmoid, tanh, tanh), 0, false, false, null);
            }
            return op instanceof Gru gru
                    ? new Cell(3, List.of(sigmoid, tanh), 0, false, gru.linearBeforeReset(), null)
                    : new Cell(1, List.of(Unary.of(((Rnn) op).fn())), 0, false, false, null);
        }
    }

    private final Nodes nodes;
    private final Folding folding;
    private final Cell cell;
    private final int gates;
    private final Dim hidden;
    /** R [gates·H, H] and its bias [gates·H], by gates. */
    private final Value[] r;
    private final Value[] rb;
    /** [H] for i, o, f; {@code null} without peepholes. */
    private final Value[] peepholes = new Value[3];

    private CellLoop(Nodes nodes, Folding folding, Cell cell, List<Value> operands) {
        this.nodes = nodes;
        this.folding = folding;
        this.cell = cell;
        gates = cell.gates;
        hidden = operands.get(2).dim(1);
        r = new Value[gates];
        rb = new Value[gates];
        for (int g = 0; g < gates; g++) {
            r[g] = rows(operands.get(2), hidden.times(g), hidden);
            rb[g] = rows(operands.get(3), hidden.times(gates + g), hidden);
        }
        for (int i = 0; i < peepholes.length; i++) {
            peepholes[i] = rows(cell.peephole, hidden.times(i), hidden);
        }
    }

    /**
     * Adds the cell over all steps.
     *
     * @param operands X [T, B, I], W [gates·H, I], R [gates·H, H], bias [2·gates·H] or null, lengths [B] or
     *     null, h [B, H] or null, and for an LSTM c [B, H] or null
     * @return y [T, B, H], h' [B, H] and, for an LSTM, c'
     */
    public static List<Value> add(Nodes nodes, Folding folding, Cell cell, boolean reverse, List<Value> operands) {
        return new CellLoop(nodes, folding, cell, operands).overTime(reverse, operands);
    }

    private Value rows(Value all, Dim from, Dim count) {
        return all == null ? null : add(Slice.along(0, from, count, all.shape()), all);
    }

    private Value add(Op op, Value... operands) {
        return nodes.add(op, List.of(operands)).get(0);
    }

    private List<Value> overTime(boolean reverse, List<Value> operands) {
        Value x = operands.get(0);
        Value lengths = operands.get(4);
        List<Value> carried = new ArrayList<>();
        for (int i = 5; i < operands.size(); i++) {
            carried.add(operands.get(i) != null ? operands.get(i) : add(
                    new Expand(List.of(x.dim(1), hidden)), zero(x.type().type())));
        }
        List<Value> scanned = new ArrayList<>(List.of(projected(operands)));
        Value column = null;
        if (lengths != null) {
            scanned.add(counting(x.dim(0)));
            Value wide = lengths.type().type() == DType.I64 ? lengths : add(Cast.to(DType.I64), lengths);
            column = add(new Reshape(List.of(lengths.dim(0), Dim.ONE)), wide);
        }
        Step step = new Step();
        Graph body = step.body(carried, scanned, column);
        Repeat.Walk walk = new Repeat.Walk(0, reverse);
        List<ValueType> types = new ArrayList<>();
        carried.forEach(value -> types.add(value.type()));
        types.add(new ValueType(x.type().type(), List.of(x.dim(0), x.dim(1), hidden)));
        Repeat repeat = new Repeat(
                body, carried.size(), x.dim(0), Collections.nCopies(scanned.size(), walk), List.of(walk), types);
        List<Value> inputs = new ArrayList<>();
        inputs.add(null); // as many iterations as there are slices
        inputs.add(null);
        inputs.addAll(carried);
        inputs.addAll(scanned);
        inputs.addAll(step.captures.keySet());
        List<Value> results = new ArrayList<>(nodes.add(repeat, inputs));
        results.add(0, results.remove(carried.size()));
        return results;
    }

    private static Value zero(DType type) {
        return Value.constant("zero", Literal.of(type, new double[] {0}));
    }

    /** 0, 1, 2, … n − 1. */
    private Value counting(Dim n) {
        return add(new Range(n), zero(DType.I64), add(new Extents(List.of(n), true)),
                Value.constant("one", Literal.scalar(1L)));
    }

    /** W · x + bias of all steps: [T, B, gates·H]. */
    private Value projected(List<Value> operands) {
        Value product = add(new MatMul(true, Epilogue.NONE), operands.get(0), operands.get(1));
        Value bias = rows(operands.get(3), Dim.ZERO, hidden.times(gates));
        return bias == null ? product : add(new Binary(BinaryFn.ADD), product, bias);
    }

    /** One step of all streams, inside the body. */
    private final class Step {
        private final GraphBuilder builder = new GraphBuilder(folding);
        /** What the body uses from outside, and its inputs for it. */
        private final Map<Value, Value> captures = new LinkedHashMap<>();
        /** W · x + bias, [B, gates·H]. */
        private Value x;
        private Value h;
        /** {@code null} but for an LSTM. */
        private Value c;

        /** Condition, states, y from iteration, condition, states, W · x [B, gates·H], its number and captures. */
        Graph body(List<Value> carried, List<Value> scanned, Value lengths) {
            builder.input("iteration", ValueType.of(DType.I64));
            builder.input("go on", ValueType.of(DType.BOOL));
            List<Value> states = new ArrayList<>();
            carried.forEach(value -> states.add(builder.input("state", value.type())));
            List<Value> slices = new ArrayList<>();
            for (Value value : scanned) {
                slices.add(builder.input(
                        "slice", new ValueType(value.type().type(), value.shape().subList(1, value.rank()))));
            }
            x = slices.get(0);
            h = states.get(0);
            c = states.size() > 1 ? states.get(1) : null;
            List<Value> next = new ArrayList<>(next());
            Value y = next.get(0);
            if (lengths != null) { // beyond its length a sequence keeps its states and gives zeros
                Value running = add(new Binary(BinaryFn.LESS), slices.get(1), capture(lengths));
                y = add(new Where(), running, y, zero(y.type().type()));
                for (int i = 0; i < next.size(); i++) {
                    next.set(i, add(new Where(), running, next.get(i), states.get(i)));
                }
            }
            builder.output("go on", Value.constant("go on", Literal.splat(DType.BOOL, 1)));
            next.forEach(state -> builder.output("state", state));
            builder.output("y", y);
            return builder.build().withoutUnused();
        }

        /** h' and, for an LSTM, c'. */
        private List<Value> next() {
            return switch (gates) {
                case 4 -> lstm();
                case 3 -> List.of(gru());
                default -> List.of(activate(0, sum(0)));
            };
        }

        private List<Value> lstm() {
            Value input = activate(0, peep(sum(0), 0, c));
            Value forget = cell.inputForget ? oneMinus(input) : activate(0, peep(sum(2), 2, c));
            Value candidate = activate(1, sum(3));
            Value after = plus(times(forget, c), times(input, candidate));
            Value output = activate(0, peep(sum(1), 1, after));
            // the cell itself is not clipped on its way out: so ONNX Runtime reads the specification
            return List.of(times(output, add(cell.activations.get(2), after)), after);
        }

        private Value gru() {
            Value update = activate(0, sum(0));
            Value reset = activate(0, sum(1));
            Value recurrent = cell.linearBeforeReset
                    ? times(reset, recurrent(h, 2))
                    : recurrent(times(reset, h), 2);
            Value candidate = activate(1, plus(part(2), recurrent));
            return plus(times(update, h), times(oneMinus(update), candidate));
        }

        /** The pre-activation of a gate. */
        private Value sum(int gate) {
            return plus(part(gate), recurrent(h, gate));
        }

        private Value part(int gate) {
            return gates == 1 ? x : add(Slice.along(1, hidden.times(gate), hidden, x.shape()), x);
        }

        private Value recurrent(Value state, int gate) {
            Value product = add(new MatMul(true, Epilogue.NONE), state, capture(r[gate]));
            return rb[gate] == null ? product : plus(product, capture(rb[gate]));
        }

        private Value peep(Value sum, int gate, Value state) {
            return peepholes[gate] == null ? sum : plus(sum, times(capture(peepholes[gate]), state));
        }

        /** Clipping is of the pre-activations of gates and candidates. */
        private Value activate(int function, Value z) {
            float clip = cell.clip;
            return add(cell.activations.get(function),
                    clip == 0 ? z : add(new Unary(UnaryFn.CLIP, -clip, clip), z));
        }

        private Value oneMinus(Value z) {
            return add(new Unary(UnaryFn.AFFINE, -1, 1), z);
        }

        private Value plus(Value a, Value b) {
            return add(new Binary(BinaryFn.ADD), a, b);
        }

        private Value times(Value a, Value b) {
            return add(new Binary(BinaryFn.MUL), a, b);
        }

        private Value capture(Value outside) {
            return outside.isConstant()
                    ? outside
                    : captures.computeIfAbsent(outside, value -> builder.inputLike(value.name(), value));
        }

        private Value add(Op op, Value... operands) {
            return builder.add("step", op, operands);
        }
    }
}
