package dev.lanewise.bench.row;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** The rows by what they are about. */
public enum Suite {
    RECURRENT("Recurrent layers", data -> RecurrentRows.all()),
    MATMUL("Matrix products", data -> MatmulRows.all()),
    CONV("Convolutions in a chain of nine layers", data -> ConvRows.all()),
    ATTENTION("Attention", data -> AttentionRows.all()),
    MODELS("Whole models", ModelRows::all);

    private final String title;
    private final Function<Path, List<Row>> rows;

    Suite(String title, Function<Path, List<Row>> rows) {
        this.title = title;
        this.rows = rows;
    }

    public String title() {
        return title;
    }

    /**
     * Its rows.
     *
     * @param data folder of the reference data, which rows on real models read
     */
    public List<Row> rows(Path data) {
        return rows.apply(data);
    }

    /** The row of that name. */
    public static Row row(String name, Path data) {
        for (Suite suite : values()) {
            for (Row row : suite.rows(data)) {
                if (row.name().equals(name)) {
                    return row;
                }
            }
        }
        throw new IllegalArgumentException("no row is called '" + name + "'");
    }

    /** As it is written on the command line. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
