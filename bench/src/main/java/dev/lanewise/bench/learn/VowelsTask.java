package dev.lanewise.bench.learn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import dev.lanewise.bench.train.TorchLstm;
import dev.lanewise.bench.train.TorchMath;
import dev.lanewise.compiler.network.Network;
import dev.lanewise.runtime.train.Batching;
import dev.lanewise.runtime.train.Dataset;
import dev.lanewise.runtime.train.Schedule;
import dev.lanewise.samples.SeriesClassifier;
import dev.lanewise.samples.data.Sequences;
import dev.lanewise.samples.data.TimeSeriesFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** Who of nine men speaks two vowels: 12 channels, 7 to 26 steps. */
final class VowelsTask implements LearningTask {

    private final Sequences data;

    VowelsTask(Path folder) throws IOException {
        data = TimeSeriesFile.read(folder.resolve("data/time-series/JapaneseVowels_TRAIN.ts"));
    }

    @Override
    public String name() {
        return "JapaneseVowels";
    }

    @Override
    public String about() {
        return "9 speakers, " + data.size() + " utterances in 5 folds, LSTM of 2 × " + SeriesClassifier.UNITS;
    }

    @Override
    public int folds() {
        return 5;
    }

    @Override
    public Network network(long seed, int fold) {
        return SeriesClassifier.network(data.without(fold, folds()), data.longest(), seed);
    }

    @Override
    public Dataset train(int fold) {
        return data.without(fold, folds()).dataset();
    }

    @Override
    public Dataset test(int fold) {
        return data.fold(fold, folds()).dataset();
    }

    @Override
    public int epochs() {
        return 30;
    }

    @Override
    public Batching batching() {
        return SeriesClassifier.batching(data.classes().size());
    }

    @Override
    public Schedule schedule() {
        return Schedule.oneCycle(0.01);
    }

    @Override
    public NDArray scores(TorchMath torch, Map<String, NDArray> batch, boolean training) {
        NDArray x = batch.get("x").sub(torch.weight("standardized.mean")).mul(torch.weight("standardized.scale"));
        NDArray lengths = batch.get("lengths");
        NDArray y = new TorchLstm(torch, "lstm", SeriesClassifier.UNITS, true).outputs(x, lengths);
        return torch.linear("scores", mean(y, lengths));
    }

    /** Over the real steps of {@code [batch, time, channels]}. */
    static NDArray mean(NDArray y, NDArray lengths) {
        NDArray real = y.getManager().arange(0, (int) y.getShape().get(1), 1, DataType.INT64).reshape(1, -1)
                .lt(lengths.reshape(-1, 1)).toType(DataType.FLOAT32, false).expandDims(2);
        return y.mul(real).sum(new int[] {1}).div(lengths.toType(DataType.FLOAT32, false).reshape(-1, 1));
    }
}
