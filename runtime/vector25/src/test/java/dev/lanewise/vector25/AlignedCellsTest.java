package dev.lanewise.vector25;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lanewise.runtime.kernel.CellKernels;
import dev.lanewise.runtime.kernel.CellKernels.PackedCell;
import dev.lanewise.runtime.kernel.Kernels;
import dev.lanewise.runtime.kernel.UnaryFn;
import dev.lanewise.runtime.scalar.ScalarCells;
import dev.lanewise.runtime.scalar.ScalarMap;
import dev.lanewise.vector.Lanes;
import dev.lanewise.vector.VectorMap;
import org.junit.jupiter.api.Test;

/**
 * Recurrent cells: the scalar kernels' bits over several steps, with native weights, with the input
 * weights on the heap as for a sequence of one stream, and with all of them there; also with more rows
 * than the weights were packed for.
 */
class AlignedCellsTest {

    private enum Kind { LSTM, GRU, GRU_LINEAR, RNN_TANH, RNN_RELU }

    private static final int STEPS = 3;
    private static final int MANY = Integer.MAX_VALUE;

    private final CellKernels scalar = new ScalarCells(new ScalarMap());
    private final CellKernels aligned = new AlignedCells(new VectorMap());

    @Test
    void everyHiddenSize() {
        for (Kind kind : Kind.values()) {
            for (int hidden : Twins.SIZES) {
                for (int rows : new int[] {1, 2, 5, 13}) {
                    compare(kind, rows, 11, hidden, true, false);
                }
            }
        }
    }

    @Test
    void everyInputSize() {
        for (Kind kind : Kind.values()) {
            for (int input : Twins.SIZES) {
                compare(kind, 1, input, 20, false, false);
                compare(kind, 3, input, 20, true, false);
            }
        }
    }

    @Test
    void specialValues() {
        for (Kind kind : Kind.values()) {
            compare(kind, 1, 9, 33, true, true);
            compare(kind, 14, 9, 33, true, true);
        }
    }

    @Test
    void bytesOfAllForms() {
        int padded = 2 * Lanes.LANES;
        float[] w = new float[4 * 2 * 3];
        for (int hint : new int[] {1, MANY}) {
            PackedCell cell = aligned.packLstm(3, 2, w, 0, w, 0, null, 0, hint, 1);
            assertEquals(4 * 4 * padded * (3 + 2 + 1), cell.bytes());
        }
    }

    private void compare(
            Kind kind, int rows, int input, int hidden, boolean bias, boolean special) {
        String what = kind + " rows " + rows + " input " + input + " hidden " + hidden;
        float[] expected = run(scalar, kind, rows, input, hidden, bias, special, false, what, 1, 1);
        int[][] hints = {{1, 1}, {MANY, 1}, {rows, rows}};
        for (int[] hint : hints) {
            String form = what + " packed for " + hint[0] + " rows, " + hint[1] + " streams";
            for (boolean whole : new boolean[] {false, true}) {
                float[] found = run(
                        aligned, kind, rows, input, hidden, bias, special, whole, form, hint[0], hint[1]);
                Twins.assertSameBits(form + (whole ? ", at once" : ""), expected, found);
            }
        }
    }

    /** h and c of all steps; {@code whole}: steps that take their inputs as they are. */
    private static float[] run(
            CellKernels kernels, Kind kind, int rows, int input, int hidden, boolean bias,
            boolean special, boolean whole, String what, int mostRows, int mostStreams) {
        int gates = kind == Kind.LSTM ? 4 : kind.name().startsWith("GRU") ? 3 : 1;
        float[] w = Twins.values(1, 3 + gates * hidden * input);
        float[] r = Twins.values(2, 4 + gates * hidden * hidden);
        float[] b = bias ? Twins.values(3, 5 + 2 * gates * hidden) : null;
        for (int i = 0; i < r.length; i++) {
            r[i] /= (float) Math.sqrt(hidden);
        }
        PackedCell cell = pack(kernels, kind, input, hidden, w, r, b, mostRows, mostStreams);
        int xStride = input + 2;
        int stride = hidden + 3;
        float[] x =
                special
                        ? Twins.specials(4, 1 + STEPS * rows * xStride)
                        : Twins.values(4, 1 + STEPS * rows * xStride);
        float[] states = Twins.values(5, 6 + (STEPS + 1) * rows * stride + 20);
        float[] c = Twins.values(6, 7 + rows * stride + 20);
        float[] cBefore = c.clone();
        float[] pre = new float[8 + rows * cell.preFloats()];
        float[] scratch = new float[Kernels.SCRATCH_FLOATS];
        for (int t = 0; t < STEPS; t++) {
            float[] before = states.clone();
            int from = 6 + t * rows * stride;
            int to = from + rows * stride;
            int preStride = cell.preFloats();
            int xAt = 1 + t * rows * xStride;
            if (!whole) {
                kernels.project(cell, rows, x, xAt, xStride, pre, 8, scratch);
            }
            float[] inputs = whole ? x : null;
            boolean backwards = t % 2 == 1;
            if (kind == Kind.LSTM) {
                kernels.lstm(
                        cell, rows, inputs, xAt, xStride, pre, 8, preStride, states, from, stride, c, 7, stride,
                        states, to, stride, c, 7, stride, backwards, scratch);
            } else if (gates == 3) {
                kernels.gru(
                        cell, rows, inputs, xAt, xStride, pre, 8, preStride, states, from, stride,
                        states, to, stride, backwards, scratch);
            } else {
                kernels.rnn(
                        cell, rows, inputs, xAt, xStride, pre, 8, preStride, states, from, stride,
                        states, to, stride, backwards, scratch);
            }
            Twins.assertOnly(what, before, states, to, rows, hidden, stride);
        }
        Twins.assertOnly(what, cBefore, c, 7, rows, hidden, stride);
        float[] all = new float[states.length + c.length];
        System.arraycopy(states, 0, all, 0, states.length);
        System.arraycopy(c, 0, all, states.length, c.length);
        return all;
    }

    private static PackedCell pack(
            CellKernels kernels, Kind kind, int input, int hidden, float[] w, float[] r,
            float[] b, int mostRows, int mostStreams) {
        switch (kind) {
            case LSTM:
                return kernels.packLstm(
                        input, hidden, w, 3, r, 4, b, 5, mostRows, mostStreams);
            case GRU:
                return kernels.packGru(
                        input, hidden, false, w, 3, r, 4, b, 5, mostRows, mostStreams);
            case GRU_LINEAR:
                return kernels.packGru(
                        input, hidden, true, w, 3, r, 4, b, 5, mostRows, mostStreams);
            case RNN_TANH:
                return kernels.packRnn(
                        input, hidden, UnaryFn.TANH, w, 3, r, 4, b, 5, mostRows, mostStreams);
            default:
                return kernels.packRnn(
                        input, hidden, UnaryFn.RELU, w, 3, r, 4, b, 5, mostRows, mostStreams);
        }
    }
}
