package dev.lanewise.samples.cli;

import dev.lanewise.samples.Sample;
import dev.lanewise.samples.Setting;
import dev.lanewise.samples.captioning.Captioning;
import dev.lanewise.samples.digits.SpokenDigits;
import dev.lanewise.samples.languagemodel.LanguageModel;
import dev.lanewise.samples.memory.Memory;
import dev.lanewise.samples.page.Check;
import dev.lanewise.samples.page.Page;
import dev.lanewise.samples.positions.Positions;
import dev.lanewise.samples.sentiment.Sentiment;
import dev.lanewise.samples.series.Series;
import dev.lanewise.samples.tagging.Tagging;
import dev.lanewise.samples.translation.Translation;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lanewise sample}. */
@Command(
        name = "lanewise sample",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Trains, compiles and runs a sample, and writes a page with what came out.",
            "Leaves with status 1 where a figure is not what the sample promises."
        },
        footer = {"", "Examples:", "  lanewise sample --list", "  lanewise sample memory --quick"})
public final class SampleCommand implements Callable<Integer> {

    /** In the order of docs/lecture.md. */
    private static final List<Sample> SAMPLES = List.of(
            new Sentiment(), new SpokenDigits(), new Series(), new Tagging(), new LanguageModel(), new Translation(),
            new Memory(), new Captioning(), new Positions());

    @Spec private CommandSpec spec;

    @Parameters(index = "0", arity = "0..1", paramLabel = "NAME", description = "Which sample; --list has them.")
    private String name;

    @Option(names = "--list", description = "Says in a line each what samples there are.")
    private boolean list;

    @Option(names = "--epochs", paramLabel = "N",
            description = "Train so many epochs, of 100 batches where data is generated; the sample decides if not"
                    + " given.")
    private int epochs;

    @Option(names = "--quick", description = "Train less, for a look: under a minute, with figures of its own.")
    private boolean quick;

    @Option(names = "--seed", paramLabel = "N", description = "Of weights and of what is drawn (1).")
    private long seed = 1;

    @Option(names = "--data", paramLabel = "FOLDER",
            description = "Where reference data is; LANEWISE_DATA or ../shared/data if not given.")
    private Path data;

    @Option(names = "--out", paramLabel = "FOLDER",
            description = "Where models, the page NAME.html and its plots NAME-*.svg go"
                    + " (target/samples).")
    private Path folder = Path.of("target", "samples");

    private SampleCommand() {}

    public static void main(String[] args) {
        CommandLine line = commandLine();
        line.setOut(new PrintWriter(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8));
        System.exit(line.execute(args));
    }

    static CommandLine commandLine() {
        CommandLine line = new CommandLine(new SampleCommand());
        line.setUsageHelpAutoWidth(true);
        line.setExecutionExceptionHandler((error, command, parsed) -> {
            if (!(error instanceof IOException || error instanceof IllegalArgumentException)) {
                throw error;
            }
            command.getErr().println("lanewise sample: " + error.getMessage());
            return 1;
        });
        return line;
    }

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        if (list) {
            SAMPLES.forEach(sample -> out.printf("%-14s %s%n", sample.name(), sample.about()));
            out.printf("%-14s %s%n", "Streaming", "a moving average over a sequence given in chunks");
            out.printf("%-14s %s%n", "ManyStreams", "a server's loop: whoever has input goes into one call");
            return 0;
        }
        Sample sample = chosen();
        if (epochs < 0) {
            throw new ParameterException(spec.commandLine(), "--epochs takes a number of 1 or more, not " + epochs);
        }
        Page page = sample.run(new Setting(seed, quick, epochs, data, folder, out));
        Path file = folder.resolve(sample.name() + ".html");
        page.write(file);
        page.writePictures(folder, sample.name());
        out.println();
        page.checks().forEach(check -> out.println((check.kept() ? "kept    " : "MISSED  ") + check));
        out.println("The page: " + file);
        return page.checks().stream().allMatch(Check::kept) ? 0 : 1;
    }

    private Sample chosen() {
        String names = SAMPLES.stream().map(Sample::name).collect(Collectors.joining(", "));
        if (name == null) {
            throw new ParameterException(spec.commandLine(), "which sample? There are " + names);
        }
        return SAMPLES.stream()
                .filter(sample -> sample.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new ParameterException(
                        spec.commandLine(), "no sample is called '" + name + "'; there are " + names));
    }
}
