package dev.lanewise.runtime;

import static dev.lanewise.runtime.HandMade.ids;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.formats.DType;
import dev.lanewise.formats.PlanException;
import dev.lanewise.formats.proto.StepKind;
import dev.lanewise.runtime.team.Team;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Sessions with threads of their own: how many they get, how these end, and what reaches the caller. */
class SessionThreadsTest {

    private static final int ROWS = 96;

    /** x [96, 40] times a matrix of weights. */
    private static HandMade product() {
        HandMade model = new HandMade();
        int rows = model.number(ROWS);
        int k = model.number(40);
        int n = model.number(50);
        int x = model.input("x", DType.F32, rows, k);
        int w = model.weights(DType.F32, Samples.floats(1, 40, 50), k, n);
        int y = model.output("y", DType.F32, rows, n);
        model.step(StepKind.MATMUL, ids(x, w), ids(y), 0, 0);
        return model;
    }

    private static Session session(Model model, int threads) {
        return new Session(model, model.tier(), Team.of(threads, 0));
    }

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
    void oneThreadIsTheDefault() {
        long before = threads();
        Session session = product().load().newSession();
        assertEquals(1, session.threads());
        assertTrue(threads() <= before);
        session.close();
        session.run();
        assertThrows(IllegalArgumentException.class, () -> SessionOptions.defaults().threads(0));
    }

    @Test
    void noMoreThanProcessors() {
        int processors = Runtime.getRuntime().availableProcessors();
        Session session = product().load().newSession(SessionOptions.defaults().threads(processors + 5));
        assertEquals(processors, session.threads());
        session.close();
    }

    @Test
    void closedSessionsLeaveNoThreadAndGoOn() throws InterruptedException {
        long before = threads();
        Model model = product().load();
        Session session = session(model, 3);
        Session alone = model.newSession();
        float[] x = Samples.floats(2, ROWS, 40);
        session.input("x").set(x);
        alone.input("x").set(x);
        alone.run();
        for (int i = 0; i < 3; i++) {
            session.run();
            assertArrayEquals(alone.output("y").floats(), session.output("y").floats());
            session.close();
        }
        awaitThreads(before);
    }

    @Test
    void forgottenSessionsLeaveNoThread() throws InterruptedException {
        long before = threads();
        Model model = product().load();
        for (int i = 0; i < 4; i++) {
            Session session = session(model, 3);
            session.run();
            BatchSession batch = new BatchSession(SmallModels.recurrent(1).load(), model.tier(), 40, Team.of(2, 0));
            assertEquals(2, batch.threads());
        }
        awaitThreads(before);
    }

    @Test
    void manySessionsAtOnce() throws InterruptedException {
        Model model = product().load();
        float[] x = Samples.floats(3, ROWS, 40);
        Session alone = model.newSession();
        alone.input("x").set(x);
        alone.run();
        float[] expected = alone.output("y").floats().clone();
        List<Throwable> failures = new ArrayList<>();
        List<Thread> callers = new ArrayList<>();
        for (int caller = 0; caller < 4; caller++) {
            Thread thread = new Thread(() -> {
                Session session = session(model, 3);
                session.input("x").set(x);
                for (int i = 0; i < 500; i++) {
                    session.run();
                    assertArrayEquals(expected, session.output("y").floats());
                }
                session.close();
            });
            thread.setUncaughtExceptionHandler((t, e) -> {
                synchronized (failures) {
                    failures.add(e);
                }
            });
            callers.add(thread);
            thread.start();
        }
        for (Thread thread : callers) {
            thread.join();
        }
        assertTrue(failures.isEmpty(), failures.toString());
    }

    /** Rows of a table by number: one points outside, in a block that another thread may do. */
    @Test
    void whatAWorkerThrowsReachesTheCaller() {
        HandMade hand = new HandMade();
        int one = hand.number(1);
        int x = hand.input("x", DType.I64, one);
        int table = hand.weights(DType.F32, Samples.floats(1, 7, 5), hand.number(7), hand.number(5));
        int y = hand.output("y", DType.F32, one, hand.number(5));
        hand.step(StepKind.GATHER, ids(table, x), ids(y), 0);
        Model model = hand.load();
        int streams = 64;
        BatchSession batch = new BatchSession(model, model.tier(), streams, Team.of(3, 0));
        State[] states = new State[streams];
        for (int i = 0; i < streams; i++) {
            states[i] = model.newState();
            batch.input("x").longs()[i] = i % 7;
        }
        batch.stepBatch(states, streams);
        for (int bad = 0; bad < streams; bad++) {
            batch.input("x").longs()[bad] = 7;
            assertThrows(PlanException.class, () -> batch.stepBatch(states, streams));
            batch.input("x").longs()[bad] = bad % 7;
            batch.stepBatch(states, streams);
            assertEquals(Samples.floats(1, 7, 5)[bad % 7 * 5], batch.output("y").floats()[bad * 5]);
        }
        batch.close();
    }
}
