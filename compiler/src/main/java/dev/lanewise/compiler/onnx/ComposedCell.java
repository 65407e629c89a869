package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.GraphBuilder;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.onnx.OnnxRecurrent.Activation;
import dev.lanewise.compiler.op.Expand;
import dev.lanewise.compiler.op.MatMul;
import dev.lanewise.compiler.op.Repeat;
import dev.lanewise.compiler.op.Slice;
import dev.lanewise.compiler.op.Unary;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.Epilogue;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A recurrent cell written out: the inputs of all steps times W, then products and elementwise
 * operations repeated over time. For cells with activations or variations of their own.
 */
final class ComposedCell {

    private final OnnxNode node;
    private final OnnxCells cells;
    private final int direction;
    private final int gates;
    private final Dim hidden;
    /** R [gates·H, H] and its bias [gates·H], by gates. */
    private final Value[] r;
    private final Value[] rb;
    /** [H] for i, o, f; {@code null} without peepholes. */
    private final Value[] peepholes = new Value[3];

    private ComposedCell(
            OnnxNode node, OnnxCells cells, int direction, int gates, List<Value> operands, Value peephole) {
        this.node = node;
        this.cells = cells;
        this.direction = direction;
        this.gates = gates;
        hidden = operands.get(2).dim(1);
        r = new Value[gates];
        rb = new Value[gates];
        for (int g = 0; g < gates; g++) {
            r[g] = rows(operands.get(2), hidden.times(g), hidden);
            rb[g] = rows(operands.get(3), hidden.times(gates + g), hidden);
        }
        for (int i = 0; i < peepholes.length; i++) {
            peepholes[i] = rows(peephole, hidden.times(i), hidden);
        }
    }

    /**
     * Adds the cell over all steps.
     *
     * @param gates rows of W per hidden unit
     * @param operands X [T, B, I], W [gates·H, I], R [gates·H, H], bias [2·gates·H] or null, lengths [B] or
     *     null, h [B, H] or null, and for an LSTM c [B, H] or null
     * @param peephole [3H], for i, o, f, or {@code null}
     * @return y [T, B, H], h' [B, H] and, for an LSTM, c'
     */
    static List<Value> add(
            OnnxNode node, OnnxCells cells, int direction, int gates, boolean reverse, List<Value> operands,
            Value peephole) {
        return new ComposedCell(node, cells, direction, gates, operands, peephole).overTime(reverse, operands);
    }

    private Value rows(Value all, Dim from, Dim count) {
        return all == null ? null : node.add(Slice.along(0, from, count, all.shape()), all);
    }

    private List<Value> overTime(boolean reverse, List<Value> operands) {
        Formula f = new Formula(node);
        Value x = operands.get(0);
        Value lengths = operands.get(4);
        List<Value> carried = new ArrayList<>();
        for (int i = 5; i < operands.size(); i++) {
            carried.add(operands.get(i) != null ? operands.get(i) : zeros(f, x));
        }
        List<Value> scanned = new ArrayList<>(List.of(projected(f, operands)));
        if (lengths != null) {
            scanned.add(f.counting(x.dim(0), 0, 1));
        }
        OnnxScope scope = new OnnxScope(node.scope());
        Graph body = body(scope, carried, scanned, lengths);
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
        inputs.addAll(scope.captures().keySet());
        List<Value> results = new ArrayList<>(node.addAll(repeat, inputs.toArray(new Value[0])));
        results.add(0, results.remove(carried.size()));
        return results;
    }

    private Value zeros(Formula f, Value x) {
        return node.add(new Expand(List.of(x.dim(1), hidden)), f.number(0, x.type().type()));
    }

    /** W · x + bias of all steps: [T, B, gates·H]. */
    private Value projected(Formula f, List<Value> operands) {
        Value product = node.add(new MatMul(true, Epilogue.NONE), operands.get(0), operands.get(1));
        Value bias = rows(operands.get(3), Dim.ZERO, hidden.times(gates));
        return bias == null ? product : f.plus(product, bias);
    }

    /** One step: condition, states, y from iteration, condition, states, W · x [B, gates·H] and its number. */
    private Graph body(OnnxScope scope, List<Value> carried, List<Value> scanned, Value lengths) {
        GraphBuilder builder = scope.builder();
        builder.input("iteration", ValueType.of(DType.I64));
        builder.input("go on", ValueType.of(DType.BOOL));
        List<Value> states = new ArrayList<>();
        carried.forEach(value -> states.add(builder.input(value.name(), value.type())));
        List<Value> slices = new ArrayList<>();
        for (Value value : scanned) {
            slices.add(builder.input(
                    value.name(), new ValueType(value.type().type(), value.shape().subList(1, value.rank()))));
        }
        Step step = new Step(scope, slices.get(0), states);
        List<Value> next = step.next();
        Value y = next.get(0);
        if (lengths != null) { // beyond its length a sequence keeps its states and gives zeros
            Formula f = step.f;
            Value column = f.reshape(f.cast(scope.capture(lengths), DType.I64), List.of(lengths.dim(0), Dim.ONE));
            Value running = f.apply(BinaryFn.LESS, slices.get(1), column);
            y = f.where(running, y, f.number(0, y.type().type()));
            for (int i = 0; i < next.size(); i++) {
                next.set(i, f.where(running, next.get(i), states.get(i)));
            }
        }
        builder.output("go on", Value.constant("go on", Literal.splat(DType.BOOL, 1)));
        next.forEach(state -> builder.output("state", state));
        builder.output("y", y);
        return builder.build().withoutUnused();
    }

    /** One step of all streams, inside the body. */
    private final class Step {
        private final OnnxScope scope;
        private final Formula f;
        /** W · x + bias, [B, gates·H]. */
        private final Value x;
        private final Value h;
        /** {@code null} but for an LSTM. */
        private final Value c;

        Step(OnnxScope scope, Value x, List<Value> states) {
            this.scope = scope;
            f = new Formula(node.inside(scope));
            this.x = x;
            h = states.get(0);
            c = states.size() > 1 ? states.get(1) : null;
        }

        /** h' and, for an LSTM, c'; a list that may be changed. */
        List<Value> next() {
            return new ArrayList<>(switch (node.type()) {
                case "LSTM" -> lstm();
                case "GRU" -> List.of(gru());
                default -> List.of(activate(0, sum(0)));
            });
        }

        private Value part(int gate) {
            return f.node().add(Slice.along(1, hidden.times(gate), hidden, x.shape()), x);
        }

        private Value recurrent(Value state, int gate) {
            Value product = f.node().add(new MatMul(true, Epilogue.NONE), state, scope.capture(r[gate]));
            return rb[gate] == null ? product : f.plus(product, scope.capture(rb[gate]));
        }

        /** The pre-activation of a gate. */
        private Value sum(int gate) {
            return f.plus(part(gate), recurrent(h, gate));
        }

        /** Clipping is of the pre-activations of gates and candidates. */
        private Value activate(int function, Value z) {
            float clip = cells.clip();
            return apply(function, clip == 0 ? z : f.node().add(new Unary(UnaryFn.CLIP, -clip, clip), z));
        }

        private Value apply(int function, Value z) {
            Activation activation = cells.activation(direction, function);
            return f.node().add(new Unary(activation.fn(), activation.alpha(), activation.beta()), z);
        }

        private List<Value> lstm() {
            Value input = activate(0, peep(sum(0), 0, c));
            Value forget = cells.inputForget() ? oneMinus(input) : activate(0, peep(sum(2), 2, c));
            Value candidate = activate(1, sum(3));
            Value cell = f.plus(f.times(forget, c), f.times(input, candidate));
            Value output = activate(0, peep(sum(1), 1, cell));
            // the cell itself is not clipped on its way out: so ONNX Runtime reads the specification
            return List.of(f.times(output, apply(2, cell)), cell);
        }

        private Value peep(Value sum, int gate, Value state) {
            return peepholes[gate] == null ? sum : f.plus(sum, f.times(scope.capture(peepholes[gate]), state));
        }

        private Value gru() {
            Value update = activate(0, sum(0));
            Value reset = activate(0, sum(1));
            Value recurrent = cells.linearBeforeReset()
                    ? f.times(reset, recurrent(h, 2))
                    : recurrent(f.times(reset, h), 2);
            Value candidate = activate(1, f.plus(part(2), recurrent));
            return f.plus(f.times(update, h), f.times(oneMinus(update), candidate));
        }

        private Value oneMinus(Value z) {
            return f.node().add(new Unary(UnaryFn.AFFINE, -1, 1), z);
        }
    }
}
