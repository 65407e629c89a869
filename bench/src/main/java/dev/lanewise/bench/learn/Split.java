package dev.lanewise.bench.learn;

import dev.lanewise.runtime.train.Dataset;
import dev.lanewise.samples.data.Sequences;
import java.util.List;
import java.util.stream.IntStream;

/** What is trained on, and what is held out and judged. */
public record Split(Dataset train, Dataset test) {

    static final int FOLDS = 5;

    /** So many of the same data, that each part is held out once. */
    static List<Split> folds(Sequences data) {
        return IntStream.range(0, FOLDS)
                .mapToObj(fold -> new Split(data.without(fold, FOLDS).dataset(), data.fold(fold, FOLDS).dataset()))
                .toList();
    }
}
