package dev.lanewise.bench;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.Compiler;
import dev.lanewise.compiler.graph.Literal;
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
 * allocated per chunk, heap of 10,000 states, and time from the start of {@code java} to the first
 * result, in processes of their own.
 */
public final class SileroBench {

    private static final int STATES = 10_000;
    private static final int STARTS = 9;

    private SileroBench() {}

    /** Runs everything and prints it. Argument: the folder of reference data. */
    public static void main(String[] args) throws Exception {
        Path data = Path.of(args.length > 0 ? args[0] : System.getProperty("lanewise.data", "../shared/data"));
        Path onnx = data.resolve("models/silero-vad/silero_vad_16k_op15.onnx");
        float[] samples = samples(data.resolve("models/silero-vad/test_first20s.wav"));
        ModelFile file = compile(onnx);
        System.out.println("java " + System.getProperty("java.version") + ", " + Lanewise.backend());
        chunks(file, onnx, samples);
        states(file);
        starts(file, onnx);
    }

    static ModelFile compile(Path onnx) throws IOException {
        CompileOptions options = CompileOptions.defaults()
                .dim("batch", 1, 1)
                .dim("sequence", 576, 576)
                .pin("sr", Literal.scalar(16_000L))
                .debug(false);
        return Compiler.compile(onnx, options).file();
    }

    private static void chunks(ModelFile file, Path onnx, float[] samples) throws Exception {
        Model model = Model.of(file, LoadOptions.defaults().start(LoadOptions.Start.WAIT_UNTIL_HOT));
        SileroStream ours = SileroStream.lanewise(model);
        compare(samples, ours, SileroStream.onnxRuntime(onnx));
        Paired.Result plain = Paired.time(20, 41, stream(ours, samples), stream(SileroStream.onnxRuntime(onnx), samples));
        System.out.println("chunk, against the plain Java API:  " + plain);
        Paired.Result pinned =
                Paired.time(20, 41, stream(ours, samples), stream(SileroStream.onnxRuntimePinned(onnx), samples));
        System.out.println("chunk, against pinned buffers:      " + pinned);
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        int chunks = stream(ours, samples).run();
        long bytes = threads.getCurrentThreadAllocatedBytes() - before;
        System.out.println("allocated: " + bytes + " bytes in " + chunks + " chunks");
    }

    private static void compare(float[] samples, SileroStream a, SileroStream b) throws Exception {
        double largest = 0;
        for (int from = SileroStream.CONTEXT; from + SileroStream.CHUNK <= samples.length; from += SileroStream.CHUNK) {
            largest = Math.max(largest, Math.abs(a.next(samples, from) - b.next(samples, from)));
        }
        System.out.println("largest difference of probabilities over 20 s: " + largest);
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
        System.out.printf("%,d states: %.1f MB of heap%n", states.size(), (heap() - before) / 1048576.0);
    }

    private static long heap() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private static void starts(ModelFile file, Path onnx) throws Exception {
        Path lane = Files.createTempFile("silero", ".lane");
        file.write(lane);
        double[] ours = new double[STARTS];
        double[] theirs = new double[STARTS];
        for (int i = -1; i < STARTS; i++) {
            double a = start(FirstResult.Lanewise.class, lane);
            double b = start(FirstResult.OnnxRuntime.class, onnx);
            if (i >= 0) {
                ours[i] = a;
                theirs[i] = b;
            }
        }
        Files.delete(lane);
        java.util.Arrays.sort(ours);
        java.util.Arrays.sort(theirs);
        System.out.printf(
                "java start to first result: %.0f ms (%.0f to %.0f) against %.0f ms (%.0f to %.0f)%n",
                ours[STARTS / 2], ours[0], ours[STARTS - 1], theirs[STARTS / 2], theirs[0], theirs[STARTS - 1]);
    }

    /** Milliseconds from starting the process to its first line. */
    private static double start(Class<?> main, Path model) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp", System.getProperty("java.class.path"),
                "--enable-native-access=ALL-UNNAMED",
                main.getName(), model.toString());
        builder.redirectError(ProcessBuilder.Redirect.INHERIT);
        long begin = System.nanoTime();
        Process process = builder.start();
        try (var out = process.inputReader()) {
            String line = out.readLine();
            double millis = (System.nanoTime() - begin) / 1e6;
            process.waitFor();
            if (line == null || process.exitValue() != 0) {
                throw new IllegalStateException(main + " gave " + line + " and ended with " + process.exitValue());
            }
            return millis;
        }
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
