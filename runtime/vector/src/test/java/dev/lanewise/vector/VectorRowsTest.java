package dev.lanewise.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lanewise.runtime.kernel.NormKernels;
import dev.lanewise.runtime.kernel.ReduceFn;
import dev.lanewise.runtime.kernel.ReduceKernels;
import dev.lanewise.runtime.scalar.ScalarKernels;
import org.junit.jupiter.api.Test;

/** Reductions and norms: the bits of the scalar twins, at sizes that hit every tail. */
class VectorRowsTest {

    private static final int PAD = 19;
    private static final int ROWS = 3;

    private final ReduceKernels scalarReduce = ScalarKernels.INSTANCE.reduce();
    private final ReduceKernels vectorReduce = new VectorReduce();
    private final NormKernels scalar = ScalarKernels.INSTANCE.norm();
    private final NormKernels vector = new VectorNorm();

    @Test
    void rows() {
        for (ReduceFn fn : ReduceFn.values()) {
            for (int n : Twins.SIZES) {
                check(fn, Twins.values(n, n + 2 * PAD), n);
                check(fn, Twins.specials(n, n + 2 * PAD), n);
            }
            check(fn, new float[2 * PAD], 0);
        }
    }

    private void check(ReduceFn fn, float[] x, int n) {
        assertEquals(
                Float.floatToIntBits(scalarReduce.row(fn, x, 5, n)),
                Float.floatToIntBits(vectorReduce.row(fn, x, 5, n)),
                () -> fn + " of " + n);
    }

    @Test
    void columns() {
        for (ReduceFn fn : ReduceFn.values()) {
            for (int n : Twins.SIZES) {
                for (int rows : new int[] {0, 1, 5}) {
                    float[] x = Twins.specials(n, 5 * (n + 2) + PAD);
                    float[] before = Twins.values(1, n + 2 * PAD);
                    float[] expected = before.clone();
                    float[] actual = before.clone();
                    scalarReduce.columns(fn, x, 5, rows, n + 2, n, expected, PAD);
                    vectorReduce.columns(fn, x, 5, rows, n + 2, n, actual, PAD);
                    String what = fn + " of " + rows + " rows of " + n;
                    Twins.assertSameBits(what, expected, actual);
                    Twins.assertOnly(what, before, actual, PAD, 1, n, n);
                }
            }
        }
    }

    private interface Norm {
        void run(NormKernels kernels, float[] x, int xOff, float[] y, int yOff, int n);
    }

    @Test
    void softmax() {
        check("softmax", (k, x, xOff, y, yOff, n) -> k.softmax(x, xOff, y, yOff, ROWS, n));
    }

    @Test
    void logSoftmax() {
        check("log softmax", (k, x, xOff, y, yOff, n) -> k.logSoftmax(x, xOff, y, yOff, ROWS, n));
    }

    @Test
    void layerNorm() {
        float[] scale = Twins.values(5, 300);
        float[] bias = Twins.values(6, 300);
        check("layer norm", (k, x, xOff, y, yOff, n) ->
                k.layerNorm(x, xOff, scale, 3, bias, 4, 1e-5f, y, yOff, ROWS, n, null, 0, 0));
        check("layer norm, no bias", (k, x, xOff, y, yOff, n) ->
                k.layerNorm(x, xOff, scale, 3, null, 0, 1e-5f, y, yOff, ROWS, n, null, 0, 0));
        // the statistics take the place of the result, where the comparison sees them
        check("statistics", (k, x, xOff, y, yOff, n) -> {
            float[] rows = new float[ROWS * n];
            float[] stats = new float[2 * ROWS];
            k.layerNorm(x, xOff, scale, 3, bias, 4, 1e-5f, rows, 0, ROWS, n, stats, 0, ROWS);
            for (int i = 0; i < ROWS * n; i++) {
                y[yOff + i] = stats[i % stats.length];
            }
        });
    }

    @Test
    void rmsNorm() {
        float[] scale = Twins.values(5, 300);
        check("RMS norm", (k, x, xOff, y, yOff, n) ->
                k.rmsNorm(x, xOff, scale, 3, 1e-6f, y, yOff, ROWS, n));
    }

    @Test
    void gradients() {
        float[] a = Twins.values(5, 4096 + PAD);
        check("softmax's gradient", (kernels, x, xOff, y, yOff, n) ->
                kernels.softmaxGradient(x, xOff, a, 7, y, yOff, ROWS, n));
        check("log softmax's gradient", (kernels, x, xOff, y, yOff, n) ->
                kernels.logSoftmaxGradient(x, xOff, a, 7, y, yOff, ROWS, n));
        check("layer norm's gradient", (kernels, x, xOff, y, yOff, n) ->
                kernels.layerNormGradient(x.clone(), xOff, a, 1, a, 2, a, 9, a, 3, y, yOff, ROWS, n));
        check("RMS norm's gradient", (kernels, x, xOff, y, yOff, n) ->
                kernels.layerNormGradient(x.clone(), xOff, a, 1, null, 0, a, 9, a, 3, y, yOff, ROWS, n));
    }

    /** Some columns of scale and bias, which are rows of the result; the others stay. */
    @Test
    void scaleGradients() {
        for (int n : Twins.SIZES) {
            for (boolean centred : new boolean[] {false, true}) {
                float[] x = Twins.values(1, ROWS * n + PAD);
                float[] stats = Twins.values(2, 2 * ROWS);
                float[] dy = Twins.values(3, ROWS * n + PAD);
                float[] expected = Twins.values(4, 2 * n + 2 * PAD);
                float[] actual = expected.clone();
                int from = n / 3;
                for (NormKernels kernels : new NormKernels[] {scalar, vector}) {
                    float[] y = kernels == scalar ? expected : actual;
                    kernels.scaleGradient(
                            x, 5, centred ? stats : null, 0, stats, ROWS, dy, 6, y, 3, centred ? y : null, n + 9, ROWS,
                            n, from, n);
                }
                Twins.assertSameBits("scale and bias of " + n, expected, actual);
            }
        }
    }

    private void check(String name, Norm norm) {
        for (int n : Twins.SIZES) {
            for (float factor : new float[] {1, 30, Float.NaN}) {
                int length = ROWS * n + 2 * PAD;
                float[] x = factor == factor ? Twins.values(n, length) : Twins.specials(n, length);
                for (int i = 0; i < length && factor == factor; i++) {
                    x[i] *= factor;
                }
                float[] before = Twins.values(9, length);
                float[] expected = before.clone();
                float[] actual = before.clone();
                norm.run(scalar, x, 5, expected, PAD, n);
                norm.run(vector, x, 5, actual, PAD, n);
                String what = name + " of " + n;
                Twins.assertSameBits(what, expected, actual);
                Twins.assertOnly(what, before, actual, PAD, 1, ROWS * n, ROWS * n);
                norm.run(vector, x, 5, x, 5, n);
                System.arraycopy(x, 5, before, PAD, ROWS * n);
                Twins.assertSameBits(what + " in place", expected, before);
            }
        }
    }
}
