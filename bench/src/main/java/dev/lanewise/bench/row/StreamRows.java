package dev.lanewise.bench.row;

import java.util.List;
import java.util.Locale;

/**
 * Streams that advance together: {@code BatchSession} against a batch of as many rows. Lanewise always takes states
 * from an object for each stream and gives them back, so that streams may come and go. The others do so, too, in the
 * first row; in the second theirs stay where the batch has them, which is less work and lets no stream leave. In the
 * third, as the first, every runtime has two threads.
 */
final class StreamRows {

    private static final int STREAMS = 1_000;
    private static final int SIZE = 128;
    private static final double LEAST = 1.3;

    private StreamRows() {}

    static List<Row> all() {
        return List.of(
                row("states apart", new ModelWork.Streams(STREAMS, true, 1)),
                row("peers' states in place", new ModelWork.Streams(STREAMS, false, 1)),
                row("states apart, two threads", new ModelWork.Streams(STREAMS, true, 2)));
    }

    private static Row row(String how, ModelWork.Streams streams) {
        String name = String.format(Locale.ROOT, "%,d streams, LSTM step, hidden %d, %s", STREAMS, SIZE, how);
        return new Row(Suite.STREAMS, name, LEAST, Row.Against.BEST,
                () -> RecurrentRows.lstmStreams(SIZE, streams));
    }
}
