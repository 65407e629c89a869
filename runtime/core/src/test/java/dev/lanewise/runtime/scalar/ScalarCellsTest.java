package dev.lanewise.runtime.scalar;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lanewise.runtime.kernel.CellKernels;
import dev.lanewise.runtime.kernel.CellKernels.PackedCell;
import dev.lanewise.runtime.kernel.Kernels;
import dev.lanewise.runtime.kernel.UnaryFn;
import org.junit.jupiter.api.Test;

/** Scalar cells against ONNX's formulas in double, over several steps. */
class ScalarCellsTest {

    private static final int STEPS = 4;
    private static final int ROWS = 2;

    private final CellKernels kernels = new ScalarCells(new ScalarMap());
    private final float[] scratch = new float[Kernels.SCRATCH_FLOATS];

    @Test
    void lstm() {
        for (int hidden : new int[] {1, 3, 16, 21}) {
            Weights w = new Weights(4, 5, hidden);
            PackedCell cell = kernels.packLstm(5, hidden, w.w, 0, w.r, 0, w.b, 0, ROWS, ROWS);
            double[][] h = new double[ROWS][hidden];
            double[][] c = new double[ROWS][hidden];
            float[] hIn = new float[ROWS * hidden];
            float[] hOut = new float[ROWS * hidden];
            float[] cell2 = new float[ROWS * hidden];
            float[] pre = new float[ROWS * cell.preFloats()];
            for (int t = 0; t < STEPS; t++) {
                float[] x = References.values(10 + t, ROWS * 5);
                kernels.lstm(
                        cell, ROWS, x, 0, 5, pre, 0, cell.preFloats(), hIn, 0, hidden, cell2, 0, hidden,
                        hOut, 0, hidden, cell2, 0, hidden, false, scratch);
                for (int row = 0; row < ROWS; row++) {
                    double[] next = new double[hidden];
                    for (int j = 0; j < hidden; j++) {
                        double i = sigmoid(w.sum(0, j, x, row, h[row], true));
                        double o = sigmoid(w.sum(1, j, x, row, h[row], true));
                        double f = sigmoid(w.sum(2, j, x, row, h[row], true));
                        double g = Math.tanh(w.sum(3, j, x, row, h[row], true));
                        c[row][j] = f * c[row][j] + i * g;
                        next[j] = o * Math.tanh(c[row][j]);
                    }
                    h[row] = next;
                }
                check(h, hOut, hidden);
                check(c, cell2, hidden);
                System.arraycopy(hOut, 0, hIn, 0, hIn.length);
            }
        }
    }

    @Test
    void gru() {
        gru(false);
    }

    @Test
    void gruThatIsLinearBeforeItsReset() {
        gru(true);
    }

    private void gru(boolean linear) {
        for (int hidden : new int[] {1, 3, 16, 21}) {
            Weights w = new Weights(3, 5, hidden);
            PackedCell cell = kernels.packGru(5, hidden, linear, w.w, 0, w.r, 0, w.b, 0, ROWS, ROWS);
            double[][] h = new double[ROWS][hidden];
            float[] hIn = new float[ROWS * hidden];
            float[] hOut = new float[ROWS * hidden];
            float[] pre = new float[ROWS * cell.preFloats()];
            for (int t = 0; t < STEPS; t++) {
                float[] x = References.values(10 + t, ROWS * 5);
                kernels.gru(
                        cell, ROWS, x, 0, 5, pre, 0, cell.preFloats(), hIn, 0, hidden, hOut, 0, hidden,
                        false, scratch);
                for (int row = 0; row < ROWS; row++) {
                    double[] z = new double[hidden];
                    double[] r = new double[hidden];
                    double[] reset = new double[hidden];
                    for (int j = 0; j < hidden; j++) {
                        z[j] = sigmoid(w.sum(0, j, x, row, h[row], true));
                        r[j] = sigmoid(w.sum(1, j, x, row, h[row], true));
                        reset[j] = r[j] * h[row][j];
                    }
                    double[] next = new double[hidden];
                    for (int j = 0; j < hidden; j++) {
                        double[] none = new double[hidden];
                        double input = w.sum(2, j, x, row, none, false);
                        double recurrent =
                                w.sum(2, j, x, row, linear ? h[row] : reset, true) - input;
                        double n = Math.tanh(input + (linear ? r[j] : 1) * recurrent);
                        next[j] = (1 - z[j]) * n + z[j] * h[row][j];
                    }
                    h[row] = next;
                }
                check(h, hOut, hidden);
                System.arraycopy(hOut, 0, hIn, 0, hIn.length);
            }
        }
    }

    @Test
    void rnn() {
        Weights w = new Weights(1, 5, 9);
        PackedCell cell = kernels.packRnn(5, 9, UnaryFn.RELU, w.w, 0, w.r, 0, w.b, 0, ROWS, ROWS);
        float[] x = References.values(3, ROWS * 5);
        float[] hIn = References.values(4, ROWS * 9);
        float[] hOut = new float[ROWS * 9];
        float[] pre = new float[ROWS * cell.preFloats()];
        kernels.project(cell, ROWS, x, 0, 5, pre, 0, scratch);
        kernels.rnn(
                cell, ROWS, null, 0, 0, pre, 0, cell.preFloats(), hIn, 0, 9, hOut, 0, 9, false, scratch);
        double[][] expected = new double[ROWS][9];
        for (int row = 0; row < ROWS; row++) {
            double[] h = new double[9];
            for (int j = 0; j < 9; j++) {
                h[j] = hIn[row * 9 + j];
            }
            for (int j = 0; j < 9; j++) {
                expected[row][j] = Math.max(0, w.sum(0, j, x, row, h, true));
            }
        }
        check(expected, hOut, 9);
    }

    /** Weights in ONNX's layout, with sums in double. */
    private static final class Weights {
        final int gates;
        final int inputs;
        final int hidden;
        final float[] w;
        final float[] r;
        final float[] b;

        Weights(int gates, int inputs, int hidden) {
            this.gates = gates;
            this.inputs = inputs;
            this.hidden = hidden;
            w = References.values(1, gates * hidden * inputs);
            r = References.values(2, gates * hidden * hidden);
            b = References.values(3, 2 * gates * hidden);
        }

        double sum(int gate, int j, float[] x, int row, double[] h, boolean recurrentBias) {
            int unit = gate * hidden + j;
            double sum = b[unit];
            for (int p = 0; p < inputs; p++) {
                sum += (double) w[unit * inputs + p] * x[row * inputs + p];
            }
            for (int p = 0; p < hidden; p++) {
                sum += (double) r[unit * hidden + p] * h[p];
            }
            return sum + (recurrentBias ? b[gates * hidden + unit] : 0);
        }
    }

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    private static void check(double[][] expected, float[] found, int hidden) {
        for (int i = 0; i < found.length; i++) {
            assertEquals(expected[i / hidden][i % hidden], found[i], 1e-5, "[" + i + "]");
        }
    }
}
