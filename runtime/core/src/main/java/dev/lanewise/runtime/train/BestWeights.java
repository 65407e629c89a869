package dev.lanewise.runtime.train;

import dev.lanewise.formats.DataException;
import dev.lanewise.runtime.State;
import java.util.Map;

/** The weights with which the watched figure was best, and how long ago that was. */
final class BestWeights {

    private final Trainer trainer;
    private final String watched;
    private final int patience;
    private final boolean larger;
    /** {@code null} where training does not end early. */
    private final State weights;
    private double figure;
    private int epoch;

    BestWeights(Trainer trainer, FitOptions options) {
        this.trainer = trainer;
        this.watched = options.watched();
        this.patience = options.patience();
        if (patience > 0 && options.validation() == null) {
            throw new DataException("training cannot end early without a validation set to watch");
        }
        boolean largerIsBetter = false;
        boolean known = watched.equals(Evaluation.LOSS);
        for (Metric metric : options.metrics()) {
            if (metric.name().equals(watched)) {
                largerIsBetter = metric.largerIsBetter();
                known = true;
            }
        }
        if (!known) {
            throw new DataException("no figure '" + watched + "' to watch; add its metric");
        }
        this.larger = largerIsBetter;
        this.weights = patience > 0 ? trainer.evaluateSession().model().newState() : null;
    }

    /** Whether these are the best so far, which then are kept. */
    boolean offer(int ofEpoch, Map<String, Double> figures) {
        double found = figures.get(watched);
        if (epoch > 0 && !(larger ? found > figure : found < figure)) {
            return false;
        }
        epoch = ofEpoch;
        figure = found;
        if (weights != null) {
            trainer.copyWeights(weights);
        }
        return true;
    }

    /** From 1; 0 where none were offered. */
    int epoch() {
        return epoch;
    }

    double figure() {
        return figure;
    }

    boolean waitedEnough(int epochsDone) {
        return patience > 0 && epoch > 0 && epochsDone - epoch >= patience;
    }

    /** Makes them the trainer's. */
    void restore() {
        if (weights != null && epoch > 0) {
            trainer.setWeights(weights);
        }
    }

    byte[] toBytes() {
        return weights == null ? new byte[0] : weights.toBytes();
    }

    void resume(Checkpoint checkpoint) {
        epoch = checkpoint.bestEpoch();
        figure = checkpoint.best();
        if (weights != null && checkpoint.bestWeights().length > 0) {
            weights.copyFrom(trainer.evaluateSession().model().stateFromBytes(checkpoint.bestWeights()));
        }
    }
}
