package dev.lanewise.compiler.pass;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Folding;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.GraphBuilder;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Op;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.op.Binary;
import dev.lanewise.compiler.op.Cast;
import dev.lanewise.compiler.op.Expand;
import dev.lanewise.compiler.op.Extents;
import dev.lanewise.compiler.op.Gru;
import dev.lanewise.compiler.op.Lstm;
import dev.lanewise.compiler.op.MatMul;
import dev.lanewise.compiler.op.Range;
import dev.lanewise.compiler.op.Recurrence;
import dev.lanewise.compiler.op.Repeat;
import dev.lanewise.compiler.op.Reshape;
import dev.lanewise.compiler.op.Rnn;
import dev.lanewise.compiler.op.Slice;
import dev.lanewise.compiler.op.Unary;
import dev.lanewise.compiler.op.Where;
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
 * A recurrent cell whose weights are computed when the model runs, or that is not of f32, written out: the inputs of
 * all steps times W, then products and elementwise operations repeated over time. The steps for cells pack their
 * weights when the model is loaded, and know f32 alone.
 */
final class CellsAsLoops implements Pass {

    @Override
    public Graph apply(Graph graph, Folding folding) {
        return new Rewriting(graph, folding) {
            @Override
            List<Value> node(Node node, List<Value> inputs) {
                Op op = node.op();
                boolean cell = op instanceof Lstm || op instanceof Gru || op instanceof Rnn;
                if (!cell || Recurrence.hasStep(inputs)) {
                    return null;
                }
                List<Value> all = new ArrayList<>(inputs);
                all.addAll(Collections.nCopies(7 - inputs.size(), null)); // optional ones may be left out
                return loop(node, all, folding);
            }

            private List<Value> loop(Node node, List<Value> inputs, Folding folding) {
                Value x = inputs.get(0);
                Value lengths = inputs.get(4);
                Dim hidden = inputs.get(2).dim(1);
                List<Value> carried = new ArrayList<>();
                for (int i = 5; i < (node.op() instanceof Lstm ? 7 : 6); i++) {
                    carried.add(inputs.get(i) != null ? inputs.get(i) : add(node.name(),
                            new Expand(List.of(x.dim(1), hidden)),
                            Value.constant("zero", Literal.of(x.type().type(), new double[] {0}))));
                }
                Value projected = add(node.name(), new MatMul(true, Epilogue.NONE), x, inputs.get(1));
                if (inputs.get(3) != null) {
                    Dim gates = inputs.get(2).dim(0);
                    Value bias = add(node.name(), Slice.along(0, Dim.ZERO, gates, inputs.get(3).shape()),
                            inputs.get(3));
                    projected = add(node.name(), new Binary(BinaryFn.ADD), projected, bias);
                }
                List<Value> scanned = new ArrayList<>(List.of(projected));
                Value column = null;
                if (lengths != null) {
                    scanned.add(counting(node.name(), x.dim(0)));
                    column = add(node.name(), Cast.to(DType.I64), add(node.name(),
                            new Reshape(List.of(lengths.dim(0), Dim.ONE)), lengths));
                }
                CellBody body = new CellBody(node, inputs.get(2), inputs.get(3), folding);
                Graph repeated = body.graph(carried, scanned, column);
                boolean reverse = node.op() instanceof Lstm lstm ? lstm.reverse()
                        : node.op() instanceof Gru gru ? gru.reverse() : ((Rnn) node.op()).reverse();
                Repeat.Walk walk = new Repeat.Walk(0, reverse);
                List<ValueType> types = new ArrayList<>();
                carried.forEach(value -> types.add(value.type()));
                types.add(new ValueType(x.type().type(), List.of(x.dim(0), x.dim(1), hidden)));
                List<Value> operands = new ArrayList<>();
                operands.add(null); // as many iterations as there are slices
                operands.add(null);
                operands.addAll(carried);
                operands.addAll(scanned);
                operands.addAll(body.captures.keySet());
                List<Value> results = new ArrayList<>(addAll(node.name(), new Repeat(repeated, carried.size(),
                        x.dim(0), Collections.nCopies(scanned.size(), walk), List.of(walk), types), operands));
                results.add(0, results.remove(carried.size()));
                return results;
            }

            private Value counting(String name, Dim n) {
                Value zero = Value.constant("zero", Literal.scalar(0L));
                Value one = Value.constant("one", Literal.scalar(1L));
                return add(name, new Range(n), zero, add(name, new Extents(List.of(n), true)), one);
            }
        }.run();
    }

    /** One step of all streams. */
    private static final class CellBody {
        private final Op cell;
        private final String name;
        private final GraphBuilder builder;
        private final Dim hidden;
        private final int gates;
        private final Value r;
        private final Value bias;
        /** What the body uses from outside, and its inputs for it. */
        private final Map<Value, Value> captures = new LinkedHashMap<>();
        /** W · x + bias, [B, gates·H]. */
        private Value x;

        CellBody(Node node, Value r, Value bias, Folding folding) {
            cell = node.op();
            name = node.name();
            builder = new GraphBuilder(folding);
            hidden = r.dim(1);
            gates = cell instanceof Lstm ? 4 : cell instanceof Gru ? 3 : 1;
            this.r = r;
            this.bias = bias;
        }

        /** Condition, states, y from iteration, condition, states, slices and captures. */
        Graph graph(List<Value> carried, List<Value> scanned, Value lengths) {
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
            List<Value> next = new ArrayList<>(step(states));
            Value y = next.get(0);
            if (lengths != null) { // beyond its length a sequence keeps its states and gives zeros
                Value running = add(new Binary(BinaryFn.LESS), slices.get(1), captured(lengths));
                y = add(new Where(), running, y,
                        builder.constant("zero", Literal.of(y.type().type(), new double[] {0})));
                for (int i = 0; i < next.size(); i++) {
                    next.set(i, add(new Where(), running, next.get(i), states.get(i)));
                }
            }
            builder.output("go on", builder.constant("go on", Literal.splat(DType.BOOL, 1)));
            next.forEach(state -> builder.output("state", state));
            builder.output("y", y);
            return builder.build();
        }

        private List<Value> step(List<Value> states) {
            Value h = states.get(0);
            if (cell instanceof Lstm) {
                Value input = add(Unary.of(UnaryFn.SIGMOID), sum(h, 0));
                Value output = add(Unary.of(UnaryFn.SIGMOID), sum(h, 1));
                Value forget = add(Unary.of(UnaryFn.SIGMOID), sum(h, 2));
                Value candidate = add(Unary.of(UnaryFn.TANH), sum(h, 3));
                Value c = plus(times(forget, states.get(1)), times(input, candidate));
                return List.of(times(output, add(Unary.of(UnaryFn.TANH), c)), c);
            }
            if (cell instanceof Gru gru) {
                Value update = add(Unary.of(UnaryFn.SIGMOID), sum(h, 0));
                Value reset = add(Unary.of(UnaryFn.SIGMOID), sum(h, 1));
                Value recurrent = gru.linearBeforeReset()
                        ? times(reset, recurrent(h, 2))
                        : recurrent(times(reset, h), 2);
                Value candidate = add(Unary.of(UnaryFn.TANH), plus(part(2), recurrent));
                Value rest = add(new Unary(UnaryFn.AFFINE, -1, 1), update);
                return List.of(plus(times(update, h), times(rest, candidate)));
            }
            return List.of(add(Unary.of(((Rnn) cell).fn()), sum(h, 0)));
        }

        /** The pre-activation of a gate. */
        private Value sum(Value h, int gate) {
            return plus(part(gate), recurrent(h, gate));
        }

        private Value part(int gate) {
            return gates == 1 ? x : add(Slice.along(1, hidden.times(gate), hidden, x.shape()), x);
        }

        private Value recurrent(Value state, int gate) {
            Value product = add(new MatMul(true, Epilogue.NONE), state, rows(r, gate));
            return bias == null ? product : plus(product, rows(bias, gates + gate));
        }

        private Value rows(Value all, int gate) {
            Value inside = captured(all);
            return add(Slice.along(0, hidden.times(gate), hidden, inside.shape()), inside);
        }

        private Value captured(Value outside) {
            return outside.isConstant()
                    ? outside
                    : captures.computeIfAbsent(outside, value -> builder.inputLike(value.name(), value));
        }

        private Value plus(Value a, Value b) {
            return add(new Binary(BinaryFn.ADD), a, b);
        }

        private Value times(Value a, Value b) {
            return add(new Binary(BinaryFn.MUL), a, b);
        }

        private Value add(Op op, Value... operands) {
            return builder.add(name, op, operands);
        }
    }
}
