package dev.lanewise.compiler.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.ShapeException;
import java.util.Arrays;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

/** Losses against their definitions, written out in double. */
class LossesTest {

    private static final int BATCH = 3;
    private static final int TIME = 4;
    private static final int CLASSES = 5;
    private static final Literal SCORES = GraphRun.numbers(4, BATCH, TIME, CLASSES);
    private static final long[] TARGETS = {0, 4, 2, 2, 1, 3, 3, 0, 4, 4, 2, 1};
    private static final long[] LENGTHS = {4, 1, 2};

    private static double log(int row, int c) {
        double sum = 0;
        for (int k = 0; k < CLASSES; k++) {
            sum += Math.exp(SCORES.doubleAt(row * CLASSES + k));
        }
        return SCORES.doubleAt(row * CLASSES + c) - Math.log(sum);
    }

    /** Beyond the lengths there are targets that are no classes. */
    private static double loss(Loss loss, boolean lengths) {
        NetworkBuilder net = Network.builder(1);
        Dim batch = Dim.upTo("batch", BATCH);
        Dim time = Dim.upTo("time", TIME);
        Tensor scores = net.input("scores", DType.F32, batch, time, Dim.of(CLASSES));
        Tensor targets = net.target("targets", DType.I32, batch, time);
        Tensor counted = net.target("lengths", DType.I32, batch);
        net.loss("loss", lengths ? loss.mean(scores, targets, counted) : loss.mean(scores, targets));
        long[] given = TARGETS.clone();
        Arrays.setAll(given, row -> lengths && within(row) == 0 ? -100 : TARGETS[row]);
        return new GraphRun(net.build().graph()).with("scores", SCORES).with("targets", given, BATCH, TIME)
                .with("lengths", LENGTHS, BATCH).agreed().get("loss").doubleAt(0);
    }

    private static double mean(IntToDoubleFunction each, IntToDoubleFunction counts) {
        double sum = 0;
        double weights = 0;
        for (int row = 0; row < BATCH * TIME; row++) {
            sum += counts.applyAsDouble(row) == 0 ? 0 : each.applyAsDouble(row);
            weights += counts.applyAsDouble(row);
        }
        return sum / weights;
    }

    private static double within(int row) {
        return row % TIME < LENGTHS[row / TIME] ? 1 : 0;
    }

    @Test
    void crossEntropy() {
        assertEquals(mean(row -> -log(row, (int) TARGETS[row]), row -> 1), loss(CrossEntropy.of(), false), 1e-6);
        assertEquals(mean(row -> -log(row, (int) TARGETS[row]), LossesTest::within), loss(CrossEntropy.of(), true),
                1e-6);
        assertEquals(mean(row -> -log(row, (int) TARGETS[row]), row -> TARGETS[row] == 2 ? 0 : 1),
                loss(CrossEntropy.of().ignoring(2), false), 1e-6);
    }

    @Test
    void crossEntropySmoothedAndWeighted() {
        float[] weights = {1, 0.5f, 2, 1.5f, 0.25f};
        IntToDoubleFunction each = row -> {
            double loss = 0;
            for (int c = 0; c < CLASSES; c++) {
                double q = 0.2 / CLASSES + (c == TARGETS[row] ? 0.8 : 0);
                loss -= q * weights[c] * log(row, c);
            }
            return loss;
        };
        assertEquals(mean(each, row -> TARGETS[row] == 4 ? 0 : weights[(int) TARGETS[row]]),
                loss(CrossEntropy.of().smoothing(0.2).weights(weights).ignoring(4), false), 1e-6);
        assertThrows(ShapeException.class, () -> loss(CrossEntropy.of().weights(1, 2), false));
    }

    private static double regression(Loss loss) {
        NetworkBuilder net = Network.builder(1);
        Dim batch = Dim.upTo("batch", BATCH);
        Tensor found = net.input("found", DType.F32, batch, Dim.of(20));
        Tensor target = net.target("target", DType.F32, batch, Dim.of(20));
        net.loss("loss", loss.mean(found, target));
        return new GraphRun(net.build().graph()).with("found", GraphRun.numbers(1, BATCH, 20))
                .with("target", GraphRun.numbers(2, BATCH, 20)).agreed().get("loss").doubleAt(0);
    }

    private static double average(java.util.function.DoubleBinaryOperator each) {
        double[] found = GraphRun.numbers(1, BATCH, 20).toDoubles();
        double[] target = GraphRun.numbers(2, BATCH, 20).toDoubles();
        double sum = 0;
        for (int i = 0; i < found.length; i++) {
            sum += each.applyAsDouble(found[i], target[i]);
        }
        return sum / found.length;
    }

    @Test
    void ofNumbers() {
        assertEquals(average((x, y) -> (x - y) * (x - y)), regression(MeanSquared.of()), 1e-6);
        assertEquals(average((x, y) -> Math.abs(x - y) <= 0.5 ? (x - y) * (x - y) / 2
                : 0.5 * (Math.abs(x - y) - 0.25)), regression(Huber.of(0.5)), 1e-6);
        assertEquals(average((x, y) -> -y * Math.log(1 / (1 + Math.exp(-x)))
                - (1 - y) * Math.log(1 - 1 / (1 + Math.exp(-x)))), regression(BinaryCrossEntropy.of()), 1e-6);
    }

    @Test
    void impossibleClassesDoNotSpoilALoss() {
        NetworkBuilder net = Network.builder(1);
        Tensor logs = net.input("logs", DType.F32, Dim.of(1), Dim.of(2));
        net.loss("loss", NegativeLogLikelihood.of().mean(logs, net.target("target", DType.I64, Dim.of(1))));
        assertEquals(0.5, new GraphRun(net.build().graph())
                .with("logs", new float[] {Float.NEGATIVE_INFINITY, -0.5f}, 1, 2)
                .with("target", Literal.of(new long[] {1}, 1)).compiled().get("loss").doubleAt(0));
    }
}
