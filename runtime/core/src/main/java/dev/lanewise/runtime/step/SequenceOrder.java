package dev.lanewise.runtime.step;

import dev.lanewise.formats.PlanException;
import dev.lanewise.runtime.plan.Operand;
import dev.lanewise.runtime.plan.StepArgs;
import java.util.Arrays;

/**
 * The order in which training walks through sequences [T, B, width], and where the tape has their steps. Without
 * lengths all B sequences have T steps, and the tape's rows are those of x: t · B + b. With lengths the tape has no
 * rows for what is beyond a sequence's length: the longest sequences come first, equal ones in their order, so that
 * at each step those that still have one are the first; its rows follow the steps before.
 *
 * <p>Steps are counted as they are walked: step 0 in reverse is a sequence's last element. Used by one thread; {@link
 * #reserve} may allocate, nothing else does.
 */
final class SequenceOrder {

    private final StepArgs args;
    private final boolean reverse;
    private boolean packed;
    private int batch;
    private int steps;
    private int rows;
    /** [rank] the sequence that comes there, and its length. */
    private int[] sequences = {};
    private int[] lengths = {};
    /** [step] how many sequences have it, and the tape's first row of it. */
    private int[] active = {};
    private int[] starts = {};

    SequenceOrder(StepArgs args, boolean reverse) {
        this.args = args;
        this.reverse = reverse;
    }

    /** Makes room for so many sequences and steps. */
    void reserve(int mostSteps, int mostSequences) {
        if (sequences.length < mostSequences) {
            sequences = new int[mostSequences];
            lengths = new int[mostSequences];
        }
        if (active.length <= mostSteps) {
            active = new int[mostSteps + 1];
            starts = new int[mostSteps + 1];
        }
    }

    /** Sequences that all have so many steps. */
    void whole(int newSteps, int newBatch) {
        packed = false;
        batch = newBatch;
        steps = newBatch == 0 ? 0 : newSteps;
        rows = newSteps * newBatch;
    }

    /**
     * Sequences of different lengths.
     *
     * @param of [batch] i32
     * @throws PlanException where a length is below 0 or above {@code most}
     */
    void sort(Operand of, int most, int newBatch) {
        packed = true;
        batch = newBatch;
        Arrays.fill(active, 0, most + 1, 0);
        int[] given = of.buffer.ints;
        for (int b = 0; b < batch; b++) {
            int length = given[of.offset + b];
            if (length < 0 || length > most) {
                throw new PlanException(args.describe() + ": the length of sequence " + b + " is " + length
                        + "; the input has " + most + " steps");
            }
            active[length]++;
        }
        // the first place of each length, the longest first
        int place = 0;
        for (int length = most; length >= 0; length--) {
            starts[length] = place;
            place += active[length];
        }
        for (int b = 0; b < batch; b++) {
            int length = given[of.offset + b];
            int rank = starts[length]++;
            sequences[rank] = b;
            lengths[rank] = length;
        }
        steps = batch == 0 ? 0 : lengths[0];
        rows = 0;
        for (int step = 0, left = batch; step < steps; step++) {
            while (lengths[left - 1] <= step) {
                left--;
            }
            active[step] = left;
            starts[step] = rows;
            rows += left;
        }
    }

    boolean isPacked() {
        return packed;
    }

    /** Steps of the longest sequence. */
    int steps() {
        return steps;
    }

    /** Steps of all sequences together. */
    int rows() {
        return rows;
    }

    /** Sequences that have a step; they are the first ones. */
    int active(int step) {
        return !packed ? batch : step < steps ? active[step] : 0;
    }

    /** The tape's first row of a step. */
    int start(int step) {
        return packed ? starts[step] : (reverse ? steps - 1 - step : step) * batch;
    }

    /** The sequence at a rank. */
    int sequence(int rank) {
        return packed ? sequences[rank] : rank;
    }

    /** The row of [T, B] that a step of a sequence is. */
    private int place(int step, int rank) {
        int length = packed ? lengths[rank] : steps;
        return (reverse ? length - 1 - step : step) * batch + sequence(rank);
    }

    /**
     * Copies a step of sequences.
     *
     * @param x [T, B, width]
     * @param y [to - from, width]
     */
    void gather(int step, int from, int to, int width, float[] x, int xOff, float[] y, int yOff) {
        if (!packed) {
            System.arraycopy(x, xOff + place(step, from) * width, y, yOff, (to - from) * width);
            return;
        }
        for (int rank = from; rank < to; rank++) {
            System.arraycopy(
                    x, xOff + place(step, rank) * width, y, yOff + (rank - from) * width, width);
        }
    }

    /** The way back: {@code x} [to - from, width] to {@code y} [T, B, width]. */
    void scatter(int step, int from, int to, int width, float[] x, int xOff, float[] y, int yOff) {
        if (!packed) {
            System.arraycopy(x, xOff, y, yOff + place(step, from) * width, (to - from) * width);
            return;
        }
        for (int rank = from; rank < to; rank++) {
            System.arraycopy(
                    x, xOff + (rank - from) * width, y, yOff + place(step, rank) * width, width);
        }
    }

    /** Where a step of a sequence begins in [T, B, width]. */
    int offset(int step, int rank, int width) {
        return place(step, rank) * width;
    }

    /** Zeros where [T, B, width] has nothing of any sequence. */
    void clearBeyond(int mostSteps, int width, float[] y, int yOff) {
        for (int rank = 0; packed && rank < batch; rank++) {
            for (int t = lengths[rank]; t < mostSteps; t++) {
                int at = yOff + (t * batch + sequences[rank]) * width;
                Arrays.fill(y, at, at + width, 0f);
            }
        }
    }

    /** Copies states [B, width] of {@code x}, {@code null} for zeros, to {@code y}, which begins at rank 0. */
    void gatherStates(int from, int to, int width, Operand x, float[] y, int yOff) {
        for (int rank = from; rank < to; rank++) {
            int row = yOff + rank * width;
            if (x == null) {
                Arrays.fill(y, row, row + width, 0f);
            } else {
                System.arraycopy(x.buffer.floats, x.offset + sequence(rank) * width, y, row, width);
            }
        }
    }

    /** The way back, from rank {@code from} to {@code to}; {@code x} begins at rank 0. */
    void scatterStates(int from, int to, int width, float[] x, int xOff, Operand y) {
        for (int rank = from; rank < to; rank++) {
            System.arraycopy(
                    x, xOff + rank * width, y.buffer.floats, y.offset + sequence(rank) * width, width);
        }
    }
}
