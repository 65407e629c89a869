package dev.lanewise.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/**
 * The thread's allocation counter, for this module's own tests; users have {@code AllocationProbe} of
 * the module {@code runtime/testing}, which depends on this one.
 */
public final class Allocation {

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int WARM_UP = 300;
    private static final int COUNTED = 50;

    private Allocation() {}

    public static void assertNone(Runnable work) {
        for (int i = 0; i < WARM_UP; i++) {
            work.run();
        }
        long least = Long.MAX_VALUE;
        // the interpreter's own bookkeeping may be counted once, never every time
        for (int attempt = 0; attempt < 3 && least > 0; attempt++) {
            long before = THREADS.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < COUNTED; i++) {
                work.run();
            }
            least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
        }
        assertEquals(0, least, "bytes allocated by " + COUNTED + " runs");
    }
}
