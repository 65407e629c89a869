package dev.lanewise.compiler.inspect;

import java.io.PrintWriter;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The facts as text: first what everyone wants to know, then the steps. */
public final class TextReport {

    private TextReport() {}

    /** The summary, and one line a step. */
    public static void print(ModelFacts facts, PrintWriter out) {
        out.println("model         " + plain(facts.name()) + ", " + Sizes.bytes(facts.fileBytes()));
        if (!facts.source().isEmpty()) {
            out.println("compiled from " + plain(facts.source()));
        }
        out.println("fingerprint   " + facts.fingerprint());
        facts.symbols().forEach(symbol -> out.println("extent        " + plain(symbol.toString())));
        facts.inputs().forEach(port -> out.println("input         " + plain(port.toString())));
        facts.outputs().forEach(port -> out.println("output        " + plain(port.toString())));
        facts.states().forEach(port -> out.println("state         " + plain(port.toString())));
        facts.streams().forEach(stream -> out.println("stream        " + plain(stream)));
        out.println("parameters    " + Sizes.count(facts.parameters()));
        out.println("multiply-adds " + Sizes.count(facts.multiplyAdds())
                + (facts.symbols().isEmpty() ? "" : " at the bounds"));
        out.println("weights       " + Sizes.bytes(facts.weightBytes()));
        out.println("arena         " + Sizes.bytes(facts.arenaBytes()) + ", at least "
                + Sizes.bytes(facts.arenaLowerBound()));
        out.println("state         " + Sizes.bytes(facts.stateBytes()) + " a stream");
        printTraining(facts, out);
        out.println("steps         " + facts.steps().size() + ": " + kinds(facts.steps()));
        for (StepFacts step : facts.steps()) {
            out.println("  " + "  ".repeat(step.depth()) + step.number() + " " + step.kind() + " "
                    + String.join(" ", step.outputTypes())
                    + (step.weightTypes().isEmpty() ? "" : "  weights " + String.join(", ", step.weightTypes()))
                    + (step.name().equals(step.kind()) ? "" : "  " + plain(step.name())));
        }
    }

    /** The programs of a model that can be trained, and what training takes. */
    public static void printTraining(ModelFacts facts, PrintWriter out) {
        TrainingFacts training = facts.training();
        if (training.memory().isEmpty()) {
            return;
        }
        for (TrainingFacts.Program program : training.programs()) {
            out.println("program       " + program.name() + ": " + Sizes.of(program.steps(), "step") + ", "
                    + plain(String.join(" ", program.inputs())) + " -> " + plain(String.join(" ", program.outputs())));
        }
        out.println("training      " + Sizes.bytes(training.bytes()) + ":");
        training.memory().forEach((what, bytes) -> out.println("  " + Sizes.bytes(bytes) + " " + what));
        if (!training.recompute().isEmpty()) {
            out.println("  " + plain(training.recompute()));
        }
    }

    private static String kinds(List<StepFacts> steps) {
        Map<String, Long> counts = steps.stream()
                .collect(Collectors.groupingBy(StepFacts::kind, TreeMap::new, Collectors.counting()));
        return counts.entrySet().stream()
                .sorted(Comparator.comparingLong(entry -> -entry.getValue()))
                .map(entry -> entry.getValue() + " " + entry.getKey())
                .collect(Collectors.joining(", "));
    }

    /** Every byte: the regions, then what lies in the arena. */
    public static void printMemory(ModelFacts facts, PrintWriter out) {
        out.println("heap, once a model");
        line(out, facts.weightBytes(), "weights, as in the file; kernels pack them when it is loaded");
        out.println("heap, once a session");
        line(out, facts.arenaBytes(), "arena; no placement needs less than " + facts.arenaLowerBound());
        line(out, facts.portBytes(), "inputs and outputs");
        out.println("heap, once a stream");
        line(out, facts.stateBytes(), "state");
        for (ModelFacts.Port state : facts.states()) {
            line(out, state.bytes(), "  " + plain(state.toString()));
        }
        out.println("native");
        line(out, 0, "in the file's own plan; kernels from Java 25 on may keep packed weights there");
        out.println("arena: bytes, where, steps, tensor");
        for (ArenaSpan span : facts.spans()) {
            line(out, span.bytes(),
                    span.storage().name().toLowerCase(java.util.Locale.ROOT) + " at " + span.from() + ", "
                    + span.first() + " to " + span.last() + ", " + plain(span.name()));
        }
    }

    private static void line(PrintWriter out, long bytes, String what) {
        out.printf(java.util.Locale.ROOT, "%,14d  %s%n", bytes, what);
    }

    /** A model's text without what a terminal would take for commands. */
    public static String plain(String text) {
        return text.replaceAll("\\p{Cntrl}", "?");
    }
}
