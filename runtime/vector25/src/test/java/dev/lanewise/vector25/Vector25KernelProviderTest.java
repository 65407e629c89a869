package dev.lanewise.vector25;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.lanewise.runtime.Backend;
import dev.lanewise.runtime.Lanewise;
import dev.lanewise.vector.Lanes;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Java 25 takes these kernels before those on the heap, and an older Java takes those. */
class Vector25KernelProviderTest {

    /** Prints the kernels that were chosen, or the advice where they are scalar. */
    private static final String MAIN = """
            public class Chosen {
                public static void main(String[] args) {
                    dev.lanewise.runtime.Backend backend = dev.lanewise.runtime.Lanewise.backend();
                    System.out.println(backend.lanes() > 1 ? backend.kernels() : backend.advice());
                }
            }
            """;

    @TempDir
    private Path folder;

    @Test
    void java25TakesTheAlignedKernels() {
        Backend backend = Lanewise.backend();
        if ("scalar".equals(System.getProperty("lanewise.kernels"))) {
            assertEquals("scalar", backend.kernels());
            return;
        }
        assertNull(new Vector25KernelProvider().unusableBecause());
        assertEquals(Integer.getInteger("lanewise.lanes", Lanes.LANES), backend.lanes());
        assertEquals("vector " + 32 * backend.lanes() + " bits, aligned weights", backend.kernels());
    }

    @Test
    @Tag("once")
    void java17TakesTheVectorKernels() throws Exception {
        assertEquals(
                "vector 256 bits",
                chosenOn17("--add-modules", "jdk.incubator.vector", "-Dlanewise.lanes=8"));
    }

    @Test
    @Tag("once")
    void java17WithoutTheModuleSaysWhatToAdd() throws Exception {
        String advice = chosenOn17();
        assertTrue(advice.endsWith("--add-modules jdk.incubator.vector"), advice);
    }

    /** What {@link #MAIN} prints on a real Java 17 with this module on the class path. */
    private String chosenOn17(String... options) throws Exception {
        String java = System.getProperty("lanewise.java17");
        assumeFalse(java == null || java.startsWith("unused"), "the runs on Java 17 are switched off");
        Path source = Files.writeString(folder.resolve("Chosen.java"), MAIN);
        String classPath = System.getProperty("java.class.path");
        assertTrue(classPath.contains("vector25"), classPath);
        assertEquals(0, ToolProvider.getSystemJavaCompiler().run(
                null, null, null, "--release", "17", "-Xlint:-options", "-proc:none",
                "-cp", classPath, "-d", folder.toString(), source.toString()));
        List<String> command = new ArrayList<>(List.of(java));
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", folder + File.pathSeparator + classPath, "Chosen"));
        Path out = folder.resolve("out");
        Path errors = folder.resolve("errors");
        Process process = new ProcessBuilder(command)
                .redirectOutput(out.toFile())
                .redirectError(errors.toFile())
                .start();
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), "takes too long");
        assertEquals(0, process.exitValue(), Files.readString(errors));
        return Files.readString(out, StandardCharsets.UTF_8).strip();
    }
}
