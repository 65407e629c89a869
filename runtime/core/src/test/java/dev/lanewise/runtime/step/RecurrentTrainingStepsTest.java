package dev.lanewise.runtime.step;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.lanewise.formats.DType;
import dev.lanewise.formats.FormatException;
import dev.lanewise.formats.PlanException;
import dev.lanewise.formats.ShapeException;
import dev.lanewise.formats.proto.StepKind;
import dev.lanewise.runtime.OneStep;
import dev.lanewise.runtime.kernel.CellKernels.Cell;
import dev.lanewise.runtime.kernel.CellTape;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What RECURRENT_FORWARD and RECURRENT_BACKWARD refuse, and lengths of 0; the cases show what they compute. */
class RecurrentTrainingStepsTest {

    private static final int T = 3;
    private static final int B = 2;
    private static final int I = 4;
    private static final int H = 5;

    private static float[] numbers(int count) {
        float[] x = new float[count];
        for (int i = 0; i < count; i++) {
            x[i] = (float) Math.sin(i);
        }
        return x;
    }

    /** An LSTM; each argument stands for one that may be wrong. */
    private static OneStep forward(int rows, int hidden, int[] lengths, int yHidden, int tape, int scratch, int cell) {
        OneStep step = OneStep.of(StepKind.RECURRENT_FORWARD)
                .in(numbers(T * B * I), T, B, I)
                .weights(numbers(rows * I), rows, I)
                .weights(numbers(rows * hidden), rows, hidden)
                .in(numbers(2 * rows), 2 * rows);
        step = lengths == null ? step.absent() : step.in(DType.I32, lengths, lengths.length);
        return step.in(numbers(B * hidden), B, hidden).in(numbers(B * hidden), B, hidden)
                .out(DType.F32, T, B, yHidden).out(DType.F32, B, hidden).out(DType.F32, B, hidden)
                .out(DType.F32, T, B, tape).out(DType.F32, T, B, hidden).scratch(scratch).ints(cell, 0);
    }

    private static int scratch() {
        CellTape tape = new CellTape(Cell.LSTM, I, H);
        return (int) (tape.forwardFloats() + B * tape.forwardFloatsPerStream()
                + CellTape.CHUNK * tape.forwardFloatsPerRow());
    }

    @Test
    void forwardRefusesWhatDoesNotFit() {
        int enough = scratch();
        forward(4 * H, H, new int[] {3, 1}, H, 4 * H, enough, 0).run();
        assertThrows(FormatException.class, () -> forward(4 * H, H, null, H, 4 * H, enough, 5).run());
        assertThrows(FormatException.class, () -> forward(3 * H, H, null, H, 4 * H, enough, 0).run());
        assertThrows(FormatException.class, () -> forward(4 * H, H, null, H, 4 * H, 100, 0).run());
        assertThrows(ShapeException.class, () -> forward(4 * H, H, new int[] {3, 1}, H, 4 * H, enough - 1, 0).run());
        assertThrows(ShapeException.class, () -> forward(4 * H, H, null, H + 1, 4 * H, enough, 0).run());
        assertThrows(ShapeException.class, () -> forward(4 * H, H, null, H, 3 * H, enough, 0).run());
        assertThrows(ShapeException.class, () -> forward(4 * H, H, new int[] {1}, H, 4 * H, enough, 0).run());
        assertThrows(PlanException.class, () -> forward(4 * H, H, new int[] {4, 1}, H, 4 * H, enough, 0).run());
        assertThrows(PlanException.class, () -> forward(4 * H, H, new int[] {2, -1}, H, 4 * H, enough, 0).run());
    }

    @Test
    void aLengthOfZeroHandsTheStateThrough() {
        OneStep.Result result = forward(4 * H, H, new int[] {0, 2}, H, 4 * H, scratch(), 0).run();
        float[] initial = numbers(B * H);
        assertArrayEquals(Arrays.copyOf(initial, H), Arrays.copyOf(result.floats(1), H));
        assertArrayEquals(Arrays.copyOf(initial, H), Arrays.copyOf(result.floats(2), H));
        for (int t = 0; t < T; t++) {
            assertEquals(0, result.floats(0)[t * B * H]);
        }
        assertEquals(2L * 4 * H * (I + H), result.multiplyAdds());
    }

    private static OneStep backward(int[] lengths, int scratch) {
        int rows = 4 * H;
        OneStep step = OneStep.of(StepKind.RECURRENT_BACKWARD)
                .in(numbers(T * B * I), T, B, I).weights(numbers(rows * I), rows, I).weights(numbers(rows * H), rows, H)
                .in(numbers(T * B * H), T, B, H);
        step = lengths == null ? step.absent() : step.in(DType.I32, lengths, lengths.length);
        return step.absent().absent().in(numbers(T * B * rows), T, B, rows).in(numbers(T * B * H), T, B, H)
                .in(numbers(T * B * H), T, B, H).in(numbers(B * H), B, H).absent()
                .out(DType.F32, T, B, I).out(DType.F32, rows, I).out(DType.F32, rows, H).out(DType.F32, 2 * rows)
                .out(DType.F32, B, H).out(DType.F32, B, H).absentOut().scratch(scratch).ints(0, 0);
    }

    @Test
    void backwardRefusesWhatDoesNotFit() {
        CellTape tape = new CellTape(Cell.LSTM, I, H);
        int enough = (int) (tape.backwardFloats() + B * tape.backwardFloatsPerStream()
                + CellTape.CHUNK * tape.backwardFloatsPerRow());
        OneStep.Result result = backward(new int[] {3, 0}, enough).run();
        assertArrayEquals(
                Arrays.copyOfRange(numbers(B * H), H, 2 * H), Arrays.copyOfRange(result.floats(4), H, 2 * H));
        assertEquals(3L * 4 * H * (2 * I + 2 * H), result.multiplyAdds());
        backward(null, enough).allocatesNothing();
        assertThrows(FormatException.class, () -> backward(null, 100).run());
        assertThrows(ShapeException.class, () -> backward(null, enough - 1).run());
        assertThrows(PlanException.class, () -> backward(new int[] {3, 4}, enough).run());
    }
}
