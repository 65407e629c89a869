package dev.lanewise.compiler.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How weights begin: bounds and deviations by fan-in and fan-out, on enough numbers to see them. */
@Tag("once")
class InitTest {

    private static final int OUT = 80;
    private static final int IN = 120;

    private static double[] values(Init init, int... shape) {
        return init.literal(SeededRandom.of(1, "w"), shape).toDoubles();
    }

    private static double largest(double[] values) {
        return DoubleStream.of(values).map(Math::abs).max().getAsDouble();
    }

    private static double deviation(double[] values) {
        return Math.sqrt(DoubleStream.of(values).map(v -> v * v).average().getAsDouble());
    }

    private static void uniform(double bound, Init init, int... shape) {
        double[] values = values(init, shape);
        assertTrue(largest(values) <= bound * (1 + 1e-7), "largest");
        assertEquals(bound, largest(values), 0.01 * bound);
        assertEquals(bound / Math.sqrt(3), deviation(values), 0.02 * bound);
        assertEquals(0, Arrays.stream(values).average().getAsDouble(), 0.03 * bound);
    }

    private static void normal(double deviation, Init init, int... shape) {
        double[] values = values(init, shape);
        assertEquals(deviation, deviation(values), 0.03 * deviation);
        assertEquals(0, Arrays.stream(values).average().getAsDouble(), 0.05 * deviation);
        // of normal numbers 31.7 % lie beyond a deviation
        assertEquals(0.317, Arrays.stream(values).filter(v -> Math.abs(v) > deviation).count() / (double) values.length,
                0.02);
    }

    @Test
    void boundsFollowFans() {
        uniform(Math.sqrt(6.0 / (IN + OUT)), Init.xavierUniform(), OUT, IN);
        uniform(Math.sqrt(6.0 / (3 * (IN + OUT))), Init.xavierUniform(), OUT, IN, 3);
        uniform(Math.sqrt(6.0 / IN), Init.heUniform(), OUT, IN);
        uniform(1 / Math.sqrt(IN), Init.fanInUniform(), OUT, IN);
        uniform(0.25, Init.uniform(0.25), OUT, IN);
        normal(Math.sqrt(2.0 / (IN + OUT)), Init.xavierNormal(), OUT, IN);
        normal(Math.sqrt(2.0 / (5 * IN)), Init.heNormal(), OUT, IN, 5);
        normal(0.02, Init.normal(0.02), OUT, IN);
    }

    @Test
    void constants() {
        assertArrayEquals(new double[] {0, 0}, values(Init.zeros(), 2));
        assertArrayEquals(new double[] {1, 1}, values(Init.ones(), 2));
        assertArrayEquals(new double[] {0.5, 0.5}, values(Init.constant(0.5), 2));
    }

    @Test
    void orthogonalRowsOrColumns() {
        for (int[] shape : new int[][] {{5, 5}, {4, 9}, {9, 4}, {4, 3, 3}}) {
            int rows = shape[0];
            double[] w = values(Init.orthogonal(2), shape);
            int columns = w.length / rows;
            int n = Math.min(rows, columns);
            for (int i = 0; i < n; i++) {
                for (int j = 0; j < n; j++) {
                    double dot = 0;
                    for (int k = 0; k < Math.max(rows, columns); k++) {
                        dot += rows <= columns ? w[i * columns + k] * w[j * columns + k]
                                : w[k * columns + i] * w[k * columns + j];
                    }
                    assertEquals(i == j ? 4 : 0, dot, 1e-6);
                }
            }
        }
        // each gate by itself
        double[] gates = values(Init.orthogonal(1).perBlock(2), 6, 3);
        double dot = 0;
        for (int k = 0; k < 3; k++) {
            dot += gates[9 + k] * gates[12 + k];
        }
        assertEquals(0, dot, 1e-6);
    }
}
