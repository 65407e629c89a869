package dev.lanewise.bench.start;

import java.io.DataOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Calls one after another from the very first, each timed. */
final class CallTimes {

    /** One call. */
    interface Call {
        void run() throws Exception;
    }

    private CallTimes() {}

    /** Makes {@code count} calls and writes their nanoseconds to a file, as longs. */
    static void write(Call call, int count, String file) throws Exception {
        long[] nanos = new long[count];
        for (int i = 0; i < count; i++) {
            long begin = System.nanoTime();
            call.run();
            nanos[i] = System.nanoTime() - begin;
        }
        write(nanos, file);
    }

    private static void write(long[] nanos, String file) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES * nanos.length);
        bytes.asLongBuffer().put(nanos);
        try (DataOutputStream out = new DataOutputStream(new FileOutputStream(file))) {
            out.write(bytes.array());
        }
    }
}
