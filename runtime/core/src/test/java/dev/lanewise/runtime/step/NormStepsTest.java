package dev.lanewise.runtime.step;

import static dev.lanewise.runtime.step.ElementwiseStepsTest.doubles;
import static dev.lanewise.runtime.step.ElementwiseStepsTest.f16;
import static dev.lanewise.runtime.step.ElementwiseStepsTest.random;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.lanewise.formats.DType;
import dev.lanewise.formats.Floats16;
import dev.lanewise.formats.FormatException;
import dev.lanewise.formats.ShapeException;
import dev.lanewise.formats.proto.StepKind;
import dev.lanewise.runtime.OneStep;
import dev.lanewise.runtime.kernel.AttentionKernels;
import org.junit.jupiter.api.Test;

/** SOFTMAX, LAYER_NORM, RMS_NORM and ATTENTION against sums in double. */
class NormStepsTest {

    @Test
    void softmaxAndItsLogarithm() {
        for (int[] shape : new int[][] {{3, 5}, {2, 300}, {1}, {0, 4}, {4, 0}}) {
            int size = ElementwiseStepsTest.size(shape);
            int n = shape[shape.length - 1];
            float[] x = random(1, size);
            for (int log = 0; log < 2; log++) {
                float[] y = OneStep.of(StepKind.SOFTMAX).in(x, shape).outInPlaceOf(0, DType.F32, shape).ints(log)
                        .run().floats(0);
                double[] z = OneStep.of(StepKind.SOFTMAX).in(DType.F64, doubles(x), shape)
                        .outInPlaceOf(0, DType.F64, shape).ints(log).run().doubles(0);
                for (int i = 0; i < size; i++) {
                    double sum = 0;
                    for (int j = i / n * n; j < i / n * n + n; j++) {
                        sum += Math.exp(x[j]);
                    }
                    double expected = log == 1 ? x[i] - Math.log(sum) : Math.exp(x[i]) / sum;
                    assertEquals(expected, y[i], 1e-5);
                    assertEquals(expected, z[i], 1e-13);
                }
            }
        }
        OneStep.of(StepKind.SOFTMAX).in(DType.BF16, new short[600], 2, 300).out(DType.BF16, 2, 300).ints(1)
                .allocatesNothing();
        assertThrows(FormatException.class, () -> OneStep.of(StepKind.SOFTMAX).in(new long[2], 2)
                .out(DType.I64, 2).ints(0).run());
    }

    @Test
    void normalisesRows() {
        int[] shape = {7, 4, 75};
        float[] x = random(1, 2100);
        float[] scale = random(2, 2100);
        float[] bias = random(3, 2100);
        for (int axis = 0; axis < 3; axis++) {
            int n = new int[] {2100, 300, 75}[axis];
            int rows = 2100 / n;
            float[] s = java.util.Arrays.copyOf(scale, n);
            float[] b = java.util.Arrays.copyOf(bias, n);
            OneStep.Result layer = OneStep.of(StepKind.LAYER_NORM).in(x, shape).weights(s, n).weights(b, n)
                    .outInPlaceOf(0, DType.F32, shape).out(DType.F32, rows).out(DType.F32, rows).ints(axis)
                    .floats(1e-3f).run();
            OneStep.Result half = OneStep.of(StepKind.LAYER_NORM).in(DType.F16, f16(x), shape)
                    .in(DType.F16, f16(s), n).in(DType.F16, f16(b), n)
                    .out(DType.F16, shape).out(DType.F32, rows).absentOut().ints(axis).floats(1e-3f).run();
            float[] rms = OneStep.of(StepKind.RMS_NORM).in(x, shape).weights(s, n).out(DType.F32, shape).ints(axis)
                    .floats(1e-3f).run().floats(0);
            double[] rmsWide = OneStep.of(StepKind.RMS_NORM).in(DType.F64, doubles(x), shape)
                    .in(DType.F64, doubles(s), n).out(DType.F64, shape).ints(axis).floats(1e-3f).run().doubles(0);
            for (int i = 0; i < x.length; i++) {
                int row = i / n;
                double mean = 0;
                double square = 0;
                for (int j = row * n; j < row * n + n; j++) {
                    mean += x[j] / (double) n;
                    square += (double) x[j] * x[j] / n;
                }
                double inv = 1 / Math.sqrt(square - mean * mean + 1e-3f);
                double expected = (x[i] - mean) * inv * s[i % n] + b[i % n];
                assertEquals(expected, layer.floats(0)[i], 2e-5);
                assertEquals(expected, Floats16.fromF16(half.shorts(0)[i]), 1e-2);
                assertEquals(mean, layer.floats(1)[row], 1e-5);
                assertEquals(mean, half.floats(1)[row], 1e-3);
                assertEquals(inv, layer.floats(2)[row], 1e-5);
                double expectedRms = x[i] / Math.sqrt(square + 1e-3f) * s[i % n];
                assertEquals(expectedRms, rms[i], 2e-5);
                assertEquals(expectedRms, rmsWide[i], 1e-12);
            }
        }
    }

    @Test
    void manyRowsOfStatistics() {
        float[] x = random(4, 5000 * 2);
        OneStep step = OneStep.of(StepKind.LAYER_NORM).in(x, 5000, 2).weights(new float[] {1, 1}, 2).absent()
                .out(DType.F32, 5000, 2).absentOut().out(DType.F32, 5000).ints(1).floats(0.5f);
        float[] inv = step.run().floats(2);
        for (int i = 0; i < 5000; i++) {
            double half = (x[2 * i] - x[2 * i + 1]) / 2.0;
            assertEquals(1 / Math.sqrt(half * half + 0.5), inv[i], 1e-5);
        }
        step.allocatesNothing();
        assertThrows(ShapeException.class, () -> OneStep.of(StepKind.RMS_NORM).in(x, 5000, 2)
                .weights(new float[3], 3).out(DType.F32, 5000, 2).ints(1).floats(0).run());
        assertThrows(FormatException.class, () -> OneStep.of(StepKind.RMS_NORM).in(x, 5000, 2)
                .weights(new float[2], 2).out(DType.F32, 5000, 2).ints(2).floats(0).run());
    }

    private static final int HEADS = 4;
    private static final int KV = 2;
    private static final int D = 6;
    private static final int DV = 3;

    @Test
    void attendsWithGroupedHeads() {
        attention(1, 1, 1, null, false, 0, 0);
        attention(2, 3, 70, null, false, 0, 0);
        attention(2, 3, 5, new int[] {1, 1, 3, 5}, false, 0, 0);
        attention(2, 3, 5, new int[] {2, 4, 1, 5}, false, 0, 5);
        attention(2, 5, 5, null, true, 0, 0);
        attention(1, 3, 8, new int[] {1, 4, 3, 8}, true, 4, 0);
        attention(1, 6, 3, null, true, 0, 0);
        attention(2, 0, 3, null, false, 0, 0);
        attention(2, 2, 0, null, false, 0, 0);
    }

    private static OneStep step(
            int batch, int queries, int keys, int[] biasShape, boolean causal, int offset, float softcap) {
        AttentionKernels.AttentionShape shape = new AttentionKernels.AttentionShape(D, DV, 0.4f, softcap);
        OneStep step = OneStep.of(StepKind.ATTENTION)
                .in(random(1, batch * queries * HEADS * D), batch, queries, HEADS, D)
                .in(random(2, batch * keys * KV * D), batch, keys, KV, D)
                .in(random(3, batch * keys * KV * DV), batch, keys, KV, DV);
        step = biasShape == null
                ? step.absent()
                : step.in(random(4, ElementwiseStepsTest.size(biasShape)), biasShape);
        step.out(DType.F32, batch, queries, HEADS, DV)
                .scratch(AttentionKernels.scratchFloats(shape, queries)).floats(0.4f, softcap);
        return step.ints(causal ? 1 : 0, causal ? step.dim(offset) : 0, 0);
    }

    private static void attention(
            int batch, int queries, int keys, int[] biasShape, boolean causal, int offset, float softcap) {
        OneStep.Result result = step(batch, queries, keys, biasShape, causal, offset, softcap).run();
        float[] q = random(1, batch * queries * HEADS * D);
        float[] k = random(2, batch * keys * KV * D);
        float[] v = random(3, batch * keys * KV * DV);
        float[] bias = biasShape == null ? null : random(4, ElementwiseStepsTest.size(biasShape));
        long products = 0;
        for (int b = 0; b < batch; b++) {
            for (int t = 0; t < queries; t++) {
                for (int h = 0; h < HEADS; h++) {
                    int seen = causal ? Math.min(keys, offset + t + 1) : keys;
                    products += (long) seen * (D + DV);
                    double[] y = new double[DV];
                    double sum = 0;
                    for (int s = 0; s < seen; s++) {
                        double score = 0;
                        for (int d = 0; d < D; d++) {
                            score += (double) q[((b * queries + t) * HEADS + h) * D + d]
                                    * k[((b * keys + s) * KV + h / 2) * D + d];
                        }
                        score *= 0.4f;
                        score = softcap == 0 ? score : softcap * Math.tanh(score / softcap);
                        if (bias != null) {
                            int at = ((b * HEADS + h) * queries + t) * keys + s;
                            score += bias[ElementwiseStepsTest.index(
                                    at, new int[] {batch, HEADS, queries, keys}, biasShape)];
                        }
                        double weight = Math.exp(score);
                        sum += weight;
                        for (int d = 0; d < DV; d++) {
                            y[d] += weight * v[((b * keys + s) * KV + h / 2) * DV + d];
                        }
                    }
                    for (int d = 0; d < DV; d++) {
                        double expected = seen == 0 ? 0 : y[d] / sum;
                        assertEquals(
                                expected, result.floats(0)[((b * queries + t) * HEADS + h) * DV + d], 1e-5);
                    }
                }
            }
        }
        assertEquals(products, result.multiplyAdds());
        step(batch, queries, keys, biasShape, causal, offset, softcap).allocatesNothing();
    }

    @Test
    void attentionRefusesWhatDoesNotFit() {
        assertThrows(ShapeException.class, () -> OneStep.of(StepKind.ATTENTION)
                .in(new float[6], 1, 1, 3, 2).in(new float[4], 1, 1, 2, 2).in(new float[4], 1, 1, 2, 2).absent()
                .out(DType.F32, 1, 1, 3, 2).out(DType.F32, 9999).ints(0, 0, 0).floats(1, 0).run());
        assertThrows(ShapeException.class, () -> OneStep.of(StepKind.ATTENTION)
                .in(new float[2], 1, 1, 1, 2).in(new float[4], 1, 2, 1, 2).in(new float[4], 1, 2, 1, 2)
                .in(new float[1], 1, 1, 1, 1)
                .out(DType.F32, 1, 1, 1, 2).out(DType.F32, 9999).ints(0, 0, 0).floats(1, 0).run());
        assertThrows(ShapeException.class, () -> OneStep.of(StepKind.ATTENTION)
                .in(new float[2], 1, 1, 1, 2).in(new float[4], 1, 2, 1, 2).in(new float[4], 1, 2, 1, 2).absent()
                .out(DType.F32, 1, 1, 1, 2).out(DType.F32, 9).ints(0, 0, 0).floats(1, 0).run());
        assertArrayEquals(new float[0], step(0, 3, 3, null, false, 0, 0).run().floats(0));
    }
}
