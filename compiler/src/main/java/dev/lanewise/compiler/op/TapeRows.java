package dev.lanewise.compiler.op;

import dev.lanewise.compiler.graph.Evaluation;

/**
 * Where the tape of a recurrent operation has each step of each sequence: without lengths where x has it; with lengths
 * one step after the other, in each the sequences that have it, the longest first, equal ones in their order.
 */
final class TapeRows {

    private final int batch;
    private final boolean reverse;
    private final boolean packed;
    private final int[] lengths;

    /** @param steps of sequences without lengths */
    TapeRows(Evaluation in, int steps, int batch, boolean reverse) {
        this.batch = batch;
        this.reverse = reverse;
        packed = in.has(Recurrence.LENGTHS);
        lengths = new int[batch];
        for (int b = 0; b < batch; b++) {
            lengths[b] = packed ? (int) in.in(Recurrence.LENGTHS).longAt(b) : steps;
        }
    }

    /** How many steps a sequence has. */
    int length(int b) {
        return lengths[b];
    }

    /** Which element of x a step reads. */
    int time(int b, int step) {
        return reverse ? lengths[b] - 1 - step : step;
    }

    /** The tape's row of a step. */
    int row(int b, int step) {
        if (!packed) {
            return time(b, step) * batch + b;
        }
        int row = 0;
        for (int other = 0; other < batch; other++) {
            row += Math.min(lengths[other], step);
            boolean before = lengths[other] > lengths[b] || lengths[other] == lengths[b] && other < b;
            row += lengths[other] > step && before ? 1 : 0;
        }
        return row;
    }
}
