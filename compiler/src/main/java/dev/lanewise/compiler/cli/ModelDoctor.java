package dev.lanewise.compiler.cli;

import dev.lanewise.compiler.inspect.ModelFacts;
import dev.lanewise.compiler.inspect.Sizes;
import dev.lanewise.compiler.inspect.StepFacts;
import dev.lanewise.compiler.inspect.TextReport;
import dev.lanewise.formats.ModelFile;
import dev.lanewise.runtime.LoadOptions;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.WarmUpReport;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Loads a model, has its kernels warmed, and says what was made and compiled for it. Lines are short: 40 columns. */
final class ModelDoctor {

    /** How many methods are listed, those that took the longest. */
    private static final int METHODS = 8;

    private static final int COLUMNS = 40;

    private static final String INDENT = " ".repeat(10);

    private ModelDoctor() {}

    /** Prints for people, one fact a line. */
    static void examine(ModelFile file, PrintWriter out) {
        ModelFacts facts = ModelFacts.of(file);
        out.println("model     " + TextReport.plain(facts.name()));
        out.println(INDENT + Sizes.bytes(facts.weightBytes()) + " of weights in the file");
        long begin = System.nanoTime();
        Model.of(file, LoadOptions.defaults().start(LoadOptions.Start.SCALAR)).newSession();
        out.println("loaded    in " + time(System.nanoTime() - begin) + ", on scalar kernels");
        out.flush();
        try (Compilations compilations = Compilations.record()) {
            Model model = Model.of(file, LoadOptions.defaults().start(LoadOptions.Start.WAIT_UNTIL_HOT));
            WarmUpReport warmUp = model.warmUp();
            if (warmUp == null) {
                out.println("warmed    not at all: it stays on scalar");
                out.println(INDENT + "kernels");
                return;
            }
            print(facts, warmUp, out);
            print(compilations, out);
        }
    }

    private static void print(ModelFacts facts, WarmUpReport warmUp, PrintWriter out) {
        long bytes = warmUp.steps().stream().mapToLong(WarmUpReport.StepTime::packedBytes).sum();
        out.println("packed    in " + time(warmUp.packNanos()) + ", to " + Sizes.bytes(bytes));
        if (!warmUp.problem().isEmpty()) {
            out.println("warmed    not on zeros: " + TextReport.plain(warmUp.problem()));
            return;
        }
        out.println("warmed    in " + time(warmUp.nanos()) + ", by " + Sizes.count(warmUp.runs()) + " runs");
        if (!facts.symbols().isEmpty()) {
            out.println(INDENT + "with open extents at most 32");
        }
        if (warmUp.bytes() > 0) {
            out.println(INDENT + "a run still allocates " + Sizes.bytes(warmUp.bytes()) + ":");
            out.println(INDENT + "not all kernels are compiled");
        }
        long sum = warmUp.steps().stream().mapToLong(step -> step.scalar() ? step.scalarNanos() : step.nanos()).sum();
        out.println("steps     " + warmUp.steps().size() + ", " + time(sum) + " together");
        for (WarmUpReport.StepTime step : warmUp.steps()) {
            print(facts.steps().get(step.number()), step, out);
        }
    }

    private static void print(StepFacts facts, WarmUpReport.StepTime step, PrintWriter out) {
        out.println("  " + step.number() + " " + facts.kind());
        if (!facts.name().equals(facts.kind())) {
            out.println(INDENT + TextReport.plain(facts.name()));
        }
        out.println(INDENT + time(step.nanos()) + ", scalar " + time(step.scalarNanos())
                + (step.scalar() ? ": kept" : ""));
        step.forms().forEach(form -> Stream.of(form.split("; ")).forEach(part -> fold(part, out)));
    }

    /** Lines of whole words. */
    private static void fold(String text, PrintWriter out) {
        StringBuilder line = new StringBuilder();
        for (String word : text.split(" ")) {
            if (line.length() > 0 && INDENT.length() + line.length() + word.length() >= COLUMNS) {
                out.println(INDENT + line);
                line.setLength(0);
                line.append(' ');
            }
            line.append(line.toString().isBlank() ? "" : " ").append(word);
        }
        out.println(INDENT + line);
    }

    private static void print(Compilations compilations, PrintWriter out) {
        List<Compilations.Method> methods = compilations.methods();
        if (methods.isEmpty()) {
            out.println("compiled  what the JVM did not record");
            return;
        }
        long nanos = methods.stream().mapToLong(Compilations.Method::nanos).sum();
        out.println("compiled  " + methods.size() + " methods by C2, " + time(nanos));
        out.println(INDENT + "the longest:");
        methods.stream().limit(METHODS).forEach(method -> out.println(
                INDENT + time(method.nanos()) + " " + method.name()));
        if (compilations.deoptimisations() > 0) {
            out.println(INDENT + Sizes.of(compilations.deoptimisations(), "time") + " compiled code was");
            out.println(INDENT + "left again (deoptimised)");
        }
    }

    /** Such as {@code 950 ns}, {@code 2.6 µs}, {@code 13 ms}, {@code 1.4 s}. */
    private static String time(long nanos) {
        double value = nanos;
        for (String unit : List.of("ns", "µs", "ms")) {
            if (value < 1000) {
                return String.format(Locale.ROOT, value < 10 && unit != "ns" ? "%.1f %s" : "%.0f %s", value, unit);
            }
            value /= 1000;
        }
        return String.format(Locale.ROOT, "%.1f s", value);
    }
}
