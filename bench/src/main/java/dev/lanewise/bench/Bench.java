package dev.lanewise.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.lanewise.bench.fork.Forks;
import dev.lanewise.bench.fork.Roofline;
import dev.lanewise.bench.report.BenchResult;
import dev.lanewise.bench.report.HtmlReport;
import dev.lanewise.bench.report.RowResult;
import dev.lanewise.bench.report.TextReport;
import dev.lanewise.bench.row.Row;
import dev.lanewise.bench.row.Suite;
import dev.lanewise.bench.subject.Subject;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
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
        footer = {"", "Example:", "  lanewise bench --suite recurrent --html bench.html"})
public final class Bench implements Callable<Integer> {

    /** Peers as they are asked for. */
    enum Peer { ONNXRUNTIME, PYTORCH }

    @Spec private CommandSpec spec;

    @Option(names = "--suite", split = ",", paramLabel = "NAME", description = "Which rows: ${COMPLETION-CANDIDATES}.")
    private List<Suite> suites = List.of(Suite.values());

    @Option(names = "--row", paramLabel = "REGEX", description = "Only rows whose name contains this.")
    private Pattern rows = Pattern.compile("");

    @Option(names = "--vs", split = ",", paramLabel = "PEER", description = "Which peers: ${COMPLETION-CANDIDATES}.")
    private List<Peer> peers = List.of(Peer.values());

    @Option(names = "--quick", description = "One process for each row and few rounds: for a look, not for a claim.")
    private boolean quick;

    @Option(names = "--forks", paramLabel = "N", description = "Processes for each row (5).")
    private int forks = 5;

    @Option(names = "--json", paramLabel = "FILE", description = "Write all results.")
    private Path json;

    @Option(names = "--html", paramLabel = "FILE", description = "Write a page to look at.")
    private Path html;

    private Bench() {}

    public static void main(String[] args) {
        CommandLine line = new CommandLine(new Bench());
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setUsageHelpAutoWidth(true);
        System.exit(line.execute(args));
    }

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        Path data = Path.of(System.getenv().getOrDefault("LANEWISE_DATA", "../shared/data"));
        List<Subject.Kind> kinds = kinds();
        Machine machine = Machine.describe(kinds);
        out.println(machine.cpu() + ", " + machine.processors() + " processors, " + machine.java());
        machine.peers().forEach((name, version) -> out.println("against " + name + " " + version));
        Roofline roofline = Roofline.measure();
        out.printf("one core at most: %.0f GFLOP/s, %s%n%n", roofline.gflops(), reads(roofline));
        out.flush();
        Forks runs = new Forks(data, kinds, quick ? 1 : forks, quick ? 15 : 61, quick ? 700 : 1500);
        List<RowResult> results = new ArrayList<>();
        int failed = 0;
        for (Suite suite : suites) {
            for (Row row : suite.rows(data)) {
                if (rows.matcher(row.name()).find()) {
                    try {
                        RowResult result = RowResult.of(row, runs.run(row), roofline);
                        TextReport.print(result, out);
                        results.add(result);
                    } catch (IOException e) { // what the other rows measured is kept
                        spec.commandLine().getErr().println("lanewise bench: " + e.getMessage());
                        failed++;
                    }
                }
            }
        }
        BenchResult all = new BenchResult(command(), LocalDate.now().toString(), machine, roofline, runs.forks(),
                runs.rounds(), results);
        if (json != null) {
            new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValue(json.toFile(), all);
        }
        if (html != null) {
            Files.writeString(html, HtmlReport.of(all));
        }
        long kept = results.stream().filter(RowResult::kept).count();
        out.printf("%n%d of %d rows reach what is asked of them%n", kept, results.size() + failed);
        out.flush();
        return failed == 0 && (kept == results.size() || quick) ? 0 : 1;
    }

    private List<Subject.Kind> kinds() {
        List<Subject.Kind> kinds = new ArrayList<>(List.of(Subject.Kind.LANEWISE));
        if (peers.contains(Peer.ONNXRUNTIME)) {
            kinds.add(Subject.Kind.PLAIN);
            kinds.add(Subject.Kind.PINNED);
        }
        if (peers.contains(Peer.PYTORCH)) {
            kinds.add(Subject.Kind.PYTORCH);
        }
        return kinds;
    }

    private static String reads(Roofline roofline) {
        return String.format(java.util.Locale.ROOT, "reads %.0f GB/s of 32 KB, %.0f of 1 MB, %.0f of 32 MB",
                roofline.readGigabytes().get(32 << 10), roofline.readGigabytes().get(1 << 20),
                roofline.readGigabytes().get(32 << 20));
    }

    private String command() {
        return "./lanewise bench " + String.join(" ", spec.commandLine().getParseResult().originalArgs());
    }
}
