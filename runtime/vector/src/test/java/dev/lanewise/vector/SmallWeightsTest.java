package dev.lanewise.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lanewise.formats.WeightForm;
import dev.lanewise.runtime.kernel.CellKernels;
import dev.lanewise.runtime.kernel.CellKernels.Cell;
import dev.lanewise.runtime.kernel.CellKernels.PackedCell;
import dev.lanewise.runtime.kernel.Epilogue;
import dev.lanewise.runtime.kernel.Kernels;
import dev.lanewise.runtime.kernel.MatmulKernels;
import dev.lanewise.runtime.kernel.UnaryFn;
import dev.lanewise.runtime.kernel.WeightMatrix;
import dev.lanewise.runtime.scalar.ScalarCells;
import dev.lanewise.runtime.scalar.ScalarMap;
import dev.lanewise.runtime.scalar.ScalarMatmul;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Weights in few bits: the vector kernels give the scalar kernels' bits, both near a sum in double. */
class SmallWeightsTest {

    private static final WeightForm[] FORMS = {
        WeightForm.BF16, WeightForm.INT8, WeightForm.INT4, WeightForm.INT8_DYNAMIC
    };
    private static final int[] ROWS = {1, 2, 3, 4, 5, 8, 11};
    private static final int STEPS = 3;

    private final MatmulKernels scalar = new ScalarMatmul(new ScalarMap());
    private final MatmulKernels vector = new VectorMatmul(new VectorMap());
    private final CellKernels scalarCells = new ScalarCells(new ScalarMap());
    private final CellKernels vectorCells = new VectorCells(new VectorMap());

    @Test
    void everyWidth() {
        for (WeightForm form : FORMS) {
            for (int n : Twins.SIZES) {
                for (int m : ROWS) {
                    product(form, m, n, 45, true, false, Epilogue.NONE);
                }
            }
        }
    }

    @Test
    void everyDepth() {
        for (WeightForm form : FORMS) {
            for (int k : Twins.SIZES) {
                for (int m : ROWS) {
                    product(form, m, 70, k, false, false, Epilogue.NONE);
                }
            }
        }
    }

    @Test
    void largeOnesAndEpilogues() {
        Epilogue relu = Epilogue.of(UnaryFn.RELU, 0f, 0f);
        for (WeightForm form : FORMS) {
            for (int m : new int[] {1, 6}) {
                product(form, m, 1037, 515, true, false, relu);
                product(form, m, 260, 2048, false, false, Epilogue.NONE);
            }
        }
    }

    @Test
    void moreGroupsThanFourRowsHaveRoomFor() {
        product(WeightForm.INT4, 5, 3, 31_900, true, false, Epilogue.NONE);
    }

    @Test
    void blocksOfRoundedInputs() {
        for (int k : new int[] {1023, 1024, 1025, 2600, 3072, 3073}) {
            product(WeightForm.INT8_DYNAMIC, 2, 150, k, true, false, Epilogue.NONE);
        }
    }

    @Test
    void specialValues() {
        for (WeightForm form : FORMS) {
            for (int m : new int[] {1, 5}) {
                product(form, m, 71, 40, true, true, Epilogue.NONE);
            }
        }
    }

    @Test
    void cellsOfEverySize() {
        for (Cell cell : Cell.values()) {
            for (int hidden : new int[] {1, 7, 16, 32, 33, 40, 64, 100}) {
                for (int rows : new int[] {1, 3, 6}) {
                    cell(cell, WeightForm.INT8, WeightForm.INT8, rows, 11, hidden);
                    cell(cell, WeightForm.INT8_DYNAMIC, WeightForm.INT8_DYNAMIC, rows, 35, hidden);
                    cell(cell, WeightForm.BF16, WeightForm.INT4, rows, 37, hidden);
                    cell(cell, WeightForm.INT4, WeightForm.F32, rows, 64, hidden);
                    cell(cell, WeightForm.F32, WeightForm.BF16, rows, 5, hidden);
                }
            }
        }
    }

    /** Random codes and values of a form. */
    static WeightMatrix matrix(WeightForm form, int n, int k, long seed) {
        Random random = new Random(seed);
        ByteBuffer bytes = ByteBuffer.allocate((int) form.bytes(n, k)).order(ByteOrder.LITTLE_ENDIAN);
        random.nextBytes(bytes.array());
        if (form == WeightForm.F32 || form == WeightForm.BF16) {
            for (int i = 0; i < n * k; i++) {
                int bits = Float.floatToRawIntBits(random.nextFloat() - 0.5f);
                if (form == WeightForm.F32) {
                    bytes.putInt(4 * i, bits);
                } else {
                    bytes.putShort(2 * i, (short) (bits >> 16));
                }
            }
        }
        for (int i = 0; i < form.scales(n, k); i++) {
            bytes.putFloat((int) form.scalesAt(n, k) + 4 * i, (random.nextFloat() - 0.4f) / 100);
        }
        return WeightMatrix.read(form, n, k, bytes);
    }

    private void product(
            WeightForm form, int m, int n, int k, boolean bias, boolean special, Epilogue epilogue) {
        String what = form + " " + m + "x" + n + "x" + k + " " + epilogue.fn();
        int lda = k + 3;
        int ldc = n + 5;
        float[] a = special ? Twins.specials(1, 2 + m * lda) : Twins.values(1, 2 + m * lda);
        WeightMatrix b = matrix(form, n, k, 2);
        float[] biases = bias ? Twins.values(3, 4 + n) : null;
        float[] before = Twins.values(4, 11 + m * ldc + 20);
        float[] expected = before.clone();
        float[] found = before.clone();
        scalar.matmul(
                m, a, 2, lda, scalar.pack(b, m), biases, 4, epilogue, expected, 11, ldc,
                new float[Kernels.SCRATCH_FLOATS]);
        MatmulKernels.PackedMatrix weights = vector.pack(b, m);
        vector.matmul(
                m, a, 2, lda, weights, biases, 4, epilogue, found, 11, ldc, Twins.values(5, Kernels.SCRATCH_FLOATS));
        Twins.assertSameBits(what, expected, found);
        Twins.assertOnly(what, before, found, 11, m, n, ldc);
        for (boolean backwards : m == 1 ? new boolean[] {false, true} : new boolean[0]) {
            float[] row = before.clone();
            vector.row(
                    a, 2, weights, biases, 4, epilogue, row, 11, backwards, Twins.values(5, Kernels.SCRATCH_FLOATS));
            Twins.assertSameBits(what + " backwards " + backwards, expected, row);
        }
        if (!special && epilogue == Epilogue.NONE) {
            near(what, m, n, k, a, lda, b, biases, found, ldc);
        }
    }

    private static void near(
            String what, int m, int n, int k, float[] a, int lda, WeightMatrix b, float[] biases, float[] found,
            int ldc) {
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                double sum = biases == null ? 0 : biases[4 + j];
                double size = Math.abs(sum);
                for (int p = 0; p < k; p++) {
                    double x = a[2 + i * lda + p];
                    sum += x * b.at(j, p);
                    size += Math.abs(x) * (Math.abs(b.at(j, p)) + offset(b, j, p));
                }
                double rounded = b.form == WeightForm.INT8_DYNAMIC ? 127 * Math.abs(b.scale(j, 0)) * k / 256.0 : 0;
                assertEquals(
                        sum, found[11 + i * ldc + j], 1e-6 * size + rounded + 1e-9, what + " at " + i + ", " + j);
            }
        }
    }

    /** What codes of 4 bits are summed with. */
    private static double offset(WeightMatrix b, int row, int column) {
        return b.form == WeightForm.INT4 ? 24 * Math.abs(b.scale(row, column)) : 0;
    }

    private void cell(Cell cell, WeightForm wForm, WeightForm rForm, int rows, int input, int hidden) {
        String what = cell + " " + wForm + " " + rForm + " rows " + rows + " hidden " + hidden;
        WeightMatrix w = matrix(wForm, cell.gates() * hidden, input, 1);
        WeightMatrix r = matrix(rForm, cell.gates() * hidden, hidden, 2);
        float[] expected = run(scalarCells, cell, w, r, rows, input, hidden);
        float[] found = run(vectorCells, cell, w, r, rows, input, hidden);
        Twins.assertSameBits(what, expected, found);
    }

    /** h of all steps, and c. */
    private static float[] run(
            CellKernels kernels, Cell cell, WeightMatrix w, WeightMatrix r, int rows, int input, int hidden) {
        float[] b = Twins.values(3, 5 + 2 * cell.gates() * hidden);
        PackedCell packed = kernels.pack(cell, w, r, b, 5, rows, rows);
        float[] x = Twins.values(4, STEPS * rows * input);
        float[] states = Twins.values(5, (STEPS + 2) * rows * hidden);
        int c = (STEPS + 1) * rows * hidden;
        float[] pre = new float[rows * packed.preFloats()];
        float[] scratch = new float[Kernels.SCRATCH_FLOATS];
        for (int t = 0; t < STEPS; t++) {
            int from = t * rows * hidden;
            int to = from + rows * hidden;
            int stride = packed.preFloats();
            int inputs = t * rows * input;
            float[] given = t % 2 == 0 ? null : x; // projected before, or in the step
            if (given == null) {
                kernels.project(packed, rows, x, inputs, input, pre, 0, scratch);
            }
            boolean backwards = t == 1;
            if (cell == Cell.LSTM) {
                kernels.lstm(
                        packed, rows, given, inputs, input, pre, 0, stride, states, from, hidden, states, c, hidden,
                        states, to, hidden, states, c, hidden, backwards, scratch);
            } else if (cell.gates() == 3) {
                kernels.gru(
                        packed, rows, given, inputs, input, pre, 0, stride, states, from, hidden, states, to, hidden,
                        backwards, scratch);
            } else {
                kernels.rnn(
                        packed, rows, given, inputs, input, pre, 0, stride, states, from, hidden, states, to, hidden,
                        backwards, scratch);
            }
        }
        return states;
    }
}
