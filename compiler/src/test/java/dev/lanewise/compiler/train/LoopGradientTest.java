package dev.lanewise.compiler.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.Compiler;
import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.GraphBuilder;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Op;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.op.Binary;
import dev.lanewise.compiler.op.Cast;
import dev.lanewise.compiler.op.Concat;
import dev.lanewise.compiler.op.MatMul;
import dev.lanewise.compiler.op.OpCase;
import dev.lanewise.compiler.op.Reduce;
import dev.lanewise.compiler.op.Repeat;
import dev.lanewise.compiler.op.Reshape;
import dev.lanewise.compiler.op.Softmax;
import dev.lanewise.compiler.op.Unary;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.UnsupportedOpException;
import dev.lanewise.runtime.LoadOptions;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.ReduceFn;
import dev.lanewise.runtime.kernel.UnaryFn;
import dev.lanewise.testing.AllocationProbe;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Gradients through loops: against central differences, and compiled. */
@Tag("allocation")
class LoopGradientTest {

    private static final int TOKENS = 5;
    private static final int BATCH = 2;
    private static final int KEYS = 4;
    private static final int WIDTH = 3;

    /** A loop's body as it is built: iteration and condition come first, the condition goes first. */
    private static final class Body {
        private final GraphBuilder graph = new GraphBuilder();
        private final DType type;
        private final Value iteration;

        Body(DType type) {
            this.type = type;
            iteration = graph.input("t", ValueType.of(DType.I64));
            graph.input("go on", ValueType.of(DType.BOOL));
            graph.output("go on", graph.constant("yes", Literal.splat(DType.BOOL, 1)));
        }

        Value in(String name, long... shape) {
            return graph.input(name, ValueType.of(type, shape));
        }

        Value add(Op op, Value... inputs) {
            return graph.add("node", op, inputs);
        }

        Value reshape(Value x, long... shape) {
            return add(new Reshape(ValueType.of(type, shape).shape()), x);
        }
    }

    /**
     * A decoder that is given its tokens, with additive attention (Bahdanau, Cho, Bengio 2015): {@code e = v ·
     * tanh(h·Wq + keys), c = Σ softmax(e) · keys, h' = tanh([x; c]·Wx + h·Wh)}, and collects h' and the weights.
     */
    private static OpCase decoder(DType type) {
        Body b = new Body(type);
        Value h = b.in("h", BATCH, WIDTH);
        Value x = b.in("x", BATCH, WIDTH);
        Value keys = b.in("keys", BATCH, KEYS, WIDTH);
        Value wq = b.in("wq", WIDTH, WIDTH);
        Value v = b.in("v", WIDTH, 1);
        Value wx = b.in("wx", 2 * WIDTH, WIDTH);
        Value wh = b.in("wh", WIDTH, WIDTH);
        Value query = b.reshape(b.add(MatMul.PLAIN, h, wq), BATCH, 1, WIDTH);
        Value mixed = b.add(Unary.of(UnaryFn.TANH), b.add(new Binary(BinaryFn.ADD), query, keys));
        Value scores = b.reshape(b.add(MatMul.PLAIN, mixed, v), BATCH, 1, KEYS);
        Value weights = b.add(new Softmax(false), scores);
        Value context = b.reshape(b.add(MatMul.PLAIN, weights, keys), BATCH, WIDTH);
        Value both = b.add(MatMul.PLAIN, b.add(new Concat(1), x, context), wx);
        Value next = b.add(
                Unary.of(UnaryFn.TANH), b.add(new Binary(BinaryFn.ADD), both, b.add(MatMul.PLAIN, h, wh)));
        b.graph.output("h", next);
        b.graph.output("y", next);
        b.graph.output("weights", b.reshape(weights, BATCH, KEYS));
        Repeat loop = new Repeat(
                b.graph.build(), 1, Dim.of(TOKENS), List.of(new Repeat.Walk(0, false)),
                List.of(new Repeat.Walk(0, false), new Repeat.Walk(1, true)),
                List.of(
                        ValueType.of(type, BATCH, WIDTH), ValueType.of(type, TOKENS, BATCH, WIDTH),
                        ValueType.of(type, BATCH, TOKENS, KEYS)));
        return OpCase.of(
                loop, OpCase.absent(), OpCase.absent(), OpCase.in(BATCH, WIDTH), OpCase.in(TOKENS, BATCH, WIDTH),
                OpCase.in(BATCH, KEYS, WIDTH), OpCase.in(WIDTH, WIDTH), OpCase.in(WIDTH, 1),
                OpCase.in(2 * WIDTH, WIDTH), OpCase.in(WIDTH, WIDTH));
    }

    /** Two values that change places, one that is left alone, a counter, and the iteration itself. */
    private static OpCase swapping(DType type) {
        Body b = new Body(type);
        Value p = b.in("p", 3);
        Value q = b.in("q", 3);
        Value still = b.in("still", 3);
        Value count = b.graph.input("count", ValueType.of(DType.I64));
        Value x = b.in("x", 3);
        Value step = b.add(Cast.to(type), b.iteration);
        Value product = b.add(new Binary(BinaryFn.MUL), p, b.add(new Binary(BinaryFn.ADD), x, step));
        b.graph.output("p", q);
        b.graph.output("q", b.add(new Binary(BinaryFn.MUL), product, still));
        b.graph.output("still", still);
        b.graph.output("count", b.add(
                new Binary(BinaryFn.ADD), count, Value.constant("one", Literal.scalar(1L))));
        Repeat loop = new Repeat(
                b.graph.build(), 4, Dim.of(4), List.of(new Repeat.Walk(1, true)), List.of(),
                List.of(
                        ValueType.of(type, 3), ValueType.of(type, 3), ValueType.of(type, 3), ValueType.of(DType.I64)));
        return OpCase.of(
                loop, OpCase.absent(), OpCase.absent(), OpCase.in(3), OpCase.in(3), OpCase.in(3),
                OpCase.in(ValueType.of(DType.I64), 0, 1), OpCase.in(3, 4));
    }

    /** A loop in a loop. */
    private static OpCase nested(DType type) {
        Body inner = new Body(type);
        Value s = inner.in("s", 2);
        Value w = inner.in("w", 2);
        inner.graph.output("s", inner.add(Unary.of(UnaryFn.TANH), inner.add(new Binary(BinaryFn.MUL), s, w)));
        Body outer = new Body(type);
        Value h = outer.in("h", 2);
        Value x = outer.in("x", 2);
        Value from = outer.in("w", 2);
        Repeat repeat = new Repeat(
                inner.graph.build(), 1, Dim.of(3), List.of(), List.of(), List.of(ValueType.of(type, 2)));
        Value looped = outer.graph.addAll(
                "inner", repeat, Arrays.asList(null, null, outer.add(new Binary(BinaryFn.ADD), h, x), from)).get(0);
        outer.graph.output("h", looped);
        outer.graph.output("y", looped);
        Repeat loop = new Repeat(
                outer.graph.build(), 1, Dim.of(3), List.of(new Repeat.Walk(0, false)),
                List.of(new Repeat.Walk(0, false)),
                List.of(ValueType.of(type, 2), ValueType.of(type, 3, 2)));
        return OpCase.of(
                loop, OpCase.absent(), OpCase.absent(), OpCase.in(2), OpCase.in(3, 2), OpCase.in(2));
    }

    @Test
    void agreesWithCentralDifferences() {
        assertEquals(93, new GradientCase(decoder(DType.F64)).check());
        new GradientCase(swapping(DType.F64)).check();
        new GradientCase(nested(DType.F64)).check();
    }

    @Test
    void refusesWhatDataEnd() {
        Body b = new Body(DType.F64);
        b.graph.output("s", b.add(Unary.of(UnaryFn.TANH), b.in("s", 2)));
        Repeat loop = new Repeat(
                b.graph.build(), 1, Dim.learnt("iterations", 5), true, List.of(), List.of(),
                List.of(ValueType.of(DType.F64, 2)));
        OpCase opCase = OpCase.of(loop, OpCase.in(ValueType.of(DType.I64), 3, 4), OpCase.absent(), OpCase.in(2));
        UnsupportedOpException e = assertThrows(
                UnsupportedOpException.class, () -> new GradientCase(opCase).check());
        assertTrue(e.getMessage().contains("freeze what comes before it"), e.getMessage());
    }

    /** The same in f32 by the compiled loop, forwards and backwards, without allocating. */
    @Test
    void compiles() {
        for (OpCase opCase : List.of(decoder(DType.F32), swapping(DType.F32), nested(DType.F32))) {
            GraphBuilder builder = new GraphBuilder();
            List<Value> operands = new ArrayList<>();
            Map<Value, Literal> values = new HashMap<>();
            Random random = new Random(3);
            for (OpCase.Input input : opCase.inputs()) {
                if (input.type() == null) {
                    operands.add(null);
                    continue;
                }
                Value value = builder.input("x" + operands.size(), input.type());
                double[] all = new double[Literal.size(input.type().extents())];
                for (int i = 0; i < all.length && input.type().type().isFloating(); i++) {
                    all[i] = random.nextDouble() * 2 - 1;
                }
                values.put(value, Literal.of(input.type().type(), all, input.type().extents()));
                operands.add(value);
            }
            List<Value> results = builder.addAll("loop", opCase.op(), operands);
            Value loss = null;
            for (Value result : results) {
                if (result.type().type() == DType.F32) {
                    List<Integer> axes = new ArrayList<>();
                    for (int axis = 0; axis < result.rank(); axis++) {
                        axes.add(axis);
                    }
                    Value sum = builder.add("sum", new Reduce(ReduceFn.SUM_SQUARE, axes, false), result);
                    loss = loss == null ? sum : builder.add("loss", new Binary(BinaryFn.ADD), loss, sum);
                }
            }
            Graph forward = builder.build();
            GraphBuilder both = new GraphBuilder();
            Differentiate differentiate = new Differentiate(both);
            Map<Value, Literal> given = new HashMap<>();
            List<Value> variables = new ArrayList<>();
            for (Graph.Port port : forward.inputs()) {
                Value here = both.inputLike(port.name(), port.value());
                differentiate.bind(port.value(), here);
                given.put(here, values.get(port.value()));
                if (here.type().type() == DType.F32) {
                    variables.add(here);
                }
            }
            differentiate.record(forward);
            Map<Value, Value> gradients = differentiate.gradients(differentiate.here(loss), variables);
            for (Value variable : variables) {
                both.output("d " + variable.name(), gradients.get(variable));
            }
            Graph graph = both.build();
            Model model = Model.of(
                    Compiler.compile("loop", graph, CompileOptions.defaults().autoState(false)).file(),
                    LoadOptions.defaults().start(LoadOptions.Start.SCALAR));
            Session session = model.newSession();
            Map<Value, Literal> reference = new HashMap<>(given);
            graph.evaluate(reference, Map.of());
            given.forEach((value, literal) -> {
                if (value.type().type() == DType.F32) {
                    session.input(value.name()).set(literal.floats());
                }
            });
            session.run();
            for (Graph.Port port : graph.outputs()) {
                Literal expected = reference.get(port.value());
                float[] found = new float[expected.size()];
                for (int i = 0; i < found.length; i++) {
                    found[i] = session.output(port.name()).get(i);
                }
                assertArrayEquals(expected.floats(), found, 2e-5f, port.name());
            }
            AllocationProbe.assertAllocatesNothing(session::run);
        }
    }

    /** Weights that stand in a loop's body, and in that of a loop in it, are parameters that follow their gradients. */
    @Test
    void weightsOfBodiesAreTrained() {
        Body inner = new Body(DType.F32);
        Value s = inner.in("s", 1, 3);
        float[] first = {.1f, .2f, .3f, -.1f, .2f, .1f, .3f, .1f, .2f};
        float[] second = {.1f, .3f, .2f, .3f, -.2f, .1f, .1f, .2f, .3f};
        Value w = Value.constant("inner.weight", Literal.of(first, 3, 3));
        inner.graph.output("s", inner.add(Unary.of(UnaryFn.TANH), inner.add(MatMul.PLAIN, s, w)));
        Body outer = new Body(DType.F32);
        Value h = outer.in("h", 1, 3);
        Value x = outer.in("x", 1, 3);
        Value v = Value.constant("outer.weight", Literal.of(second, 3, 3));
        Repeat repeat = new Repeat(
                inner.graph.build(), 1, Dim.of(2), List.of(), List.of(), List.of(ValueType.of(DType.F32, 1, 3)));
        Value mixed = outer.add(new Binary(BinaryFn.ADD), outer.add(MatMul.PLAIN, h, v), x);
        outer.graph.output("h", outer.graph.addAll("inner", repeat, Arrays.asList(null, null, mixed)).get(0));
        Repeat loop = new Repeat(
                outer.graph.build(), 1, Dim.of(3), List.of(new Repeat.Walk(0, false)), List.of(),
                List.of(ValueType.of(DType.F32, 1, 3)));
        GraphBuilder builder = new GraphBuilder();
        Value h0 = builder.input("h0", ValueType.of(DType.F32, 1, 3));
        Value xs = builder.input("xs", ValueType.of(DType.F32, 3, 1, 3));
        Value last = builder.addAll("loop", loop, Arrays.asList(null, null, h0, xs)).get(0);
        builder.output("last", last);
        Value error = builder.add("error", new Unary(UnaryFn.AFFINE, 1, -0.3f), last);
        builder.output("loss", builder.add("loss", new Reduce(ReduceFn.SUM_SQUARE, List.of(0, 1), false), error));
        TrainOptions options = TrainOptions.of("loss", Optimizer.sgd());
        Graph graph = builder.build();
        TrainingGraphs graphs = TrainingGraphs.of(graph, options);
        assertTrue(graphs.initials().keySet().containsAll(List.of("inner.weight", "outer.weight")), graphs.initials()
                .keySet().toString());
        Session session = Model.of(
                Compiler.compile("loop", graph, CompileOptions.defaults().training(options)).file(),
                LoadOptions.defaults().start(LoadOptions.Start.BEST_COLD)).program("train").newSession();
        session.input("h0").set(new float[] {.5f, -.5f, .1f});
        session.input("xs").set(new float[] {.5f, -.5f, .1f, .2f, .3f, -.4f, .6f, .7f, .1f});
        session.input("learning_rate").set(new float[] {0.1f});
        session.run();
        float before = session.output("loss").get(0);
        for (int i = 0; i < 200; i++) {
            session.run();
        }
        float after = session.output("loss").get(0);
        assertTrue(after < 0.1 * before, before + " to " + after);
    }
}
