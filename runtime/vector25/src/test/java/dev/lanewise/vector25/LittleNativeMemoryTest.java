package dev.lanewise.vector25;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.runtime.kernel.Epilogue;
import dev.lanewise.runtime.kernel.Kernels;
import dev.lanewise.runtime.kernel.MatmulKernels;
import dev.lanewise.runtime.kernel.MatmulKernels.PackedMatrix;
import dev.lanewise.runtime.scalar.ScalarKernels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Weights stay on the heap where the JVM was told to use little native memory. */
class LittleNativeMemoryTest {

    @TempDir
    private Path folder;

    /** In a JVM with 1 MB of native memory: the first matrix finds room, the second does not. */
    static final class Main {
        public static void main(String[] args) {
            Kernels kernels = new Vector25Kernels();
            PackedMatrix small = product(kernels.matmul(), 128, 512);
            PackedMatrix large = product(kernels.matmul(), 512, 1024);
            System.out.println(
                    small.getClass().getPackageName() + " " + large.getClass().getPackageName());
        }

        private static PackedMatrix product(MatmulKernels kernels, int k, int n) {
            float[] b = Twins.values(1, k * n);
            float[] a = Twins.values(2, k);
            float[] scratch = new float[Kernels.SCRATCH_FLOATS];
            float[] expected = new float[n];
            float[] found = new float[n];
            MatmulKernels scalar = ScalarKernels.INSTANCE.matmul();
            PackedMatrix packed = kernels.pack(b, 0, k, n, n, 1, 1);
            kernels.matmul(1, a, 0, k, packed, null, 0, Epilogue.NONE, found, 0, n, scratch);
            scalar.matmul(
                    1, a, 0, k, scalar.pack(b, 0, k, n, n, 1, 1), null, 0, Epilogue.NONE,
                    expected, 0, n, scratch);
            Twins.assertSameBits(k + "x" + n, expected, found);
            return packed;
        }
    }

    @Test
    @Tag("once")
    void fallsBackToTheHeap() throws Exception {
        Path out = folder.resolve("out");
        Path errors = folder.resolve("errors");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:MaxDirectMemorySize=1m", "--add-modules", "jdk.incubator.vector",
                        "-cp", System.getProperty("java.class.path"), Main.class.getName())
                .redirectOutput(out.toFile())
                .redirectError(errors.toFile())
                .start();
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), "takes too long");
        assertEquals(0, process.exitValue(), Files.readString(errors));
        assertEquals("dev.lanewise.vector25 dev.lanewise.vector", Files.readString(out).strip());
    }
}
