package dev.lanewise.bench.fork;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Starts Java for a measurement, and takes its result out of a file. */
final class Jvm {

    /** PyTorch's threads sleep when they wait, as everybody's do, so that others have the processors in their turn. */
    private static final Map<String, String> PASSIVE = Map.of("OMP_WAIT_POLICY", "passive", "KMP_BLOCKTIME", "0");

    private Jvm() {}

    static String executable() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /**
     * Runs a class with the class path of this JVM; the file that it is to write its result to is its last argument.
     *
     * @param options of the JVM, besides those that Lanewise and its peers need
     * @param result what the file holds
     * @param what is measured, for the message where it fails
     */
    static <T> T run(Class<?> main, List<String> options, Class<T> result, String what, String... arguments)
            throws IOException, InterruptedException {
        Path file = Files.createTempFile("bench", ".json");
        Path log = Files.createTempFile("bench", ".log");
        file.toFile().deleteOnExit(); // the bench may be interrupted
        log.toFile().deleteOnExit();
        try {
            List<String> command = new ArrayList<>(List.of(
                    executable(),
                    "--add-modules", "jdk.incubator.vector",
                    "--enable-native-access=ALL-UNNAMED",
                    "--sun-misc-unsafe-memory-access=allow"));
            command.addAll(options);
            command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
            command.addAll(List.of(arguments));
            command.add(file.toString());
            ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
            builder.environment().putAll(PASSIVE);
            int status = waitFor(builder.redirectOutput(log.toFile()));
            if (status != 0) {
                throw new IOException("the process for '" + what + "' ended with " + status + ":\n"
                        + Files.readString(log));
            }
            return new ObjectMapper().readValue(file.toFile(), result);
        } finally {
            Files.deleteIfExists(file);
            Files.deleteIfExists(log);
        }
    }

    /** Waits for a process, which does not outlive this one where the bench is interrupted. */
    private static int waitFor(ProcessBuilder builder) throws IOException, InterruptedException {
        Process process = builder.start();
        Thread end = new Thread(process::destroyForcibly);
        Runtime.getRuntime().addShutdownHook(end);
        try {
            return process.waitFor();
        } finally {
            process.destroyForcibly();
            removeHook(end);
        }
    }

    private static void removeHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // the JVM is shutting down: the hook has done its work
        }
    }
}
