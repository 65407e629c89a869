package dev.lanewise.runtime.step;

import static dev.lanewise.runtime.HandMade.ids;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.formats.DType;
import dev.lanewise.formats.FormatException;
import dev.lanewise.formats.PlanException;
import dev.lanewise.formats.ShapeException;
import dev.lanewise.formats.proto.BlockProto;
import dev.lanewise.formats.proto.ExpressionProto;
import dev.lanewise.formats.proto.StepKind;
import dev.lanewise.formats.proto.StepProto;
import dev.lanewise.runtime.Allocation;
import dev.lanewise.runtime.Elements;
import dev.lanewise.runtime.HandMade;
import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.Tensor;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** REPEAT and BRANCH, with bodies of movement steps. */
class ControlStepsTest {

    private static float[] values(Tensor tensor) {
        float[] values = new float[tensor.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = tensor.get(i);
        }
        return values;
    }

    /** A loop over x [T, 2] that carries a [2], swaps it with b [2], and collects what it sees. */
    private static final class Scan {

        final HandMade model = new HandMade();
        final int two = model.number(2);
        final int t;
        final int x;
        final StepProto.Builder repeat;

        /** The collected axis is {@code axis} of y. */
        Scan(boolean reverseIn, boolean reverseOut, int axis) {
            t = model.symbol("T", 0, 6);
            x = model.input("x", DType.F32, t, two);
            int a = model.input("a", DType.F32, two);
            int b = model.input("b", DType.F32, two);
            int y = axis == 0 ? model.output("y", DType.F32, t, two) : model.output("y", DType.F32, two, t);
            int lastA = model.output("lastA", DType.F32, two);
            int lastB = model.output("lastB", DType.F32, two);
            int iteration = model.arena(DType.I64);
            int condition = model.arena(DType.BOOL);
            int pa = model.arena(DType.F32, two);
            int pb = model.arena(DType.F32, two);
            int slice = model.arena(DType.F32, two);
            int copied = model.arena(DType.F32, two);
            // the values swap places; y collects the slices
            HandMade.Block body = new HandMade.Block()
                    .params(iteration, condition, pa, pb, slice)
                    .results(condition, pb, pa, copied);
            model.block = body;
            model.copy(slice, copied);
            model.block = model.body;
            repeat = model.step(StepKind.REPEAT, ids(-1, -1, a, b, x), ids(lastA, lastB, y),
                    2, t, 0, reverseIn ? 1 : 0, axis, reverseOut ? 1 : 0);
            repeat.addBlocks(body.build());
        }
    }

    private static Session session(Scan scan, int length) {
        Session session = scan.model.load().newSession();
        session.input("x").setShape(length, 2);
        float[] x = new float[length * 2];
        for (int i = 0; i < x.length; i++) {
            x[i] = i;
        }
        session.input("x").set(x);
        session.input("a").set(10, 11);
        session.input("b").set(20, 21);
        return session;
    }

    @Test
    void scansForwardsAndBackwards() {
        for (boolean reverseIn : new boolean[] {false, true}) {
            for (boolean reverseOut : new boolean[] {false, true}) {
                for (int axis = 0; axis < 2; axis++) {
                    for (int length : new int[] {0, 1, 3, 6}) {
                        Session session = session(new Scan(reverseIn, reverseOut, axis), length);
                        session.run();
                        Tensor y = session.output("y");
                        assertEquals(2 * length, y.size());
                        for (int i = 0; i < length; i++) {
                            int from = reverseIn == reverseOut ? i : length - 1 - i;
                            for (int j = 0; j < 2; j++) {
                                assertEquals(2f * from + j, y.get(axis == 0 ? i * 2 + j : j * length + i));
                            }
                        }
                        boolean swapped = length % 2 == 1;
                        assertArrayEquals(swapped ? new float[] {20, 21} : new float[] {10, 11},
                                values(session.output("lastA")));
                        assertArrayEquals(swapped ? new float[] {10, 11} : new float[] {20, 21},
                                values(session.output("lastB")));
                    }
                }
            }
        }
    }

    @Test
    void lengthsChangeFromRunToRun() {
        Session session = session(new Scan(false, false, 0), 6);
        session.run();
        session.input("x").setShape(2, 2);
        session.run();
        assertArrayEquals(new float[] {0, 1, 2, 3}, values(session.output("y")));
        assertArrayEquals(new int[] {2, 2}, session.output("y").shape());
    }

    @Test
    void allocatesNothing() {
        Session session = session(new Scan(true, true, 1), 5);
        Allocation.assertNone(session::run);
    }

    /**
     * A loop that goes on while the stop value of the iteration is set, and whose carried value grows by
     * two elements in each: v [L], bounded by {@code 2 + 2 · 4}.
     */
    private static HandMade growing(boolean withTripCount) {
        HandMade model = new HandMade();
        int one = model.number(1);
        int two = model.number(2);
        int six = model.number(6);
        int length = model.learnt(8);
        int grown = model.expression(ExpressionProto.Kind.ADD, length, two);
        int count = model.learnt(4);
        int trip = withTripCount ? model.input("trip", DType.I64) : -1;
        int condition = model.input("condition", DType.BOOL);
        int goOn = model.input("goOn", DType.BOOL, six);
        int init = model.input("init", DType.F32, two);
        int last = model.output("last", DType.F32, model.learnt(10));
        int every = model.output("every", DType.F32, two, count);
        int done = model.output("done", DType.I64, one);

        int iteration = model.arena(DType.I64);
        int conditionParam = model.arena(DType.BOOL);
        int param = model.arena(DType.F32, length);
        int slice = model.arena(DType.F32, two);
        int result = model.arena(DType.F32, grown);
        int again = model.arena(DType.BOOL);
        int zero = model.number(0);
        HandMade.Block body = new HandMade.Block()
                .params(iteration, conditionParam, param)
                .results(again, result, slice);
        model.block = body;
        model.step(StepKind.SLICE, ids(param), ids(slice), zero, 1);
        model.step(StepKind.CONCAT, ids(param, slice), ids(result), 0);
        model.step(StepKind.GATHER, ids(goOn, iteration), ids(again), 0);
        model.block = model.body;
        model.step(StepKind.REPEAT, ids(trip, condition, init), ids(last, every), 1, count, 1, 0)
                .addBlocks(body.build());
        model.step(StepKind.DIMS, ids(), ids(done), count);
        return model;
    }

    private static void run(Session session, int... goOn) {
        for (int i = 0; i < 6; i++) {
            session.input("goOn").bytes()[session.input("goOn").offset() + i] = (byte) (i < goOn.length ? goOn[i] : 0);
        }
        session.input("init").set(1, 2);
        session.input("condition").bytes()[session.input("condition").offset()] = 1;
        session.run();
    }

    @Test
    void shapesGrowAndTheLoopEndsByItsCondition() {
        Session session = growing(false).load().newSession();
        for (int iterations : new int[] {1, 3, 2, 4}) {
            int[] goOn = new int[iterations - 1];
            Arrays.fill(goOn, 1);
            if (iterations == 4) {
                // the value would not fit its param after the fourth iteration
                assertThrows(PlanException.class, () -> run(session, goOn));
                continue;
            }
            run(session, goOn);
            assertEquals(2 + 2 * iterations, session.output("last").size());
            assertEquals(iterations, session.output("done").longs()[session.output("done").offset()]);
            assertArrayEquals(new int[] {2, iterations}, session.output("every").shape());
            for (int i = 0; i < iterations; i++) {
                assertEquals(1, session.output("every").get(i));
                assertEquals(2, session.output("every").get(iterations + i));
            }
            for (int i = 0; i < session.output("last").size(); i++) {
                assertEquals(1 + i % 2, session.output("last").get(i));
            }
        }
        run(session);
        assertEquals(4, session.output("last").size());
        Tensor goOn = session.input("goOn");
        Allocation.assertNone(() -> {
            goOn.bytes()[goOn.offset()] ^= 1; // one iteration, or two
            session.run();
        });
    }

    @Test
    void tripCounts() {
        Session session = growing(true).load().newSession();
        for (int trip : new int[] {2, 0, -7, 3, 1}) {
            Elements.set(session.input("trip"), 0, trip);
            run(session, 1, 1, 1, 1, 1);
            int expected = Math.max(0, trip);
            assertEquals(expected, session.output("done").longs()[session.output("done").offset()]);
            assertEquals(2 + 2 * expected, session.output("last").size());
            assertEquals(2 * expected, session.output("every").size());
        }
        Elements.set(session.input("trip"), 0, 1e18);
        run(session, 1, 0);
        assertEquals(2, session.output("done").longs()[session.output("done").offset()]);
    }

    @Test
    void loopsThatDoNotEndAreAnError() {
        HandMade model = new HandMade();
        int count = model.learnt(3);
        int condition = model.input("condition", DType.BOOL);
        int done = model.output("done", DType.I64, model.number(1));
        int iteration = model.arena(DType.I64);
        int param = model.arena(DType.BOOL);
        BlockProto.Builder body = BlockProto.newBuilder().addParams(iteration).addParams(param).addResults(param);
        model.step(StepKind.REPEAT, ids(-1, condition), ids(), 0, count).addBlocks(body);
        model.step(StepKind.DIMS, ids(), ids(done), count);
        Session session = model.load().newSession();
        session.run();
        session.input("condition").bytes()[session.input("condition").offset()] = 1;
        String message = assertThrows(PlanException.class, session::run).getMessage();
        assertTrue(message.contains("does not end within 3"), message);
    }

    /** if (condition) y = x[0..T-3) else y = x, y's extent learnt; the first has no sense for T < 3. */
    private static HandMade branch(boolean inPlace) {
        HandMade model = new HandMade();
        int t = model.symbol("T", 0, 9);
        int three = model.number(3);
        int zero = model.number(0);
        int shorter = model.expression(ExpressionProto.Kind.SUB, t, three);
        int length = model.learnt(9);
        int condition = model.input("condition", DType.BOOL);
        int x = model.input("x", DType.F32, t);
        int y = model.output("y", DType.F32, length);
        int cut = model.arena(DType.F32, shorter);
        int whole = inPlace ? y : model.arena(DType.F32, t);
        HandMade.Block then = new HandMade.Block().results(cut);
        HandMade.Block otherwise = new HandMade.Block().results(whole);
        model.block = then;
        model.step(StepKind.SLICE, ids(x), ids(cut), zero, 1);
        model.block = otherwise;
        model.copy(x, whole);
        model.block = model.body;
        model.step(StepKind.BRANCH, ids(condition), ids(y)).addBlocks(then.build()).addBlocks(otherwise.build());
        return model;
    }

    @Test
    void branches() {
        Session session = branch(false).load().newSession();
        byte[] condition = session.input("condition").bytes();
        int at = session.input("condition").offset();
        session.input("x").setShape(5);
        session.input("x").set(1, 2, 3, 4, 5);
        session.run();
        assertArrayEquals(new float[] {1, 2, 3, 4, 5}, values(session.output("y")));
        condition[at] = 1;
        session.run();
        assertArrayEquals(new float[] {1, 2}, values(session.output("y")));
        session.input("x").setShape(2);
        assertThrows(ShapeException.class, session::run);
        condition[at] = 0;
        session.run();
        assertArrayEquals(new float[] {1, 2}, values(session.output("y")));
        session.input("x").setShape(4);
        Allocation.assertNone(() -> {
            condition[at] ^= 1;
            session.run();
        });
    }

    @Test
    void hostileBlocksAreRefused() {
        Scan scan = new Scan(false, false, 0);
        BlockProto body = scan.repeat.getBlocks(0);
        for (BlockProto bad : new BlockProto[] {
            BlockProto.getDefaultInstance(),
            body.toBuilder().clearParams().build(),
            body.toBuilder().setParams(3, body.getParams(2)).build(), // two params in one place
            body.toBuilder().setParams(2, scan.x).build(), // a param that the caller owns
            body.toBuilder().setResults(1, body.getParams(0)).build(), // another type
            body.toBuilder().setResults(1, 1 << 20).build(),
            body.toBuilder().addResults(body.getResults(3)).build(),
        }) {
            scan.repeat.setBlocks(0, bad);
            assertThrows(FormatException.class, () -> scan.model.load().newSession());
        }
        scan.repeat.setBlocks(0, body);
        scan.model.load().newSession();
        for (int i = 0; i < scan.repeat.getIntsCount(); i++) {
            int kept = scan.repeat.getInts(i);
            for (int bad : new int[] {-1, 77, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
                scan.repeat.setInts(i, bad);
                assertThrows(FormatException.class, () -> scan.model.load().newSession());
            }
            scan.repeat.setInts(i, kept);
        }
        scan.repeat.clearInputs();
        assertThrows(FormatException.class, () -> scan.model.load().newSession());
    }
}
