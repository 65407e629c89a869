package dev.lanewise.bench.report;

import dev.lanewise.bench.Machine;
import dev.lanewise.bench.fork.Roofline;
import java.util.List;

/**
 * A whole run.
 *
 * @param command what repeats it
 * @param forks processes for each row
 * @param rounds in each process
 */
public record BenchResult(
        String command, String date, Machine machine, Roofline roofline, int forks, int rounds, List<RowResult> rows) {}
