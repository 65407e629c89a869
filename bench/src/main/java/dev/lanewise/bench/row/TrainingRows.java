package dev.lanewise.bench.row;

import dev.lanewise.bench.train.CharLstm;
import dev.lanewise.bench.train.ConvNet;
import dev.lanewise.bench.train.EncoderNet;
import dev.lanewise.bench.train.TrainedNet;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Steps of training against PyTorch: a batch given, forwards, backwards, Adam. */
final class TrainingRows {

    private static final double LEAST = 1;
    private static final double LEAST_OF_ONE = 3;
    private static final int WINDOW = 50;

    private TrainingRows() {}

    static List<Row> all() {
        List<Row> rows = new ArrayList<>();
        for (int hidden : new int[] {128, 256}) {
            for (int batch : new int[] {16, 32}) {
                rows.add(row("Characters, LSTM, hidden " + hidden + ", batch " + batch, LEAST,
                        () -> new CharLstm(hidden, batch, WINDOW)));
            }
        }
        rows.add(row("Convolutions on 28×28, batch 32", LEAST, () -> new ConvNet(32, 28, 16)));
        rows.add(row("Encoder of 2 layers, d 128, T 64, batch 16", LEAST, () -> new EncoderNet(16, 64, 128)));
        rows.add(row("Last layer of convolutions, batch 1", LEAST_OF_ONE, () -> ConvNet.lastLayer(1, 28, 16)));
        rows.add(row("Last layers of an encoder, batch 1", LEAST_OF_ONE, () -> EncoderNet.lastLayers(1, 64, 128)));
        return rows;
    }

    private static Row row(String name, double least, Supplier<TrainedNet> net) {
        return new Row(Suite.TRAINING, name, least, Row.Against.BEST, () -> new TrainingWork(net.get()));
    }
}
