package dev.lanewise.compiler.cli;

import com.sun.management.ThreadMXBean;
import dev.lanewise.compiler.demo.Detector;
import dev.lanewise.compiler.demo.Hums;
import dev.lanewise.compiler.demo.Listening;
import dev.lanewise.compiler.demo.OwnDetector;
import dev.lanewise.compiler.demo.SileroDetector;
import dev.lanewise.compiler.demo.SpeechSegments;
import dev.lanewise.compiler.inspect.ModelFacts;
import dev.lanewise.compiler.inspect.Sizes;
import dev.lanewise.formats.ModelFile;
import dev.lanewise.runtime.LoadOptions;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code lanewise demo}: the whole journey: a model is trained, compiled, listens to a stream, and learns more. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = {
            "Trains a detector of voices on sounds that are made here, compiles it, and streams a recording through"
                    + " it: the segments, the time per chunk and the bytes allocated per chunk. Then tunes it, on this"
                    + " device, to a noise that it did not know.",
            "What listens to the first recording is Silero's speech detector, where LANEWISE_DATA or ../shared/data"
                    + " has it and --own is not given."
        },
        footer = {"", "Example:", "  lanewise demo"})
final class DemoCommand implements Callable<Integer> {

    /** Code that is still being compiled allocates and is slow; on a busy machine that takes longer. */
    private static final long WARM_UP_NANOS = 10_000_000_000L;
    private static final int QUIET_PASSES = 8;
    private static final int TIMED_PASSES = 8;

    @Spec private CommandSpec spec;
    @Mixin private KernelChoice kernels;

    @Option(names = "--own", description = "Stream with Lanewise's own detector even where Silero's is there.")
    private boolean own;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        Optional<Path> data = own ? Optional.empty() : DataFolder.find().filter(SileroDetector::isIn);
        if (data.isEmpty() && !own) {
            say(out, "No reference data (LANEWISE_DATA): all is made here.");
        }
        long start = System.nanoTime();
        OwnDetector trained = OwnDetector.train();
        Hums quiet = OwnDetector.recording(false);
        say(out, String.format(Locale.ROOT, "trained   a detector of voices in %d ms: %.1f %% of chunks right", millis(
                start), 100 * trained.right(quiet)));
        start = System.nanoTime();
        Detector detector = data.isPresent() ? SileroDetector.read(data.get()) : trained.detector(quiet);
        byte[] file = detector.compiled().file().toBytes();
        ModelFacts facts = ModelFacts.of(detector.compiled().file());
        say(out, "model     " + detector.title());
        say(out,
                "compiled  " + facts.steps().size() + " steps in " + millis(start) + " ms; file "
                + Sizes.bytes(file.length));
        say(out, "memory    weights " + Sizes.bytes(facts.weightBytes()) + ", arena " + Sizes.bytes(facts.arenaBytes())
                + ", state " + Sizes.bytes(facts.stateBytes()) + " a stream");
        for (String note : detector.compiled().notes()) {
            say(out, "          " + note);
        }

        start = System.nanoTime();
        LoadOptions load = LoadOptions.defaults().start(kernels.choose(LoadOptions.Start.WAIT_UNTIL_HOT));
        Model model = Model.of(ModelFile.read("demo.lane", file), load);
        Session session = model.newSession();
        Listening listening = new Listening(detector, session, TIMED_PASSES);
        say(out, "loaded    after " + millis(start) + " ms");
        start = System.nanoTime();
        for (int silent = 0; silent < QUIET_PASSES && System.nanoTime() - start < WARM_UP_NANOS; ) {
            silent = playCountingBytes(listening, 1) > 0 ? 0 : silent + 1;
        }
        say(out, "warm      after " + millis(start) + " ms");
        long bytes = playCountingBytes(listening, TIMED_PASSES);
        for (int again = 0; bytes > 0 && again < 4; again++) { // a late compilation leaves some bytes, once
            bytes = playCountingBytes(listening, TIMED_PASSES);
        }
        print(out, detector, session, listening, bytes);
        tune(out, trained);
        return 0;
    }

    /** Before and after: a kettle hisses and whistles beside the voice. */
    private void tune(PrintWriter out, OwnDetector trained) throws IOException {
        Hums kitchen = OwnDetector.recording(true);
        Hums quiet = OwnDetector.recording(false);
        say(out, "kitchen   the detector that was trained here, beside a kettle that it does not know:");
        say(out, "  before  " + found(trained, kitchen));
        long start = System.nanoTime();
        trained.tuneToKitchen();
        say(out, "  tuned   on this device in " + millis(start) + " ms");
        say(out, "  after   " + found(trained, kitchen));
        say(out, String.format(Locale.ROOT, "          without the kettle %.1f %% of chunks right",
                100 * trained.right(quiet)));
    }

    /** What the present weights find in a stream. */
    private String found(OwnDetector trained, Hums recording) {
        Detector detector = trained.detector(recording);
        LoadOptions load = LoadOptions.defaults().start(kernels.choose(LoadOptions.Start.BEST_COLD));
        Listening listening = new Listening(detector, Model.of(detector.compiled().file(), load).newSession(), 1);
        listening.play();
        int segments = SpeechSegments.of(listening.probabilities(), recording.samples().length).size();
        return String.format(Locale.ROOT, "%.1f %% of chunks right, %d segments where there are %d",
                100 * trained.right(recording), segments, OwnDetector.SEGMENTS);
    }

    /** Plays some passes; gives the bytes that this thread allocated meanwhile, -1 where nobody counts. */
    private static long playCountingBytes(Listening listening, int passes) {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean() instanceof ThreadMXBean bean
                        && bean.isThreadAllocatedMemorySupported() && bean.isThreadAllocatedMemoryEnabled()
                ? bean
                : null;
        if (threads != null) {
            threads.getCurrentThreadAllocatedBytes(); // the first call may allocate itself
        }
        long before = threads == null ? 0 : threads.getCurrentThreadAllocatedBytes();
        for (int pass = 0; pass < passes; pass++) {
            listening.play();
        }
        return threads == null ? -1 : threads.getCurrentThreadAllocatedBytes() - before;
    }

    private static void print(PrintWriter out, Detector detector, Session session, Listening listening, long bytes) {
        say(out, "kernels   " + session.kernels());
        List<SpeechSegments.Segment> segments =
                SpeechSegments.of(listening.probabilities(), detector.samples().length);
        say(out, String.format(Locale.ROOT, "streamed  %.1f s in %d chunks of %d samples",
                (double) detector.samples().length / Detector.RATE, detector.chunks(), Detector.CHUNK));
        say(out, "speech    " + segments.size() + (segments.size() == 1 ? " segment" : " segments"));
        for (SpeechSegments.Segment segment : segments) {
            say(out, String.format(Locale.ROOT, "  %6.2f s to %6.2f s", segment.beginSeconds(), segment.endSeconds()));
        }
        double median = listening.micros(0.5);
        say(out, String.format(Locale.ROOT, "per chunk median %.1f µs, p99 %.1f µs, p99.9 %.1f µs",
                median, listening.micros(0.99), listening.micros(0.999)));
        say(out, String.format(Locale.ROOT, "          of %d chunks; %,.0f times faster than real time",
                listening.timedChunks(), 1e6 * Detector.CHUNK / Detector.RATE / median));
        say(out, "allocated " + (bytes < 0
                ? "unknown: this JVM does not count"
                : (bytes + listening.timedChunks() - 1) / listening.timedChunks() + " bytes per chunk"));
    }

    private static void say(PrintWriter out, String line) {
        out.println(line);
        out.flush();
    }

    private static long millis(long start) {
        return (System.nanoTime() - start) / 1_000_000;
    }
}
