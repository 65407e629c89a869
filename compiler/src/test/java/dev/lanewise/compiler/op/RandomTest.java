package dev.lanewise.compiler.op;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.Compiler;
import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.GraphBuilder;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.LoadOptions;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.Tensor;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Random numbers have the distribution that was asked for; means within five standard errors. */
class RandomTest {

    private static final int N = 20_000;

    private static Session session(Random op) {
        GraphBuilder builder = new GraphBuilder();
        if (op.distribution() == Random.Distribution.BERNOULLI) {
            builder.output("y", builder.add("random", op, builder.input("p", ValueType.of(DType.F32, N))));
        } else {
            builder.output("y", builder.add("random", op));
        }
        Model model = Model.of(
                Compiler.compile("random", builder.build(), CompileOptions.defaults()).file(),
                LoadOptions.defaults().start(LoadOptions.Start.SCALAR));
        return model.newSession();
    }

    private static double[] run(Session session) {
        session.run();
        Tensor y = session.output("y");
        double[] values = new double[y.size()];
        Arrays.setAll(values, y::get);
        return values;
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).average().orElseThrow();
    }

    private static double deviation(double[] values) {
        double mean = mean(values);
        return Math.sqrt(Arrays.stream(values).map(v -> (v - mean) * (v - mean)).average().orElseThrow());
    }

    private static Random random(Random.Distribution distribution, float a, float b) {
        return new Random(distribution, 42, a, b, List.of(Dim.of(N)));
    }

    @Test
    void uniform() {
        double[] y = run(session(random(Random.Distribution.UNIFORM, -1, 3)));
        assertTrue(Arrays.stream(y).allMatch(v -> v >= -1 && v < 3));
        double deviation = 4 / Math.sqrt(12);
        assertEquals(1, mean(y), 5 * deviation / Math.sqrt(N));
        assertEquals(deviation, deviation(y), 0.02);
    }

    @Test
    void normal() {
        double[] y = run(session(random(Random.Distribution.NORMAL, 2, 0.5f)));
        assertEquals(2, mean(y), 5 * 0.5 / Math.sqrt(N));
        assertEquals(0.5, deviation(y), 0.02);
        double within = Arrays.stream(y).filter(v -> Math.abs(v - 2) < 0.5).count() / (double) N;
        assertEquals(0.6827, within, 5 * Math.sqrt(0.6827 * 0.3173 / N));
    }

    @Test
    void bernoulli() {
        Session session = session(random(Random.Distribution.BERNOULLI, 0, 0));
        float[] p = new float[N];
        for (int i = 0; i < N; i++) {
            p[i] = i % 4 / 3f; // 0, 1/3, 2/3, 1
        }
        session.input("p").set(p);
        double[] y = run(session);
        for (int i = 0; i < 4; i++) {
            int first = i;
            double[] part = java.util.stream.IntStream.range(0, N / 4).mapToDouble(j -> y[4 * j + first]).toArray();
            assertTrue(Arrays.stream(part).allMatch(v -> v == 0 || v == 1));
            assertEquals(i / 3.0, mean(part), 5 * Math.sqrt(0.25 / (N / 4)) * (i % 3 == 0 ? 0 : 1));
        }
    }

    /** Another session repeats the numbers; another run does not. */
    @Test
    void seeds() {
        Random op = random(Random.Distribution.UNIFORM, 0, 1);
        Session session = session(op);
        double[] first = run(session);
        assertFalse(Arrays.equals(first, run(session)));
        assertTrue(Arrays.equals(first, run(session(op))));
    }
}
