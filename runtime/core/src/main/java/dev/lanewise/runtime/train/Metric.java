package dev.lanewise.runtime.train;

/**
 * A figure by which people judge a model, gathered over the batches of an evaluation. Used by one thread; a metric
 * serves one trainer.
 */
public interface Metric {

    String name();

    /** Forgets what was gathered. */
    void reset();

    /** Takes in what the model gave for a batch. */
    void add(Results results);

    /** The figure for all that was taken in; NaN where that was nothing. */
    double value();

    /** Whether a larger figure is a better one. */
    default boolean largerIsBetter() {
        return true;
    }
}
