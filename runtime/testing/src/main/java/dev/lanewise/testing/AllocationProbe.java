package dev.lanewise.testing;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/**
 * Proves that code allocates nothing, by the JVM's own counter of bytes allocated by the calling thread.
 *
 * <pre>{@code
 * Session session = model.newSession();
 * AllocationProbe.assertAllocatesNothing(session::run);
 * }</pre>
 *
 * What counts is everything the given code does on this thread: also the boxing of an argument, or the
 * varargs of {@code setShape(1, 2)}, which are the caller's. Safe for any number of threads.
 */
public final class AllocationProbe {

    /** Enough for the JVM to link what the code calls, and for most of it to be compiled. */
    private static final int WARM_UP_RUNS = 5_000;

    private static final long WARM_UP_NANOS = 1_000_000_000L;

    private static final int COUNTED_RUNS = 100;

    /** The JVM may charge a thread for its own work now and then (a recompilation); code that allocates does always. */
    private static final int ATTEMPTS = 5;

    private AllocationProbe() {}

    /**
     * Warms the code up (5,000 runs, or a second), then counts 100 runs of it.
     *
     * @throws AssertionError where they allocate; the message says how many bytes per run
     * @throws UnsupportedOperationException where this JVM has no such counter
     */
    public static void assertAllocatesNothing(Runnable work) {
        long begin = System.nanoTime();
        for (int i = 0; i < WARM_UP_RUNS && System.nanoTime() - begin < WARM_UP_NANOS; i++) {
            work.run();
        }
        long least = Long.MAX_VALUE;
        for (int attempt = 0; attempt < ATTEMPTS && least > 0; attempt++) {
            least = Math.min(least, allocatedBytes(work, COUNTED_RUNS));
        }
        if (least > 0) {
            throw new AssertionError(COUNTED_RUNS + " runs allocate " + least + " bytes, "
                    + (least + COUNTED_RUNS - 1) / COUNTED_RUNS + " in each; expected none");
        }
    }

    /**
     * Bytes that this thread allocates during {@code runs} runs of the code, as it is: not warmed up.
     *
     * @throws UnsupportedOperationException where this JVM has no such counter
     */
    public static long allocatedBytes(Runnable work, int runs) {
        ThreadMXBean threads = threads();
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < runs; i++) {
            work.run();
        }
        return threads.getCurrentThreadAllocatedBytes() - before;
    }

    private static ThreadMXBean threads() {
        if (ManagementFactory.getThreadMXBean() instanceof ThreadMXBean threads
                && threads.isThreadAllocatedMemorySupported() && threads.isThreadAllocatedMemoryEnabled()) {
            return threads;
        }
        throw new UnsupportedOperationException("this JVM does not count the bytes a thread allocates; HotSpot does");
    }
}
