package dev.lanewise.bench.learn;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.Compiler;
import dev.lanewise.compiler.train.Optimizer;
import dev.lanewise.compiler.train.TrainOptions;
import dev.lanewise.runtime.LoadOptions;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.train.Accuracy;
import dev.lanewise.runtime.train.FitOptions;
import dev.lanewise.runtime.train.Trainer;
import java.io.IOException;

/** Learns a task by the project's own trainer. */
final class LanewiseLearner {

    static final double CLIP_NORM = 1;

    private LanewiseLearner() {}

    /**
     * The share of labels of the test set that it has right after all epochs.
     *
     * @param record takes down what the batches are
     */
    static double learn(LearningTask task, long seed, int split, BatchRecord record) throws IOException {
        Split data = task.splits().get(split);
        TrainOptions training = TrainOptions.of("loss", Optimizer.adam()).clipNorm(CLIP_NORM);
        Model model = Model.of(
                Compiler.compile("learned", task.network(seed, split), CompileOptions.defaults().training(training))
                        .file(),
                LoadOptions.defaults().start(LoadOptions.Start.BEST_COLD));
        Trainer trainer = Trainer.of(model);
        trainer.fit(record.of(data.train()), FitOptions.of(task.epochs(), task.batching().seed(seed))
                .schedule(task.schedule())
                .listener(record));
        Accuracy accuracy = Accuracy.of("scores", "label");
        return trainer.evaluate(data.test(), task.batching(), accuracy).get(accuracy.name());
    }
}
