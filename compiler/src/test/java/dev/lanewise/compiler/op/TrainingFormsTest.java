package dev.lanewise.compiler.op;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.Compiler;
import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.GraphBuilder;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.network.GraphRun;
import dev.lanewise.formats.DType;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What training puts in the place of Dropout and BatchNorm, and what is left of them in use. */
class TrainingFormsTest {

    private final GraphBuilder builder = new GraphBuilder();

    private Value x(int channels) {
        return builder.input("x", new ValueType(
                DType.F32, List.of(Dim.upTo("batch", 40), Dim.upTo("time", 50), Dim.of(channels))));
    }

    private Literal dropped(List<Integer> shared, int batch, int time, int channels) {
        Value x = x(channels);
        builder.output("y", Dropout.mask(builder, "drop", x, new Dropout(0.25f, 7, shared)));
        float[] ones = new float[batch * time * channels];
        java.util.Arrays.fill(ones, 1);
        return new GraphRun(builder.build()).with("x", ones, batch, time, channels).compiled().get("y");
    }

    @Test
    void aQuarterIsDropped() {
        Literal y = dropped(List.of(), 20, 30, 40);
        int kept = 0;
        for (double value : y.toDoubles()) {
            assertTrue(value == 0 || Math.abs(value - 1 / 0.75) < 1e-6, "" + value);
            kept += value == 0 ? 0 : 1;
        }
        // 24,000 draws: five deviations are 335
        assertEquals(0.75 * y.size(), kept, 335);
    }

    @Test
    void oneMaskForAllSteps() {
        Literal y = dropped(List.of(1), 20, 30, 40);
        int kept = 0;
        for (int i = 0; i < y.size(); i++) {
            int first = i / (30 * 40) * 30 * 40 + i % 40;
            assertEquals(y.doubleAt(first), y.doubleAt(i));
            kept += i == first && y.doubleAt(i) != 0 ? 1 : 0;
        }
        assertEquals(600, kept, 62);
    }

    @Test
    void aBatchIsNormalisedByItself() {
        int channels = 3;
        Literal scale = GraphRun.numbers(1, channels);
        Literal bias = GraphRun.numbers(2, channels);
        Literal mean = GraphRun.numbers(3, channels);
        Literal variance = Literal.of(new float[] {0.5f, 1, 2}, channels);
        List<Value> trained = new BatchNorm(1e-3f, 0.1f).train(builder, "norm", List.of(x(channels),
                Value.constant("scale", scale), Value.constant("bias", bias), Value.constant("mean", mean),
                Value.constant("variance", variance)), true);
        builder.output("y", trained.get(0));
        builder.output("mean", trained.get(1));
        builder.output("variance", trained.get(2));
        Literal x = GraphRun.numbers(4, 5, 7, channels);
        Map<String, Literal> found = new GraphRun(builder.build()).with("x", x).agreed();
        for (int c = 0; c < channels; c++) {
            double sum = 0;
            double squares = 0;
            for (int i = c; i < x.size(); i += channels) {
                sum += x.doubleAt(i);
            }
            for (int i = c; i < x.size(); i += channels) {
                squares += Math.pow(x.doubleAt(i) - sum / 35, 2);
            }
            for (int i = c; i < x.size(); i += channels) {
                double y = (x.doubleAt(i) - sum / 35) / Math.sqrt(squares / 35 + 1e-3);
                assertEquals(y * scale.doubleAt(c) + bias.doubleAt(c), found.get("y").doubleAt(i), 1e-5);
            }
            assertEquals(0.9 * mean.doubleAt(c) + 0.1 * sum / 35, found.get("mean").doubleAt(c), 1e-6);
            assertEquals(0.9 * variance.doubleAt(c) + 0.1 * squares / 34, found.get("variance").doubleAt(c), 1e-6);
        }
    }

    /** In use a convolution takes the norm up, and nothing is left of dropout. */
    @Test
    void inUseNothingIsLeft() {
        Value x = x(3);
        Value filter = Value.constant("filter", GraphRun.numbers(1, 4, 3, 1));
        Value ones = Value.constant("ones", Literal.of(new float[] {1, 2, 3, 4}, 4));
        Conv conv = new Conv(1, List.of(1), List.of(1), List.of(0), List.of(0),
                dev.lanewise.runtime.kernel.Epilogue.NONE);
        Value y = builder.add("conv", conv, x, filter);
        y = builder.add("norm", new BatchNorm(1e-5f, 0.1f), y, ones, ones, ones, ones);
        builder.output("y", builder.add("drop", new Dropout(0.5f, 1, List.of()), y));
        Graph left = Compiler.compile("use", builder.build(), CompileOptions.defaults()).graph();
        assertEquals(1, left.nodes().size(), left.nodes().toString());
        assertFalse(left.nodes().get(0).op() instanceof BatchNorm);
    }
}
