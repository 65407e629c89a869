package dev.lanewise.compiler.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.GraphBuilder;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.op.Binary;
import dev.lanewise.compiler.op.Cast;
import dev.lanewise.compiler.op.Expand;
import dev.lanewise.compiler.op.MatMul;
import dev.lanewise.compiler.op.Reduce;
import dev.lanewise.compiler.op.Unary;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.DataException;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Tensor;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.ReduceFn;
import dev.lanewise.runtime.kernel.UnaryFn;
import dev.lanewise.runtime.train.Batch;
import dev.lanewise.runtime.train.Batching;
import dev.lanewise.runtime.train.Dataset;
import dev.lanewise.runtime.train.EpochReport;
import dev.lanewise.runtime.train.Example;
import dev.lanewise.runtime.train.FitOptions;
import dev.lanewise.runtime.train.Metric;
import dev.lanewise.runtime.train.Results;
import dev.lanewise.runtime.train.Schedule;
import dev.lanewise.runtime.train.Trainer;
import dev.lanewise.runtime.train.Windows;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** How sequences of many lengths lie in batches, which share a batch, and how much of it is padding. */
class SequenceBatchesTest {

    private static final int MOST = 40;

    /** Outputs that are the inputs: x [B, T, 2], tags [T, B], lengths [B]. */
    private static Graph echo() {
        GraphBuilder graph = new GraphBuilder();
        Dim batch = Dim.symbol("B", 1, 8);
        Dim time = Dim.symbol("T", 1, MOST);
        Value x = graph.input("x", new ValueType(DType.F32, List.of(batch, time, Dim.of(2))));
        Value tags = graph.input("tags", new ValueType(DType.I32, List.of(time, batch)));
        Value lengths = graph.input("lengths", new ValueType(DType.I32, List.of(batch)));
        Value y = graph.add("y", MatMul.PLAIN, x, SmallNetworks.weights("w", 2, 1));
        graph.output("x2", graph.add("x2", new Unary(UnaryFn.AFFINE, 2, 0), x));
        graph.output("tagsF", graph.add("tagsF", Cast.to(DType.F32), tags));
        graph.output("lengthsF", graph.add("lengthsF", Cast.to(DType.F32), lengths));
        graph.output("loss", graph.add("loss", new Reduce(ReduceFn.SUM_SQUARE, List.of(0, 1, 2), false), y));
        return graph.build();
    }

    private static int length(int example) {
        return 1 + (example * 31 + example / 7) % MOST;
    }

    private static float x(int example, int t, int c) {
        return example + t * 0.01f + c * 0.5f;
    }

    private static Dataset examples(int n) {
        float[][] x = new float[n][];
        int[][] tags = new int[n][];
        for (int i = 0; i < n; i++) {
            x[i] = new float[2 * length(i)];
            tags[i] = new int[length(i)];
            for (int t = 0; t < length(i); t++) {
                x[i][2 * t] = x(i, t, 0);
                x[i][2 * t + 1] = x(i, t, 1);
                tags[i][t] = (i + t) % 5;
            }
        }
        return Dataset.arrays(n).floats("x", x).ints("tags", tags);
    }

    /** Looks at what the program was given. */
    private static final class Looking implements Metric {

        private final Set<Integer> seen = new HashSet<>();
        private final List<Integer> order = new ArrayList<>();
        private double padding;
        private double all;

        @Override
        public String name() {
            return "looking";
        }

        @Override
        public void reset() {}

        @Override
        public void add(Results results) {
            Batch batch = results.batch();
            Tensor x = results.output("x2");
            int time = x.extent(1);
            for (int row = 0; row < batch.count(); row++) {
                int i = batch.index(row);
                order.add(i);
                assertTrue(seen.add(i), "example " + i + " came twice");
                assertEquals(length(i), results.output("lengthsF").get(row));
                for (int t = 0; t < time; t++) {
                    boolean real = t < length(i);
                    assertEquals(real ? 2 * x(i, t, 1) : 0, x.get((row * time + t) * 2 + 1));
                    assertEquals(real ? (i + t) % 5 : -7, results.output("tagsF").get(t * batch.count() + row));
                    assertEquals(real, batch.counts("tags", t * batch.count() + row));
                }
            }
            padding += batch.padding();
            all += batch.padding() + batch.elements();
        }

        @Override
        public double value() {
            return padding / all;
        }
    }

    private static final Batching BATCHES = Batching.of(8).lengths("lengths", "x").labels("tags", 5, -7);

    private static Trainer trainer() {
        return Trainer.of(SmallNetworks.model(echo(), TrainOptions.of("loss", Optimizer.sgd())));
    }

    @Test
    void everyExampleComesOnceAndLiesWhereItShould() {
        Looking unsorted = new Looking();
        double padded = trainer().evaluate(examples(300), BATCHES.mostPadding(1), unsorted).get("looking");
        assertEquals(300, unsorted.seen.size());
        Looking bucketed = new Looking();
        double little = trainer().evaluate(examples(300), BATCHES, bucketed).get("looking");
        assertEquals(300, bucketed.seen.size());
        Looking equal = new Looking();
        assertEquals(0, trainer().evaluate(examples(300), BATCHES.mostPadding(0), equal).get("looking"));
        assertEquals(300, equal.seen.size());
        assertTrue(padded > 0.3 && little > 0 && little < 0.1, padded + " and " + little);
        Looking again = new Looking();
        trainer().evaluate(examples(300), BATCHES.prefetched(true), again);
        assertEquals(bucketed.order, again.order);
        Looking other = new Looking();
        trainer().evaluate(examples(300), BATCHES.seed(1), other);
        assertTrue(!bucketed.order.equals(other.order), "the seed changes nothing");
    }

    /** The multiply-adds of an epoch are those of the elements that were there, and of the padding that is reported. */
    @Test
    void workIsThatOfWhatWasThere() throws IOException {
        Trainer trainer = trainer();
        EpochReport epoch = trainer.fit(examples(300), FitOptions.of(1, BATCHES).schedule(Schedule.constant(1e-9)))
                .epochs().get(0);
        assertTrue(epoch.padding() > 0 && epoch.padding() < 0.1, epoch.toString());
        long steps = 0;
        for (int i = 0; i < 300; i++) {
            steps += length(i);
        }
        // two of each step of time forwards, and two for the gradient of the weights
        assertEquals(4 * steps / (1 - epoch.padding()), trainer.multiplyAdds(), 1e-3);
    }

    @Test
    void wrongSequencesAreNamed() {
        assertRefused("example 0: input 'x' is an empty sequence", new Example().floats("x").ints("tags"));
        assertRefused("example 0: input 'x' has 3 values, which is no multiple of 2",
                new Example().floats("x", 1, 2, 3).ints("tags", 1));
        assertRefused("example 0: input 'tags' has 2 values; expected 1", new Example().floats("x", 1, 2).ints("tags",
                1, 2));
        assertRefused("example 0: input 'tags' value 1 is the label 5; expected 0 to 4",
                new Example().floats("x", 1, 2, 3, 4).ints("tags", 1, 5));
        assertRefused("compile with --dim T=41", new Example().floats("x", new float[82]).ints("tags", new int[41]));
        DataException e = assertThrows(DataException.class, () -> trainer().evaluate(examples(3), Batching.of(9)));
        assertTrue(e.getMessage().contains("at most 8"), e.getMessage());
    }

    private static void assertRefused(String message, Example example) {
        DataException e = assertThrows(
                DataException.class, () -> trainer().fit(Dataset.of(List.of(example)), FitOptions.of(1, BATCHES)));
        assertTrue(e.getMessage().contains(message), e.getMessage());
    }

    /** A state that adds up x: carried over windows it is the sum of all, else that of a window. */
    @Test
    void statesAreCarriedOverWindowsWhereThatIsAsked() throws IOException {
        GraphBuilder graph = new GraphBuilder();
        Dim batch = Dim.symbol("B", 1, 4);
        Dim time = Dim.symbol("T", 1, 5);
        Value x = graph.input("x", new ValueType(DType.F32, List.of(batch, time)));
        Value target = graph.input("target", new ValueType(DType.F32, List.of(batch, time)));
        ValueType sumType = new ValueType(DType.F32, List.of(batch));
        Value before = graph.state("sum", sumType);
        Value sum = graph.add("sum", new Binary(BinaryFn.ADD), before,
                graph.add("window", new Reduce(ReduceFn.SUM, List.of(1), false), x));
        graph.next("sum", before, sum);
        Value y = graph.add("y", new Binary(BinaryFn.MUL), target,
                graph.add("e", new Expand(List.of(batch, time)), SmallNetworks.weights("w", 1, 5)));
        graph.output("sums", graph.add("sums", new Unary(UnaryFn.AFFINE, 1, 0), sum));
        graph.output("loss", graph.add("loss", new Reduce(ReduceFn.SUM_SQUARE, List.of(0, 1), false), y));
        int[] ids = new Random(1).ints(4 * 3 * 5 + 1, 0, 9).toArray();
        Model model = SmallNetworks.model(graph.build(), TrainOptions.of("loss", Optimizer.sgd()));
        for (boolean carried : new boolean[] {true, false}) {
            Trainer trainer = Trainer.of(model);
            FitOptions options = FitOptions.of(1, Batching.of(4).inOrder()).schedule(Schedule.constant(0));
            Windows windows = new Windows("x", "target", ids, 4, 5);
            assertEquals(12, windows.size());
            trainer.fit(windows, carried ? options.carryState() : options);
            float[] expected = new float[4];
            for (int stream = 0; stream < 4; stream++) {
                for (int i = carried ? 0 : 10; i < 15; i++) {
                    expected[stream] += ids[stream * 15 + i];
                }
            }
            assertArrayEquals(expected, trainer.state("sum"));
        }
        assertThrows(DataException.class, () -> Trainer.of(model).fit(
                new Windows("x", "target", ids, 4, 5), FitOptions.of(1, Batching.of(4)).carryState()));
    }
}
