package dev.lanewise.bench.report;

import dev.lanewise.bench.Machine;
import dev.lanewise.bench.row.Suite;
import java.util.List;

/** The results in short: a table of what is asked and what was found. */
public final class MarkdownReport {

    private MarkdownReport() {}

    /** The text. */
    public static String of(BenchResult result) {
        StringBuilder text = new StringBuilder("# Lanewise against other runtimes\n\n");
        Machine machine = result.machine();
        text.append(result.kept()).append(" of ").append(result.results().size())
                .append(" rows reach what is asked of them. One thread each, in turn and in the same process; ")
                .append(result.forks()).append(" processes for each row, medians. ")
                .append(result.caution()).append("\n\n");
        line(text, "machine", machine.cpu() + ", " + machine.processors() + " processors, " + machine.caches() + ", "
                + (machine.memory() >> 30) + " GiB, " + machine.system());
        line(text, "Java", machine.java());
        line(text, "Lanewise", machine.lanewise());
        machine.peers().forEach((name, version) -> line(text, name, version));
        line(text, "one core", result.roofline().toString());
        line(text, "date", result.date());
        result.commands().forEach(command -> line(text, "to repeat it", "`" + command + "`"));
        for (Suite suite : Suite.values()) {
            table(text, suite, result.of(suite.toString()));
        }
        return text.toString();
    }

    private static void line(StringBuilder text, String name, String value) {
        text.append("* ").append(name).append(": ").append(value).append('\n');
    }

    private static void table(StringBuilder text, Suite suite, List<Result> results) {
        if (results.isEmpty()) {
            return;
        }
        text.append("\n## ").append(suite.title()).append("\n\n");
        text.append("| | Lanewise | found | asked | |\n|---|--:|---|---|---|\n");
        for (Result result : results) {
            String ours = ours(result);
            if (result.promises().isEmpty()) {
                row(text, result.name(), ours, "", "", "");
            }
            for (Promise promise : result.promises()) {
                row(text, result.name(), ours, Numbers.ratio(promise.found()) + " " + promise.what(),
                        (promise.atLeast() ? "at least " : "at most ") + Numbers.plain(promise.asked()),
                        (promise.kept() ? "kept" : "**missed**") + (promise.sure() ? "" : ", within the noise"));
            }
        }
    }

    private static void row(StringBuilder text, String... cells) {
        text.append("| ").append(String.join(" | ", cells)).append(" |\n");
    }

    /** The one number of ours that says most. */
    private static String ours(Result result) {
        return switch (result) {
            case RowResult row -> Numbers.time(row.ours().nanos()[1]) + ", " + Numbers.percent(row.roof())
                    + " of the roof";
            case LatencyResult latency -> "p99.99 " + Numbers.time(latency.curves().get(1).p9999());
            case StartResult start -> Numbers.digits(start.starts().get(0).millis()[1]) + " ms";
        };
    }
}
