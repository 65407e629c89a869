package dev.lanewise.bench.row;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** What is measured, by what it is about. */
public enum Suite {
    RECURRENT("Recurrent layers", 9, data -> RecurrentRows.all()),
    STREAMS("Streams that advance together", 2, data -> StreamRows.all()),
    MATMUL("Matrix products", 4, data -> MatmulRows.all()),
    WEIGHTS("Weights of 16, 8 and 4 bits", 9, data -> SmallWeightRows.all()),
    CONV("Convolutions in a chain of nine layers", 3, data -> ConvRows.all()),
    ATTENTION("Attention", 2, data -> AttentionRows.all()),
    MODELS("Whole models", 3, ModelRows::all),
    TRAINING("Steps of training", 6, data -> TrainingRows.all()),
    COLDSTART("Cold start", 3, data -> List.of(StartRow.of(data))),
    LATENCY("Latency at a fixed rate of arrival", 10, data -> LatencyRow.all());

    private final String title;
    private final int minutes;
    private final Function<Path, List<? extends Item>> items;

    Suite(String title, int minutes, Function<Path, List<? extends Item>> items) {
        this.title = title;
        this.minutes = minutes;
        this.items = items;
    }

    public String title() {
        return title;
    }

    /** About how long it takes to measure, in five processes for each row. */
    public int minutes() {
        return minutes;
    }

    /**
     * What it measures.
     *
     * @param data folder of the reference data, which rows on real models read
     */
    public List<? extends Item> items(Path data) {
        return items.apply(data);
    }

    /** What is called so in one of the suites. */
    public static Item item(String name, Path data) {
        for (Suite suite : values()) {
            for (Item item : suite.items(data)) {
                if (item.name().equals(name)) {
                    return item;
                }
            }
        }
        throw new IllegalArgumentException("nothing is called '" + name + "'");
    }

    /** As it is written on the command line. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
