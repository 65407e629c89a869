package dev.lanewise.runtime.train;

import dev.lanewise.formats.DataException;
import dev.lanewise.formats.DivergenceException;
import dev.lanewise.runtime.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** One training: epochs of steps, what is looked at in between, and the checkpoints of it. */
final class Fit {

    private final Trainer trainer;
    private final FitOptions options;
    private final Batches batches;
    private final List<Batch> room = new ArrayList<>();
    private final TrainStep step;
    /** {@code null} without a validation set. */
    private final Evaluation evaluation;
    private final BestWeights best;
    private final List<EpochReport> epochs = new ArrayList<>();
    private final StepReport report = new StepReport();
    private final List<TrainListener> listeners;
    private final long order;
    private final long updates;
    private Position position = new Position();

    Fit(Trainer trainer, Dataset data, FitOptions options) {
        this.trainer = trainer;
        this.options = options;
        if (options.carriesState() && options.batching().shuffled()) {
            throw new DataException("windows of long sequences cannot be shuffled; use Batching.inOrder()");
        }
        step = new TrainStep(trainer, options);
        batches = new Batches(data, options.batching(), trainer.trainSession(), trainer.notFed());
        for (int i = 0; i < (options.batching().prefetched() ? 2 : 1); i++) {
            room.add(batches.newBatch());
        }
        evaluation = options.validation() == null
                ? null
                : new Evaluation(
                        trainer, options.validation(), options.batching(), options.metrics(), options.carriesState());
        best = new BestWeights(trainer, options);
        listeners = options.listeners();
        order = Objects.hash(
                data.size(), options.batching().size(), options.batching().seed(), options.batching().shuffled(),
                options.batching().mostPadding(), options.accumulated());
        updates = updates();
    }

    /** Changes of the weights in all epochs. */
    private long updates() {
        long sum = 0;
        for (int epoch = 0; epoch < options.epochs(); epoch++) {
            batches.begin(epoch);
            sum += (batches.count() + options.accumulated() - 1) / options.accumulated();
        }
        return sum;
    }

    Fitted run() throws IOException {
        if (options.resumes() && options.checkpoint() != null && Files.exists(options.checkpoint())) {
            resume(Checkpoint.read(options.checkpoint()));
        }
        Fitted.End end = Fitted.End.DONE;
        try {
            listeners.forEach(listener -> listener.onBegin(trainer, options.epochs()));
            while (position.epoch < options.epochs() && end == Fitted.End.DONE) {
                if (best.waitedEnough(position.epoch)) {
                    end = Fitted.End.NO_IMPROVEMENT;
                } else {
                    end = trainEpoch() ? Fitted.End.DONE : Fitted.End.STOPPED;
                    checkpoint();
                }
            }
        } catch (DivergenceException e) {
            throw options.checkpoint() == null || !Files.exists(options.checkpoint())
                    ? e
                    : new DivergenceException(e.getMessage() + "; the last checkpoint is " + options.checkpoint());
        } finally {
            listeners.forEach(TrainListener::onEnd);
        }
        if (end != Fitted.End.STOPPED) {
            best.restore();
        }
        return new Fitted(end, position.steps, best.epoch(), epochs);
    }

    /** Whether it came to its end. */
    private boolean trainEpoch() throws IOException {
        batches.begin(position.epoch);
        batches.skip(position.batch);
        if (position.batch == 0) {
            trainer.trainSession().state().reset(trainer.streams());
        }
        long begin = System.nanoTime();
        long before = position.examples;
        boolean whole = options.batching().prefetched() ? prefetchedSteps() : steps();
        if (!whole) {
            return false;
        }
        double seconds = (System.nanoTime() - begin) * 1e-9;
        trainer.requireFinite("epoch " + (position.epoch + 1));
        Map<String, Double> figures = evaluation == null ? Map.of() : evaluation.run();
        boolean isBest = evaluation != null && best.offer(position.epoch + 1, figures);
        EpochReport done = new EpochReport(
                position.epoch + 1, position.steps, position.meanLoss(), figures, isBest, position.paddingShare(),
                (position.examples - before) / seconds);
        epochs.add(done);
        position.nextEpoch();
        listeners.forEach(listener -> listener.onEpoch(done));
        return true;
    }

    private boolean steps() throws IOException {
        Batch batch = room.get(0);
        while (position.batch < batches.count() && !trainer.stopping()) {
            batches.next(batch);
            step(batch);
        }
        return position.batch == batches.count();
    }

    private boolean prefetchedSteps() throws IOException {
        try (Prefetch prefetch = new Prefetch(batches, room)) {
            while (position.batch < batches.count() && !trainer.stopping()) {
                Batch batch = prefetch.take();
                step(batch);
                prefetch.giveBack(batch);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return position.batch == batches.count();
    }

    private void step(Batch batch) throws IOException {
        step.setRate(options.schedule().rate(position.updates, updates));
        float loss = step.run(batch, position);
        position.advance(batch, loss);
        boolean last = position.batch == batches.count();
        step.update(position, last);
        if (!listeners.isEmpty()) {
            tell(loss, batch.count());
        }
        if (options.checkpointSteps() > 0 && position.steps % options.checkpointSteps() == 0 && !last) {
            checkpoint();
        }
    }

    private void tell(float loss, int examples) {
        report.epoch = position.epoch + 1;
        report.batch = position.batch;
        report.batches = batches.count();
        report.step = position.steps;
        report.loss = loss;
        report.rate = step.rate();
        report.gradientNorm = step.norm();
        report.examples = examples;
        for (int i = 0; i < listeners.size(); i++) {
            listeners.get(i).onStep(report);
        }
    }

    private void checkpoint() throws IOException {
        if (options.checkpoint() == null) {
            return;
        }
        trainer.requireFinite("step " + position.steps); // the last good one stays
        Session update = trainer.updateSession();
        new Checkpoint(
                order, position, trainer.trainSession().draws(), best.figure(), best.epoch(), best.toBytes(),
                trainer.trainSession().state().toBytes(), update == null ? new byte[0] : update.state().toBytes())
                .write(options.checkpoint());
    }

    private void resume(Checkpoint checkpoint) {
        if (checkpoint.order() != order) {
            throw new DataException(options.checkpoint() + ": was written while training on other examples, or in"
                    + " batches of another order; its position means nothing here");
        }
        Session train = trainer.trainSession();
        train.state().copyFrom(train.model().stateFromBytes(checkpoint.train()));
        train.continueDraws(checkpoint.draws());
        Session update = trainer.updateSession();
        if (update != null) {
            update.state().copyFrom(update.model().stateFromBytes(checkpoint.update()));
        }
        best.resume(checkpoint);
        position = checkpoint.position();
    }
}
