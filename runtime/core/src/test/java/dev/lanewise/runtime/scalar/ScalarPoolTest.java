package dev.lanewise.runtime.scalar;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lanewise.runtime.kernel.PoolKernels;
import dev.lanewise.runtime.kernel.PoolKernels.PoolShape;
import org.junit.jupiter.api.Test;

/** Scalar pooling against plain loops in double. */
class ScalarPoolTest {

    private static final int CHANNELS = 3;

    private final PoolKernels kernels = new ScalarPool();

    @Test
    void everyGeometry() {
        for (int kernel : new int[] {1, 2, 3}) {
            for (int stride : new int[] {1, 2}) {
                for (int dilation : new int[] {1, 2}) {
                    for (int pad = 0; pad < kernel; pad++) {
                        PoolShape shape =
                                new PoolShape(
                                        kernel, kernel, stride, stride, dilation, dilation, pad,
                                        pad);
                        check(shape, 9, 8, 0);
                    }
                }
            }
        }
    }

    /** Windows that reach past the padding do not count what lies beyond it. */
    @Test
    void roundedUp() {
        check(new PoolShape(3, 3, 2, 2, 1, 1, 1, 1), 6, 6, 1);
    }

    private void check(PoolShape s, int inH, int inW, int more) {
        int paddedH = inH + 2 * s.padTop();
        int paddedW = inW + 2 * s.padLeft();
        int outH = (paddedH - (s.kernelH() - 1) * s.dilationH() - 1) / s.strideH() + 1 + more;
        int outW = (paddedW - (s.kernelW() - 1) * s.dilationW() - 1) / s.strideW() + 1 + more;
        float[] x = References.values(1, 2 + inH * inW * CHANNELS);
        int n = outH * outW * CHANNELS;
        float[] max = new float[n + 3];
        float[] average = new float[n + 3];
        float[] averageInside = new float[n + 3];
        kernels.max(s, CHANNELS, x, 2, inH, inW, max, 3, outH, outW);
        kernels.average(
                s, CHANNELS, x, 2, inH, inW, true, paddedH, paddedW, average, 3, outH, outW);
        kernels.average(
                s, CHANNELS, x, 2, inH, inW, false, inH, inW, averageInside, 3, outH, outW);
        for (int i = 0; i < n; i++) {
            int channel = i % CHANNELS;
            int top = i / CHANNELS / outW * s.strideH() - s.padTop();
            int left = i / CHANNELS % outW * s.strideW() - s.padLeft();
            double sum = 0;
            double most = Double.NEGATIVE_INFINITY;
            int inside = 0;
            int padded = 0;
            for (int kh = 0; kh < s.kernelH(); kh++) {
                for (int kw = 0; kw < s.kernelW(); kw++) {
                    int ih = top + kh * s.dilationH();
                    int iw = left + kw * s.dilationW();
                    if (ih < paddedH - s.padTop() && iw < paddedW - s.padLeft()) {
                        padded++;
                    }
                    if (ih >= 0 && ih < inH && iw >= 0 && iw < inW) {
                        double value = x[2 + (ih * inW + iw) * CHANNELS + channel];
                        sum += value;
                        most = Math.max(most, value);
                        inside++;
                    }
                }
            }
            assertEquals(most, max[3 + i], s.toString());
            References.assertSum(s.toString(), sum / padded, 1, 9, average[3 + i]);
            References.assertSum(s.toString(), sum / inside, 1, 9, averageInside[3 + i]);
        }
    }
}
