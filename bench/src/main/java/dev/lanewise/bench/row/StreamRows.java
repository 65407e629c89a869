package dev.lanewise.bench.row;

import java.util.List;
import java.util.Locale;

/**
 * Streams that advance together: {@code BatchSession} against a batch of as many rows. Lanewise always takes states
 * from an object for each stream and gives them back, so that streams may come and go. The others do so, too, in the
 * first row; in the second theirs stay where the batch has them, which is less work and lets no stream leave.
 */
final class StreamRows {

    private static final int STREAMS = 1_000;
    private static final int SIZE = 128;
    private static final double LEAST = 1.3;

    private StreamRows() {}

    static List<Row> all() {
        return List.of(row("states apart", true), row("peers' states in place", false));
    }

    private static Row row(String states, boolean scattered) {
        String name = String.format(Locale.ROOT, "%,d streams, LSTM step, hidden %d, %s", STREAMS, SIZE, states);
        return new Row(Suite.STREAMS, name, LEAST, Row.Against.BEST,
                () -> RecurrentRows.lstmStreams(SIZE, STREAMS, scattered));
    }
}
