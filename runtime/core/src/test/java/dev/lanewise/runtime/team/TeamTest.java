package dev.lanewise.runtime.team;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A team does each piece once, passes on what is thrown, and leaves no thread behind. */
@Tag("once")
class TeamTest {

    private static final long LARGE = Long.MAX_VALUE;

    /** Threads of teams that are alive. */
    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("lanewise-team"))
                .count();
    }

    private static void awaitThreads(long wanted) throws InterruptedException {
        for (int i = 0; i < 1000 && threads() > wanted; i++) {
            System.gc();
            Thread.sleep(10);
        }
        assertTrue(threads() <= wanted, threads() + " threads");
    }

    @Test
    void everyPieceIsDoneOnce() {
        for (int size : new int[] {1, 2, 3, 7}) {
            Team team = Team.of(size);
            assertEquals(size, team.size());
            for (int pieces : new int[] {1, 2, 3, 24, 25, 100, 1000}) {
                for (int grain : new int[] {1, 2, 24, 2000}) {
                    for (int round = 0; round < 50; round++) {
                        AtomicIntegerArray done = new AtomicIntegerArray(pieces);
                        team.run((from, to, worker) -> {
                            assertTrue(worker < size && from % grain == 0 && (to % grain == 0 || to == pieces));
                            for (int i = from; i < to; i++) {
                                done.incrementAndGet(i);
                            }
                        }, pieces, grain, LARGE);
                        for (int i = 0; i < pieces; i++) {
                            assertEquals(1, done.get(i));
                        }
                    }
                }
            }
            team.close();
        }
    }

    @Test
    void noTwoThreadsAreTheSameWorker() {
        Team team = Team.of(4);
        int[] sums = new int[4]; // each worker's own
        for (int round = 0; round < 20_000; round++) {
            team.run((from, to, worker) -> sums[worker] += to - from, 16, 1, LARGE);
        }
        assertEquals(16 * 20_000, Arrays.stream(sums).sum());
        team.close();
    }

    @Test
    void smallWorkStaysWithTheCaller() {
        Team team = Team.of(3, 1000);
        Thread caller = Thread.currentThread();
        team.run((from, to, worker) -> {
            assertSame(caller, Thread.currentThread());
            assertEquals(100, to - from);
        }, 100, 1, 999);
        team.close();
    }

    @Test
    void theOthersTakePart() {
        Team team = Team.of(3);
        Set<String> names = ConcurrentHashMap.newKeySet();
        for (int round = 0; round < 50 && names.size() < 3; round++) {
            team.run((from, to, worker) -> {
                names.add(Thread.currentThread().getName());
                sleep(2);
            }, 12, 1, LARGE);
        }
        assertEquals(3, names.size(), names.toString());
        team.close();
    }

    private static void sleep(int millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void whatAPieceThrowsReachesTheCaller() {
        Team team = Team.of(3);
        for (int bad = 0; bad < 30; bad++) {
            int at = bad;
            RuntimeException thrown = new IllegalStateException("piece " + bad);
            AtomicIntegerArray done = new AtomicIntegerArray(30);
            assertSame(thrown, assertThrows(IllegalStateException.class, () -> team.run((from, to, worker) -> {
                sleep(1);
                for (int i = from; i < to; i++) {
                    if (i == at) {
                        throw thrown;
                    }
                    done.incrementAndGet(i);
                }
            }, 30, 1, LARGE)));
            int[] again = new int[30];
            team.run((from, to, worker) -> Arrays.fill(again, from, to, 1), 30, 1, LARGE);
            assertEquals(30, Arrays.stream(again).sum(), "the team goes on");
        }
        assertThrows(StackOverflowError.class, () -> team.run((from, to, worker) -> {
            throw new StackOverflowError();
        }, 30, 1, LARGE));
        team.close();
    }

    @Test
    void anInterruptIsNotLost() {
        Team team = Team.of(2);
        int[] done = new int[64];
        for (int round = 0; round < 20; round++) {
            Thread.currentThread().interrupt();
            Arrays.fill(done, 0);
            team.run((from, to, worker) -> {
                long end = System.nanoTime() + 200_000;
                while (System.nanoTime() < end) {
                    Thread.onSpinWait();
                }
                Arrays.fill(done, from, to, 1);
            }, 64, 1, LARGE);
            assertEquals(64, Arrays.stream(done).sum());
            assertTrue(Thread.interrupted());
        }
        team.close();
    }

    @Test
    void aClosedTeamRunsOnTheCallersThread() throws InterruptedException {
        long before = threads();
        Team team = Team.of(3);
        team.close();
        team.close();
        awaitThreads(before);
        Thread caller = Thread.currentThread();
        int[] done = new int[10];
        team.run((from, to, worker) -> {
            assertSame(caller, Thread.currentThread());
            Arrays.fill(done, from, to, 1);
        }, 10, 1, LARGE);
        assertArrayEquals(new int[] {1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, done);
    }

    @Test
    void aForgottenTeamEnds() throws InterruptedException {
        long before = threads();
        for (int i = 0; i < 5; i++) {
            Team team = Team.of(3);
            team.run((from, to, worker) -> {
                assertFalse(team.size() == 1); // the work holds the team, as a session's steps do
            }, 100, 1, LARGE);
        }
        awaitThreads(before);
    }
}
