package dev.lanewise.bench.fork;

import dev.lanewise.bench.row.Row;
import dev.lanewise.bench.row.Suite;
import dev.lanewise.bench.subject.Subject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Starts a process for each measurement of a row: what C2 makes of a kernel differs from process to process.
 *
 * @param data folder of the reference data
 * @param kinds the runtimes, Lanewise first
 * @param forks processes for each row
 * @param rounds in each process
 * @param warmUpMillis for each runtime, at most
 */
public record Forks(Path data, List<Subject.Kind> kinds, int forks, int rounds, int warmUpMillis) {

    /** Where native memory is looked at, the heap does not grow meanwhile. */
    private static final List<String> TOUCHED_HEAP = List.of("-Xms512m", "-Xmx512m", "-XX:+AlwaysPreTouch");

    /** A step of training is many kernels and takes milliseconds: C2 needs longer to have met all of them often. */
    private static final int TRAINING_WARM_UPS = 6;

    /** Measures a row in every fork. */
    public List<ForkResult> run(Row row) throws IOException, InterruptedException {
        List<ForkResult> results = new ArrayList<>();
        for (int i = 0; i < forks; i++) {
            results.add(fork(row));
        }
        return results;
    }

    private ForkResult fork(Row row) throws IOException, InterruptedException {
        boolean training = row.suite() == Suite.TRAINING;
        int warmUp = training ? TRAINING_WARM_UPS * warmUpMillis : warmUpMillis;
        String runtimes = kinds.stream().map(Subject.Kind::name).collect(Collectors.joining(","));
        List<String> options = training ? TOUCHED_HEAP : List.of();
        return Jvm.run(Fork.class, options, ForkResult.class, row.name(),
                data.toString(), row.name(), runtimes, String.valueOf(rounds), String.valueOf(warmUp));
    }
}
