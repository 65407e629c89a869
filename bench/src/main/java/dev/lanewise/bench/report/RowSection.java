package dev.lanewise.bench.report;

import dev.lanewise.bench.subject.Subject;
import dev.lanewise.compiler.inspect.Svg;
import java.util.List;

/** The part of the page that shows ratios of a suite as bars. */
final class RowSection {

    /** The bars' axis is logarithmic: from half as fast to this many times as fast. */
    private static final double SLOWEST = 0.5;

    private static final double FASTEST = 64;
    private static final int[] TICKS = {1, 2, 4, 8, 16, 32, 64};

    private RowSection() {}

    static void write(Svg page, List<RowResult> rows) {
        page.add("<p class=\"key\">");
        rows.stream().flatMap(row -> row.peers().stream()).map(RowResult.Time::kind).distinct().sorted()
                .forEach(kind -> page.add("<span class=\"%s\">%s</span>", kind, kind.title()));
        page.add("<span class=\"asked\">what is asked</span></p>");
        rows.forEach(row -> row(page, row));
        page.add("<div class=\"axis\" aria-hidden=\"true\">");
        for (int tick : TICKS) {
            page.add("<span style=\"--w:%.2f%%\">%d×</span>", place(tick), tick);
        }
        page.add("</div>");
    }

    private static void row(Svg page, RowResult row) {
        page.add("<div class=\"row\"><h3>%s <b>%s</b></h3>", row.name(), Numbers.time(row.ours().nanos()[1]));
        page.add("<p class=\"roof\"><span class=\"meter\" style=\"--w:%.1f%%\"></span>%s of the machine's limit (%s)"
                + " · %s bytes a call</p>", 100 * Math.min(1, row.roof()), Numbers.percent(row.roof()), row.bound(),
                Numbers.bytes(row.ours().bytes()));
        for (RowResult.Time peer : row.peers()) {
            page.add("<div class=\"peer\"><span>%s</span><div class=\"track\">", peer.kind().title());
            page.add("<i class=\"bar %s\" style=\"--w:%.2f%%\"></i>", peer.kind(), place(peer.ratio()[1]));
            page.add("<i class=\"span\" style=\"--a:%.2f%%;--b:%.2f%%\"></i>", place(peer.ratio()[0]),
                    place(peer.ratio()[2]));
            page.add("<i class=\"even\" style=\"--w:%.2f%%\"></i>", place(1));
            if (peer == row.rival()) {
                page.add("<i class=\"asked\" style=\"--w:%.2f%%\"></i>", place(row.least()));
            }
            page.add("</div><span class=\"number\"><b>%s×</b> · %s</span></div>", Numbers.ratio(peer.ratio()[1]),
                    Numbers.time(peer.nanos()[1]));
        }
        HtmlReport.promises(page, row);
        page.add("</div>");
    }

    /** Where a ratio lies on the axis, in per cent. */
    private static double place(double ratio) {
        double part = Math.log(ratio / SLOWEST) / Math.log(FASTEST / SLOWEST);
        return 100 * Math.max(0.005, Math.min(1, part));
    }

    /** All numbers of all suites. */
    static void table(Svg page, List<RowResult> rows) {
        page.add("<section><h2>All ratios</h2><p>Times of a call: median over the processes, and quartiles. The"
                + " difference is that of the outputs, relative to the largest element.</p>"
                + "<div class=\"scroll\" tabindex=\"0\"><table><thead><tr><th>Row</th><th>Runtime</th><th>Median</th>"
                + "<th>Quartiles</th><th>Ratio</th><th>95 %% interval</th><th>Roof</th><th>Bytes</th>"
                + "<th>Difference</th></tr></thead><tbody>".replace("%%", "%"));
        for (RowResult row : rows) {
            for (RowResult.Time time : row.times()) {
                boolean ours = time.kind() == Subject.Kind.LANEWISE;
                page.add("<tr><td>%s</td><td>%s</td><td>%s</td><td>%s – %s</td><td>%s</td><td>%s</td><td>%s</td>"
                        + "<td>%s</td><td>%s</td></tr>", ours ? row.name() : "", time.kind().title(),
                        Numbers.time(time.nanos()[1]), Numbers.time(time.nanos()[0]), Numbers.time(time.nanos()[2]),
                        ours ? "" : Numbers.ratio(time.ratio()[1]),
                        ours ? "" : Numbers.ratio(time.ratio()[0]) + " – " + Numbers.ratio(time.ratio()[2]),
                        ours ? Numbers.percent(row.roof()) : "", Numbers.bytes(time.bytes()),
                        ours ? "" : String.format(java.util.Locale.ROOT, "%.1e", time.difference()));
            }
        }
        page.add("</tbody></table></div></section>");
    }
}
