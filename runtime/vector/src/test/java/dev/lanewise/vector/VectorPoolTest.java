package dev.lanewise.vector;

import dev.lanewise.runtime.kernel.PoolKernels;
import dev.lanewise.runtime.kernel.PoolKernels.PoolShape;
import dev.lanewise.runtime.scalar.ScalarPool;
import org.junit.jupiter.api.Test;

/** Pooling: the vector kernels give the scalar kernels' bits, and write nothing else. */
class VectorPoolTest {

    private final PoolKernels scalar = new ScalarPool();
    private final PoolKernels vector = new VectorPool();

    @Test
    void everyNumberOfChannels() {
        for (int channels : Twins.SIZES) {
            compare(new PoolShape(3, 2, 2, 1, 1, 1, 1, 0), channels, 6, 5);
        }
    }

    @Test
    void everyGeometry() {
        for (int kernel : new int[] {1, 2, 3, 5}) {
            for (int stride : new int[] {1, 2, 3}) {
                for (int dilation : new int[] {1, 2}) {
                    for (int pad : new int[] {0, 1, 2}) {
                        PoolShape shape =
                                new PoolShape(
                                        kernel, kernel + 1, stride, stride, dilation, dilation,
                                        pad, pad);
                        compare(shape, 21, 13, 12);
                    }
                }
            }
        }
    }

    /** Windows that are text of their own, inside the image and at its borders. */
    @Test
    void squares() {
        for (int channels : Twins.SIZES) {
            for (int kernel : new int[] {2, 3}) {
                for (int pad : new int[] {0, 1}) {
                    compare(new PoolShape(kernel, kernel, 2, kernel, 1, 1, pad, pad), channels, 8, 9);
                    compare(new PoolShape(kernel, kernel, 1, 1, 2, 1, pad, pad), channels, 7, 6);
                }
            }
        }
    }

    private void compare(PoolShape s, int channels, int inH, int inW) {
        int paddedH = inH + 2 * s.padTop();
        int paddedW = inW + 2 * s.padLeft();
        int outH = (paddedH - (s.kernelH() - 1) * s.dilationH() - 1) / s.strideH() + 1;
        int outW = (paddedW - (s.kernelW() - 1) * s.dilationW() - 1) / s.strideW() + 1;
        // one more each way: as with rounding up, windows reach past the padding
        outH++;
        outW++;
        int pixels = 3 + inH * inW * channels;
        float[] x = channels % 2 == 0 ? Twins.specials(1, pixels) : Twins.values(1, pixels);
        int n = outH * outW * channels;
        float[] before = Twins.values(2, 6 + n + 40);
        for (int mode = 0; mode < 3; mode++) {
            String what = s + " mode " + mode;
            float[] expected = before.clone();
            float[] found = before.clone();
            if (mode == 0) {
                scalar.max(s, channels, x, 3, inH, inW, expected, 6, outH, outW);
                vector.max(s, channels, x, 3, inH, inW, found, 6, outH, outW);
            } else {
                boolean pad = mode == 1;
                scalar.average(
                        s, channels, x, 3, inH, inW, pad, paddedH, paddedW, expected, 6, outH,
                        outW);
                vector.average(
                        s, channels, x, 3, inH, inW, pad, paddedH, paddedW, found, 6, outH, outW);
            }
            Twins.assertSameBits(what, expected, found);
            Twins.assertOnly(what, before, found, 6, 1, n, Integer.MAX_VALUE);
        }
        float[] dy = Twins.values(3, 4 + n);
        int elements = inH * inW * channels;
        float[] around = Twins.values(4, 5 + elements + 40);
        for (int mode = 0; mode < 3; mode++) {
            String what = s + " gradient, mode " + mode;
            float[] expected = around.clone();
            float[] found = around.clone();
            for (PoolKernels kernels : new PoolKernels[] {scalar, vector}) {
                float[] dx = kernels == scalar ? expected : found;
                if (mode == 0) {
                    kernels.maxGradient(s, channels, x, 3, inH, inW, dy, 4, outH, outW, dx, 5);
                } else {
                    kernels.averageGradient(
                            s, channels, inH, inW, mode == 1, paddedH, paddedW, dy, 4, outH, outW, dx, 5);
                }
            }
            Twins.assertSameBits(what, expected, found);
            Twins.assertOnly(what, around, found, 5, 1, elements, Integer.MAX_VALUE);
        }
    }
}
