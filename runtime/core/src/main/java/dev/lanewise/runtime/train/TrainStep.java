package dev.lanewise.runtime.train;

import dev.lanewise.formats.DivergenceException;
import dev.lanewise.formats.PlanException;
import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.State;
import dev.lanewise.runtime.Tensor;

/** One step: a batch goes in, gradients come back, weights change. Allocates nothing. */
final class TrainStep {

    private final Trainer trainer;
    private final Session train;
    /** {@code null} where gradients are not accumulated. */
    private final Session update;
    private final Tensor rate;
    private final Tensor loss;
    /** {@code null} where the model does not give it. */
    private final Tensor norm;
    private final int accumulated;
    /** What the model's own states were before the step; {@code null} where they begin anew in each. */
    private final State before;

    TrainStep(Trainer trainer, FitOptions options) {
        this.trainer = trainer;
        train = trainer.trainSession();
        update = trainer.updateSession();
        accumulated = options.accumulated();
        if (accumulated > 1 && update == null) {
            throw new PlanException(trainer.model().name() + ": was compiled to change its weights in each step;"
                    + " compile it to accumulate gradients");
        }
        Session updating = trainer.updating();
        rate = updating.input(Trainer.RATE);
        loss = train.output(trainer.loss());
        norm = updating.model().outputNames().contains(Trainer.NORM) ? updating.output(Trainer.NORM) : null;
        before = options.carriesState() ? train.model().newState() : null;
    }

    /** The learning rate of the next change of weights. */
    void setRate(double newRate) {
        rate.floats()[rate.offset()] = (float) newRate;
    }

    float rate() {
        return rate.get(0);
    }

    /** NaN where the model does not give it. */
    float norm() {
        return norm == null ? Float.NaN : norm.get(0);
    }

    /**
     * Computes a batch's loss and gradients.
     *
     * @return the loss
     * @throws DivergenceException where it, or a gradient, is not finite; then the weights are as they were
     */
    float run(Batch batch, Position position) {
        if (before == null) {
            train.state().reset(trainer.streams());
        } else {
            keepStreams();
        }
        batch.feed(train);
        long draws = train.draws();
        train.run();
        float value = loss.get(0);
        if (value - value != 0) {
            throw diverged("the loss is " + value, position, draws);
        }
        if (update == null && !isNormFinite()) {
            throw diverged("the gradients' norm is " + norm() + ", the loss " + value, position, draws);
        }
        return value;
    }

    private void keepStreams() {
        for (int i = 0; i < trainer.streams().size(); i++) {
            String name = trainer.streams().get(i);
            before.take(name, train.state(), name);
        }
    }

    private boolean isNormFinite() {
        return norm == null || norm() - norm() == 0;
    }

    private DivergenceException diverged(String what, Position position, long draws) {
        train.continueDraws(draws);
        for (String name : trainer.streams()) {
            if (before == null) {
                train.state().reset(trainer.streams());
            } else {
                train.state().take(name, before, name);
            }
        }
        String where = train.findNonFinite();
        train.continueDraws(draws);
        return new DivergenceException(describe(position) + ": " + what
                + (where == null ? "" : "; first " + where) + ". The weights are as they were before the step");
    }

    static String describe(Position position) {
        return "step " + (position.steps + 1) + " (epoch " + (position.epoch + 1) + ", batch " + (position.batch + 1)
                + ")";
    }

    /**
     * Changes the weights once enough gradients are there.
     *
     * @param last whether no more will come in this epoch
     */
    void update(Position position, boolean last) {
        if (position.pending < accumulated && !last) {
            return;
        }
        if (update != null) {
            update.state().takeShared(train.state());
            update.run();
            train.state().takeShared(update.state());
        }
        position.pending = 0;
        position.updates++;
        if (!isNormFinite()) { // of gradients that were added up
            throw new DivergenceException("step " + position.steps + " (epoch " + (position.epoch + 1)
                    + ", batch " + position.batch + "): the norm of the gradients added up is " + norm()
                    + ", the losses are finite. The weights are as they were before");
        }
    }
}
