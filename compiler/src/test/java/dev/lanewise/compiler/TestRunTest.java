package dev.lanewise.compiler;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** The build promises its test runs: this JVM is the one that the name of the run speaks of. */
class TestRunTest {

    private static final Map<String, String> LANES = Map.of("vector-512", "16", "vector-256", "8", "vector-128", "4");

    private final String run = System.getProperty("lanewise.run", "unnamed");

    @Test
    void java() {
        assertEquals(run.startsWith("java17") ? 17 : 25, Runtime.version().feature(), run);
    }

    @Test
    void kernels() {
        String expected = run.contains("scalar") ? "scalar" : "vector";
        assertEquals(expected, System.getProperty("lanewise.kernels"), run);
    }

    @Test
    void lanes() {
        assertEquals(LANES.get(run), System.getProperty("lanewise.lanes"), run);
    }

    @Test
    void vectorModuleIsThereExactlyWhereVectorKernelsAreAskedFor() {
        assertEquals(
                run.contains("vector"),
                ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent(),
                run);
    }

    @Test
    void java17DoesNotSeeTheKernelsOfJava25() {
        boolean seen = System.getProperty("java.class.path").contains("vector25");
        assertEquals(!run.startsWith("java17"), seen, run);
    }
}
