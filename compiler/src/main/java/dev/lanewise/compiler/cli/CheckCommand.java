package dev.lanewise.compiler.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.lanewise.compiler.check.CaseRunner;
import dev.lanewise.compiler.check.CheckRun;
import dev.lanewise.compiler.check.TestCase;
import dev.lanewise.compiler.check.Verdict;
import dev.lanewise.runtime.LoadOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lanewise check}: conformance cases. */
@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        description = {
            "Runs conformance cases and compares the results.",
            "Found below each DIR: model.onnx with test_data_set_*/input_*.pb and output_*.pb; model.onnx"
                    + " with io.npz; X.onnx with X_output_0.pb."
        },
        footer = {
            "",
            "Example:",
            "  lanewise check ../shared/data/conformance/onnx-node --quiet"
        })
final class CheckCommand implements Callable<Integer> {

    @Spec private CommandSpec spec;
    @Mixin private KernelChoice kernels;

    @Parameters(paramLabel = "DIR", arity = "1..*", description = "Folders to search for cases.")
    private List<Path> folders;

    @Option(names = "--twins", description = "Run on scalar kernels too, and require the same bits.")
    private boolean twins;

    @Option(names = "--quiet", description = "Print only what fails, and the last line.")
    private boolean quiet;

    @Option(names = "--reasons", description = "Print why cases are unsupported, the most frequent reason first.")
    private boolean reasons;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Option(names = "--workers", paramLabel = "N", defaultValue = "2",
            description = "Cases at a time (${DEFAULT-VALUE}).")
    private int workers;

    @Option(names = "--limit", paramLabel = "SECONDS", defaultValue = "60",
            description = "Time that one case may take (${DEFAULT-VALUE}).")
    private int limitSeconds;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (workers < 1 || limitSeconds < 1) {
            throw new ParameterException(spec.commandLine(), "--workers and --limit start at 1");
        }
        List<TestCase> cases = findCases();
        CaseRunner runner = new CaseRunner(kernels.choose(LoadOptions.Start.BEST_COLD), twins);
        PrintWriter out = spec.commandLine().getOut();
        List<Verdict> verdicts = new ArrayList<>();
        new CheckRun(runner, workers, 1000L * limitSeconds).run(cases, verdict -> {
            verdicts.add(verdict);
            if (!json && (!quiet && !reasons || verdict.kind() == Verdict.Kind.FAIL)) {
                out.println(verdict.line());
                out.flush();
            }
        });
        long failed = count(verdicts, Verdict.Kind.FAIL);
        if (json) {
            writeJson(verdicts, out);
        } else {
            if (reasons) {
                printReasons(verdicts, out);
            }
            out.println(count(verdicts, Verdict.Kind.PASS) + " passed, " + failed + " failed, "
                    + count(verdicts, Verdict.Kind.UNSUPPORTED) + " unsupported" + recordedWrongly(verdicts));
        }
        out.flush();
        return failed == 0 ? 0 : Failure.EXIT_CODE;
    }

    private List<TestCase> findCases() throws IOException {
        List<TestCase> cases = new ArrayList<>();
        for (Path folder : folders) {
            if (!Files.isDirectory(folder)) {
                throw new ParameterException(spec.commandLine(), folder
                        + (Files.exists(folder) ? ": not a directory" : ": no such directory"));
            }
            List<TestCase> found = TestCase.find(folder);
            if (found.isEmpty()) {
                throw new ParameterException(spec.commandLine(),
                        folder + ": no cases in it; see lanewise check --help");
            }
            cases.addAll(found);
        }
        return cases;
    }

    /** Apart from the others, and only where there are any: few sets of cases have them. */
    private static String recordedWrongly(List<Verdict> verdicts) {
        long count = count(verdicts, Verdict.Kind.RECORDED_WRONGLY);
        return count == 0 ? "" : ", " + count + " recorded wrongly";
    }

    private static long count(List<Verdict> verdicts, Verdict.Kind kind) {
        return verdicts.stream().filter(verdict -> verdict.kind() == kind).count();
    }

    /** One line a reason: how many cases it concerns, and one of them. */
    private static void printReasons(List<Verdict> verdicts, PrintWriter out) {
        Map<String, List<String>> cases = new TreeMap<>();
        for (Verdict verdict : verdicts) {
            if (verdict.kind() == Verdict.Kind.UNSUPPORTED) {
                for (String reason : verdict.reasons()) {
                    // versions and node names would keep apart what is one piece of work
                    String key = reason.replaceFirst("-\\d+: ", ": ").replaceFirst("node '[^']*' ", "");
                    cases.computeIfAbsent(key, k -> new ArrayList<>()).add(verdict.name());
                }
            }
        }
        cases.entrySet().stream()
                .sorted(Comparator.comparingInt(entry -> -entry.getValue().size()))
                .forEach(entry -> out.println(
                        entry.getValue().size() + " × " + entry.getKey() + "  [" + entry.getValue().get(0) + "]"));
    }

    private static void writeJson(List<Verdict> verdicts, PrintWriter out) throws IOException {
        try (JsonGenerator generator = new JsonFactory().createGenerator(out)) {
            generator.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
            generator.useDefaultPrettyPrinter();
            generator.writeStartObject();
            generator.writeNumberField("passed", count(verdicts, Verdict.Kind.PASS));
            generator.writeNumberField("failed", count(verdicts, Verdict.Kind.FAIL));
            generator.writeNumberField("unsupported", count(verdicts, Verdict.Kind.UNSUPPORTED));
            generator.writeNumberField("recordedWrongly", count(verdicts, Verdict.Kind.RECORDED_WRONGLY));
            generator.writeArrayFieldStart("cases");
            for (Verdict verdict : verdicts) {
                generator.writeStartObject();
                generator.writeStringField("name", verdict.name());
                generator.writeStringField("result", verdict.kind().name());
                generator.writeNumberField("millis", verdict.millis());
                if (Double.isFinite(verdict.error())) {
                    generator.writeNumberField("error", verdict.error());
                }
                writeTexts(generator, "reasons", verdict.reasons());
                writeTexts(generator, "pinned", verdict.pinned());
                generator.writeEndObject();
            }
            generator.writeEndArray();
            generator.writeEndObject();
        }
        out.println();
    }

    private static void writeTexts(JsonGenerator generator, String name, List<String> texts) throws IOException {
        if (!texts.isEmpty()) {
            generator.writeArrayFieldStart(name);
            for (String text : texts) {
                generator.writeString(text);
            }
            generator.writeEndArray();
        }
    }
}
