package dev.lanewise.compiler.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.GraphBuilder;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.op.MatMul;
import dev.lanewise.compiler.op.Reduce;
import dev.lanewise.compiler.op.Unary;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.DataException;
import dev.lanewise.formats.DivergenceException;
import dev.lanewise.runtime.LoadOptions.Start;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.kernel.ReduceFn;
import dev.lanewise.runtime.kernel.UnaryFn;
import dev.lanewise.runtime.train.Accuracy;
import dev.lanewise.runtime.train.Batching;
import dev.lanewise.runtime.train.Dataset;
import dev.lanewise.runtime.train.Example;
import dev.lanewise.runtime.train.FitOptions;
import dev.lanewise.runtime.train.Fitted;
import dev.lanewise.runtime.train.ProgressBar;
import dev.lanewise.runtime.train.Schedule;
import dev.lanewise.runtime.train.StepReport;
import dev.lanewise.runtime.train.TrainListener;
import dev.lanewise.runtime.train.Trainer;
import dev.lanewise.runtime.train.TrainingLog;
import dev.lanewise.runtime.train.TrainingPage;
import dev.lanewise.testing.AllocationProbe;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Training as users do it: that it learns, stops, goes on, and refuses what is wrong. */
class TrainerTest {

    private static final TrainOptions ADAM = TrainOptions.of("loss", Optimizer.adam());
    private static final Batching BATCHES = Batching.of(SmallNetworks.BATCH).seed(7);

    private static Trainer trainer(TrainOptions options) {
        return Trainer.of(SmallNetworks.model(SmallNetworks.layers(), options));
    }

    private static float[] all(Trainer trainer) {
        List<float[]> parts = trainer.parameters().stream().map(trainer::weights).toList();
        float[] all = new float[parts.stream().mapToInt(part -> part.length).sum()];
        int at = 0;
        for (float[] part : parts) {
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return all;
    }

    /** Stops after so many steps. */
    private static TrainListener stopAfter(int steps) {
        return new TrainListener() {
            private Trainer trainer;

            @Override
            public void onBegin(Trainer begun, int epochs) {
                trainer = begun;
            }

            @Override
            public void onStep(StepReport step) {
                if (step.step() == steps) {
                    trainer.stop();
                }
            }
        };
    }

    @Test
    void learns() throws IOException {
        Trainer trainer = trainer(ADAM);
        Dataset data = SmallNetworks.examples(203, 1);
        Fitted fitted = trainer.fit(
                data, FitOptions.of(60, BATCHES).schedule(Schedule.cosine(0.02, 0.001))
                        .validation(SmallNetworks.examples(50, 2)));
        assertEquals(Fitted.End.DONE, fitted.end());
        assertEquals(60 * 26, fitted.steps());
        double first = fitted.epochs().get(0).validation().get("loss");
        double last = fitted.epochs().get(59).validation().get("loss");
        assertTrue(last < 0.1 * first && last < 0.02, first + " to " + last);
        assertEquals(last, trainer.evaluate(SmallNetworks.examples(50, 2), BATCHES).get("loss"), 1e-12);
    }

    /** Stopped in the middle of epochs, and gone on with by another trainer, the weights have the same bits. */
    @Test
    void goesOnAsIfItHadNotStopped(@TempDir Path folder) throws IOException {
        for (boolean accumulated : new boolean[] {false, true}) {
            TrainOptions compiled = ADAM.clipNorm(1).average(0.9).accumulate(accumulated);
            FitOptions options = FitOptions.of(4, BATCHES).schedule(Schedule.oneCycle(0.02))
                    .validation(SmallNetworks.examples(20, 2)).stopEarly("loss", 3).accumulate(accumulated ? 3 : 1);
            Trainer whole = trainer(compiled);
            Dataset data = SmallNetworks.examples(100, 1);
            whole.fit(data, options);
            Path file = folder.resolve("net" + accumulated + ".checkpoint");
            FitOptions resuming = options.checkpoint(file, 5).resume();
            Fitted stopped = trainer(compiled).fit(data, resuming.listener(stopAfter(17)));
            assertEquals(Fitted.End.STOPPED, stopped.end());
            stopped = trainer(compiled).fit(data, resuming.listener(stopAfter(31)));
            assertEquals(31, stopped.steps());
            Trainer last = trainer(compiled);
            assertEquals(Fitted.End.DONE, last.fit(data, resuming).end());
            assertArrayEquals(all(whole), all(last));
            try (var files = Files.list(folder)) {
                assertTrue(files.noneMatch(each -> each.toString().endsWith(".part")));
            }
            assertThrows(DataException.class, () -> trainer(compiled).fit(SmallNetworks.examples(90, 1), resuming));
        }
    }

    @Test
    void theSameBitsPrefetchedAndOnScalarKernels() throws IOException {
        List<float[]> weights = new ArrayList<>();
        for (Batching batching : List.of(BATCHES, BATCHES.prefetched(true))) {
            for (Start start : List.of(Start.BEST_COLD, Start.SCALAR)) {
                Model model = SmallNetworks.model(SmallNetworks.layers(), ADAM, start);
                Trainer trainer = Trainer.of(model);
                trainer.fit(SmallNetworks.examples(100, 1), FitOptions.of(3, batching));
                weights.add(all(trainer));
            }
        }
        for (float[] each : weights) {
            assertArrayEquals(weights.get(0), each);
        }
    }

    @Test
    void stopsEarlyWithTheBestWeights() throws IOException {
        Trainer trainer = trainer(TrainOptions.of("loss", Optimizer.sgd()));
        // a rate that makes things worse from some epoch on
        Fitted fitted = trainer.fit(
                SmallNetworks.examples(40, 1),
                FitOptions.of(100, BATCHES).schedule((step, steps) -> step < 20 ? 0.05 : 0.7)
                        .validation(SmallNetworks.examples(30, 2)).stopEarly("loss", 4));
        assertEquals(Fitted.End.NO_IMPROVEMENT, fitted.end());
        assertEquals(fitted.bestEpoch() + 4, fitted.epochs().size());
        assertEquals(
                fitted.epochs().get(fitted.bestEpoch() - 1).validation().get("loss"),
                trainer.evaluate(SmallNetworks.examples(30, 2), BATCHES).get("loss"));
    }

    @Test
    void accumulatedBatchesAreOneOfTheirSize() throws IOException {
        Batching whole = Batching.of(8).inOrder();
        Trainer once = trainer(TrainOptions.of("loss", Optimizer.momentum(0.9)));
        once.fit(SmallNetworks.examples(64, 1), FitOptions.of(3, whole).schedule(Schedule.constant(0.1)));
        Trainer adding = trainer(TrainOptions.of("loss", Optimizer.momentum(0.9)).accumulate(true));
        adding.fit(
                SmallNetworks.examples(64, 1),
                FitOptions.of(3, Batching.of(2).inOrder()).schedule(Schedule.constant(0.1)).accumulate(4));
        assertArrayEquals(all(once), all(adding), 1e-5f);
    }

    @Test
    void badExamplesAreNamed() {
        Example right = new Example().floats("x", 1, 2, 3).floats("target", 1);
        assertRefused("example 1: input 'x' value 2 is NaN", right, new Example().floats("x", 1, 2,
                Float.NaN).floats("target", 1));
        assertRefused("example 1: input 'x' has 2 values; expected 3", right, new Example().floats("x", 1,
                2).floats("target", 1));
        assertRefused("example 0: no values of input 'target'", new Example().floats("x", 1, 2, 3), right);
        assertRefused("example 2: input 'target' value 0 is the label 5; expected 0 to 4", right, right,
                new Example().floats("x", 1, 2, 3).ints("target", 5));
    }

    private static void assertRefused(String message, Example... examples) {
        Trainer trainer = trainer(ADAM);
        float[] before = all(trainer);
        DataException e = assertThrows(DataException.class, () -> trainer.fit(
                Dataset.of(List.of(examples)), FitOptions.of(1, BATCHES.labels("target", 5))));
        assertTrue(e.getMessage().contains(message), e.getMessage());
        assertArrayEquals(before, all(trainer));
    }

    /** An example that changes while training goes on is looked at again. */
    @Test
    void examplesAreLookedAtEachTime() {
        int[] asked = {0};
        Dataset data = Dataset.of(4, i -> new Example().floats("x", 1, 2,
                asked[0]++ < 9 ? 3 : Float.NaN).floats("target", 1));
        DataException e = assertThrows(DataException.class, () -> trainer(ADAM).fit(data, FitOptions.of(5, BATCHES)));
        assertTrue(e.getMessage().contains("value 2 is NaN"), e.getMessage());
    }

    @Test
    void aLossThatIsNotFiniteIsTracedToItsStep(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("net.checkpoint");
        Trainer trainer = trainer(TrainOptions.of("loss", Optimizer.sgd()));
        Dataset data = SmallNetworks.examples(40, 1);
        DivergenceException e = assertThrows(DivergenceException.class, () -> trainer.fit(
                data, FitOptions.of(50, BATCHES).schedule((step, steps) -> step < 12 ? 0.01 : 1e30)
                        .checkpoint(file)));
        assertTrue(e.getMessage().matches("(?s).*step 1[45] \\(epoch 3, batch [45]\\): the loss is .*'\\w+', step"
                + " \\d+ .*the last checkpoint is .*"), e.getMessage());
        Trainer again = trainer(TrainOptions.of("loss", Optimizer.sgd()));
        again.fit(data, FitOptions.of(3, BATCHES).checkpoint(file).resume());
        for (float weight : all(again)) {
            assertTrue(Float.isFinite(weight));
        }
    }

    /** log y at y = 1e-39 is finite, its gradient 1 / y is not; nothing clips or looks at norms otherwise. */
    @Test
    void gradientsThatAreNotFiniteAreTracedToTheirStep() throws IOException {
        GraphBuilder graph = new GraphBuilder();
        Dim batch = Dim.symbol("B", 1, SmallNetworks.BATCH);
        Value x = graph.input("x", new ValueType(DType.F32, List.of(batch, Dim.of(2))));
        Value y = graph.add("y", MatMul.PLAIN, x, SmallNetworks.weights("w", 2, 1));
        Value log = graph.add("log", Unary.of(UnaryFn.LOG), graph.add("abs", Unary.of(UnaryFn.ABS), y));
        graph.output("y", y);
        graph.output("loss", graph.add("loss", new Reduce(ReduceFn.SUM, List.of(0, 1), false), log));
        for (boolean accumulated : new boolean[] {false, true}) {
            Trainer trainer = Trainer.of(SmallNetworks.model(
                    graph.build(), TrainOptions.of("loss", Optimizer.momentum(0.9)).accumulate(accumulated)));
            float[] before = trainer.weights("w");
            Dataset data = Dataset.arrays(8).floats("x", new float[] {
                1, 2, 2, 1, 1, 1, 3, 4, 1e-39f, 1e-39f, 1, 1, 2, 3, 4, 5});
            DivergenceException e = assertThrows(DivergenceException.class, () -> trainer.fit(
                    data, FitOptions.of(1, Batching.of(8)).schedule(Schedule.constant(0.1))));
            assertTrue(
                    e.getMessage().contains(accumulated
                            ? "the norm of the gradients added up is "
                            : "step 1 (epoch 1, batch 1): the gradients' norm is "), e.getMessage());
            assertTrue(accumulated || e.getMessage().contains("before it 'log/gradient', step "), e.getMessage());
            assertArrayEquals(before, trainer.weights("w"));
        }
    }

    @Test
    void savedWeightsAreThoseOfTheFile(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("net.lane");
        Trainer trainer = trainer(ADAM.average(0.5));
        Dataset data = SmallNetworks.examples(64, 1);
        trainer.fit(data, FitOptions.of(3, BATCHES).schedule(Schedule.constant(0.02)));
        trainer.publish();
        trainer.save(file);
        Model loaded = Model.load(file);
        Session[] sessions = {trainer.model().newSession(), loaded.newSession()};
        for (Session session : sessions) {
            session.input("x").setShape(1, 3);
            session.input("x").set(0.3f, -0.8f, 0.5f);
            session.run();
        }
        assertEquals(sessions[0].output("y").get(0), sessions[1].output("y").get(0));
        assertEquals(1, sessions[0].weightsVersion());
        Trainer again = Trainer.of(loaded);
        assertArrayEquals(all(trainer), all(again));
        assertEquals(trainer.evaluate(data, BATCHES), again.evaluate(data, BATCHES));
        again.fit(data, FitOptions.of(1, BATCHES));
    }

    @Test
    void logPageAndProgress(@TempDir Path folder) throws IOException {
        Path log = folder.resolve("log.jsonl");
        Path page = folder.resolve("training.html");
        for (boolean terminal : new boolean[] {false, true}) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
            trainer(ADAM.clipNorm(1)).fit(
                    SmallNetworks.examples(100, 1),
                    FitOptions.of(3, BATCHES).validation(SmallNetworks.examples(20, 2))
                            .metric(Accuracy.binary("y", "target", 0.5))
                            .listener(ProgressBar.of(out, terminal, 40)).listener(new TrainingLog(log, 5))
                            .listener(new TrainingPage(page)));
            String text = bytes.toString(StandardCharsets.UTF_8);
            assertEquals(terminal, text.contains("\r"), text);
            for (String line : text.split("[\r\n]+")) {
                assertTrue(line.length() < 40 || !terminal, line);
            }
            assertEquals(3, text.split(" val 0[.]", -1).length - 1, text);
        }
        List<String> lines = Files.readAllLines(log);
        assertEquals(2 * (3 + 39 / 5), lines.size());
        for (String line : lines) {
            assertTrue(line.matches("\\{\"event\":\"(step|epoch)\",\"epoch\":[123],.*\\}"), line);
        }
        String html = Files.readString(page);
        for (String part : List.of("<svg", "prefers-color-scheme: dark", "viewport", "learning rate", "L2 norm",
                "accuracy")) {
            assertTrue(html.contains(part), part);
        }
        assertTrue(!html.contains("http"), "loads something");
    }

    /** In the middle of long epochs: what a step allocates, with feeding and all, on this thread. */
    @Test
    @Tag("allocation")
    void noBytesPerStep() throws IOException {
        for (boolean accumulated : new boolean[] {false, true}) {
            Trainer trainer = trainer(ADAM.clipNorm(1).accumulate(accumulated));
            Counter counter = new Counter();
            trainer.fit(SmallNetworks.examples(400_000, 1), FitOptions.of(1000, BATCHES)
                    .accumulate(accumulated ? 4 : 1).listener(counter));
            assertEquals(0, counter.least, "bytes in 1,000 steps");
        }
    }

    /** Stops once 1,000 steps were clean; vector kernels allocate until they are compiled. */
    private static final class Counter implements TrainListener {

        private static final long PATIENCE_NANOS = 60_000_000_000L;

        private final long begin = System.nanoTime();
        private Trainer trainer;

        private long before = -1;
        private long least = Long.MAX_VALUE;

        @Override
        public void onBegin(Trainer begun, int epochs) {
            trainer = begun;
        }

        @Override
        public void onStep(StepReport step) {
            if (least == 0 || System.nanoTime() - begin > PATIENCE_NANOS) {
                trainer.stop();
            }
            if (step.step() % 1000 == 0) {
                long now = AllocationProbe.allocatedBytes();
                if (before >= 0) {
                    least = Math.min(least, now - before);
                }
                before = AllocationProbe.allocatedBytes();
            }
        }
    }
}
