package dev.lanewise.testing;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;

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

    private static final int COUNTED_RUNS = 100;

    private static final int CLEAN_BATCHES = 3;

    /**
     * Vector kernels allocate until the JVM has compiled them, which takes a second on an idle machine
     * and half a minute on one that is busy with other work.
     */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Asking for it allocates. */
    private static volatile ThreadMXBean counter;

    private AllocationProbe() {}

    /**
     * Runs the code until 300 runs in a row allocate nothing, for a minute at most.
     *
     * @throws AssertionError where they still allocate; the message says how many bytes per run
     * @throws UnsupportedOperationException where this JVM has no such counter
     */
    public static void assertAllocatesNothing(Runnable work) {
        assertAllocatesNothing(work, PATIENCE);
    }

    /** As {@link #assertAllocatesNothing(Runnable)}, with another time for warming up. */
    public static void assertAllocatesNothing(Runnable work, Duration patience) {
        long begin = System.nanoTime();
        long bytes;
        int clean = 0;
        do {
            bytes = allocatedBytes(work, COUNTED_RUNS);
            clean = bytes == 0 ? clean + 1 : 0;
        } while (clean < CLEAN_BATCHES && System.nanoTime() - begin < patience.toNanos());
        if (bytes > 0) {
            throw new AssertionError(COUNTED_RUNS + " runs allocate " + bytes + " bytes, "
                    + (bytes + COUNTED_RUNS - 1) / COUNTED_RUNS + " in each, after "
                    + (System.nanoTime() - begin) / 1_000_000 + " ms; expected none");
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

    /**
     * Bytes that this thread has allocated since it began. Allocates nothing.
     *
     * @throws UnsupportedOperationException where this JVM has no such counter
     */
    public static long allocatedBytes() {
        return threads().getCurrentThreadAllocatedBytes();
    }

    private static ThreadMXBean threads() {
        if (counter == null) {
            counter = counter();
        }
        return counter;
    }

    private static ThreadMXBean counter() {
        if (ManagementFactory.getThreadMXBean() instanceof ThreadMXBean threads
                && threads.isThreadAllocatedMemorySupported() && threads.isThreadAllocatedMemoryEnabled()) {
            return threads;
        }
        throw new UnsupportedOperationException("this JVM does not count the bytes a thread allocates; HotSpot does");
    }
}
