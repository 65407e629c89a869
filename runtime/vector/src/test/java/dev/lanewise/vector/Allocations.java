package dev.lanewise.vector;

import static org.junit.jupiter.api.Assertions.fail;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/**
 * Hot kernels allocate nothing. Until C2 has compiled one, the Vector API boxes, and C2 does not say
 * when it is done: on a busy machine it may take minutes. So a kernel runs until two measurements in
 * a row see no byte, and fails only where that does not come about in a time that is ample.
 */
final class Allocations {

    private static final ThreadMXBean THREADS =
            (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int CALLS = 1000;
    private static final int CLEAN_ROUNDS = 2;
    private static final long LONGEST_NANOS = 180_000_000_000L;

    private Allocations() {}

    static void assertNone(String what, Runnable kernel) {
        long begin = System.nanoTime();
        int clean = 0;
        while (clean < CLEAN_ROUNDS) {
            long bytes = bytesOf(kernel);
            clean = bytes == 0 ? clean + 1 : 0;
            if (bytes > 0 && System.nanoTime() - begin > LONGEST_NANOS) {
                fail(what + " allocates " + bytes + " bytes in " + CALLS + " calls");
            }
        }
    }

    private static long bytesOf(Runnable kernel) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < CALLS; i++) {
            kernel.run();
        }
        return THREADS.getCurrentThreadAllocatedBytes() - before;
    }
}
