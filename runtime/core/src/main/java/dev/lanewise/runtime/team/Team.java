package dev.lanewise.runtime.team;

import java.lang.ref.Cleaner;

/**
 * A fixed number of threads that do a session's large steps together: the thread that runs the session, and others
 * that wait in between. Used by one thread at a time; {@link #run} allocates nothing and holds no lock.
 *
 * <p>The others are daemon threads. They end with {@link #close}, or when the team is no longer reachable.
 */
public final class Team {

    /** The calling thread, and no other. */
    public static final Team ALONE = new Team();

    /**
     * Multiply-adds, or as much other work, below which a step stays on the calling thread: some 5 µs of vector
     * kernels, which is soon lost again when the others have to be woken.
     */
    private static final long LEAST_WORK = 500_000;

    /** A share of fewer multiply-adds would read what all shares read, such as weights, too often. */
    private static final long LEAST_SHARE = 1_000_000;

    private final Crew crew;
    private final long leastWork;
    private final Cleaner.Cleanable end;

    private Team() {
        crew = null;
        leastWork = 0;
        end = null;
    }

    private Team(Crew crew, long leastWork) {
        this.crew = crew;
        this.leastWork = leastWork;
        end = Ends.CLEANER.register(this, crew);
    }

    /** Made when the first team with threads of its own is. */
    private static final class Ends {
        private static final Cleaner CLEANER = Cleaner.create();
    }

    /**
     * A team of {@code threads}, the caller's among them.
     *
     * @param threads 1 or more
     */
    public static Team of(int threads) {
        return of(threads, LEAST_WORK);
    }

    /** A team that shares what costs so much or more. */
    public static Team of(int threads, long leastWork) {
        return threads == 1 ? ALONE : new Team(new Crew(threads - 1), leastWork);
    }

    /** How many threads, the caller's among them. */
    public int size() {
        return crew == null ? 1 : crew.size() + 1;
    }

    /** Whether work of that cost, in multiply-adds, is worth sharing. */
    public boolean shares(long cost) {
        return crew != null && cost >= leastWork;
    }

    /**
     * Does all pieces of the work, and returns when they are done.
     *
     * @param pieces how many there are
     * @param grain shares are multiples of so many pieces, but for the last one
     * @param cost of all of them, in multiply-adds; see {@link #shares}
     * @throws RuntimeException or Error what a piece has thrown; the others are done all the same
     */
    public void run(Divisible work, int pieces, int grain, long cost) {
        if (!shares(cost) || pieces <= grain) {
            work.run(0, pieces, 0);
            return;
        }
        long least = Math.max(1, (long) Math.min(pieces, (double) LEAST_SHARE / cost * pieces));
        if (least * 2 * size() > pieces) { // as many shares as threads
            least = (pieces - 1L) / size() + 1;
        }
        long grains = (least - 1) / grain + 1;
        crew.run(work, pieces, grain, (int) Math.min(grains * grain, pieces));
    }

    /** Ends the other threads; what runs afterwards runs on the caller's alone. Closing again does nothing. */
    public void close() {
        if (end != null) {
            end.clean();
        }
    }
}
