package dev.lanewise.compiler.cli;

import dev.lanewise.compiler.diff.Watch;
import dev.lanewise.compiler.graph.Node;
import java.io.PrintWriter;
import java.util.concurrent.TimeUnit;

/** Gives the reference its time, and says now and then where it is. */
final class Patience implements Watch {

    private static final long SILENCE = TimeUnit.SECONDS.toNanos(3);

    private final PrintWriter err;
    private final long start = System.nanoTime();
    private final long limit;
    private long said = start;

    Patience(int seconds, PrintWriter err) {
        this.err = err;
        this.limit = TimeUnit.SECONDS.toNanos(seconds);
    }

    @Override
    public boolean goesOn(int done, int all, Node next) {
        long now = System.nanoTime();
        if (now - said > SILENCE) {
            said = now;
            err.println("reference: " + done + " of " + all + " nodes");
            err.flush();
        }
        return now - start < limit;
    }
}
