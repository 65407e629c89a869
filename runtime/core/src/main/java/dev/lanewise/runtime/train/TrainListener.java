package dev.lanewise.runtime.train;

/**
 * Hears of training as it goes on, on the thread that trains. What it throws ends the training. It may call {@link
 * Trainer#stop}.
 */
public interface TrainListener {

    /** @param epochs the most there will be */
    default void onBegin(Trainer trainer, int epochs) {}

    /** @param step valid until the method returns */
    default void onStep(StepReport step) {}

    default void onEpoch(EpochReport epoch) {}

    /** Training has ended, perhaps by an exception; called once. */
    default void onEnd() {}
}
