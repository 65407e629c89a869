package dev.lanewise.bench;

import ai.djl.engine.Engine;
import ai.onnxruntime.OrtEnvironment;
import dev.lanewise.bench.subject.Subject;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where numbers come from.
 *
 * @param cpu its name
 * @param processors that this process may use
 * @param memory of the machine in bytes, 0 where it is not known
 * @param system name and version of the operating system
 * @param caches of one core, by level, as the system names their sizes; empty where it does not
 * @param java name and version of the JVM
 * @param lanewise the commit that was measured, or that it is not known
 * @param peers versions of the other runtimes by name
 */
public record Machine(
        String cpu, int processors, String caches, long memory, String system, String java, String lanewise,
        Map<String, String> peers) {

    /** A load from which on something else runs that will be seen in the numbers. */
    private static final double BUSY = 0.5;

    static Machine describe(List<Subject.Kind> kinds) throws IOException {
        Map<String, String> peers = new TreeMap<>();
        for (Subject.Kind kind : kinds) {
            switch (kind) {
                case EMPTY, LANEWISE -> { }
                case PLAIN, PINNED, SPINNING -> peers.put("ONNX Runtime", OrtEnvironment.getEnvironment().getVersion());
                case PYTORCH -> peers.put("PyTorch (DJL)", pyTorch());
            }
        }
        return new Machine(
                proc("/proc/cpuinfo", "model name", System.getProperty("os.arch")),
                Runtime.getRuntime().availableProcessors(),
                cacheSizes(),
                kibibytes(proc("/proc/meminfo", "MemTotal", "0 kB")),
                System.getProperty("os.name") + " " + System.getProperty("os.version"),
                System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"),
                System.getProperty("lanewise.commit", "not known"),
                peers);
    }

    /**
     * Both of them, where they are one machine with one JVM.
     *
     * @throws IllegalArgumentException where they are not
     */
    public Machine join(Machine other) {
        if (!cpu.equals(other.cpu) || processors != other.processors || !system.equals(other.system)
                || !java.equals(other.java)) {
            throw new IllegalArgumentException("results of different machines or JVMs do not belong together: "
                    + cpu + ", " + processors + " processors, " + system + ", " + java + " and " + other.cpu + ", "
                    + other.processors + " processors, " + other.system + ", " + other.java);
        }
        Map<String, String> both = new TreeMap<>(other.peers);
        both.putAll(peers);
        String commits = lanewise.contains(other.lanewise) ? lanewise : other.lanewise + ", " + lanewise;
        return new Machine(cpu, processors, caches, memory, system, java, commits, both);
    }

    /** What else runs at present, as a sentence; empty where nothing does. */
    static String disturbance() {
        double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
        return load < BUSY ? ""
                : String.format(Locale.ROOT, "the machine is busy (load %.1f): what runs beside shows in the numbers",
                        load);
    }

    private static String cacheSizes() throws IOException {
        List<String> caches = new ArrayList<>();
        for (int i = 0; ; i++) {
            Path cache = Path.of("/sys/devices/system/cpu/cpu0/cache/index" + i);
            if (!Files.isDirectory(cache)) {
                return String.join(", ", caches);
            }
            String type = Files.readString(cache.resolve("type")).strip();
            if (!type.equals("Instruction")) {
                caches.add("L" + Files.readString(cache.resolve("level")).strip() + " "
                        + Files.readString(cache.resolve("size")).strip());
            }
        }
    }

    /**
     * Version of PyTorch, which this starts.
     *
     * @throws RuntimeException where it does not start; a {@link LinkageError} where DJL is not on the class path
     */
    static String pyTorch() {
        System.setProperty("ai.djl.offline", "true");
        Engine engine = Engine.getEngine("PyTorch");
        if (engine == null) {
            throw new IllegalStateException("DJL's engine for it is not on the class path");
        }
        return engine.getVersion();
    }

    /** Value of the first line of that name in a file of the kernel's. */
    private static String proc(String file, String name, String otherwise) throws IOException {
        Path path = Path.of(file);
        if (!Files.isReadable(path)) {
            return otherwise;
        }
        try (var lines = Files.lines(path)) {
            return lines.filter(line -> line.startsWith(name))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse(otherwise);
        }
    }

    private static long kibibytes(String text) {
        return 1024 * Long.parseLong(text.split(" ")[0]);
    }
}
