package dev.lanewise.bench.learn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import dev.lanewise.bench.train.TorchLstm;
import dev.lanewise.bench.train.TorchMath;
import dev.lanewise.compiler.network.LogMel;
import dev.lanewise.compiler.network.Network;
import dev.lanewise.runtime.train.Batching;
import dev.lanewise.runtime.train.Schedule;
import dev.lanewise.samples.data.DigitRecordings;
import dev.lanewise.samples.data.Sequences;
import dev.lanewise.samples.digits.DigitsNetwork;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Which digit is spoken, from samples. */
final class DigitsTask implements LearningTask {

    private final Sequences data;
    private final List<Split> splits;

    DigitsTask(Sequences data) {
        this.data = data;
        this.splits = Split.folds(data);
    }

    static LearningTask read(Path folder) throws IOException {
        return new DigitsTask(DigitRecordings.read(folder.resolve("data/spoken-digits")).sequences());
    }

    @Override
    public String about() {
        return "10 digits of 4 speakers, " + data.size() + " recordings in 5 folds, log-mel, TDNN and LSTM of "
                + DigitsNetwork.UNITS;
    }

    @Override
    public List<Split> splits() {
        return splits;
    }

    @Override
    public Network network(long seed, int split) {
        return DigitsNetwork.network(data.longest(), seed);
    }

    @Override
    public int epochs() {
        return 50;
    }

    @Override
    public Batching batching() {
        return DigitsNetwork.batching();
    }

    @Override
    public Schedule schedule() {
        return Schedule.oneCycle(0.004);
    }

    @Override
    public NDArray scores(TorchMath torch, Map<String, NDArray> batch, boolean training) {
        LogMel features = DigitsNetwork.FEATURES;
        NDArray x = batch.get("x").transpose(0, 2, 1);
        NDArray spectrum = x.getNDArrayInternal().convolution(x, torch.weight("features.fourier"), null,
                TorchMath.shape(features.hop()), TorchMath.shape(0), TorchMath.shape(1), 1).get(0);
        NDArray mel = spectrum.square().transpose(0, 2, 1).matMul(torch.weight("features.mel")).add(LogMel.LEAST).log()
                .add(5).mul(0.25).transpose(0, 2, 1);
        NDArray near = torch.convolution("near", mel, 1, 0, 1, 1).getNDArrayInternal().relu();
        NDArray far = torch.convolution("far", near, 1, 0, 2, 1).getNDArrayInternal().relu();
        NDArray heard = far.transpose(0, 2, 1);
        NDArray dropped = TorchMath.dropout(heard, DigitsNetwork.DROPPED, training);
        NDArray frames = batch.get("lengths").sub(features.window()).div(features.hop()).floor()
                .toType(DataType.INT64, false).sub(7);
        NDArray y = new TorchLstm(torch, "lstm", DigitsNetwork.UNITS, false).outputs(dropped, frames);
        NDArray mean = TorchLstm.mean(TorchMath.dropout(y, DigitsNetwork.DROPPED, training), frames);
        return torch.linear("scores", mean);
    }
}
