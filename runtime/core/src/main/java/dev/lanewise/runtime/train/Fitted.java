package dev.lanewise.runtime.train;

import java.util.List;

/**
 * What training did.
 *
 * @param end why it ended
 * @param steps batches, those before a checkpoint it went on from among them
 * @param bestEpoch whose weights were the best on the validation set, from 1; 0 without one
 * @param epochs a report of each epoch since it began or went on
 */
public record Fitted(End end, long steps, int bestEpoch, List<EpochReport> epochs) {

    /** Why training ended. */
    public enum End {
        /** All epochs are done. */
        DONE,
        /** The validation set showed no improvement for as many epochs as were to be waited for. */
        NO_IMPROVEMENT,
        /** It was stopped: by {@link Trainer#stop}, an interrupt, or the end of the process. */
        STOPPED
    }

    public Fitted {
        epochs = List.copyOf(epochs);
    }
}
