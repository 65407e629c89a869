package dev.lanewise.bench.fork;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.lanewise.bench.row.Row;
import dev.lanewise.bench.subject.Subject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Starts a process for each measurement: what C2 makes of a kernel differs from process to process.
 *
 * @param data folder of the reference data
 * @param kinds the runtimes, Lanewise first
 * @param forks processes for each row
 * @param rounds in each process
 * @param warmUpMillis for each runtime
 */
public record Forks(Path data, List<Subject.Kind> kinds, int forks, int rounds, int warmUpMillis) {

    /** Measures a row in every fork. */
    public List<ForkResult> run(Row row) throws IOException, InterruptedException {
        List<ForkResult> results = new ArrayList<>();
        for (int i = 0; i < forks; i++) {
            results.add(fork(row));
        }
        return results;
    }

    private ForkResult fork(Row row) throws IOException, InterruptedException {
        Path file = Files.createTempFile("bench", ".json");
        Path log = Files.createTempFile("bench", ".log");
        try {
            String runtimes = kinds.stream().map(Subject.Kind::name).collect(Collectors.joining(","));
            int status = java(Fork.class, log,
                    data.toString(), row.name(), runtimes, String.valueOf(rounds), String.valueOf(warmUpMillis),
                    file.toString());
            if (status != 0) {
                throw new IOException("the process for '" + row.name() + "' ended with " + status + ":\n"
                        + Files.readString(log));
            }
            return new ObjectMapper().readValue(file.toFile(), ForkResult.class);
        } finally {
            Files.deleteIfExists(file);
            Files.deleteIfExists(log);
        }
    }

    /** Runs a class in a JVM with the options of this one. */
    public static int java(Class<?> main, Path log, String... args) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules", "jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp", System.getProperty("java.class.path"),
                main.getName()));
        command.addAll(List.of(args));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
        try {
            return process.waitFor();
        } finally {
            process.destroyForcibly(); // where the bench is interrupted
        }
    }
}
