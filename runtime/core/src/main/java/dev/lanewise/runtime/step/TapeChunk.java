package dev.lanewise.runtime.step;

import dev.lanewise.runtime.kernel.CellTape;

/**
 * Some steps of sequences whose rows of the tape lie together, and are worked on while they are in the cache: up to
 * {@link CellTape#CHUNK} rows, or those of one step. Moves along an order; used by one thread.
 */
final class TapeChunk {

    private final SequenceOrder order;
    /** Steps {@code [firstStep, endStep)}. */
    int firstStep;
    int endStep;
    /** The tape's first row, and how many follow from there. */
    int base;
    int rows;

    TapeChunk(SequenceOrder order) {
        this.order = order;
    }

    /** As many steps from {@code step} on as make a chunk. */
    void startAt(int step) {
        firstStep = step;
        endStep = step + 1;
        rows = order.active(step);
        while (endStep < order.steps() && rows + order.active(endStep) <= CellTape.CHUNK) {
            rows += order.active(endStep++);
        }
        locate();
    }

    /** As many steps before {@code step} as make a chunk. */
    void endAt(int step) {
        endStep = step;
        firstStep = step - 1;
        rows = order.active(firstStep);
        while (firstStep > 0 && rows + order.active(firstStep - 1) <= CellTape.CHUNK) {
            rows += order.active(--firstStep);
        }
        locate();
    }

    private void locate() {
        base = Math.min(order.start(firstStep), order.start(endStep - 1));
    }

    /** A step's first row, counted from {@link #base}. */
    int row(int step) {
        return order.start(step) - base;
    }

    /** The most rows that a chunk of so many sequences has. */
    static int mostRows(int batch) {
        return Math.max(CellTape.CHUNK, batch);
    }
}
