package dev.lanewise.runtime.train;

/** What a step of training did; one object, which each step fills anew. */
public final class StepReport {

    int epoch;
    int batch;
    int batches;
    long step;
    float loss;
    float rate;
    float gradientNorm = Float.NaN;
    int examples;

    /** From 1. */
    public int epoch() {
        return epoch;
    }

    /** Position of the batch in its epoch, from 1. */
    public int batch() {
        return batch;
    }

    /** Batches of the epoch. */
    public int batches() {
        return batches;
    }

    /** Batches of the whole training so far. */
    public long step() {
        return step;
    }

    public float loss() {
        return loss;
    }

    /** The learning rate. */
    public float rate() {
        return rate;
    }

    /** The norm of all gradients before they were clipped; NaN where the model was not compiled to clip them. */
    public float gradientNorm() {
        return gradientNorm;
    }

    /** Examples of the batch. */
    public int examples() {
        return examples;
    }
}
