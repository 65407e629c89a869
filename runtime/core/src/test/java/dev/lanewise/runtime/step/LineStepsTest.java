package dev.lanewise.runtime.step;

import static dev.lanewise.runtime.step.ElementwiseStepsTest.doubles;
import static dev.lanewise.runtime.step.ElementwiseStepsTest.f16;
import static dev.lanewise.runtime.step.ElementwiseStepsTest.random;
import static dev.lanewise.runtime.step.ElementwiseStepsTest.size;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.lanewise.formats.DType;
import dev.lanewise.formats.FormatException;
import dev.lanewise.formats.ShapeException;
import dev.lanewise.formats.proto.StepKind;
import dev.lanewise.runtime.OneStep;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** ARG_EXTREME and CUMULATE along every axis; POOL_MAX, POOL_AVERAGE; RANDOM. */
class LineStepsTest {

    @Test
    void argExtremeAlongEveryAxis() {
        int[] shape = {3, 4, 270};
        float[] x = random(1, size(shape));
        for (int axis = 0; axis < 3; axis++) {
            int inner = new int[] {4 * 270, 270, 1}[axis];
            int n = shape[axis];
            int[] yShape = shape.clone();
            yShape[axis] = 1;
            for (int largest = 0; largest < 2; largest++) {
                long[] y = OneStep.of(StepKind.ARG_EXTREME).in(x, shape).out(DType.I64, yShape)
                        .ints(axis, largest, 0).run().longs(0);
                for (int line = 0; line < y.length; line++) {
                    int start = line / inner * inner * n + line % inner;
                    int best = 0;
                    for (int i = 1; i < n; i++) {
                        float d = x[start + i * inner] - x[start + best * inner];
                        best = (largest == 1 ? d > 0 : d < 0) ? i : best;
                    }
                    assertEquals(best, y[line]);
                }
            }
        }
    }

    private static long arg(DType type, Object x, int n, int largest, int last) {
        return OneStep.of(StepKind.ARG_EXTREME).in(type, x, n).out(DType.I64).ints(0, largest, last).run().longs(0)[0];
    }

    @Test
    void argExtremeOfEqualOnesAndOddOnes() {
        float inf = Float.POSITIVE_INFINITY;
        assertEquals(1, arg(DType.F32, new float[] {1, 2, 2}, 3, 1, 0));
        assertEquals(2, arg(DType.F32, new float[] {1, 2, 2}, 3, 1, 1));
        assertEquals(1, arg(DType.F32, new float[] {9, Float.NaN, Float.NaN}, 3, 0, 0));
        assertEquals(2, arg(DType.F32, new float[] {9, Float.NaN, Float.NaN}, 3, 1, 1));
        assertEquals(0, arg(DType.F32, new float[] {-inf, -inf}, 2, 1, 0));
        assertEquals(1, arg(DType.F32, new float[] {-inf, -inf}, 2, 1, 1));
        assertEquals(0, arg(DType.U64, new long[] {-1, 1}, 2, 1, 0));
        assertEquals(1, arg(DType.U8, new byte[] {-1, 1, 1}, 3, 0, 0));
        assertEquals(1, arg(DType.BOOL, new byte[] {0, 1, 0}, 3, 1, 0));
        assertThrows(ShapeException.class, () -> arg(DType.F32, new float[0], 0, 1, 0));
        assertThrows(FormatException.class, () -> OneStep.of(StepKind.ARG_EXTREME).in(new float[1]).out(DType.I64)
                .ints(0, 1, 0).run());
    }

    @Test
    void cumulatesAlongEveryAxis() {
        int[] shape = {2, 300, 3};
        float[] x = random(2, size(shape));
        for (int flags = 0; flags < 24; flags++) {
            int axis = flags / 8;
            int inner = new int[] {900, 3, 1}[axis];
            int n = shape[axis];
            boolean exclusive = (flags & 1) != 0;
            boolean reverse = (flags & 2) != 0;
            boolean products = (flags & 4) != 0;
            OneStep step = OneStep.of(StepKind.CUMULATE).in(DType.F64, doubles(x), shape).out(DType.F64, shape)
                    .ints(axis, flags & 1, flags >> 1 & 1, flags >> 2 & 1);
            double[] y = step.run().doubles(0);
            for (int line = 0; line < y.length / n; line++) {
                int start = line / inner * inner * n + line % inner;
                double value = products ? 1 : 0;
                for (int s = 0; s < n; s++) {
                    int at = start + (reverse ? n - 1 - s : s) * inner;
                    double next = products ? value * x[at] : value + x[at];
                    assertEquals(exclusive ? value : next, y[at]);
                    value = next;
                }
            }
            step.allocatesNothing();
        }
        assertArrayEquals(new byte[] {100, (byte) 200, 44}, OneStep.of(StepKind.CUMULATE)
                .in(DType.U8, new byte[] {100, 100, 100}, 3).out(DType.U8, 3).ints(0, 0, 0, 0).run().bytes(0));
        assertArrayEquals(f16(1, 3), OneStep.of(StepKind.CUMULATE)
                .in(DType.F16, f16(1, 2), 2).out(DType.F16, 2).ints(0, 0, 0, 0).run().shorts(0));
    }

    /** in, kernel, stride, dilation, pad before, pad after, out; each per axis. */
    private static final int[][][] POOLS = {
        {{7}, {3}, {2}, {1}, {1}, {1}, {4}},
        {{5, 6}, {3, 2}, {2, 2}, {1, 2}, {1, 0}, {0, 0}, {2, 2}},
        {{4, 3, 5}, {2, 3, 2}, {2, 1, 2}, {1, 1, 1}, {0, 1, 1}, {0, 1, 0}, {2, 3, 3}},
    };

    @Test
    void poolsOverOneToThreeAxes() {
        for (int[][] p : POOLS) {
            for (boolean average : new boolean[] {false, true}) {
                for (int count = 0; count < 2; count++) {
                    checkPool(p, 2, 3, average, count);
                    checkPool(p, 1, 260, average, count);
                }
            }
        }
    }

    private static void checkPool(int[][] p, int batch, int channels, boolean average, int countPad) {
        int axes = p[0].length;
        int[] xShape = new int[axes + 2];
        int[] yShape = new int[axes + 2];
        xShape[0] = yShape[0] = batch;
        xShape[axes + 1] = yShape[axes + 1] = channels;
        System.arraycopy(p[0], 0, xShape, 1, axes);
        System.arraycopy(p[6], 0, yShape, 1, axes);
        float[] x = random(1, size(xShape));
        int[] ints = new int[4 * axes];
        for (int a = 0; a < axes; a++) {
            for (int i = 0; i < 4; i++) {
                ints[4 * a + i] = p[1 + i][a];
            }
        }
        OneStep floats = OneStep.of(average ? StepKind.POOL_AVERAGE : StepKind.POOL_MAX).in(x, xShape)
                .out(DType.F32, yShape).ints(ints);
        OneStep wide = OneStep.of(average ? StepKind.POOL_AVERAGE : StepKind.POOL_MAX)
                .in(DType.F64, doubles(x), xShape).out(DType.F64, yShape).ints(ints);
        if (average) {
            floats.ints(countPad).ints(p[5]);
            wide.ints(countPad).ints(p[5]);
        }
        float[] y = floats.run().floats(0);
        double[] z = wide.run().doubles(0);
        int pixels = size(p[6]);
        for (int i = 0; i < y.length; i++) {
            double value = average ? 0 : Double.NEGATIVE_INFINITY;
            int taps = 0;
            for (int tap = 0; tap < size(p[1]); tap++) {
                int at = 0;
                int stride = 1;
                boolean inside = true;
                boolean padded = true;
                int pixel = i / channels % pixels;
                int rest = tap;
                for (int a = axes - 1; a >= 0; a--) {
                    int pos = pixel % p[6][a] * p[2][a] + rest % p[1][a] * p[3][a] - p[4][a];
                    inside &= pos >= 0 && pos < p[0][a];
                    padded &= pos < p[0][a] + p[5][a];
                    at += pos * stride;
                    stride *= p[0][a];
                    pixel /= p[6][a];
                    rest /= p[1][a];
                }
                taps += inside || countPad == 1 && padded ? 1 : 0;
                if (inside) {
                    float v = x[(i / channels / pixels * size(p[0]) + at) * channels + i % channels];
                    value = average ? value + v : Math.max(value, v);
                }
            }
            double expected = average ? value / taps : value;
            assertEquals(expected, y[i], 1e-5);
            assertEquals(expected, z[i], 1e-13);
        }
        floats.allocatesNothing();
        wide.allocatesNothing();
    }

    @Test
    void poolsOfIntegersAndNonsense() {
        assertArrayEquals(new byte[] {(byte) 200, 7}, OneStep.of(StepKind.POOL_MAX)
                .in(DType.U8, new byte[] {5, (byte) 200, 7, 6}, 1, 4, 1).out(DType.U8, 1, 2, 1)
                .ints(2, 2, 1, 0).run().bytes(0));
        assertThrows(FormatException.class, () -> OneStep.of(StepKind.POOL_AVERAGE)
                .in(DType.U8, new byte[4], 1, 4, 1).out(DType.U8, 1, 2, 1).ints(2, 2, 1, 0, 0, 0).run());
        assertThrows(ShapeException.class, () -> OneStep.of(StepKind.POOL_MAX)
                .in(new float[4], 1, 4, 1).out(DType.F32, 1, 2, 1).ints(Integer.MAX_VALUE, 1, 1, 0).run());
        assertThrows(FormatException.class, () -> OneStep.of(StepKind.POOL_MAX)
                .in(new float[4], 1, 4, 1).out(DType.F32, 1, 2, 1).ints(2, 0, 1, 0).run());
    }

    @Test
    void randomNumbersHaveTheirDistribution() {
        int n = 20_000;
        float[] uniform = OneStep.of(StepKind.RANDOM).out(DType.F32, n).ints(0, 7, 0).floats(-1, 3).run().floats(0);
        double[] normal = OneStep.of(StepKind.RANDOM).out(DType.F64, n).ints(1, 7, 1).floats(2, 3).run().doubles(0);
        float[] p = new float[n];
        Arrays.fill(p, 0.3f);
        byte[] bernoulli = OneStep.of(StepKind.RANDOM).in(p, n).out(DType.BOOL, n).ints(2, 7, 0).run().bytes(0);
        double mean = 0;
        double meanNormal = 0;
        double square = 0;
        double ones = 0;
        for (int i = 0; i < n; i++) {
            assertEquals(true, uniform[i] >= -1 && uniform[i] <= 3);
            mean += uniform[i] / n;
            meanNormal += normal[i] / n;
            square += (normal[i] - 2) * (normal[i] - 2) / n;
            ones += bernoulli[i] / (double) n;
        }
        assertEquals(1, mean, 0.04);
        assertEquals(2, meanNormal, 0.1);
        assertEquals(9, square, 0.4);
        assertEquals(0.3, ones, 0.02);
        OneStep.of(StepKind.RANDOM).out(DType.F32, 300).ints(1, 1, 1).floats(0, 1).allocatesNothing();
        assertThrows(FormatException.class, () -> OneStep.of(StepKind.RANDOM).out(DType.I64, 3).ints(1, 1, 1)
                .floats(0, 1).run());
    }
}
