package dev.lanewise.compiler.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.Compiler;
import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.GraphBuilder;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.network.BatchNorm;
import dev.lanewise.compiler.network.Conv2d;
import dev.lanewise.compiler.network.MeanSquared;
import dev.lanewise.compiler.network.Network;
import dev.lanewise.compiler.network.NetworkBuilder;
import dev.lanewise.compiler.network.Tensor;
import dev.lanewise.compiler.op.Gru;
import dev.lanewise.compiler.op.Lstm;
import dev.lanewise.compiler.op.MatMul;
import dev.lanewise.compiler.op.Reduce;
import dev.lanewise.compiler.op.Rnn;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.ModelFile;
import dev.lanewise.formats.PlanException;
import dev.lanewise.runtime.LoadOptions;
import dev.lanewise.runtime.LoadOptions.Start;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.State;
import dev.lanewise.runtime.kernel.ReduceFn;
import dev.lanewise.runtime.kernel.UnaryFn;
import dev.lanewise.testing.AllocationProbe;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Weights that are published to sessions while these run. */
class PublishTest {

    private static final TrainOptions SGD = TrainOptions.of("loss", Optimizer.sgd());

    /** Cells and products over sequences of that time, in batches of that size; x is [time, batch, 16]. */
    private static Graph cells(Dim time, Dim batch) {
        GraphBuilder graph = new GraphBuilder();
        Value x = graph.input("x", new ValueType(DType.F32, List.of(time, batch, Dim.of(16))));
        Value plain = graph.add("plain", MatMul.PLAIN, x, SmallNetworks.weights("plain.w", 16, 40),
                SmallNetworks.weights("plain.b", 40));
        Value lstm = graph.addAll("lstm", new Lstm(false), cell(plain, "lstm", 4, 40, 24)).get(0);
        Value gru = graph.addAll("gru", new Gru(false, false), cell(lstm, "gru", 3, 24, 20)).get(0);
        Value linear = graph.addAll("linear", new Gru(true, true), cell(gru, "linear", 3, 20, 17)).get(0);
        Value rnn = graph.addAll("rnn", new Rnn(false, UnaryFn.TANH), cell(linear, "rnn", 1, 17, 33)).get(0);
        Value y = graph.add("y", MatMul.PLAIN, rnn, SmallNetworks.weights("out.w", 33, 1));
        graph.output("y", y);
        graph.output("loss", graph.add("loss", new Reduce(ReduceFn.SUM_SQUARE, List.of(0, 1, 2), false), y));
        return graph.build();
    }

    /** Convolutions and a norm with running statistics; x is [B, 8, 6, 3]. */
    private static Model convolutions(Start start) {
        NetworkBuilder net = Network.builder(1);
        Dim batch = Dim.upTo("B", 4);
        Tensor x = net.input("x", DType.F32, batch, Dim.of(8), Dim.of(6), Dim.of(3));
        Tensor y = x.then(Conv2d.of("first", 12, 3, 3)).then(BatchNorm.of("norm")).relu()
                .then(Conv2d.of("second", 5, 1, 1)).mean(1, 2);
        net.output("y", y);
        net.loss("loss", MeanSquared.of().mean(y, net.target("target", DType.F32, batch, Dim.of(5))));
        byte[] bytes = Compiler.compile("net", net.build(), CompileOptions.defaults().training(SGD)).file().toBytes();
        return Model.of(ModelFile.read("net.lane", bytes), LoadOptions.defaults().start(start));
    }

    private static List<Value> cell(Value x, String name, int gates, int inputs, int hidden) {
        return List.of(
                x, SmallNetworks.weights(name + ".w", gates * hidden, inputs),
                SmallNetworks.weights(name + ".r", gates * hidden, hidden),
                SmallNetworks.weights(name + ".b", 2 * gates * hidden));
    }

    private static State random(Model evaluate, long seed) {
        State state = evaluate.newState();
        Random random = new Random(seed);
        for (String name : evaluate.parameterNames()) {
            float[] values = new float[state.elements(name)];
            for (int i = 0; i < values.length; i++) {
                values[i] = 0.05f + random.nextFloat() / 2; // a variance is one of them
            }
            state.write(name, values);
        }
        return state;
    }

    private static float[] run(Session session) {
        for (int i = 0; i < session.input("x").size(); i++) {
            session.input("x").floats()[session.input("x").offset() + i] = (float) Math.sin(i);
        }
        session.run();
        float[] y = new float[session.output("y").size()];
        for (int i = 0; i < y.length; i++) {
            y[i] = session.output("y").get(i);
        }
        return y;
    }

    /** What infer gives with published weights is what evaluate gives with them. */
    @Test
    @Tag("allocation")
    void everyPackedFormTakesThem() {
        for (Start start : List.of(Start.SCALAR, Start.BEST_COLD, Start.WAIT_UNTIL_HOT)) {
            takesThem(SmallNetworks.model(cells(Dim.of(3), Dim.symbol("B", 1, 4)), SGD, start));
            takesThem(SmallNetworks.model(cells(Dim.ONE, Dim.ONE), SGD, start));
            takesThem(convolutions(start));
        }
    }

    private static void takesThem(Model model) {
        Session before = model.newSession();
        Session evaluate = model.program("evaluate").newSession();
        assertArrayEquals(run(evaluate), run(before), 1e-5f);
        for (int version = 1; version <= 5; version++) {
            State weights = random(evaluate.model(), version);
            assertEquals(version, model.publish(weights));
            evaluate.bind(weights);
            float[] expected = run(evaluate);
            assertArrayEquals(expected, run(before), 1e-4f, "version " + version);
            assertEquals(version, before.weightsVersion());
            assertArrayEquals(run(before), run(model.newSession()), "a session made later");
        }
        AllocationProbe.assertAllocatesNothing(before::run);
    }

    @Test
    void thirtyTwoThreadsSeeWholeVersions() throws InterruptedException {
        int threads = 32;
        int versions = 1000;
        Model model = SmallNetworks.model(SmallNetworks.layers(), SGD);
        Model evaluate = model.program("evaluate");
        float[][] expected = new float[versions + 1][];
        AtomicBoolean ended = new AtomicBoolean();
        AtomicBoolean paused = new AtomicBoolean(); // what threads allocate would count
        AtomicInteger resting = new AtomicInteger();
        AtomicReference<String> wrong = new AtomicReference<>();
        AtomicLong runs = new AtomicLong();
        State weights = evaluate.newState();
        Model alone = SmallNetworks.model(SmallNetworks.layers(), SGD);
        Session reference = alone.newSession();
        expected[0] = run(reference);
        for (int v = 1; v <= versions; v++) {
            fill(weights, evaluate, v);
            alone.publish(weights);
            expected[v] = run(reference);
        }
        fill(weights, evaluate, 1);
        model.publish(weights);
        List<Thread> all = new ArrayList<>();
        CountDownLatch begun = new CountDownLatch(threads);
        for (int t = 0; t < threads; t++) {
            Thread thread = new Thread(() -> {
                Session session = model.newSession();
                int last = 0;
                run(session);
                begun.countDown();
                while (!ended.get()) {
                    if (paused.get()) {
                        resting.incrementAndGet();
                        while (paused.get()) {
                            LockSupport.parkNanos(1_000_000);
                        }
                        resting.decrementAndGet();
                    }
                    float[] y = run(session);
                    int version = session.weightsVersion();
                    if (version < last || !Arrays.equals(expected[version], y)) {
                        wrong.set("version " + version + " after " + last + ": y[0] is " + y[0] + ", expected "
                                + expected[version][0]);
                    }
                    last = version;
                    runs.incrementAndGet();
                    LockSupport.parkNanos(100_000); // or two processors would be busy with 32 threads' turns
                }
            });
            all.add(thread);
            thread.start();
        }
        begun.await();
        long used = 0;
        for (int v = 2; v <= versions; v++) {
            fill(weights, evaluate, v);
            assertEquals(v, model.publish(weights));
            if (v == versions / 10) {
                used = usedMemory(paused, () -> resting.get() == threads);
            }
        }
        long grown = usedMemory(paused, () -> resting.get() == threads) - used;
        ended.set(true);
        for (Thread thread : all) {
            thread.join();
        }
        assertNull(wrong.get());
        assertTrue(runs.get() > versions, runs + " runs");
        assertTrue(grown < 1 << 20, grown + " bytes more after 900 further versions");
    }

    private static void fill(State state, Model evaluate, int version) {
        for (String name : evaluate.parameterNames()) {
            float[] values = new float[state.elements(name)];
            for (int i = 0; i < values.length; i++) {
                values[i] = (version % 97 + 1) * 0.01f + version * 1e-4f;
            }
            state.write(name, values);
        }
    }

    private static long usedMemory(AtomicBoolean paused, BooleanSupplier allRest) throws InterruptedException {
        paused.set(true);
        while (!allRest.getAsBoolean()) {
            Thread.sleep(1);
        }
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            System.gc();
            least = Math.min(least, Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory());
        }
        paused.set(false);
        return least;
    }

    @Test
    void whatCannotBePublishedSaysWhy() {
        Model model = SmallNetworks.model(SmallNetworks.layers(), SGD);
        Model evaluate = model.program("evaluate");
        assertThrows(PlanException.class, () -> evaluate.publish(evaluate.newState()));
        model.publish(evaluate.newState());
        assertThrows(PlanException.class, () -> model.newBatchSession(2));
    }
}
