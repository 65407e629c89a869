package dev.lanewise.runtime.team;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * The threads of a {@link Team} beside the caller's, and the job that they have. Holds nothing of the session between
 * two jobs, so that a session that was forgotten can be collected.
 *
 * <p><b>The hand-over.</b> {@code claim} is the number of the job and the first piece that nobody has taken; whoever
 * moves it on by a share has that share. The caller first closes it, which turns away those who are late from the last
 * job, then describes the new job, then opens it. Who finishes the last piece wakes the caller, if he sleeps.
 */
final class Crew implements Runnable {

    /** As the first piece not taken: there is none. */
    private static final int CLOSED = Integer.MAX_VALUE;

    /** So long a thread that has nothing to do looks again and again: steps follow each other within it. */
    private static final long SPIN_NANOS = 30_000;

    /** Looks at the clock after so many turns. */
    private static final int TURNS = 64;

    private static final AtomicInteger TEAMS = new AtomicInteger();

    private final Member[] members;
    private int jobs;
    private volatile boolean ended;

    private final AtomicLong claim = new AtomicLong(CLOSED);
    private final AtomicInteger unfinished = new AtomicInteger();
    private volatile Divisible work;
    private volatile int pieces;
    private volatile int grain;
    private volatile int leastShare;
    private volatile Throwable failure;
    /** The caller, while he sleeps. */
    private volatile Thread sleeper;

    Crew(int size) {
        members = new Member[size];
        int team = TEAMS.incrementAndGet();
        for (int i = 0; i < size; i++) {
            members[i] = new Member(this, i + 1, "lanewise-team-" + team + "-" + (i + 1));
        }
        try {
            for (Member member : members) {
                member.start();
            }
        } catch (Throwable e) { // no room for more threads: those that there are end
            ended = true;
            throw e;
        }
    }

    int size() {
        return members.length;
    }

    /**
     * Does the pieces together with the members, in shares that become smaller: whoever comes late, or is interrupted,
     * leaves his to the others, and all end at about the same time.
     *
     * @param newGrain shares are multiples of so many pieces, but for the last one
     * @param newLeastShare a multiple of that
     */
    void run(Divisible newWork, int newPieces, int newGrain, int newLeastShare) {
        if (ended) {
            newWork.run(0, newPieces, 0);
            return;
        }
        long job = (long) ++jobs << 32;
        claim.set(job | CLOSED);
        work = newWork;
        pieces = newPieces;
        grain = newGrain;
        leastShare = newLeastShare;
        unfinished.set(newPieces);
        claim.set(job);
        wake((newPieces - 1) / newLeastShare);
        help(0);
        awaitTheOthers();
        work = null;
        Throwable thrown = failure;
        if (thrown != null) {
            failure = null;
            rethrow(thrown);
        }
    }

    /** Wakes as many members as there are shares for. */
    private void wake(int wanted) {
        for (int i = 0; i < members.length && i < wanted; i++) {
            if (members[i].asleep) {
                LockSupport.unpark(members[i]);
            }
        }
    }

    /** Takes shares of the present job while there are any. */
    void help(int worker) {
        while (true) {
            long at = claim.get();
            Divisible job = work;
            int end = pieces;
            int unit = grain;
            int least = leastShare;
            int from = (int) at;
            if (from >= end) {
                return;
            }
            int left = end - from;
            int units = left / (2 * (members.length + 1)) / unit;
            int to = from + Math.min(left, Math.max(least, units * unit));
            // where it succeeds the job was still this one when its description was read
            if (claim.compareAndSet(at, at + (to - from))) {
                share(job, from, to, worker);
            }
        }
    }

    private void share(Divisible job, int from, int to, int worker) {
        try {
            job.run(from, to, worker);
        } catch (Throwable e) { // goes to the caller, whatever it is
            failure = e;
        }
        int before = unfinished.getAndAdd(from - to);
        if (worker > 0 && before == to - from) {
            LockSupport.unpark(sleeper); // null does nothing
        }
    }

    /** An interrupt does not end the waiting, and is not lost. */
    private void awaitTheOthers() {
        long begin = 0;
        int turn = 0;
        boolean interrupted = false;
        while (unfinished.get() > 0) {
            if (++turn % TURNS != 0) {
                Thread.onSpinWait();
                continue;
            }
            long now = System.nanoTime();
            begin = begin == 0 ? now : begin;
            if (now - begin > SPIN_NANOS) {
                sleeper = Thread.currentThread();
                while (unfinished.get() > 0) {
                    LockSupport.park(this);
                    interrupted |= Thread.interrupted();
                }
                sleeper = null;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static void rethrow(Throwable thrown) {
        if (thrown instanceof Error error) {
            throw error;
        }
        throw (RuntimeException) thrown; // pieces declare no other
    }

    /** Ends the members. */
    @Override
    public void run() {
        ended = true;
        for (Member member : members) {
            LockSupport.unpark(member);
        }
    }

    /** A thread that waits for jobs. */
    private static final class Member extends Thread {

        private final Crew crew;
        private final int worker;
        private int seen;
        private volatile boolean asleep;

        Member(Crew crew, int worker, String name) {
            super(name);
            this.crew = crew;
            this.worker = worker;
            setDaemon(true);
            setContextClassLoader(null); // of whoever happens to make the session
        }

        @Override
        public void run() {
            while (!crew.ended) {
                long at = crew.claim.get();
                if (isNew(at)) {
                    seen = (int) (at >>> 32);
                    crew.help(worker);
                } else if (!spin()) {
                    sleep();
                }
            }
        }

        /** Whether a claim is of a job that this thread has not looked at, and open. */
        private boolean isNew(long at) {
            return (int) (at >>> 32) != seen && (int) at != CLOSED;
        }

        private boolean spin() {
            long begin = System.nanoTime();
            do {
                for (int turn = 0; turn < TURNS; turn++) {
                    if (isNew(crew.claim.get())) {
                        return true;
                    }
                    Thread.onSpinWait();
                }
            } while (System.nanoTime() - begin < SPIN_NANOS);
            return false;
        }

        private void sleep() {
            asleep = true;
            while (!isNew(crew.claim.get()) && !crew.ended) {
                LockSupport.park(crew);
                Thread.interrupted(); // nobody has a reason to; it would keep the thread from sleeping
            }
            asleep = false;
        }
    }
}
