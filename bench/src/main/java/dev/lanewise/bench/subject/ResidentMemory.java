package dev.lanewise.bench.subject;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Memory of this process that lies in RAM, from a moment on: what native code takes, where the Java heap was touched
 * before. Files that are mapped, such as libraries, do not count.
 *
 * @param bytes at the beginning; -1 where the system does not say
 * @param files of these, what files hold
 */
record ResidentMemory(long bytes, long files) {

    private static final Path STATUS = Path.of("/proc/self/status");

    /** Linux forgets the peak so far where this is written to {@code clear_refs}; see proc(5). */
    private static final String FORGET_PEAK = "5";

    static ResidentMemory now() throws IOException {
        Path clear = Path.of("/proc/self/clear_refs");
        if (!Files.isWritable(clear)) {
            return new ResidentMemory(-1, 0);
        }
        Files.writeString(clear, FORGET_PEAK);
        return new ResidentMemory(read("VmRSS:"), read("RssFile:"));
    }

    /** The most at any time since then, beyond what there was; 0 where the system does not say. */
    long mostSince() throws IOException {
        return bytes < 0 ? 0 : read("VmHWM:") - bytes - (read("RssFile:") - files);
    }

    private static long read(String name) throws IOException {
        String line = Files.readAllLines(STATUS).stream().filter(each -> each.startsWith(name)).findFirst()
                .orElseThrow(() -> new IOException(STATUS + " has no " + name));
        return Long.parseLong(line.replaceAll("\\D", "")) << 10; // kB
    }
}
