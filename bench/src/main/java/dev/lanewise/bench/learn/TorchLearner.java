package dev.lanewise.bench.learn;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.jni.JniUtils;
import dev.lanewise.bench.train.TorchMath;
import dev.lanewise.bench.train.TorchOptimizer;
import dev.lanewise.compiler.network.Network;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Learns a task in PyTorch: its own operations, autograd, Adam; one thread. */
final class TorchLearner {

    private final LearningTask task;
    private final TorchMath torch;

    private TorchLearner(LearningTask task, TorchMath torch) {
        this.task = task;
        this.torch = torch;
    }

    /**
     * The share of labels of the test set that it has right after all epochs.
     *
     * @param batches [step] indices of its examples
     */
    static double learn(LearningTask task, long seed, int split, List<int[]> batches) {
        Split data = task.splits().get(split);
        Network network = task.network(seed, split);
        String lengthsOf = task.batching().lengths().get("lengths");
        try (TorchMath torch = new TorchMath(network, name -> true)) {
            Engine.getEngine("PyTorch").setRandomSeed((int) seed);
            TorchLearner learner = new TorchLearner(task, torch);
            learner.train(new TorchBatches(network.graph(), data.train(), lengthsOf), batches);
            return learner.accuracy(new TorchBatches(network.graph(), data.test(), lengthsOf));
        }
    }

    private void train(TorchBatches data, List<int[]> batches) {
        TorchOptimizer optimizer = new TorchOptimizer(TorchOptimizer.Kind.ADAM, LanewiseLearner.CLIP_NORM);
        for (int step = 0; step < batches.size(); step++) {
            try (NDManager scope = torch.manager().newSubManager()) {
                Map<String, NDArray> batch = data.batch(scope, batches.get(step));
                NDArray scores = task.scores(torch, batch, true);
                NDArray label = batch.get(TorchBatches.LABEL);
                NDArray real = label.gte(0).toType(DataType.FLOAT32, false);
                NDArray right = scores.logSoftmax(-1).gather(label.maximum(0).expandDims(-1), -1)
                        .reshape(label.getShape());
                torch.backward(right.mul(real).sum().div(real.sum()).neg());
                optimizer.step(torch.trained(), task.schedule().rate(step, batches.size()));
            }
        }
    }

    private double accuracy(TorchBatches data) {
        JniUtils.setGradMode(false);
        long right = 0;
        long all = 0;
        int size = task.batching().size();
        for (int from = 0; from < data.size(); from += size) {
            try (NDManager scope = torch.manager().newSubManager()) {
                int[] which = IntStream.range(from, Math.min(from + size, data.size())).toArray();
                Map<String, NDArray> batch = data.batch(scope, which);
                long[] label = batch.get(TorchBatches.LABEL).toLongArray();
                long[] found = task.scores(torch, batch, false).argMax(-1).toLongArray();
                for (int i = 0; i < label.length; i++) {
                    all += label[i] == TorchBatches.PADDED ? 0 : 1;
                    right += label[i] == found[i] ? 1 : 0;
                }
            }
        }
        JniUtils.setGradMode(true);
        return (double) right / all;
    }
}
