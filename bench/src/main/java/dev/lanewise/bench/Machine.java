package dev.lanewise.bench;

import ai.djl.engine.Engine;
import ai.onnxruntime.OrtEnvironment;
import dev.lanewise.bench.subject.Subject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where numbers come from.
 *
 * @param cpu its name
 * @param processors that this process may use
 * @param memory of the machine in bytes, 0 where it is not known
 * @param system name and version of the operating system
 * @param java name and version of the JVM
 * @param peers versions of the other runtimes by name
 */
public record Machine(
        String cpu, int processors, long memory, String system, String java, Map<String, String> peers) {

    static Machine describe(List<Subject.Kind> kinds) throws IOException {
        Map<String, String> peers = new TreeMap<>();
        for (Subject.Kind kind : kinds) {
            switch (kind) {
                case LANEWISE -> { }
                case PLAIN, PINNED -> peers.put("ONNX Runtime", OrtEnvironment.getEnvironment().getVersion());
                case PYTORCH -> peers.put("PyTorch (DJL)", pyTorch());
            }
        }
        return new Machine(
                proc("/proc/cpuinfo", "model name", System.getProperty("os.arch")),
                Runtime.getRuntime().availableProcessors(),
                kibibytes(proc("/proc/meminfo", "MemTotal", "0 kB")),
                System.getProperty("os.name") + " " + System.getProperty("os.version"),
                System.getProperty("java.vm.name") + " " + System.getProperty("java.version"),
                peers);
    }

    private static String pyTorch() {
        System.setProperty("ai.djl.offline", "true");
        return Engine.getEngine("PyTorch").getVersion();
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
