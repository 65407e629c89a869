package dev.lanewise.bench.report;

import java.io.PrintWriter;

/** A line for each row, as it is measured. */
public final class TextReport {

    private TextReport() {}

    public static void print(RowResult row, PrintWriter out) {
        RowResult.Time ours = row.ours();
        out.printf("%-44s %10s  %4s of the roof (%s)%n", row.name(), Numbers.time(ours.nanos()[1]),
                Numbers.percent(row.roof()), row.bound());
        for (RowResult.Time peer : row.peers()) {
            String promise = peer != row.rival() ? ""
                    : row.kept() ? "  (" + row.least() + " asked)" : "  (" + row.least() + " asked: NOT KEPT)";
            out.printf("    %-40s %10s  %s times as fast [%s, %s], %s bytes a call%s%n", peer.kind().title(),
                    Numbers.time(peer.nanos()[1]), Numbers.ratio(peer.ratio()[1]), Numbers.ratio(peer.ratio()[0]),
                    Numbers.ratio(peer.ratio()[2]), Numbers.bytes(peer.bytes()), promise);
        }
        if (ours.bytes() >= 0.5) {
            out.printf("    ALLOCATES %s bytes a call%n", Numbers.bytes(ours.bytes()));
        }
        out.flush();
    }
}
