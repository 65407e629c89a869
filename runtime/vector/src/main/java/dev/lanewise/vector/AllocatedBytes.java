package dev.lanewise.vector;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** What HotSpot counts of a thread's allocations. Safe for any number of threads. */
final class AllocatedBytes {

    private static final ThreadMXBean THREADS = threads();

    private AllocatedBytes() {}

    private static ThreadMXBean threads() {
        if (ManagementFactory.getThreadMXBean() instanceof ThreadMXBean threads
                && threads.isThreadAllocatedMemorySupported() && threads.isThreadAllocatedMemoryEnabled()) {
            return threads;
        }
        return null;
    }

    /** Of the calling thread so far, or -1 where that is not counted. Allocates nothing but at its first call. */
    static long ofThisThread() {
        return THREADS == null ? -1 : THREADS.getCurrentThreadAllocatedBytes();
    }
}
