package dev.lanewise.compiler.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
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
import dev.lanewise.compiler.op.Gru;
import dev.lanewise.compiler.op.Lstm;
import dev.lanewise.compiler.op.MatMul;
import dev.lanewise.compiler.op.Reduce;
import dev.lanewise.compiler.op.Rnn;
import dev.lanewise.compiler.op.Unary;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.LoadOptions;
import dev.lanewise.runtime.LoadOptions.Start;
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

/** Training of recurrent cells on sequences of different lengths, from the graph to what a program does. */
class RecurrentTrainingTest {

    private static final int STEPS = 12;
    private static final int BATCH = 16;
    private static final int INPUTS = 3;
    private static final int HIDDEN = 20;

    private static final List<Op> CELLS = List.of(
            new Lstm(false), new Lstm(true), new Gru(false, false), new Gru(false, true), new Gru(true, true),
            new Rnn(false, UnaryFn.TANH), new Rnn(false, UnaryFn.RELU));

    private static int gates(Op cell) {
        return cell instanceof Lstm ? 4 : cell instanceof Gru ? 3 : 1;
    }

    private static float[] numbers(int seed, double range, int count) {
        Random random = new Random(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) ((random.nextDouble() * 2 - 1) * range);
        }
        return values;
    }

    private static Value weights(String name, int... shape) {
        float[] values = numbers(name.hashCode(), 1 / Math.sqrt(HIDDEN), Literal.size(shape));
        return Value.constant(name, Literal.of(values, shape));
    }

    /** The last hidden state is to tell the sign of what a sequence began with. */
    private static Graph model(Op cell) {
        GraphBuilder graph = new GraphBuilder();
        Dim steps = Dim.symbol("T", 1, STEPS + 3);
        Dim batch = Dim.symbol("B", 1, BATCH + 2);
        Value x = graph.input("x", new ValueType(DType.F32, List.of(steps, batch, Dim.of(INPUTS))));
        Value lengths = graph.input("lengths", new ValueType(DType.I32, List.of(batch)));
        Value target = graph.input("target", new ValueType(DType.F32, List.of(batch, Dim.ONE)));
        int rows = gates(cell) * HIDDEN;
        List<Value> states = graph.addAll("cell", cell, Arrays.asList(
                x, weights("cell.w", rows, INPUTS), weights("cell.r", rows, HIDDEN), weights("cell.b", 2 * rows),
                lengths));
        Value y = graph.add("y", MatMul.PLAIN, states.get(1), weights("out.w", HIDDEN, 1));
        Value error = graph.add("error", new Binary(BinaryFn.SUB), y, target);
        Value sum = graph.add("sum", new Reduce(ReduceFn.SUM_SQUARE, List.of(0, 1), false), error);
        graph.output("h", states.get(1));
        graph.output("y", y);
        graph.output("loss", graph.add("loss", new Unary(UnaryFn.AFFINE, 1f / BATCH, 0), sum));
        return graph.build();
    }

    private static Model compiled(Op cell, Start start) {
        TrainOptions options = TrainOptions.of("loss", Optimizer.adam()).stepNorms(true);
        return Model.of(
                Compiler.compile("cell", model(cell), CompileOptions.defaults().training(options)).file(),
                LoadOptions.defaults().start(start));
    }

    private static int[] lengths() {
        int[] lengths = new int[BATCH];
        for (int b = 0; b < BATCH; b++) {
            lengths[b] = 1 + b * 7 % STEPS;
        }
        lengths[3] = STEPS;
        return lengths;
    }

    private static float[] inputs() {
        return numbers(1, 1, STEPS * BATCH * INPUTS);
    }

    private static Session session(Model model, int[] lengths) {
        Session session = model.newSession();
        float[] x = inputs();
        session.input("x").setShape(STEPS, BATCH, INPUTS);
        session.input("x").set(x);
        session.input("lengths").setShape(BATCH);
        System.arraycopy(lengths, 0, session.input("lengths").ints(), session.input("lengths").offset(), BATCH);
        if (model.inputNames().contains("target")) {
            float[] target = new float[BATCH];
            for (int b = 0; b < BATCH; b++) {
                target[b] = Math.signum(x[b * INPUTS]);
            }
            session.input("target").setShape(BATCH, 1);
            session.input("target").set(target);
        }
        return session;
    }

    @Test
    void everyCellLearns() {
        for (Op cell : CELLS) {
            Session session = session(compiled(cell, Start.BEST_COLD).program("train"), lengths());
            session.input("learning_rate").set(new float[] {0.01f});
            session.run();
            float first = session.output("loss").get(0);
            for (int i = 0; i < 300; i++) {
                session.run();
            }
            float last = session.output("loss").get(0);
            assertTrue(first > 0.5 && last < 0.05, cell + ": " + first + " to " + last);
        }
    }

    @Test
    void trainsWithTheSameBitsOnScalarKernels() {
        for (Op cell : CELLS) {
            List<float[]> weights = new ArrayList<>();
            for (Start start : List.of(Start.SCALAR, Start.BEST_COLD)) {
                Session session = session(compiled(cell, start).program("train"), lengths());
                session.input("learning_rate").set(new float[] {0.01f});
                for (int i = 0; i < 10; i++) {
                    session.run();
                }
                float[] weight = new float[gates(cell) * HIDDEN * HIDDEN];
                session.state().read("cell.r", weight);
                weights.add(weight);
            }
            assertTrue(Arrays.equals(weights.get(0), weights.get(1)), cell.toString());
        }
    }

    /** The inference step packs its weights, and the one that evaluates takes them as they are: the same bits. */
    @Test
    void evaluatesWithTheBitsOfInference() {
        for (Op cell : CELLS) {
            Model model = compiled(cell, Start.BEST_COLD);
            Session infer = session(model, lengths());
            Session evaluate = session(model.program("evaluate"), lengths());
            Session train = session(model.program("train"), lengths());
            infer.run();
            evaluate.run();
            train.run();
            for (int i = 0; i < BATCH * HIDDEN; i++) {
                assertEquals(infer.output("h").get(i), evaluate.output("h").get(i), cell + " at " + i);
                assertEquals(infer.output("h").get(i), train.output("h").get(i), cell + " at " + i);
            }
        }
    }

    @Test
    void workFollowsTheLengths() {
        for (Op cell : CELLS) {
            int[] half = lengths();
            int total = Arrays.stream(half).sum();
            int[] whole = new int[BATCH];
            Arrays.fill(whole, STEPS);
            long few = work(cell, half);
            long many = work(cell, whole);
            int rows = gates(cell) * HIDDEN;
            // forwards W and R, backwards R for h, and both again for their own gradients
            long perRow = (long) rows * (2 * INPUTS + 3 * HIDDEN);
            assertEquals(perRow * (STEPS * BATCH - total), many - few, cell.toString());
        }
    }

    private static long work(Op cell, int[] lengths) {
        Session session = session(compiled(cell, Start.SCALAR).program("train"), lengths);
        session.run();
        return session.multiplyAdds();
    }

    @Test
    @Tag("allocation")
    void noBytesPerStep() {
        for (Op cell : CELLS) {
            Session session = session(compiled(cell, Start.BEST_COLD).program("train"), lengths());
            session.input("learning_rate").set(new float[] {0.01f});
            AllocationProbe.assertAllocatesNothing(session::run);
        }
    }

    /** Beyond the longest sequence no state has a gradient; the plain cell's vanish on their way back. */
    @Test
    void normsOfGradientsPerStep() {
        for (Op cell : CELLS) {
            int[] lengths = new int[BATCH];
            Arrays.fill(lengths, STEPS - 2);
            Session session = session(compiled(cell, Start.SCALAR).program("train"), lengths);
            session.run();
            assertEquals(STEPS, session.output("cell/gradient_norms").size());
            boolean reverse = cell instanceof Lstm lstm && lstm.reverse() || cell instanceof Gru gru && gru.reverse();
            int last = reverse ? 0 : STEPS - 3;
            int first = reverse ? STEPS - 3 : 0;
            assertEquals(0, session.output("cell/gradient_norms").get(STEPS - 1), cell.toString());
            assertTrue(session.output("cell/gradient_norms").get(first) > 0, cell.toString());
            assertTrue(
                    session.output("cell/gradient_norms").get(first) < session.output("cell/gradient_norms").get(last),
                    cell.toString());
        }
    }

    /**
     * The gradient of each hidden state through all later ones is what the cell gives for its initial state when it
     * begins there, and what comes to that state from outside.
     */
    @Test
    void watchesTheGradientsOfStates() {
        for (Op cell : List.of(
                new Lstm(false), new Gru(false, false), new Gru(false, true), new Rnn(false, UnaryFn.TANH))) {
            Map<Value, Literal> values = new HashMap<>();
            GraphBuilder graph = new GraphBuilder();
            int rows = gates(cell) * HIDDEN;
            Value w = given(graph, values, "w", 0.3, rows, INPUTS);
            Value r = given(graph, values, "r", 0.3, rows, HIDDEN);
            Value early = given(graph, values, "early", 1, 3, 2, INPUTS);
            Value late = given(graph, values, "late", 1, 4, 2, INPUTS);
            List<Value> first = graph.addAll("first", cell, Arrays.asList(early, w, r));
            List<Value> operands = new ArrayList<>(Arrays.asList(late, w, r, null, null, first.get(1)));
            if (cell instanceof Lstm) {
                operands.add(first.get(2));
            }
            List<Value> second = graph.addAll("second", cell, operands);
            Value all = graph.add("all", new dev.lanewise.compiler.op.Concat(0), early, late);
            Value whole = graph.add("whole", cell, all, w, r);
            graph.output("second", second.get(0));
            graph.output("whole", whole);
            Graph source = graph.build();

            Value seed = Value.constant("seed", literal(9, 1, 7, 2, HIDDEN));
            double[] seeds = seed.constant().toDoubles();
            Value tail = Value.constant("tail", Literal.of(
                    DType.F64, Arrays.copyOfRange(seeds, 3 * 2 * HIDDEN, seeds.length), 4, 2, HIDDEN));
            GraphBuilder backwards = new GraphBuilder();
            Differentiate differentiate = new Differentiate(backwards);
            differentiate.record(source);
            differentiate.watch(differentiate.here(whole));
            Value h = differentiate.here(first.get(1));
            Map<Value, Value> gradients = differentiate.gradients(
                    Map.of(differentiate.here(whole), seed, differentiate.here(second.get(0)), tail),
                    List.of(w, h));
            Value states = differentiate.ofStates(differentiate.here(whole));
            backwards.build().evaluate(values, Map.of());
            for (int i = 0; i < 2 * HIDDEN; i++) {
                int at = 2 * 2 * HIDDEN + i; // of the third step, the last one of the first part
                double expected = values.get(gradients.get(h)).doubleAt(i) + seeds[at];
                assertEquals(expected, values.get(states).doubleAt(at), 1e-12, cell + " at " + i);
            }
        }
    }

    private static Literal literal(int seed, double range, int... shape) {
        float[] numbers = numbers(seed, range, Literal.size(shape));
        double[] values = new double[numbers.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = numbers[i];
        }
        return Literal.of(DType.F64, values, shape);
    }

    private static Value given(
            GraphBuilder graph, Map<Value, Literal> values, String name, double range, int... shape) {
        Literal literal = literal(name.hashCode(), range, shape);
        Value value = graph.input(name, literal.valueType());
        values.put(value, literal);
        return value;
    }
}
