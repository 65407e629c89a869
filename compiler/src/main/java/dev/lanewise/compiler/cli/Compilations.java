package dev.lanewise.compiler.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedMethod;
import jdk.jfr.consumer.RecordingFile;

/** What the JVM's optimising compiler made of Lanewise's methods meanwhile, by the JVM's own record of it (JFR). */
final class Compilations implements AutoCloseable {

    private static final String COMPILED = "jdk.Compilation";
    private static final String LEFT = "jdk.Deoptimization";
    private static final String OURS = "dev.lanewise.";
    private static final int C2 = 4;

    /**
     * A method.
     *
     * @param name its class without the package, and its own name
     * @param nanos that compiling it took, all times together
     */
    record Method(String name, long nanos) {}

    /** {@code null} where this JVM records nothing. */
    private final Recording recording;
    private final Map<String, Long> nanos = new TreeMap<>();
    private int deoptimisations;

    private Compilations(Recording recording) {
        this.recording = recording;
    }

    /** Begins to record. */
    static Compilations record() {
        try {
            Recording recording = new Recording();
            recording.enable(COMPILED).withThreshold(Duration.ZERO);
            recording.enable(LEFT).withoutStackTrace();
            recording.start();
            return new Compilations(recording);
        } catch (LinkageError | RuntimeException e) { // a runtime image without jdk.jfr, or one that forbids it
            return new Compilations(null);
        }
    }

    /** Ends the record; the methods that C2 compiled, the one that took the longest first. */
    List<Method> methods() {
        if (recording != null) {
            recording.stop();
            try {
                read();
            } catch (IOException e) {
                nanos.clear(); // no place for a file: nothing is known
            }
        }
        return nanos.entrySet().stream()
                .map(entry -> new Method(entry.getKey(), entry.getValue()))
                .sorted(Comparator.comparingLong(Method::nanos).reversed())
                .toList();
    }

    private void read() throws IOException {
        Path file = Files.createTempFile("lanewise", ".jfr");
        try {
            recording.dump(file);
            for (RecordedEvent event : RecordingFile.readAllEvents(file)) {
                RecordedMethod method = event.getValue("method");
                if (method == null || !method.getType().getName().startsWith(OURS)) {
                    continue;
                }
                if (event.getEventType().getName().equals(LEFT)) {
                    deoptimisations++;
                } else if (event.getInt("compileLevel") == C2) {
                    nanos.merge(name(method), event.getDuration().toNanos(), Long::sum);
                }
            }
        } finally {
            Files.deleteIfExists(file);
        }
    }

    /** Hidden classes, one for each shape, count as the template that they were made from. */
    private static String name(RecordedMethod method) {
        String type = method.getType().getName().replaceFirst("[./+]0x[0-9a-f]+$", "");
        return type.substring(type.lastIndexOf('.') + 1) + "." + method.getName();
    }

    /** How often compiled code was left because what it assumed no longer held; known after {@link #methods}. */
    int deoptimisations() {
        return deoptimisations;
    }

    @Override
    public void close() {
        if (recording != null) {
            recording.close();
        }
    }
}
