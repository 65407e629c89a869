package dev.lanewise.runtime;

import java.io.File;
import java.io.IOException;

/**
 * A program that does what a process does that starts with a model: loads it, runs it on zeros until the best kernels
 * are in use, and ends. For the JVM to watch, that it may keep what it learnt in an AOT cache (JEP 483, 514 and 515):
 *
 * <pre>{@code java -XX:AOTCacheOutput=model.aot -cp … dev.lanewise.runtime.Rehearsal model.lane}</pre>
 */
public final class Rehearsal {

    /** Enough for what is called often to be known as such, and for no longer than someone likes to wait. */
    private static final long LEAST_NANOS = 1_000_000_000L;

    private static final long MOST_NANOS = 20_000_000_000L;

    private Rehearsal() {}

    /**
     * Argument: the model file.
     *
     * @throws IOException where it cannot be read
     * @throws dev.lanewise.formats.LanewiseException where it cannot be run on zeros
     */
    public static void main(String[] args) throws IOException {
        if (args.length != 1) {
            System.err.println("usage: java … dev.lanewise.runtime.Rehearsal MODEL.lane");
            System.exit(2);
        }
        long begin = System.nanoTime();
        Model model = Model.load(new File(args[0]).toPath());
        Session session = model.newSession();
        session.bind(model.newState());
        int calls = 0;
        long passed;
        do {
            session.run();
            session.state().reset();
            calls++;
            passed = System.nanoTime() - begin;
        } while (passed < LEAST_NANOS || !model.isHot() && passed < MOST_NANOS);
        System.out.println(calls + " calls, at last with " + session.kernels() + " kernels");
    }
}
