package dev.lanewise.compiler.op;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.GraphBuilder;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.op.Repeat.Walk;
import dev.lanewise.compiler.train.Differentiate;
import dev.lanewise.compiler.train.Gradient;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.BinaryFn;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The gradient rule of {@link Repeat}: a loop that walks backwards (Werbos 1990). Its body computes an iteration anew,
 * from the carried values as they entered it, and then the gradient of that iteration. It carries the gradients of
 * the carried values, and sums of the gradients of what the body uses from outside; slices of what was collected
 * come in, slices of the gradient of what was scanned go out.
 */
final class RepeatRule {

    private final Gradient g;
    private final Repeat op;
    private final int carried;
    private final int scanned;
    /** Those that are no entering values. */
    private final int collected;
    private final GraphBuilder body = new GraphBuilder();
    private final Differentiate inside = new Differentiate(body);
    /** Inputs of the loop, but for trip count and condition, in its order. */
    private final List<Value> initial = new ArrayList<>();
    private final List<Value> sequences = new ArrayList<>();
    private final List<Walk> walks = new ArrayList<>();
    private final List<Value> outside = new ArrayList<>();
    /** By input of the node: what its gradient is taken of inside, where that is wanted. */
    private final Map<Integer, Value> wanted = new LinkedHashMap<>();

    /** @param op as recorded */
    RepeatRule(Gradient g, Repeat op) {
        this.g = g;
        this.op = op;
        carried = op.carried();
        scanned = op.scanned().size();
        collected = op.collected().size() - carried;
    }

    /** The loop that collects its carried values, as they enter each iteration, behind what it gives. */
    static Repeat recording(Repeat op) {
        if (op.learnt()) {
            return op; // refused when it comes to gradients
        }
        List<Graph.Port> outputs = new ArrayList<>(op.body().outputs());
        List<Walk> walks = new ArrayList<>(op.collected());
        List<ValueType> types = new ArrayList<>(op.types());
        for (int i = 0; i < op.carried(); i++) {
            Graph.Port entering = op.body().inputs().get(2 + i);
            outputs.add(new Graph.Port(entering.name() + "/entering", entering.value()));
            walks.add(new Walk(0, false));
            List<Dim> shape = new ArrayList<>(entering.value().shape());
            shape.add(0, op.trips());
            types.add(new ValueType(entering.value().type().type(), shape));
        }
        Graph body = new Graph(op.body().inputs(), outputs, op.body().states(), op.body().nodes());
        return new Repeat(body, op.carried(), op.trips(), op.scanned(), walks, types);
    }

    void give() {
        if (op.learnt()) {
            throw g.unsupported("where data decide how often it is repeated");
        }
        Value iteration = body.input("t", ValueType.of(DType.I64));
        Value goOn = body.input("go on", ValueType.of(DType.BOOL));
        Map<Value, Value> seeds = new HashMap<>();
        List<Value> gradients = new ArrayList<>();
        for (int i = 0; i < carried; i++) {
            requireFixed(i);
            if (isFloating(parameter(2 + i))) {
                initial.add(g.ofOrZeros(i));
                gradients.add(body.inputLike("gradient " + i, parameter(2 + i)));
            } else {
                gradients.add(null);
            }
        }
        Map<Integer, Value> sums = new LinkedHashMap<>();
        for (int i = 2 + carried + scanned; i < op.body().inputs().size(); i++) {
            if (g.needs(i)) {
                initial.add(g.zeros(g.in(i).type()));
                sums.put(i, body.input("sum " + i, g.in(i).type()));
            }
        }
        Value last = op.trips().isConstant()
                ? Value.constant("last", Literal.scalar(op.trips().constant() - 1))
                : body.add("last", new Extents(List.of(op.trips().minus(1)), true));
        inside.bind(parameter(0), body.add("iteration", new Binary(BinaryFn.SUB), last, iteration));
        inside.bind(parameter(1), goOn);
        for (int i = 0; i < carried; i++) {
            Value entering = slice(g.out(carried + collected + i), new Walk(0, true), parameter(2 + i));
            bind(2 + i, entering);
        }
        for (int i = 0; i < scanned; i++) {
            int input = 2 + carried + i;
            bind(input, slice(g.in(input), backwards(op.scanned().get(i)), parameter(input)));
        }
        List<Value> ofSlices = new ArrayList<>();
        for (int i = 0; i < collected; i++) {
            Value result = op.body().outputs().get(1 + carried + i).value();
            Value of = g.of(carried + i);
            ofSlices.add(of == null ? null : slice(of, backwards(op.collected().get(i)), result));
        }
        for (int i = 2 + carried + scanned; i < op.body().inputs().size(); i++) {
            outside.add(g.in(i));
            bind(i, body.inputLike("outside " + i, g.in(i)));
        }
        inside.record(op.body());
        for (int i = 0; i < carried; i++) {
            seed(seeds, op.body().outputs().get(1 + i).value(), gradients.get(i));
        }
        for (int i = 0; i < collected; i++) {
            seed(seeds, op.body().outputs().get(1 + carried + i).value(), ofSlices.get(i));
        }
        finish(inside.gradients(seeds, wanted.values()), gradients, sums);
    }

    /** The loop's results, the loop, and what it gives. */
    private void finish(Map<Value, Value> found, List<Value> gradients, Map<Integer, Value> sums) {
        body.output("go on", Value.constant("yes", Literal.splat(DType.BOOL, 1)));
        List<ValueType> types = new ArrayList<>();
        for (int i = 0; i < carried; i++) {
            if (gradients.get(i) != null) {
                result("gradient " + i, wanted.get(2 + i), found.get(wanted.get(2 + i)));
                types.add(op.types().get(i));
            }
        }
        sums.forEach((i, sum) -> {
            Value more = found.get(wanted.get(i));
            body.output("sum " + i, more == null ? sum : body.add("sum " + i, new Binary(BinaryFn.ADD), sum, more));
            types.add(sum.type());
        });
        int carriedBack = types.size();
        List<Walk> collectedBack = new ArrayList<>();
        List<Integer> sources = new ArrayList<>();
        for (int i = 0; i < scanned; i++) {
            int input = 2 + carried + i;
            if (g.needs(input) && wanted.containsKey(input)) {
                result("slice " + i, wanted.get(input), found.get(wanted.get(input)));
                collectedBack.add(backwards(op.scanned().get(i)));
                types.add(g.in(input).type());
                sources.add(input);
            }
        }
        List<Value> inputs = new ArrayList<>();
        inputs.add(null);
        inputs.add(null);
        inputs.addAll(initial);
        inputs.addAll(sequences);
        inputs.addAll(outside);
        List<Value> results = g.addAll(
                new Repeat(body.build(), carriedBack, op.trips(), walks, collectedBack, types), inputs);
        int at = 0;
        for (int i = 0; i < carried; i++) {
            if (gradients.get(i) != null) {
                Value gradient = results.get(at++);
                if (g.needs(2 + i)) {
                    g.give(2 + i, gradient);
                }
            }
        }
        for (int i : sums.keySet()) {
            g.give(i, results.get(at++));
        }
        for (int i : sources) {
            g.give(i, results.get(at++));
        }
    }

    private Value parameter(int i) {
        return op.body().inputs().get(i).value();
    }

    private static boolean isFloating(Value value) {
        return value.type().type().isFloating();
    }

    private void bind(int input, Value here) {
        inside.bind(parameter(input), here);
        if (isFloating(here)) {
            wanted.put(input, here);
        }
    }

    /** A slice of a sequence for each iteration. */
    private Value slice(Value sequence, Walk walk, Value like) {
        sequences.add(sequence);
        walks.add(walk);
        return body.inputLike("slice", like);
    }

    private static Walk backwards(Walk walk) {
        return new Walk(walk.axis(), !walk.reverse());
    }

    private void seed(Map<Value, Value> seeds, Value source, Value gradient) {
        Value here = inside.here(source);
        if (gradient != null && !here.isConstant()) {
            seeds.merge(here, gradient, (a, b) -> body.add("seed", new Binary(BinaryFn.ADD), a, b));
        }
    }

    /** A gradient among the results; zeros where nothing depends on the value. */
    private void result(String name, Value of, Value gradient) {
        body.output(name, gradient != null
                ? gradient
                : body.add(name, new Expand(of.shape()), Value.constant(name, Literal.splat(of.type().type(), 0))));
    }

    private void requireFixed(int i) {
        ValueType enters = parameter(2 + i).type();
        if (!enters.equals(op.body().outputs().get(1 + i).value().type()) || !enters.equals(g.in(2 + i).type())) {
            throw g.unsupported("where carried values change their extents");
        }
    }
}
