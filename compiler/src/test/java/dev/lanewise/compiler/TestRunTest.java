package dev.lanewise.compiler;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The build promises its test runs: this JVM is the one that its kernel options speak of. */
class TestRunTest {

    private final boolean java17 = Runtime.version().feature() == 17;

    @Test
    void runsOnAJavaThatTheBuildNames() {
        assertTrue(List.of(17, 25).contains(Runtime.version().feature()), Runtime.version()::toString);
    }

    @Test
    void kernelsAreChosenByName() {
        assertTrue(List.of("scalar", "vector").contains(System.getProperty("lanewise.kernels", "none")));
    }

    @Test
    void vectorModuleIsThereExactlyWhereVectorKernelsAreAskedFor() {
        assertEquals(
                System.getProperty("lanewise.kernels").equals("vector"),
                ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent());
    }

    @Test
    void java17DoesNotSeeTheKernelsOfJava25() {
        boolean onClassPath =
                System.getProperty("java.class.path").matches(".*(vector25).*");
        assertEquals(!java17, onClassPath);
    }
}
