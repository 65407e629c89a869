package dev.lanewise.vector;

import dev.lanewise.runtime.kernel.TrainingCellKernels;
import dev.lanewise.runtime.kernel.UnaryFn;
import dev.lanewise.runtime.scalar.ScalarMap;
import dev.lanewise.runtime.scalar.ScalarTrainingCells;
import org.junit.jupiter.api.Test;

/** Cells in training: the vector kernels give the scalar kernels' bits, and write nothing else. */
class VectorTrainingCellsTest {

    private static final int ROWS = 3;
    private static final int OFF = 5;

    private final TrainingCellKernels scalar = new ScalarTrainingCells(new ScalarMap());
    private final TrainingCellKernels vector = new VectorTrainingCells(new VectorMap());

    private interface Call {
        void on(TrainingCellKernels kernels, float[][] arrays);
    }

    /**
     * Runs both on the same arrays, each of [ROWS, gates, H] from OFF on with junk around.
     *
     * @param gates of each array
     * @param written whether it may be written to
     */
    private void compare(String what, int hidden, int[] gates, boolean[] written, boolean special, Call call) {
        float[][] before = new float[gates.length][];
        float[][] expected = new float[gates.length][];
        float[][] found = new float[gates.length][];
        for (int i = 0; i < gates.length; i++) {
            int size = OFF + ROWS * gates[i] * hidden + 20;
            before[i] = special ? Twins.specials(i, size) : Twins.values(i, size);
            expected[i] = before[i].clone();
            found[i] = before[i].clone();
        }
        call.on(scalar, expected);
        call.on(vector, found);
        for (int i = 0; i < gates.length; i++) {
            String each = what + " of " + hidden + ", array " + i;
            int size = written[i] ? gates[i] * hidden : 0;
            Twins.assertSameBits(each, expected[i], found[i]);
            Twins.assertOnly(each, before[i], found[i], OFF, ROWS, size, Math.max(1, gates[i] * hidden));
        }
    }

    private void everySize(String what, int[] gates, boolean[] written, SizedCall call) {
        for (int hidden : Twins.SIZES) {
            for (boolean special : new boolean[] {false, true}) {
                compare(what, hidden, gates, written, special, (kernels, arrays) -> call.on(kernels, hidden, arrays));
            }
        }
    }

    private interface SizedCall {
        void on(TrainingCellKernels kernels, int hidden, float[][] arrays);
    }

    @Test
    void lstm() {
        everySize("lstm", new int[] {4, 1, 1, 1}, new boolean[] {true, false, true, true}, (k, n, a) ->
                k.lstm(ROWS, n, a[0], OFF, a[1], OFF, a[2], OFF, a[3], OFF));
        everySize(
                "lstmGradient", new int[] {4, 1, 1, 1, 1, 4}, new boolean[] {false, false, false, false, true, true},
                (k, n, a) -> k.lstmGradient(
                        ROWS, n, a[0], OFF, a[1], OFF, a[2], OFF, a[3], OFF, a[4], OFF, a[5], OFF));
    }

    @Test
    void gru() {
        for (boolean linear : new boolean[] {false, true}) {
            everySize("gruGates " + linear, new int[] {4, 1}, new boolean[] {true, false}, (k, n, a) ->
                    k.gruGates(ROWS, n, linear, a[0], OFF, a[1], OFF));
            everySize(
                    "gruGradient " + linear, new int[] {4, 1, 1, 4}, new boolean[] {false, false, true, true},
                    (k, n, a) -> k.gruGradient(ROWS, n, linear, a[0], OFF, a[1], OFF, a[2], OFF, a[3], OFF));
        }
        everySize("gruState", new int[] {4, 1, 1}, new boolean[] {true, false, true}, (k, n, a) ->
                k.gruState(ROWS, n, a[0], OFF, a[1], OFF, a[2], OFF));
        everySize(
                "gruResetGradient", new int[] {4, 1, 1, 4}, new boolean[] {false, false, true, true}, (k, n, a) ->
                        k.gruResetGradient(ROWS, n, a[0], OFF, a[1], OFF, a[2], OFF, a[3], OFF));
    }

    @Test
    void rnn() {
        for (UnaryFn fn : new UnaryFn[] {UnaryFn.TANH, UnaryFn.RELU}) {
            everySize("rnn " + fn, new int[] {1, 1, 1}, new boolean[] {false, false, true}, (k, n, a) ->
                    k.rnnGradient(ROWS * n, fn, a[0], OFF, a[1], OFF, a[2], OFF));
        }
    }
}
