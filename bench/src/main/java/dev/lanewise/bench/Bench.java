package dev.lanewise.bench;

import dev.lanewise.bench.fork.Forks;
import dev.lanewise.bench.fork.LatencyForks;
import dev.lanewise.bench.fork.Roofline;
import dev.lanewise.bench.fork.StartForks;
import dev.lanewise.bench.report.BenchResult;
import dev.lanewise.bench.report.HtmlReport;
import dev.lanewise.bench.report.LatencyResult;
import dev.lanewise.bench.report.MarkdownReport;
import dev.lanewise.bench.report.Result;
import dev.lanewise.bench.report.RowResult;
import dev.lanewise.bench.report.StartResult;
import dev.lanewise.bench.report.TextReport;
import dev.lanewise.bench.report.WholeFile;
import dev.lanewise.bench.row.Item;
import dev.lanewise.bench.row.LatencyRow;
import dev.lanewise.bench.row.Row;
import dev.lanewise.bench.row.StartRow;
import dev.lanewise.bench.row.Suite;
import dev.lanewise.bench.subject.Subject;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** {@code lanewise bench}: Lanewise and other runtimes on the same work, in turn, one thread each. */
@Command(
        name = "lanewise bench",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Times Lanewise against other runtimes on the same work.",
            "Each row is measured in processes of its own, where the runtimes take turns, one thread each,"
                    + " the others at their best documented settings. Nothing else should run meanwhile."
        },
        footer = {
            "",
            "Examples:",
            "  lanewise bench --suite recurrent --quick",
            "  lanewise bench --json all.json --html all.html",
            "  lanewise bench --from all.json --html all.html"
        })
public final class Bench implements Callable<Integer> {

    /** Peers as they are asked for. */
    enum Peer { ONNXRUNTIME, PYTORCH }

    /** What the suites are and how long they take, for the help. */
    static final class SuiteNames extends ArrayList<String> {
        private static final long serialVersionUID = 1L;

        SuiteNames() {
            for (Suite suite : Suite.values()) {
                add(suite + " (" + suite.minutes() + " min)");
            }
        }
    }

    /** A look, not a claim: this part of the calls at a fixed rate. */
    private static final double QUICK_PART = 0.02;

    @Spec private CommandSpec spec;

    @Option(names = "--suite", split = ",", paramLabel = "NAME", completionCandidates = SuiteNames.class,
            description = "What to measure: ${COMPLETION-CANDIDATES}. All if not given.")
    private List<Suite> suites = List.of(Suite.values());

    @Option(names = "--row", paramLabel = "REGEX", description = "Only rows whose name contains this.")
    private Pattern rows = Pattern.compile("");

    @Option(names = "--vs", split = ",", paramLabel = "PEER", description = "Which peers: ${COMPLETION-CANDIDATES}.")
    private List<Peer> peers = List.of(Peer.values());

    @Option(names = "--quick", description = "One process for each row and few rounds: for a look, not for a claim.")
    private boolean quick;

    @Option(names = "--forks", paramLabel = "N", description = "Processes for each row (5).")
    private int forks = 5;

    @Option(names = "--json", paramLabel = "FILE",
            description = "Write all results, after each row. Where the file is there already, what it holds is not"
                    + " measured again, so that a run that was interrupted goes on.")
    private Path json;

    @Option(names = "--from", split = ",", paramLabel = "FILE",
            description = "Measure nothing: take the results from what --json wrote.")
    private List<Path> from = List.of();

    @Option(names = "--html", paramLabel = "FILE", description = "Write a page to look at.")
    private Path html;

    @Option(names = "--markdown", paramLabel = "FILE", description = "Write a table of what was asked and found.")
    private Path markdown;

    private PrintWriter out;
    private int failed;

    private Bench() {}

    public static void main(String[] args) {
        CommandLine line = commandLine();
        line.setOut(new PrintWriter(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8));
        System.exit(line.execute(args));
    }

    static CommandLine commandLine() {
        CommandLine line = new CommandLine(new Bench());
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setUsageHelpAutoWidth(true);
        line.setExecutionExceptionHandler((error, command, parsed) -> {
            if (!(error instanceof IOException || error instanceof IllegalArgumentException)) {
                throw error;
            }
            command.getErr().println("lanewise bench: " + error.getMessage());
            return 1;
        });
        return line;
    }

    @Override
    public Integer call() throws Exception {
        out = spec.commandLine().getOut();
        if (forks < 1) {
            throw new ParameterException(spec.commandLine(), "--forks N starts at 1");
        }
        BenchResult result = from.isEmpty() ? measure() : read();
        if (html != null) {
            WholeFile.write(html, HtmlReport.of(result));
        }
        if (markdown != null) {
            WholeFile.write(markdown, MarkdownReport.of(result));
        }
        int all = result.results().size() + failed;
        out.printf("%n%d of %d rows reach what is asked of them%n", result.kept(), all);
        out.flush();
        return failed == 0 && (result.kept() == all || quick || !from.isEmpty()) ? 0 : 1;
    }

    private BenchResult read() throws IOException {
        List<BenchResult> runs = new ArrayList<>();
        for (Path file : from) {
            runs.add(BenchResult.read(file));
        }
        BenchResult result = BenchResult.join(runs);
        result.results().forEach(each -> TextReport.print(each, out));
        return result;
    }

    private BenchResult measure() throws IOException, InterruptedException {
        Path data = Path.of(System.getenv().getOrDefault("LANEWISE_DATA", "../shared/data"));
        List<Item> items = items(data);
        List<Subject.Kind> kinds = kinds();
        Machine machine = Machine.describe(kinds);
        out.println(machine.cpu() + ", " + machine.processors() + " processors, " + machine.java());
        machine.peers().forEach((name, version) -> out.println("against " + name + " " + version));
        String disturbance = Machine.disturbance();
        if (!disturbance.isEmpty()) {
            spec.commandLine().getErr().println("lanewise bench: " + disturbance);
        }
        Roofline roofline = Roofline.measure();
        out.println("one core at most: " + roofline + "\n");
        Forks runs = new Forks(data, kinds, quick ? 1 : forks, quick ? 15 : 41, quick ? 700 : 1000);
        BenchResult result = new BenchResult(List.of(command()), LocalDate.now().toString(), machine, roofline,
                runs.forks(), runs.rounds(), List.of());
        if (json != null && Files.exists(json)) {
            result = BenchResult.join(List.of(BenchResult.read(json), result));
        }
        for (Item item : items) {
            Optional<Result> known = result.find(item.name());
            Optional<Result> found = known.isPresent() ? known : measure(item, data, runs, roofline);
            found.ifPresent(each -> TextReport.print(each, out));
            if (known.isEmpty() && found.isPresent()) {
                result = result.with(found.get());
                if (json != null) {
                    result.write(json);
                }
            }
        }
        return result;
    }

    /** What was asked for. */
    private List<Item> items(Path data) {
        List<Item> items = new ArrayList<>();
        for (Suite suite : suites) {
            items.addAll(suite.items(data));
        }
        List<String> names = items.stream().map(Item::name).toList();
        items.removeIf(item -> !rows.matcher(item.name()).find());
        if (items.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "--row " + rows + " is in none of these names:\n  "
                    + String.join("\n  ", names));
        }
        return items;
    }

    /** Nothing where it fails: what the others measure is kept. */
    private Optional<Result> measure(Item item, Path data, Forks runs, Roofline roofline) throws InterruptedException {
        try {
            return Optional.of(switch (item) {
                case Row row -> RowResult.of(row, runs.run(row), roofline);
                case LatencyRow row -> LatencyResult.of(
                        row, new LatencyForks(data, runs.forks(), quick ? QUICK_PART : 1).run(row));
                case StartRow row -> StartResult.of(row, new StartForks(quick ? 7 : 21, runs.forks()).run(row));
            });
        } catch (IOException e) {
            spec.commandLine().getErr().println("lanewise bench: " + e.getMessage());
            failed++;
            return Optional.empty();
        }
    }

    private List<Subject.Kind> kinds() {
        List<Subject.Kind> kinds = new ArrayList<>(List.of(Subject.Kind.LANEWISE));
        if (peers.contains(Peer.ONNXRUNTIME)) {
            kinds.add(Subject.Kind.PLAIN);
            kinds.add(Subject.Kind.PINNED);
            kinds.add(Subject.Kind.SPINNING);
        }
        if (peers.contains(Peer.PYTORCH) && hasPyTorch()) {
            kinds.add(Subject.Kind.PYTORCH);
        }
        return kinds;
    }

    /** Its native libraries are not for every machine; the others are measured all the same. */
    private boolean hasPyTorch() {
        try {
            Machine.pyTorch();
            return true;
        } catch (RuntimeException | LinkageError e) {
            spec.commandLine().getErr().println("lanewise bench: PyTorch does not start here and is left out (" + e
                    + ")");
            return false;
        }
    }

    /** What chooses the rows and how they are measured; where the results went is nobody else's business. */
    private String command() {
        StringBuilder command = new StringBuilder("./lanewise bench");
        ParseResult parsed = spec.commandLine().getParseResult();
        for (String option : List.of("--suite", "--row", "--vs", "--quick", "--forks")) {
            if (parsed.hasMatchedOption(option)) {
                command.append(' ').append(option);
                List<String> values = option.equals("--quick") ? List.of()
                        : parsed.matchedOption(option).originalStringValues();
                if (!values.isEmpty()) {
                    String value = String.join(",", values);
                    command.append(' ').append(value.matches("[\\w,.-]*") ? value : "'" + value + "'");
                }
            }
        }
        return command.toString();
    }
}
