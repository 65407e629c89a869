package dev.lanewise.compiler.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.Compiler;
import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.GraphBuilder;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.network.BatchNorm;
import dev.lanewise.compiler.network.Dense;
import dev.lanewise.compiler.network.MeanSquared;
import dev.lanewise.compiler.network.Network;
import dev.lanewise.compiler.network.NetworkBuilder;
import dev.lanewise.compiler.network.Tensor;
import dev.lanewise.compiler.op.Binary;
import dev.lanewise.compiler.op.MatMul;
import dev.lanewise.compiler.op.Reduce;
import dev.lanewise.compiler.op.Unary;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.LanewiseException;
import dev.lanewise.formats.ModelFile;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The programs of a trainable file: what they compute against the reference of their graphs, and that they learn. */
class TrainingProgramTest {

    private static final int HIDDEN = 24;
    private static final int BATCH = 4;

    private static final List<Optimizer> OPTIMIZERS = List.of(
            Optimizer.sgd(), Optimizer.momentum(0.9), Optimizer.nesterov(0.9), Optimizer.adam(), Optimizer.adamW(),
            Optimizer.rmsProp(), Optimizer.adagrad());

    /** Two layers that are to learn the exclusive or of their two inputs; the batch is a symbol. */
    private static Graph xor() {
        GraphBuilder graph = new GraphBuilder();
        Dim batch = Dim.symbol("B", 1, 8);
        Value x = graph.input("x", new ValueType(DType.F32, List.of(batch, Dim.of(2))));
        Value target = graph.input("target", new ValueType(DType.F32, List.of(batch, Dim.ONE)));
        Value hidden = graph.add(
                "hidden", MatMul.PLAIN, x, weights("hidden.weight", 2, HIDDEN), weights("hidden.bias", HIDDEN));
        Value active = graph.add("active", Unary.of(UnaryFn.TANH), hidden);
        Value y = graph.add("y", MatMul.PLAIN, active, weights("out.weight", HIDDEN, 1));
        Value error = graph.add("error", new Binary(BinaryFn.SUB), y, target);
        Value sum = graph.add("sum", new Reduce(ReduceFn.SUM_SQUARE, List.of(0, 1), false), error);
        graph.output("y", y);
        graph.output("loss", graph.add("loss", new Unary(UnaryFn.AFFINE, 0.25f, 0), sum));
        return graph.build();
    }

    private static Value weights(String name, int... shape) {
        Random random = new Random(name.hashCode());
        float[] values = new float[Literal.size(shape)];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat() - 0.5f;
        }
        return Value.constant(name, Literal.of(values, shape));
    }

    private static ModelFile compile(TrainOptions options) {
        byte[] bytes = Compiler.compile("xor", xor(), CompileOptions.defaults().training(options)).file().toBytes();
        return ModelFile.read("xor.lane", bytes);
    }

    private static Model model(ModelFile file, Start start) {
        return Model.of(file, LoadOptions.defaults().start(start));
    }

    private static Session session(Model model) {
        Session session = model.newSession();
        session.input("x").setShape(BATCH, 2);
        session.input("x").set(new float[] {-1, -1, -1, 1, 1, -1, 1, 1});
        if (model.inputNames().contains("target")) {
            session.input("target").setShape(BATCH, 1);
            session.input("target").set(new float[] {-1, 1, 1, -1});
        }
        return session;
    }

    @Test
    void everyOptimizerLearns() {
        for (Optimizer optimizer : OPTIMIZERS) {
            Model model = model(compile(TrainOptions.of("loss", optimizer)), Start.BEST_COLD);
            Session session = session(model.program("train"));
            session.input("learning_rate").set(new float[] {0.03f});
            session.run();
            float first = session.output("loss").get(0);
            for (int i = 0; i < 400; i++) {
                session.run();
            }
            float last = session.output("loss").get(0);
            assertTrue(first > 0.5 && last < 0.05, optimizer + ": " + first + " to " + last);
        }
    }

    /** Twenty steps of every optimiser, with all options, in double precision and compiled. */
    @Test
    void agreesWithTheReference() {
        for (Optimizer optimizer : OPTIMIZERS) {
            TrainOptions options = TrainOptions.of("loss", optimizer.decay(0.02)).clipNorm(0.7).clipValue(0.5)
                    .average(0.9).freeze("hidden.bias").group("out.*", 0, 0.5);
            Graph graph = TrainingGraphs.of(xor(), options).train();
            Map<Value, Literal> carried = new HashMap<>();
            TrainingGraphs graphs = TrainingGraphs.of(xor(), options);
            for (Graph.StatePair state : graph.states()) {
                Literal initial = graphs.initials().get(state.name());
                ValueType type = state.value().type();
                carried.put(state.value(), initial != null ? initial : Literal.splat(type.type(), 0, type.extents()));
            }
            Session session = session(model(compile(options), Start.BEST_COLD).program("train"));
            session.input("learning_rate").set(new float[] {0.05f});
            for (int i = 0; i < 20; i++) {
                Map<Value, Literal> values = new HashMap<>(carried);
                for (Graph.Port port : graph.inputs()) {
                    values.put(port.value(), switch (port.name()) {
                        case "x" -> Literal.of(new float[] {-1, -1, -1, 1, 1, -1, 1, 1}, BATCH, 2);
                        case "target" -> Literal.of(new float[] {-1, 1, 1, -1}, BATCH, 1);
                        default -> Literal.scalar(0.05f);
                    });
                }
                graph.evaluate(values, Map.of("B", (long) BATCH));
                session.run();
                for (Graph.Port port : graph.outputs()) {
                    Literal expected = values.get(port.value());
                    for (int e = 0; e < expected.size(); e++) {
                        assertEquals(
                                expected.doubleAt(e), session.output(port.name()).get(e),
                                2e-5 * Math.max(1, Math.abs(expected.doubleAt(e))),
                                optimizer + " " + port.name() + " in " + i);
                    }
                }
                for (Graph.StatePair state : graph.states()) {
                    carried.put(state.value(), values.getOrDefault(state.next(), carried.get(state.next())));
                }
            }
        }
    }

    @Test
    void theSameBitsOnScalarKernels() {
        for (Optimizer optimizer : OPTIMIZERS) {
            List<float[]> weights = new ArrayList<>();
            for (Start start : List.of(Start.SCALAR, Start.BEST_COLD)) {
                ModelFile file = compile(TrainOptions.of("loss", optimizer).clipNorm(0.5));
                Session session = session(model(file, start).program("train"));
                session.input("learning_rate").set(new float[] {0.03f});
                for (int i = 0; i < 30; i++) {
                    session.run();
                }
                float[] weight = new float[2 * HIDDEN];
                session.state().read("hidden.weight", weight);
                weights.add(weight);
            }
            assertArrayEquals(weights.get(0), weights.get(1), optimizer.toString());
        }
    }

    /** Two halves of a batch, added up, are the batch: the loss is a sum over it. */
    @Test
    void accumulatedGradientsAreTheMeanOfThem() {
        Model whole = model(compile(TrainOptions.of("loss", Optimizer.sgd())), Start.SCALAR).program("train");
        Session once = session(whole);
        once.input("learning_rate").set(new float[] {0.1f});
        once.run();
        Model model = model(compile(TrainOptions.of("loss", Optimizer.sgd()).accumulate(true)), Start.SCALAR);
        Session adding = session(model.program("train"));
        adding.input("x").setShape(2, 2);
        adding.input("x").set(new float[] {-1, -1, -1, 1});
        adding.input("target").setShape(2, 1);
        adding.input("target").set(new float[] {-1, 1});
        adding.run();
        adding.input("x").set(new float[] {1, -1, 1, 1});
        adding.input("target").set(new float[] {1, -1});
        adding.run();
        Session update = model.program("update").newSession();
        for (String name : update.model().stateNames()) {
            float[] values = new float[update.state().elements(name)];
            adding.state().read(name, values);
            update.state().write(name, values);
        }
        update.input("learning_rate").set(new float[] {0.2f}); // the mean of two is half their sum
        update.run();
        float[] expected = new float[2 * HIDDEN];
        float[] found = new float[2 * HIDDEN];
        once.state().read("hidden.weight", expected);
        update.state().read("hidden.weight", found);
        assertArrayEquals(expected, found, 1e-6f);
    }

    @Test
    void aLossThatIsNoNumberChangesNothing() {
        ModelFile file = compile(TrainOptions.of("loss", Optimizer.adam()));
        Session session = session(model(file, Start.SCALAR).program("train"));
        session.input("learning_rate").set(new float[] {0.1f});
        float[] before = new float[HIDDEN];
        float[] after = new float[HIDDEN];
        session.state().read("out.weight", before);
        session.input("target").set(new float[] {-1, Float.NaN, 1, -1});
        session.run();
        session.state().read("out.weight", after);
        assertTrue(Float.isNaN(session.output("loss").get(0)));
        assertArrayEquals(before, after);
    }

    @Test
    void norDoesItChangeRunningStatistics() {
        NetworkBuilder net = Network.builder(1);
        Dim batch = Dim.upTo("B", 4);
        Tensor y = net.input("x", DType.F32, batch, Dim.of(2)).then(Dense.of("dense", 3)).then(BatchNorm.of("norm"));
        net.output("y", y);
        net.loss("loss", MeanSquared.of().mean(y, net.target("target", DType.F32, batch, Dim.of(3))));
        CompileOptions options = CompileOptions.defaults().training(TrainOptions.of("loss", Optimizer.sgd()));
        byte[] bytes = Compiler.compile("norm", net.build(), options).file().toBytes();
        Session session = model(ModelFile.read("norm.lane", bytes), Start.SCALAR).program("train").newSession();
        session.input("x").set(1, 2, 3, 4, 5, 6, 7, 9);
        for (String name : session.model().stateNames().stream().filter(each -> each.matches("norm.*")).toList()) {
            float[] before = new float[session.state().elements(name)];
            float[] after = before.clone();
            session.state().read(name, before);
            session.input("target").floats()[session.input("target").offset()] = Float.NaN;
            session.run();
            session.state().read(name, after);
            assertArrayEquals(before, after, name);
        }
        session.input("target").set(new float[12]);
        float[] before = new float[3];
        float[] after = new float[3];
        session.state().read("norm.mean", before);
        session.run();
        session.state().read("norm.mean", after);
        assertFalse(Arrays.equals(before, after));
    }

    @Test
    void inferenceAndEvaluationBeginWithTheSameWeights() {
        Model model = model(compile(TrainOptions.of("loss", Optimizer.adam())), Start.SCALAR);
        assertEquals(List.of("infer", "evaluate", "train"), model.programs());
        assertEquals(List.of("x"), model.inputNames());
        assertEquals(List.of("y"), model.outputNames());
        Session infer = session(model);
        Session evaluate = session(model.program("evaluate"));
        infer.run();
        evaluate.run();
        for (int i = 0; i < BATCH; i++) {
            assertEquals(infer.output("y").get(i), evaluate.output("y").get(i));
        }
        evaluate.state().write("out.weight", new float[HIDDEN]);
        evaluate.run();
        assertEquals(1, evaluate.output("loss").get(0), 1e-6);
        evaluate.state().reset();
        evaluate.run();
        assertEquals(infer.output("y").get(0), evaluate.output("y").get(0));
    }

    @Test
    @Tag("allocation")
    void noBytesPerStep() {
        for (Optimizer optimizer : OPTIMIZERS) {
            ModelFile file = compile(TrainOptions.of("loss", optimizer).clipNorm(1).average(0.9));
            Session session = session(model(file, Start.BEST_COLD).program("train"));
            AllocationProbe.assertAllocatesNothing(session::run);
        }
    }

    /** Exporters write biases that begin as zeros, which for inference are nothing to add. */
    @Test
    void biasesOfZerosAreTrained() {
        GraphBuilder graph = new GraphBuilder();
        Value x = graph.input("x", ValueType.of(DType.F32, 2, 3));
        Value product = graph.add("product", MatMul.PLAIN, x, SmallNetworks.weights("w", 3, 4));
        Value y = graph.add(
                "y", new Binary(BinaryFn.ADD), product, Value.constant("b", Literal.of(new float[4], 4)));
        graph.output("y", y);
        graph.output("loss", graph.add("loss", new Reduce(ReduceFn.SUM_SQUARE, List.of(0, 1), false), y));
        Model model = SmallNetworks.model(graph.build(), TrainOptions.of("loss", Optimizer.sgd()));
        assertEquals(List.of("w", "b"), model.program("evaluate").parameterNames());
    }

    @Test
    void whatCannotBeTrainedSaysWhy() {
        Map<TrainOptions, String> wrong = new LinkedHashMap<>();
        wrong.put(TrainOptions.of("cost", Optimizer.sgd()), "no output 'cost'");
        wrong.put(TrainOptions.of("y", Optimizer.sgd()), "expected one element");
        wrong.put(TrainOptions.of("loss", Optimizer.sgd()).freeze(".*"), "nothing to train");
        wrong.forEach((options, part) -> {
            LanewiseException e = assertThrows(LanewiseException.class, () -> compile(options));
            assertTrue(e.getMessage().contains(part), e.getMessage());
        });
    }
}
