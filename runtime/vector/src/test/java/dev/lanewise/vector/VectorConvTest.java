package dev.lanewise.vector;

import dev.lanewise.runtime.kernel.ConvKernels;
import dev.lanewise.runtime.kernel.ConvKernels.ConvShape;
import dev.lanewise.runtime.kernel.ConvKernels.ImageSize;
import dev.lanewise.runtime.kernel.Epilogue;
import dev.lanewise.runtime.kernel.Kernels;
import dev.lanewise.runtime.kernel.UnaryFn;
import dev.lanewise.runtime.scalar.ScalarConv;
import dev.lanewise.runtime.scalar.ScalarMap;
import org.junit.jupiter.api.Test;

/** Convolutions: the vector kernels give the scalar kernels' bits, and write nothing else. */
class VectorConvTest {

    private static final Epilogue RELU = Epilogue.of(UnaryFn.RELU, 0f, 0f);

    private final ConvKernels scalar = new ScalarConv(new ScalarMap());
    private final ConvKernels generic = new VectorConv(new VectorMap(), Long.MAX_VALUE);
    private final ConvKernels shaped = new VectorConv(new VectorMap(), 0);

    @Test
    void everyNumberOfChannels() {
        for (int channels : Twins.SIZES) {
            compare(square(1, channels, 19, 3, 1, 1, 1), 7, 5);
            compare(square(1, 6, channels, 3, 1, 1, 1), 5, 7);
            compare(square(1, channels, 33, 1, 1, 1, 0), 4, 5);
            compare(square(channels, channels, channels, 3, 1, 1, 1), 6, 9);
        }
    }

    /** Borders with classes of their own, and outputs that end within a vector. */
    @Test
    void fewChannels() {
        for (int channels : new int[] {1, 2, 3, 4, 8, 15, 16, 17, 24, 31, 33}) {
            compare(square(1, 1, channels, 5, 1, 1, 2), 14, 13);
            compare(square(1, 1, channels, 3, 1, 1, 1), 40, 31);
            compare(square(1, 1, channels, 2, 1, 1, 1), 9, 2);
            compare(square(1, channels, 8, 5, 1, 1, 2), 14, 14);
            compare(square(1, 64, channels, 1, 1, 1, 0), 10, 10);
            compare(square(2, 4, 2 * channels, 3, 1, 1, 1), 9, 30);
            compare(square(1, 3, channels, 3, 2, 1, 1), 31, 32);
        }
    }

    @Test
    void everyGeometry() {
        for (int kernel : new int[] {1, 2, 3, 5}) {
            for (int stride : new int[] {1, 2, 3}) {
                for (int dilation : new int[] {1, 2}) {
                    for (int pad : new int[] {0, 1, 2, 4}) {
                        compare(square(1, 3, 18, kernel, stride, dilation, pad), 14, 17);
                        compare(square(1, 20, 4, kernel, stride, dilation, pad), 25, 10);
                        compare(square(4, 8, 12, kernel, stride, dilation, pad), 11, 12);
                        compare(square(37, 37, 37, kernel, stride, dilation, pad), 11, 15);
                    }
                }
            }
        }
    }

    @Test
    void overTime() {
        for (int frames : new int[] {1, 2, 3, 4, 12, 13}) {
            // a short-time Fourier transform
            ConvShape stft = new ConvShape(1, 1, 258, 1, 256, 1, 128, 1, 1, 0, 0);
            compare(stft, 1, 256 + 128 * (frames - 1));
        }
        for (int kernel : new int[] {1, 3, 8, 31}) {
            compare(new ConvShape(1, 5, 40, 1, kernel, 1, 1, 1, 1, 0, kernel - 1), 1, 33);
            compare(new ConvShape(1, 64, 64, 1, kernel, 1, 2, 1, 3, 0, 2), 1, 131);
            compare(new ConvShape(48, 48, 48, 1, kernel, 1, 1, 1, 1, 0, kernel / 2), 1, 40);
        }
    }

    @Test
    void unequalSides() {
        compare(new ConvShape(1, 7, 20, 3, 1, 2, 1, 1, 1, 1, 0), 9, 8);
        compare(new ConvShape(1, 7, 20, 1, 5, 1, 3, 1, 2, 0, 4), 3, 30);
        compare(new ConvShape(20, 20, 20, 5, 2, 1, 2, 2, 1, 3, 1), 12, 13);
        compare(new ConvShape(3, 9, 6, 2, 3, 1, 1, 1, 1, 1, 2), 5, 6);
    }

    /** Zeros beside the image would be no zeros any more. */
    @Test
    void infiniteWeights() {
        for (int channels : new int[] {1, 3}) {
            ConvShape s = square(1, channels, Lanes.LANES / 2, 5, 1, 1, 2);
            float[] w = Twins.values(1, 25 * channels * s.outChannels());
            w[7] = Float.POSITIVE_INFINITY;
            float[] x = Twins.values(2, 12 * 14 * channels);
            float[] expected = new float[12 * 14 * s.outChannels()];
            float[] found = new float[expected.length];
            ImageSize size = new ImageSize(12, 14, 12, 14);
            float[] scratch = new float[Kernels.SCRATCH_FLOATS];
            scalar.conv(
                    scalar.pack(s, size, w, 0), x, 0, 12, 14, null, 0, false, RELU, expected, 0, 12, 14, scratch);
            shaped.conv(
                    shaped.pack(s, size, w, 0), x, 0, 12, 14, null, 0, false, RELU, found, 0, 12, 14, scratch);
            Twins.assertSameBits(s.toString(), expected, found);
        }
    }

    /** Widths and heights with and without tiles, borders on each side and on none, all numbers. */
    @Test
    void planes() {
        for (int width : new int[] {1, 3, 4, 5, 6, 7, 8, 9, 10, 15, 16, 17, 18, 19, 31, 33, 48}) {
            for (int height : new int[] {1, 4, 6, 9}) {
                for (int pad : new int[] {0, 1, 2}) {
                    comparePlanes(square(3, 3, 3, 3, 1, 1, pad), height, width);
                }
            }
        }
        for (int kernel : new int[] {1, 2, 5}) {
            for (int stride : new int[] {1, 2}) {
                comparePlanes(square(3, 3, 3, kernel, stride, 3 - stride, 1), 11, 20);
            }
        }
        comparePlanes(new ConvShape(3, 3, 3, 3, 3, 1, 1, 1, 1, 1, 0), 9, 20);
        comparePlanes(new ConvShape(3, 3, 3, 3, 3, 1, 1, 1, 1, 0, 1), 9, 21);
    }

    private void comparePlanes(ConvShape s, int inH, int inW) {
        int spanH = (s.kernelH() - 1) * s.dilationH() + 1;
        int spanW = (s.kernelW() - 1) * s.dilationW() + 1;
        for (int less = 0; less < 2; less++) { // padding on both sides, and before the image alone
            int outH = Math.floorDiv(inH + (2 - less) * s.padTop() - spanH, s.strideH()) + 1;
            int outW = Math.floorDiv(inW + (2 - less) * s.padLeft() - spanW, s.strideW()) + 1;
            if (outH < 1 || outW < 1) {
                continue;
            }
            int channels = s.outChannels();
            int taps = s.kernelH() * s.kernelW();
            float[] w = Twins.specials(2, 4 + channels * taps);
            for (float[] x : new float[][] {
                Twins.values(1, channels * inH * inW), Twins.specials(1, channels * inH * inW)
            }) {
                for (Epilogue epilogue : new Epilogue[] {Epilogue.NONE, RELU, Epilogue.of(UnaryFn.CLIP, -1, 1)}) {
                    float[] bias = epilogue == RELU ? null : Twins.values(3, 5 + channels);
                    float[] before = Twins.values(4, 6 + channels * outH * outW + 20);
                    float[] expected = before.clone();
                    float[] found = before.clone();
                    scalar.planes(s, x, 0, inH, inW, w, 4, bias, 5, epilogue, expected, 6, outH, outW, 1, channels);
                    generic.planes(s, x, 0, inH, inW, w, 4, bias, 5, epilogue, found, 6, outH, outW, 1, channels);
                    String what = s + " on planes of " + inH + "x" + inW;
                    Twins.assertSameBits(what, expected, found);
                    int n = (channels - 1) * outH * outW;
                    Twins.assertOnly(what, before, found, 6 + outH * outW, 1, n, Integer.MAX_VALUE);
                }
            }
        }
    }

    @Test
    void largeFilters() {
        compare(square(1, 300, 200, 3, 1, 1, 1), 5, 4);
    }

    private static ConvShape square(
            int group, int in, int out, int kernel, int stride, int dilation, int pad) {
        return new ConvShape(
                group, in, out, kernel, kernel, stride, stride, dilation, dilation, pad, pad);
    }

    /** The output is as large as with the same padding on the other side, and one more each way. */
    private void compare(ConvShape s, int inH, int inW) {
        if (Shaped.count() > Shaped.MOST / 2) {
            System.gc(); // so that classes are there for each shape
        }
        int spanH = (s.kernelH() - 1) * s.dilationH() + 1;
        int spanW = (s.kernelW() - 1) * s.dilationW() + 1;
        int outH = Math.floorDiv(inH + 2 * s.padTop() - spanH, s.strideH()) + 1;
        int outW = Math.floorDiv(inW + 2 * s.padLeft() - spanW, s.strideW()) + 1;
        if (outH < 1 || outW < 1) {
            return;
        }
        filterGradient(s, outH, outW);
        compare(s, inH, inW, outH, outW, true, false, false, Epilogue.NONE);
        compare(s, inH, inW, outH, outW, false, false, false, RELU);
        compare(s, inH, inW, outH, outW, true, true, false, Epilogue.NONE);
        compare(s, inH, inW, outH, outW, true, false, true, RELU);
        if (s.padLeft() > 0 && s.padTop() > 0) {
            // taps, and whole windows, below and right of the image
            compare(s, inH, inW, outH + 1, outW + 2, true, false, false, RELU);
        }
    }

    private void compare(
            ConvShape s, int inH, int inW, int outH, int outW, boolean bias, boolean accumulate,
            boolean special, Epilogue epilogue) {
        String what = s + " of " + inH + "x" + inW + (accumulate ? " accumulating" : "");
        int taps = s.kernelH() * s.kernelW();
        int pixels = 3 + inH * inW * s.inChannels();
        float[] x = special ? Twins.specials(1, pixels) : Twins.values(1, pixels);
        float[] w = Twins.values(2, 4 + s.outChannels() * s.inChannels() / s.group() * taps);
        float[] biases = bias ? Twins.values(3, 5 + s.outChannels()) : null;
        int n = outH * outW * s.outChannels();
        float[] before = Twins.values(4, 6 + n + 40);
        float[] expected = before.clone();
        ImageSize size = new ImageSize(inH, inW, outH, outW);
        scalar.conv(
                scalar.pack(s, size, w, 4), x, 3, inH, inW, biases, 5, accumulate, epilogue,
                expected, 6, outH, outW, new float[Kernels.SCRATCH_FLOATS]);
        int lines = ConvKernels.lines(outH, outW);
        for (ConvKernels vector : new ConvKernels[] {generic, shaped}) {
            float[] found = before.clone();
            ConvKernels.PackedFilter filter = vector.pack(s, size, w, 4);
            for (int line = 0; line < lines; line += (lines + 1) / 2) { // as two threads would
                vector.convLines(
                        filter, x, 3, inH, inW, biases, 5, accumulate, epilogue, found, 6, outH, outW, line,
                        Math.min(lines, line + (lines + 1) / 2), Twins.values(5, Kernels.SCRATCH_FLOATS));
            }
            Twins.assertSameBits(what, expected, found);
            Twins.assertOnly(what, before, found, 6, 1, n, Integer.MAX_VALUE);
        }
    }

    private void filterGradient(ConvShape s, int outH, int outW) {
        int paddedH = (outH - 1) * s.strideH() + (s.kernelH() - 1) * s.dilationH() + 1;
        int paddedW = (outW - 1) * s.strideW() + (s.kernelW() - 1) * s.dilationW() + 1;
        float[] x = Twins.values(1, 3 + paddedH * paddedW * s.inChannels() + ConvKernels.SLACK);
        float[] dy = Twins.values(2, 4 + outH * outW * s.outChannels() + ConvKernels.SLACK);
        int floats = (int) ConvKernels.gradientFloats(s);
        float[] expected = Twins.values(3, 5 + floats + 20);
        float[] found = expected.clone();
        for (int piece = 0; piece < ConvKernels.gradientPieces(s); piece++) {
            scalar.addFilterGradient(s, x, 3, paddedW, dy, 4, outH, outW, piece, expected, 5);
            shaped.addFilterGradient(s, x, 3, paddedW, dy, 4, outH, outW, piece, found, 5);
        }
        int columns = s.outChannels() / ConvKernels.gradientGroups(s);
        int pitch = ConvKernels.gradientBlocks(s) * ConvKernels.GRADIENT_COLUMNS;
        for (int i = 0; i < found.length; i++) {
            if (i >= 5 && i < 5 + floats && (i - 5) % pitch >= columns) {
                found[i] = expected[i]; // in any state
            }
        }
        Twins.assertSameBits("gradient of the filter of " + s, expected, found);
    }
}
