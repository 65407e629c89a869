package dev.lanewise.bench.learn;

import ai.djl.ndarray.NDArray;
import dev.lanewise.bench.train.TorchLstm;
import dev.lanewise.bench.train.TorchMath;
import dev.lanewise.compiler.network.Network;
import dev.lanewise.runtime.train.Batching;
import dev.lanewise.runtime.train.Schedule;
import dev.lanewise.samples.data.Sequences;
import dev.lanewise.samples.data.TimeSeriesFile;
import dev.lanewise.samples.series.SeriesClassifier;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Who of nine men speaks two vowels: 12 channels, 7 to 26 steps. */
final class VowelsTask implements LearningTask {

    private final Sequences data;
    private final List<Split> splits;

    VowelsTask(Sequences data) {
        this.data = data;
        this.splits = Split.folds(data);
    }

    static LearningTask read(Path folder) throws IOException {
        return new VowelsTask(TimeSeriesFile.read(folder.resolve("data/time-series/JapaneseVowels_TRAIN.ts")));
    }

    @Override
    public String about() {
        return "9 speakers, " + data.size() + " utterances in 5 folds, LSTM of 2 × " + SeriesClassifier.UNITS;
    }

    @Override
    public List<Split> splits() {
        return splits;
    }

    @Override
    public Network network(long seed, int split) {
        return SeriesClassifier.network(data.without(split, Split.FOLDS), data.longest(), seed);
    }

    @Override
    public int epochs() {
        return 40;
    }

    @Override
    public Batching batching() {
        return SeriesClassifier.batching(data.size(), data.classes().size());
    }

    @Override
    public Schedule schedule() {
        return Schedule.oneCycle(0.008);
    }

    @Override
    public NDArray scores(TorchMath torch, Map<String, NDArray> batch, boolean training) {
        NDArray x = batch.get("x").sub(torch.weight("standardized.mean")).mul(torch.weight("standardized.scale"));
        NDArray dropped = TorchMath.dropout(x, SeriesClassifier.INPUTS_DROPPED, training);
        NDArray lengths = batch.get("lengths");
        NDArray y = new TorchLstm(torch, "lstm", SeriesClassifier.UNITS, true).outputs(dropped, lengths);
        NDArray mean = TorchMath.dropout(TorchLstm.mean(y, lengths), SeriesClassifier.DROPPED, training);
        return torch.linear("scores", mean);
    }
}
