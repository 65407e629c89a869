package dev.lanewise.compiler.aot;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Makes a cache of what the JVM learns while a program runs: its classes, read and linked, and which of its methods
 * are called often. A JVM of the same build that is given the cache, and a class path that begins with the same jars,
 * starts where the other had arrived.
 *
 * <p>Source: JEP 483 (classes, Java 24), JEP 514 (made in one step, Java 25) and JEP 515 (profiles, Java 25).
 */
public final class AotCache {

    /** The first Java that makes a cache in one step. */
    public static final int FIRST_JAVA = 25;

    private AotCache() {}

    /**
     * Runs a program to its end on this process's JVM and writes what was learnt.
     *
     * @param cache the file to write
     * @param options of the JVM; those that the program will be started with, too
     * @param classPath jars
     * @return what the program and the JVM printed
     * @throws IOException where the program fails, or ends without a cache
     */
    public static String write(
            Path cache, List<String> options, List<Path> classPath, String main, List<String> arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-XX:AOTCacheOutput=" + cache);
        command.addAll(options);
        command.add("-cp");
        command.add(classPath(classPath));
        command.add(main);
        command.addAll(arguments);
        Files.deleteIfExists(cache);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0 || !Files.exists(cache)) {
            throw new IOException("no AOT cache came of " + String.join(" ", command) + "\n" + output);
        }
        return output;
    }

    /** Jars as they are given to {@code -cp}. */
    public static String classPath(List<Path> jars) {
        return jars.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
    }
}
