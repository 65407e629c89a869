package dev.lanewise.runtime.train;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How to train. Immutable; start from {@link #of}. */
public final class FitOptions implements Cloneable {

    private final int epochs;
    private final Batching batching;
    private Schedule schedule = Schedule.constant(1e-3);
    private Dataset validation;
    private List<Metric> metrics = List.of();
    private String watched = "loss";
    private int patience;
    private int accumulated = 1;
    private boolean carriesState;
    private Path checkpoint;
    private long checkpointSteps;
    private boolean resumes;
    private List<TrainListener> listeners = List.of();

    private FitOptions(int epochs, Batching batching) {
        this.epochs = epochs;
        this.batching = batching;
    }

    /** With a constant learning rate of 0.001, and nothing else. */
    public static FitOptions of(int epochs, Batching batching) {
        return new FitOptions(epochs, batching);
    }

    private FitOptions copy() {
        try {
            return (FitOptions) clone();
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The learning rate of each step. */
    public FitOptions schedule(Schedule newSchedule) {
        FitOptions copy = copy();
        copy.schedule = newSchedule;
        return copy;
    }

    /** Examples that are held out, to judge the weights by after each epoch. */
    public FitOptions validation(Dataset held) {
        FitOptions copy = copy();
        copy.validation = held;
        return copy;
    }

    /** A figure to compute on the validation set, besides the loss. */
    public FitOptions metric(Metric metric) {
        FitOptions copy = copy();
        copy.metrics = more(metrics, metric);
        return copy;
    }

    /**
     * Ends when the validation set has shown no improvement for so many epochs, and gives back the best weights.
     *
     * @param figure {@code loss} or the name of a metric
     */
    public FitOptions stopEarly(String figure, int epochsToWait) {
        FitOptions copy = copy();
        copy.watched = figure;
        copy.patience = epochsToWait;
        return copy;
    }

    /**
     * Adds up the gradients of so many batches before it changes the weights by their mean. For a model compiled with
     * {@code TrainOptions.accumulate}.
     */
    public FitOptions accumulate(int batches) {
        FitOptions copy = copy();
        copy.accumulated = batches;
        return copy;
    }

    /**
     * Carries the model's own states from batch to batch, for windows of long sequences ({@link Windows}). Otherwise
     * each batch begins with zeros.
     */
    public FitOptions carryState() {
        FitOptions copy = copy();
        copy.carriesState = true;
        return copy;
    }

    /** Writes a checkpoint after each epoch, and where training is stopped. */
    public FitOptions checkpoint(Path file) {
        return checkpoint(file, 0);
    }

    /** Writes a checkpoint after each epoch, after so many steps, and where training is stopped. */
    public FitOptions checkpoint(Path file, long everySteps) {
        FitOptions copy = copy();
        copy.checkpoint = file;
        copy.checkpointSteps = everySteps;
        return copy;
    }

    /** Goes on from the checkpoint where there is one. */
    public FitOptions resume() {
        FitOptions copy = copy();
        copy.resumes = true;
        return copy;
    }

    public FitOptions listener(TrainListener listener) {
        FitOptions copy = copy();
        copy.listeners = more(listeners, listener);
        return copy;
    }

    private static <T> List<T> more(List<T> list, T next) {
        List<T> more = new ArrayList<>(list);
        more.add(next);
        return List.copyOf(more);
    }

    public int epochs() {
        return epochs;
    }

    public Batching batching() {
        return batching;
    }

    Schedule schedule() {
        return schedule;
    }

    Dataset validation() {
        return validation;
    }

    List<Metric> metrics() {
        return metrics;
    }

    String watched() {
        return watched;
    }

    int patience() {
        return patience;
    }

    int accumulated() {
        return accumulated;
    }

    boolean carriesState() {
        return carriesState;
    }

    Path checkpoint() {
        return checkpoint;
    }

    long checkpointSteps() {
        return checkpointSteps;
    }

    boolean resumes() {
        return resumes;
    }

    List<TrainListener> listeners() {
        return listeners;
    }
}
