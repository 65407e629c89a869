package dev.lanewise.samples;

import java.io.PrintWriter;
import java.util.Locale;

/** How far a training is: a line that is written over on a terminal, a line now and then where a pipe reads it. */
final class Progress implements AutoCloseable {

    private static final long REDRAW_NANOS = 100_000_000L;
    private static final long LINE_NANOS = 10_000_000_000L;

    private final PrintWriter out;
    private final String name;
    private final int steps;
    private final boolean terminal = System.console() != null && System.console().isTerminal();
    private final long begin = System.nanoTime();
    private long shown = begin;
    private String last = "";

    Progress(PrintWriter out, String name, int steps) {
        this.out = out;
        this.name = name;
        this.steps = steps;
    }

    void at(int step, double loss) {
        long now = System.nanoTime();
        if (step < steps && now - shown < (terminal ? REDRAW_NANOS : LINE_NANOS)) {
            return;
        }
        shown = now;
        last = String.format(Locale.ROOT, "%-28s step %d of %d, loss %.4f, %.0f s", name, step, steps, loss,
                (now - begin) * 1e-9);
        out.print(terminal ? "\r" + last : last + System.lineSeparator());
        out.flush();
    }

    @Override
    public void close() {
        if (terminal) {
            out.println();
        }
    }
}
