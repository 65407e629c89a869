package dev.lanewise.bench.row;

import java.nio.file.Path;

/**
 * A process that starts, loads Silero and gives results: how soon the first, how fast the following.
 *
 * @param onnx the model
 * @param calls that follow each other without a pause
 */
public record StartRow(Path onnx, int calls) implements Item {

    /** The promise: a start takes ONNX Runtime this many times as long. */
    public static final double LEAST_START = 4;

    /** The promise: p99 of the calls from {@link #SETTLING} on, in times of a scalar call. */
    public static final double MOST_OF_SCALAR_STEADY = 3;

    /** The promise: p99 of the calls from {@link #FIRST} to {@link #SETTLING}, in times of the scalar kernels' p99. */
    public static final double MOST_OF_SCALAR_P99 = 1.5;

    public static final int FIRST = 50;
    public static final int SETTLING = 1_000;

    private static final int CALLS = 20_000;

    static StartRow of(Path data) {
        return new StartRow(ModelRows.silero(data.resolve("models")), CALLS);
    }

    @Override
    public Suite suite() {
        return Suite.COLDSTART;
    }

    @Override
    public String name() {
        return "Silero, from nothing";
    }
}
