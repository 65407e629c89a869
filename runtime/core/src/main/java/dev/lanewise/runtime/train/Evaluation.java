package dev.lanewise.runtime.train;

import dev.lanewise.runtime.Session;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Judges weights by a data set, which is looked at once and may be run through again and again. */
final class Evaluation {

    static final String LOSS = "loss";

    private final Trainer trainer;
    private final Session session;
    private final Batches batches;
    private final Batch batch;
    private final List<Metric> metrics;
    private final boolean carriesState;
    private final Results results;

    Evaluation(Trainer trainer, Dataset data, Batching batching, List<Metric> metrics, boolean carriesState) {
        this.trainer = trainer;
        this.session = trainer.evaluateSession();
        this.batches = new Batches(data, batching, session, trainer.notFed());
        this.batch = batches.newBatch();
        this.metrics = metrics;
        this.carriesState = carriesState;
        this.results = new Results(session);
    }

    /** Figures by name. */
    Map<String, Double> run() {
        trainer.copyWeights(session.state());
        session.state().reset(trainer.streams());
        metrics.forEach(Metric::reset);
        batches.begin(0);
        double sum = 0;
        long examples = 0;
        while (batches.next(batch)) {
            if (!carriesState) {
                session.state().reset(trainer.streams());
            }
            batch.feed(session);
            session.run();
            sum += (double) session.output(trainer.loss()).get(0) * batch.count();
            examples += batch.count();
            results.of(batch);
            for (Metric metric : metrics) {
                metric.add(results);
            }
        }
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put(LOSS, sum / examples);
        metrics.forEach(metric -> figures.put(metric.name(), metric.value()));
        return figures;
    }
}
