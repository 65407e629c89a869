package dev.lanewise.bench;

import ai.onnxruntime.OrtEnvironment;
import dev.lanewise.bench.row.ModelRows;
import dev.lanewise.compiler.Compiler;
import dev.lanewise.formats.ModelFile;
import dev.lanewise.runtime.Lanewise;
import dev.lanewise.runtime.LoadOptions;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.State;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Silero on one stream, Lanewise against ONNX Runtime: time per chunk (paired, one thread each), bytes
 * allocated per chunk, and heap of 10,000 states.
 */
public final class SileroBench {

    private static final int STATES = 10_000;
    private static final double LEAST_RATIO = 3;
    private static final double MOST_MEGABYTES = 64;

    private SileroBench() {}

    /**
     * Runs everything and prints it as a page; fails where a promise is not kept. The reference data is
     * looked for in {@code LANEWISE_DATA}.
     */
    public static void main(String[] args) throws Exception {
        Path data = Path.of(System.getenv().getOrDefault("LANEWISE_DATA", "../shared/data"));
        Path onnx = data.resolve("models/silero-vad/silero_vad_16k_op15.onnx");
        float[] samples = samples(data.resolve("models/silero-vad/test_first20s.wav"));
        ModelFile file = Compiler.compile(onnx, ModelRows.sileroStream()).file();
        System.out.println("# Silero on a stream\n");
        System.out.println("Chunks of 512 samples (32 ms) with carried state, one thread each side, against "
                + "ONNX Runtime " + OrtEnvironment.getEnvironment().getVersion()
                + " with all graph optimisations, rounds in turn in");
        System.out.println("one process. `./lanewise bench silero` repeats it.\n");
        System.out.println("* machine: " + machine() + ", " + Runtime.getRuntime().availableProcessors()
                + " processors, Java " + System.getProperty("java.version"));
        System.out.println("* kernels: " + Lanewise.backend().kernels());
        chunks(file, onnx, samples);
        states(file);
    }

    private static void chunks(ModelFile file, Path onnx, float[] samples) throws Exception {
        Model model = Model.of(file, LoadOptions.defaults().start(LoadOptions.Start.WAIT_UNTIL_HOT));
        SileroStream ours = SileroStream.lanewise(model);
        compare(samples, ours, SileroStream.onnxRuntime(onnx));
        Paired.Result plain = Paired.time(20, 41, stream(ours, samples), stream(SileroStream.onnxRuntime(onnx),
                samples));
        System.out.println("* a chunk, against its plain Java API: " + plain);
        Paired.Result pinned =
                Paired.time(20, 41, stream(ours, samples), stream(SileroStream.onnxRuntimePinned(onnx), samples));
        System.out.println("* a chunk, against pinned buffers: " + pinned);
        long bytes = allocated(stream(ours, samples));
        System.out.println("* allocated: " + bytes + " bytes in 100 chunks");
        require(plain.ratios()[1] >= LEAST_RATIO, "at least " + LEAST_RATIO + " times as fast as the plain Java API");
        require(bytes == 0, "no allocation");
    }

    /** Bytes of a run; the measuring itself, which allocates at its first use, is done once before. */
    private static long allocated(Paired.Work work) throws Exception {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long bytes = 0;
        for (int i = 0; i < 2; i++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            work.run();
            bytes = threads.getCurrentThreadAllocatedBytes() - before;
        }
        return bytes;
    }

    private static void require(boolean kept, String promise) {
        if (!kept) {
            throw new IllegalStateException("not kept: " + promise);
        }
    }

    private static String machine() throws IOException {
        Path cpus = Path.of("/proc/cpuinfo");
        if (!Files.isReadable(cpus)) {
            return System.getProperty("os.arch");
        }
        try (var lines = Files.lines(cpus)) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 2))
                    .findFirst()
                    .orElse(System.getProperty("os.arch"));
        }
    }

    private static void compare(float[] samples, SileroStream a, SileroStream b) throws Exception {
        double largest = 0;
        for (int from = SileroStream.CONTEXT; from + SileroStream.CHUNK <= samples.length; from += SileroStream.CHUNK) {
            largest = Math.max(largest, Math.abs(a.next(samples, from) - b.next(samples, from)));
        }
        System.out.println("* largest difference of probabilities over 20 s: " + largest);
    }

    private static Paired.Work stream(SileroStream stream, float[] samples) {
        return () -> {
            int chunks = 0;
            for (int from = SileroStream.CONTEXT;
                    from + SileroStream.CHUNK <= samples.length && chunks < 100;
                    from += SileroStream.CHUNK) {
                stream.next(samples, from);
                chunks++;
            }
            return chunks;
        };
    }

    private static void states(ModelFile file) {
        Model model = Model.of(file, LoadOptions.defaults().start(LoadOptions.Start.SCALAR));
        List<State> states = new ArrayList<>();
        long before = heap();
        for (int i = 0; i < STATES; i++) {
            states.add(model.newState());
        }
        double megabytes = (heap() - before) / 1048576.0;
        System.out.printf("* %,d states: %.1f MB of heap%n", states.size(), megabytes);
        require(megabytes < MOST_MEGABYTES, "10,000 states in less than " + MOST_MEGABYTES + " MB");
    }

    private static long heap() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    /** Samples of a 16-bit mono wav file, in [-1, 1), with silence before the first chunk. */
    static float[] samples(Path wav) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(wav)).order(ByteOrder.LITTLE_ENDIAN);
        int header = 44;
        float[] samples = new float[SileroStream.CONTEXT + (bytes.limit() - header) / 2];
        for (int i = SileroStream.CONTEXT; i < samples.length; i++) {
            samples[i] = bytes.getShort(header + 2 * (i - SileroStream.CONTEXT)) / 32768f;
        }
        return samples;
    }
}
