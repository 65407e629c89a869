package dev.lanewise.bench.row;

import dev.lanewise.bench.train.TrainedNet;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.train.Optimizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Steps of training: a batch is set, forwards, backwards, Adam. Each call takes the next of a few batches. The answer
 * is the loss.
 */
public record TrainingWork(TrainedNet net) implements Work {

    /** Small, so that what is measured is not soon learned by heart. */
    public static final float RATE = 1e-4f;

    public static final Optimizer OPTIMIZER = Optimizer.adam();

    private static final int BATCHES = 8;

    /** By name, in turn. */
    public List<Map<String, Literal>> batches() {
        List<Map<String, Literal>> batches = new ArrayList<>();
        for (int i = 0; i < BATCHES; i++) {
            batches.add(net.batch(i));
        }
        return batches;
    }

    @Override
    public double difference() {
        return 1e-3;
    }

    @Override
    public int threads() {
        return 1;
    }

    @Override
    public int passes() {
        return 1;
    }
}
