package dev.lanewise.compiler.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.GraphBuilder;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.op.Binary;
import dev.lanewise.compiler.op.Gather;
import dev.lanewise.compiler.op.Reduce;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.proto.StepKind;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.ReduceFn;
import dev.lanewise.testing.AllocationProbe;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A table of which a batch touches few rows: only these have gradients, memory for them, and change. */
class TouchedRowsTest {

    private static final int WORDS = 20_000;
    private static final int WIDTH = 24;
    private static final int BATCH = 16;

    /** The squared distance of the words' rows [B, WIDTH] to targets. */
    private static Model model(Optimizer optimizer, boolean norm) {
        GraphBuilder graph = new GraphBuilder();
        Dim batch = Dim.symbol("B", 1, BATCH);
        Value words = graph.input("words", new ValueType(DType.I32, List.of(batch)));
        Value target = graph.input("target", new ValueType(DType.F32, List.of(batch, Dim.of(WIDTH))));
        Value rows = graph.add("rows", new Gather(0), SmallNetworks.weights("table", WORDS, WIDTH), words);
        Value error = graph.add("error", new Binary(BinaryFn.SUB), rows, target);
        graph.output("rows", rows);
        graph.output("loss", graph.add("loss", new Reduce(ReduceFn.SUM_SQUARE, List.of(0, 1), false), error));
        Graph built = graph.build();
        TrainOptions options = TrainOptions.of("loss", optimizer);
        return SmallNetworks.model(built, norm ? options.clipNorm(1) : options);
    }

    private static Set<StepKind> kinds(Model model) {
        return model.file().message().getProgramsList().stream()
                .filter(program -> program.getName().equals("train"))
                .flatMap(program -> program.getBody().getStepsList().stream())
                .map(step -> step.getKind()).collect(Collectors.toSet());
    }

    private static float[] table(Session session) {
        float[] values = new float[WORDS * WIDTH];
        session.state().read("table", values);
        return values;
    }

    /** What is given by the formulas, in double precision, of the rows touched alone. */
    @Test
    @Tag("allocation")
    void touchedRowsFollowTheirRule() {
        for (Optimizer optimizer : List.of(Optimizer.sgd(), Optimizer.adagrad(), Optimizer.sparseAdam())) {
            Model model = model(optimizer, false);
            assertTrue(kinds(model).containsAll(Set.of(StepKind.SUM_ROWS, StepKind.UPDATE_ROWS)));
            assertTrue(!kinds(model).contains(StepKind.SCATTER_ND) && !kinds(model).contains(StepKind.UPDATE));
            Session session = model.program("train").newSession();
            session.input("learning_rate").set(0.05f);
            double[] p = doubles(table(session));
            double[] m = new double[p.length];
            double[] v = new double[p.length];
            Random random = new Random(3);
            for (int step = 1; step <= 6; step++) {
                int n = step == 3 ? 1 : BATCH;
                int[] words = random.ints(n, 0, step % 2 == 0 ? 5 : WORDS).toArray();
                float[] target = new float[n * WIDTH];
                double[] gradient = new double[p.length];
                for (int i = 0; i < target.length; i++) {
                    target[i] = random.nextFloat();
                    int at = words[i / WIDTH] * WIDTH + i % WIDTH;
                    gradient[at] += 2 * (p[at] - target[i]);
                }
                feed(session, words, target);
                session.run();
                for (int word : Arrays.stream(words).distinct().toArray()) {
                    for (int i = word * WIDTH; i < (word + 1) * WIDTH; i++) {
                        p[i] -= 0.05 * change(optimizer, gradient[i], i, m, v, step);
                    }
                }
                float[] found = table(session);
                for (int i = 0; i < p.length; i++) {
                    assertEquals(p[i], found[i], 2e-5, optimizer + " element " + i + " of step " + step);
                }
            }
            AllocationProbe.assertAllocatesNothing(session::run);
        }
    }

    private static double change(Optimizer optimizer, double g, int i, double[] m, double[] v, int step) {
        return switch (optimizer.rule()) {
            case SGD -> g;
            case ADAGRAD -> {
                m[i] += g * g;
                yield g / (Math.sqrt(m[i]) + 1e-10);
            }
            default -> {
                m[i] = 0.9 * m[i] + 0.1 * g;
                v[i] = 0.999 * v[i] + 0.001 * g * g;
                double size = Math.sqrt(1 - Math.pow(0.999, step)) / (1 - Math.pow(0.9, step));
                yield size * m[i] / (Math.sqrt(v[i]) + 1e-8);
            }
        };
    }

    private static double[] doubles(float[] values) {
        double[] wide = new double[values.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = values[i];
        }
        return wide;
    }

    private static void feed(Session session, int[] words, float[] target) {
        session.input("words").setShape(words.length);
        System.arraycopy(words, 0, session.input("words").ints(), session.input("words").offset(), words.length);
        session.input("target").setShape(words.length, WIDTH);
        session.input("target").set(target);
    }

    /** Memory is that of the batch's words; where other rows change too, that of the table. */
    @Test
    void memoryFollowsTheBatch() {
        long touched = activations(model(Optimizer.sparseAdam(), true));
        long whole = activations(model(Optimizer.adam(), true));
        assertTrue(touched < 64 * BATCH * WIDTH, touched + " bytes");
        assertTrue(whole > 4L * WORDS * WIDTH, whole + " bytes");
        assertTrue(activations(model(Optimizer.momentum(0.9), false)) > 4L * WORDS * WIDTH);
        assertTrue(activations(model(Optimizer.sgd().decay(0.1), false)) > 4L * WORDS * WIDTH);
    }

    private static long activations(Model model) {
        return model.trainingMemory().get("activations, tape and gradients");
    }

    /** Gradients that are clipped by their norm, too: the rows' norm is that of the whole. */
    @Test
    void clippedByTheNormOfTheRows() {
        Session rows = model(Optimizer.sgd(), true).program("train").newSession();
        Session whole = model(Optimizer.momentum(1e-30), true).program("train").newSession();
        float[] target = new float[4 * WIDTH];
        Arrays.fill(target, 3);
        for (Session session : List.of(rows, whole)) {
            session.input("learning_rate").set(0.5f);
            feed(session, new int[] {7, 19_999, 7, 0}, target);
            session.run();
        }
        assertEquals(whole.output("gradient_norm").get(0), rows.output("gradient_norm").get(0), 1e-4);
        assertArrayEquals(table(whole), table(rows), 1e-6f);
    }
}
