package dev.lanewise.bench.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.lanewise.bench.Machine;
import dev.lanewise.bench.fork.Roofline;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What was measured on one machine, in one run or in several.
 *
 * @param commands what repeats it
 * @param forks processes for each item, at least
 * @param rounds in each process, at least
 * @param results in the order of the suites
 */
public record BenchResult(
        List<String> commands, String date, Machine machine, Roofline roofline, int forks, int rounds,
        List<Result> results) {

    /** From one process to another C2 makes other code: fewer say little. */
    private static final int CLAIM_FORKS = 5;

    /**
     * Reads what {@link #write} wrote.
     *
     * @throws IOException where the file holds something else
     */
    public static BenchResult read(Path file) throws IOException {
        try {
            return new ObjectMapper().readValue(file.toFile(), BenchResult.class);
        } catch (com.fasterxml.jackson.core.JacksonException e) {
            throw new IOException(file + ": no results of lanewise bench (" + e.getOriginalMessage() + ")", e);
        }
    }

    /** Writes the file, whole or not at all, so that what was measured before stays where writing fails. */
    public void write(Path file) throws IOException {
        WholeFile.write(file, new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(this));
    }

    /** The same with one more result. */
    public BenchResult with(Result result) {
        return join(List.of(this, new BenchResult(List.of(), date, machine, roofline, forks, rounds,
                List.of(result))));
    }

    /**
     * Several runs as one; of what was measured twice, the later counts.
     *
     * @throws IllegalArgumentException where they are of different machines or JVMs
     */
    public static BenchResult join(List<BenchResult> runs) {
        BenchResult last = runs.get(runs.size() - 1);
        Set<String> commands = new LinkedHashSet<>();
        Map<String, Result> results = new LinkedHashMap<>();
        Machine machine = last.machine;
        for (BenchResult run : runs) {
            machine = machine.join(run.machine);
            commands.addAll(run.commands);
            run.results.forEach(result -> results.put(result.name(), result));
        }
        return new BenchResult(new ArrayList<>(commands), last.date, machine, last.roofline,
                runs.stream().mapToInt(BenchResult::forks).min().orElseThrow(),
                runs.stream().mapToInt(BenchResult::rounds).min().orElseThrow(), new ArrayList<>(results.values()));
    }

    /** What was measured under that name. */
    public Optional<Result> find(String name) {
        return results.stream().filter(result -> result.name().equals(name)).findFirst();
    }

    /** All results of a suite. */
    List<Result> of(String suite) {
        return results.stream().filter(result -> result.suite().equals(suite)).toList();
    }

    /** What a reader should know first where this is no more than a look; empty where it is more. */
    String caution() {
        return forks >= CLAIM_FORKS ? "" : "A look, not a claim: " + (forks == 1 ? "one process" : forks + " processes")
                + " for each row, where " + CLAIM_FORKS + " are needed.";
    }

    /** How many results have what is asked of them. */
    public long kept() {
        return results.stream().filter(Result::kept).count();
    }

    /** Results of which something is asked that was not found. */
    List<Result> missed() {
        return results.stream().filter(result -> !result.kept()).toList();
    }
}
