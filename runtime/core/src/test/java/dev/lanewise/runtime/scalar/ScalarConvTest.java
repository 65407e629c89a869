package dev.lanewise.runtime.scalar;

import dev.lanewise.runtime.kernel.ConvKernels;
import dev.lanewise.runtime.kernel.ConvKernels.ConvShape;
import dev.lanewise.runtime.kernel.ConvKernels.ImageSize;
import dev.lanewise.runtime.kernel.Epilogue;
import dev.lanewise.runtime.kernel.Kernels;
import org.junit.jupiter.api.Test;

/** Scalar convolutions against sums in double. */
class ScalarConvTest {

    private final ConvKernels kernels = new ScalarConv(new ScalarMap());

    @Test
    void everyGeometry() {
        for (int kernel : new int[] {1, 2, 3}) {
            for (int stride : new int[] {1, 2}) {
                for (int dilation : new int[] {1, 2}) {
                    for (int pad : new int[] {0, 1, 3}) {
                        check(square(1, 3, 5, kernel, stride, dilation, pad), 9, 8);
                        check(square(2, 4, 6, kernel, stride, dilation, pad), 6, 9);
                        check(square(7, 7, 7, kernel, stride, dilation, pad), 9, 6);
                        check(square(3, 3, 6, kernel, stride, dilation, pad), 7, 7);
                    }
                }
            }
        }
    }

    @Test
    void overTime() {
        check(new ConvShape(1, 1, 10, 1, 16, 1, 8, 1, 1, 0, 0), 1, 50);
        check(new ConvShape(1, 6, 4, 1, 5, 1, 1, 1, 3, 0, 12), 1, 20);
    }

    @Test
    void unequalSides() {
        check(new ConvShape(1, 2, 3, 3, 2, 2, 1, 1, 2, 0, 1), 9, 7);
        check(new ConvShape(5, 5, 5, 2, 3, 1, 2, 2, 1, 2, 0), 8, 9);
    }

    private static ConvShape square(
            int group, int in, int out, int kernel, int stride, int dilation, int pad) {
        return new ConvShape(
                group, in, out, kernel, kernel, stride, stride, dilation, dilation, pad, pad);
    }

    private void check(ConvShape s, int inH, int inW) {
        int spanH = (s.kernelH() - 1) * s.dilationH() + 1;
        int spanW = (s.kernelW() - 1) * s.dilationW() + 1;
        int outH = (inH + 2 * s.padTop() - spanH) / s.strideH() + 1;
        int outW = (inW + 2 * s.padLeft() - spanW) / s.strideW() + 1;
        check(s, inH, inW, outH, outW, false);
        check(s, inH, inW, outH, outW, true);
    }

    private void check(ConvShape s, int inH, int inW, int outH, int outW, boolean accumulate) {
        int taps = s.kernelH() * s.kernelW();
        int in = s.inChannels() / s.group();
        int out = s.outChannels() / s.group();
        float[] x = References.values(1, 2 + inH * inW * s.inChannels());
        float[] w = References.values(2, 3 + s.outChannels() * in * taps);
        float[] bias = References.values(3, 4 + s.outChannels());
        float[] y = References.values(4, 5 + outH * outW * s.outChannels());
        float[] before = y.clone();
        kernels.conv(
                kernels.pack(s, new ImageSize(inH, inW, outH, outW), w, 3), x, 2, inH, inW, bias, 4, accumulate,
                Epilogue.NONE, y, 5, outH, outW, new float[Kernels.SCRATCH_FLOATS]);
        for (int oh = 0; oh < outH; oh++) {
            for (int ow = 0; ow < outW; ow++) {
                for (int o = 0; o < s.outChannels(); o++) {
                    int at = 5 + (oh * outW + ow) * s.outChannels() + o;
                    double sum = accumulate ? before[at] : bias[4 + o];
                    double size = Math.abs(sum);
                    for (int kh = 0; kh < s.kernelH(); kh++) {
                        for (int kw = 0; kw < s.kernelW(); kw++) {
                            int ih = oh * s.strideH() + kh * s.dilationH() - s.padTop();
                            int iw = ow * s.strideW() + kw * s.dilationW() - s.padLeft();
                            if (ih < 0 || ih >= inH || iw < 0 || iw >= inW) {
                                continue;
                            }
                            for (int i = 0; i < in; i++) {
                                int channel = o / out * in + i;
                                double pixel = x[2 + (ih * inW + iw) * s.inChannels() + channel];
                                double weight =
                                        w[3 + ((o * in + i) * s.kernelH() + kh) * s.kernelW() + kw];
                                sum += pixel * weight;
                                size += Math.abs(pixel * weight);
                            }
                        }
                    }
                    References.assertSum(s.toString(), sum, size, in * taps + 1, y[at]);
                }
            }
        }
    }
}
