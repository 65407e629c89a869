package dev.lanewise.bench.report;

import java.io.PrintWriter;

/** A few lines for each result, as it is measured; short enough for a narrow terminal. */
public final class TextReport {

    private TextReport() {}

    public static void print(Result result, PrintWriter out) {
        switch (result) {
            case RowResult row -> print(row, out);
            case LatencyResult latency -> print(latency, out);
            case StartResult start -> print(start, out);
        }
        for (Promise promise : result.promises()) {
            out.println("  " + promise.verdict());
        }
        out.flush();
    }

    private static void print(RowResult row, PrintWriter out) {
        RowResult.Time ours = row.ours();
        out.printf("%s: %s%n", row.name(), Numbers.time(ours.nanos()[1]));
        out.printf("  %s of the roof (%s)%n", Numbers.percent(row.roof()), row.bound());
        for (RowResult.Time peer : row.peers()) {
            out.printf("  %s: %s, %s× [%s, %s]%n", peer.kind().title(), Numbers.time(peer.nanos()[1]),
                    Numbers.ratio(peer.ratio()[1]), Numbers.ratio(peer.ratio()[0]), Numbers.ratio(peer.ratio()[2]));
        }
        if (row.peers().stream().anyMatch(peer -> peer.memory() > 0)) {
            row.times().forEach(time -> out.printf("  memory of %s: %s bytes%n", time.kind().title(),
                    Numbers.bytes(time.memory())));
        }
        if (ours.bytes() >= 0.5) {
            out.printf("  ALLOCATES %s bytes a call%n", Numbers.bytes(ours.bytes()));
        }
    }

    private static void print(LatencyResult latency, PrintWriter out) {
        out.println(latency.name());
        for (LatencyResult.Curve curve : latency.curves()) {
            out.printf("  %s, %,d calls:%n    p50 %s, p99 %s, p99.9 %s,%n    p99.99 %s, max %s%n",
                    curve.kind().title(), curve.calls(), Numbers.time(curve.p50()), Numbers.time(curve.p99()),
                    Numbers.time(curve.p999()), Numbers.time(curve.p9999()), Numbers.time(curve.max()));
        }
    }

    private static void print(StartResult start, PrintWriter out) {
        out.println(start.name());
        for (StartResult.Start way : start.starts()) {
            out.printf("  %s: %s ms%n", way.way(), Numbers.digits(way.millis()[1]));
        }
    }
}
