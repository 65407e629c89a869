package dev.lanewise.runtime.step;

import static dev.lanewise.runtime.step.ElementwiseStepsTest.doubles;
import static dev.lanewise.runtime.step.ElementwiseStepsTest.index;
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
import dev.lanewise.runtime.kernel.MatmulKernels;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** MATMUL, MATMUL_DYNAMIC and CONV against sums in double. */
class ProductStepsTest {

    @Test
    void matmulWithWeights() {
        for (int[] s : new int[][] {{1, 5, 3}, {6, 17, 33}, {4, 1, 1}, {0, 3, 2}}) {
            int m = s[0];
            int k = s[1];
            int n = s[2];
            float[] a = random(1, m * k);
            float[] b = random(2, k * n);
            float[] bias = random(3, n);
            for (int trans = 0; trans < 2; trans++) {
                OneStep step = OneStep.of(StepKind.MATMUL).in(a, m, k)
                        .weights(b, trans == 1 ? n : k, trans == 1 ? k : n).weights(bias, n).out(DType.F32, m, n)
                        .ints(trans, 1 + UnaryFn.RELU.ordinal()).floats(0, 0);
                OneStep.Result result = step.run();
                for (int i = 0; i < m * n; i++) {
                    double sum = bias[i % n];
                    for (int p = 0; p < k; p++) {
                        sum += (double) a[i / n * k + p] * b[trans == 1 ? i % n * k + p : p * n + i % n];
                    }
                    assertEquals(Math.max(sum, 0), result.floats(0)[i], 1e-5);
                }
                assertEquals((long) m * k * n, result.multiplyAdds());
                step.allocatesNothing();
            }
        }
        assertThrows(ShapeException.class, () -> OneStep.of(StepKind.MATMUL).in(new float[6], 2, 3)
                .weights(new float[4], 2, 2).absent().out(DType.F32, 2, 2).ints(0, 0).run());
        assertThrows(FormatException.class, () -> OneStep.of(StepKind.MATMUL).in(new float[4], 2, 2)
                .in(new float[4], 2, 2).absent().out(DType.F32, 2, 2).ints(0, 0).run());
        assertThrows(FormatException.class, () -> OneStep.of(StepKind.MATMUL).in(new float[4], 2, 2)
                .weights(new float[4], 2, 2).absent().out(DType.F32, 2, 2)
                .ints(0, 1 + UnaryFn.NOT.ordinal()).floats(0, 0).run());
    }

    @Test
    void matmulOfActivationsBroadcasts() {
        int[][][] leading = {{{}, {}, {}}, {{2, 3}, {2, 3}, {2, 3}}, {{2, 1}, {3}, {2, 3}}, {{}, {4}, {4}}, {{0},
                {1}, {0}}};
        for (int[][] l : leading) {
            for (int trans = 0; trans < 2; trans++) {
                checkDynamic(l, 3, 5, 300, trans);
                checkDynamic(l, 1, 19, 2, trans);
                checkDynamic(l, 2, 0, 2, trans);
            }
        }
    }

    private static void checkDynamic(int[][] leading, int m, int k, int n, int trans) {
        int[] aShape = with(leading[0], m, k);
        int[] bShape = trans == 1 ? with(leading[1], n, k) : with(leading[1], k, n);
        int[] yShape = with(leading[2], m, n);
        float[] a = random(1, size(aShape));
        float[] b = random(2, size(bShape));
        OneStep step = OneStep.of(StepKind.MATMUL_DYNAMIC).in(a, aShape).in(b, bShape).out(DType.F32, yShape)
                .scratch(MatmulKernels.panelFloats(n, k)).ints(trans);
        float[] y = step.run().floats(0);
        double[] wide = OneStep.of(StepKind.MATMUL_DYNAMIC).in(DType.F64, doubles(a), aShape)
                .in(DType.F64, doubles(b), bShape).out(DType.F64, yShape).ints(trans).run().doubles(0);
        for (int i = 0; i < y.length; i++) {
            int batch = i / (m * n);
            int aAt = index(batch, leading[2], leading[0]) * m * k + i / n % m * k;
            int bAt = index(batch, leading[2], leading[1]) * k * n;
            double sum = 0;
            for (int p = 0; p < k; p++) {
                sum += (double) a[aAt + p] * b[bAt + (trans == 1 ? i % n * k + p : p * n + i % n)];
            }
            assertEquals(sum, y[i], 1e-5);
            assertEquals(sum, wide[i], 1e-13);
        }
        step.allocatesNothing();
    }

    private static int[] with(int[] leading, int... last) {
        int[] shape = Arrays.copyOf(leading, leading.length + 2);
        shape[leading.length] = last[0];
        shape[leading.length + 1] = last[1];
        return shape;
    }

    @Test
    void matmulOfIntegersMayMixTypes() {
        assertArrayEquals(new int[] {-1 * 255 + 2 * 3}, OneStep.of(StepKind.MATMUL_DYNAMIC)
                .in(DType.I8, new byte[] {-1, 2}, 1, 2).in(DType.U8, new byte[] {-1, 3}, 2, 1)
                .out(DType.I32, 1, 1).ints(0).run().ints(0));
        assertThrows(FormatException.class, () -> OneStep.of(StepKind.MATMUL_DYNAMIC)
                .in(DType.BOOL, new byte[] {1}, 1, 1).in(DType.BOOL, new byte[] {1}, 1, 1)
                .out(DType.BOOL, 1, 1).ints(0).run());
        assertThrows(ShapeException.class, () -> OneStep.of(StepKind.MATMUL_DYNAMIC)
                .in(new float[4], 2, 2).in(new float[4], 2, 2).out(DType.F32, 2, 2).out(DType.F32, 1).ints(0).run());
    }

    /** Spatial extents, kernel, strides, dilations, pads before, and y's extents. */
    private record Case(int[] in, int[] kernel, int[] stride, int[] dilation, int[] pad, int[] out) {}

    @Test
    void convolutionsOverOneToThreeAxes() {
        Case[] cases = {
            new Case(new int[] {9}, new int[] {3}, new int[] {1}, new int[] {2}, new int[] {4}, new int[] {9}),
            new Case(new int[] {5, 6}, new int[] {3, 2}, new int[] {2, 1}, new int[] {1, 1}, new int[] {1, 0},
                    new int[] {3, 5}),
            new Case(new int[] {1, 6}, new int[] {1, 1}, new int[] {1, 1}, new int[] {1, 1}, new int[] {0, 0},
                    new int[] {1, 6}),
            new Case(new int[] {4, 3, 5}, new int[] {3, 3, 2}, new int[] {2, 1, 1}, new int[] {1, 1, 2},
                    new int[] {1, 1, 1}, new int[] {2, 3, 5}),
            new Case(new int[] {1, 1, 1}, new int[] {1, 1, 1}, new int[] {1, 1, 1}, new int[] {1, 1, 1},
                    new int[] {1, 1, 1}, new int[] {3, 3, 3}),
        };
        for (Case c : cases) {
            checkConv(c, 2, 3, 4, 1, true);
            checkConv(c, 1, 4, 6, 2, false);
            checkConv(c, 2, 5, 5, 5, true);
        }
    }

    private static void checkConv(Case c, int batch, int channels, int outChannels, int group, boolean withBias) {
        int axes = c.in.length;
        int[] xShape = shape(batch, c.in, channels);
        int[] yShape = shape(batch, c.out, outChannels);
        int[] wShape = new int[axes + 2];
        wShape[0] = outChannels;
        wShape[1] = channels / group;
        System.arraycopy(c.kernel, 0, wShape, 2, axes);
        float[] x = random(1, size(xShape));
        float[] w = random(2, size(wShape));
        float[] bias = random(3, outChannels);
        OneStep step = OneStep.of(StepKind.CONV).in(x, xShape).weights(w, wShape);
        if (withBias) {
            step.weights(bias, outChannels);
        }
        OneStep.Result result = step.out(DType.F32, yShape).ints(group).ints(c.stride).ints(c.dilation).ints(c.pad)
                .ints(1 + UnaryFn.RELU.ordinal()).floats(0, 0).run();
        int inPixels = size(c.in);
        int outPixels = size(c.out);
        int taps = size(c.kernel);
        int perGroup = channels / group;
        for (int i = 0; i < result.floats(0).length; i++) {
            int o = i % outChannels;
            int pixel = i / outChannels % outPixels;
            int n = i / outChannels / outPixels;
            double sum = withBias ? bias[o] : 0;
            for (int tap = 0; tap < taps; tap++) {
                int at = position(c, pixel, tap);
                for (int ch = 0; at >= 0 && ch < perGroup; ch++) {
                    sum += (double) x[(n * inPixels + at) * channels + o / (outChannels / group) * perGroup + ch]
                            * w[(o * perGroup + ch) * taps + tap];
                }
            }
            assertEquals(Math.max(sum, 0), result.floats(0)[i], 2e-5);
        }
        assertEquals((long) result.floats(0).length * taps * perGroup, result.multiplyAdds());
        step.allocatesNothing();
    }

    /** Pixel of x under a tap, or -1 on padding. */
    private static int position(Case c, int pixel, int tap) {
        int at = 0;
        int stride = 1;
        for (int a = c.in.length - 1; a >= 0; a--) {
            int p = pixel % c.out[a] * c.stride[a] + tap % c.kernel[a] * c.dilation[a] - c.pad[a];
            if (p < 0 || p >= c.in[a]) {
                return -1;
            }
            at += p * stride;
            stride *= c.in[a];
            pixel /= c.out[a];
            tap /= c.kernel[a];
        }
        return at;
    }

    private static int[] shape(int batch, int[] spatial, int channels) {
        int[] shape = new int[spatial.length + 2];
        shape[0] = batch;
        System.arraycopy(spatial, 0, shape, 1, spatial.length);
        shape[spatial.length + 1] = channels;
        return shape;
    }

    @Test
    void convolutionRefusesNonsense() {
        int huge = Integer.MAX_VALUE;
        assertThrows(FormatException.class, () -> conv1(3, 1, 1, 0).run());
        assertThrows(FormatException.class, () -> conv1(1, 0, 1, 0).run());
        assertThrows(FormatException.class, () -> conv1(1, 1, 1, -1).run());
        assertThrows(ShapeException.class, () -> conv1(1, huge, huge, 0).run());
        conv1(1, 1, 1, huge).run();
        assertThrows(ShapeException.class, () -> OneStep.of(StepKind.CONV).in(new float[8], 1, 4, 2)
                .weights(new float[6], 2, 1, 3).absent().out(DType.F32, 1, 2, 2).ints(1, 1, 1, 0, 0).run());
    }

    private static OneStep conv1(int group, int stride, int dilation, int pad) {
        return OneStep.of(StepKind.CONV).in(new float[8], 1, 4, 2).weights(new float[12], 2, 2, 3).absent()
                .out(DType.F32, 1, 3, 2).ints(group, stride, dilation, pad, 0);
    }
}
