package dev.lanewise.bench.fork;

import dev.lanewise.bench.row.LatencyRow;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Starts the processes that measure latency; a row's calls are shared out among them.
 *
 * @param data folder of the reference data
 * @param forks processes for each row
 * @param part of the row's calls that is made, from 0 to 1
 */
public record LatencyForks(Path data, int forks, double part) {

    /** 4 GiB, touched before anything runs, so that the first use of a page is nobody's latency. */
    private static final List<String> EPSILON = List.of(
            "-XX:+UnlockExperimentalVMOptions", "-XX:+UseEpsilonGC", "-Xms4g", "-Xmx4g", "-XX:+AlwaysPreTouch");

    /** Calls of each runtime in all processes together. */
    public long calls(LatencyRow row) {
        return callsOfFork(row) * forks;
    }

    private long callsOfFork(LatencyRow row) {
        return (long) (part * row.calls() / forks / LatencyFork.BLOCKS) * LatencyFork.BLOCKS;
    }

    /** Measures a row in every fork. */
    public List<LatencyForkResult> run(LatencyRow row) throws IOException, InterruptedException {
        List<LatencyForkResult> results = new ArrayList<>();
        for (int i = 0; i < forks; i++) {
            results.add(Jvm.run(LatencyFork.class, row.epsilon() ? EPSILON : List.of(), LatencyForkResult.class,
                    row.name(), data.toString(), row.name(), String.valueOf(callsOfFork(row))));
        }
        return results;
    }
}
