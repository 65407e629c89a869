package dev.lanewise.compiler.pass;

import dev.lanewise.compiler.graph.Value;

/**
 * A value carried by a loop that is a state of a {@link CellStep} in its body.
 *
 * @param mask by which rows keep it when their sequences have ended; {@code null} where none does
 */
record CarriedState(int index, RowMask mask) {

    /** The one that a step sees as {@code before} and makes {@code next} of; {@code null} where none is. */
    static CarriedState of(OpenLoop loop, Value before, Value next) {
        for (int i = 0; before != null && i < loop.carriedCount(); i++) {
            if (CellStep.viewed(before) != loop.before(i)
                    || !loop.initial(i).type().equals(loop.before(i).type())) {
                continue;
            }
            Value after = CellStep.viewed(loop.after(i));
            if (after == next) {
                return new CarriedState(i, null);
            }
            for (RowMask mask : RowMask.readings(loop, after.producer())) {
                if (CellStep.viewed(mask.running()) == next && CellStep.viewed(mask.stopped()) == loop.before(i)) {
                    return new CarriedState(i, mask);
                }
            }
        }
        return null;
    }
}
