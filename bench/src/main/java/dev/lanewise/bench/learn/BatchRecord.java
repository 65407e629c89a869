package dev.lanewise.bench.learn;

import dev.lanewise.runtime.train.Dataset;
import dev.lanewise.runtime.train.StepReport;
import dev.lanewise.runtime.train.TrainListener;
import dev.lanewise.runtime.train.Trainer;
import java.util.ArrayList;
import java.util.List;

/** Which examples each batch of a training had, so that another can have the same. */
final class BatchRecord implements TrainListener {

    private final List<Integer> asked = new ArrayList<>();
    private final List<int[]> batches = new ArrayList<>();

    /** The data set, of which it hears what is asked for. */
    Dataset of(Dataset data) {
        return Dataset.of(data.size(), index -> {
            asked.add(index);
            return data.get(index);
        });
    }

    /** [step] indices of its examples. */
    List<int[]> batches() {
        return batches;
    }

    /** All examples were looked at before. */
    @Override
    public void onBegin(Trainer trainer, int epochs) {
        asked.clear();
    }

    @Override
    public void onStep(StepReport step) {
        batches.add(asked.stream().mapToInt(index -> index).toArray());
        asked.clear();
    }
}
