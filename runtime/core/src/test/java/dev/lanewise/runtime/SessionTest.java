package dev.lanewise.runtime;

import static dev.lanewise.runtime.SmallModels.values;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.formats.DType;
import dev.lanewise.formats.FormatException;
import dev.lanewise.formats.ShapeException;
import dev.lanewise.formats.proto.StepKind;
import dev.lanewise.runtime.kernel.Kernels;
import dev.lanewise.runtime.scalar.ScalarKernels;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Streams through a session: state carried, bound, reset; shapes; threads; a change of kernels. */
class SessionTest {

    private static float[] input(int t) {
        return new float[] {t % 3, -1, 0.25f * t, (t * 7) % 5};
    }

    /** Outputs of n runs. */
    private static List<float[]> stream(Session session, int n) {
        List<float[]> outputs = new ArrayList<>();
        for (int t = 0; t < n; t++) {
            session.input("x").set(input(t));
            session.run();
            outputs.add(values(session.output("y")));
        }
        return outputs;
    }

    private static void assertSameBits(List<float[]> expected, List<float[]> found) {
        for (int t = 0; t < expected.size(); t++) {
            assertArrayEquals(expected.get(t), found.get(t), "run " + t);
        }
    }

    @Test
    void carriesItsState() {
        Session session = SmallModels.recurrent(1).load().newSession();
        List<float[]> y = stream(session, 3);
        float[] w = Samples.floats(1, 4 + SmallModels.WIDTH, SmallModels.WIDTH);
        double[] h = new double[SmallModels.WIDTH];
        for (int t = 0; t < 3; t++) {
            double[] next = new double[h.length];
            for (int j = 0; j < h.length; j++) {
                for (int k = 0; k < 4 + h.length; k++) {
                    next[j] += (k < 4 ? input(t)[k] : h[k - 4]) * w[k * h.length + j];
                }
                next[j] = Math.tanh(next[j]);
                assertEquals(next[j], y.get(t)[j], 1e-5);
            }
            h = next;
        }
    }

    @Test
    void oneSessionServesManyStates() {
        Model model = SmallModels.recurrent(1).load();
        List<float[]> expected = stream(model.newSession(), 20);
        Session session = model.newSession();
        State[] states = new State[5];
        for (int s = 0; s < states.length; s++) {
            states[s] = model.newState();
        }
        for (int t = 0; t < 20; t++) {
            session.input("x").set(input(t));
            for (State state : states) {
                session.bind(state);
                assertSame(state, session.state());
                session.run();
                assertArrayEquals(expected.get(t), values(session.output("y")));
            }
        }
        states[2].reset();
        session.bind(states[2]);
        assertSameBits(expected, stream(session, 20));
    }

    @Test
    void statesOfOtherModelsAreRefused() {
        Session session = SmallModels.recurrent(1).load().newSession();
        assertThrows(FormatException.class, () -> session.bind(SmallModels.recurrent(2).load().newState()));
    }

    @Test
    void aStateMayGrowUpToItsBound() {
        Model model = SmallModels.cache(4).load();
        Session session = model.newSession();
        session.input("x").setShape(1, 2);
        for (int round = 0; round < 2; round++) {
            for (int t = 0; t < 4; t++) {
                session.input("x").set(t, 10 + t);
                session.run();
                assertArrayEquals(new int[] {t + 1, 1, 2}, session.output("y").shape());
                for (int i = 0; i <= t; i++) {
                    assertEquals(i, session.output("y").get(2 * i));
                    assertEquals(10 + i, session.output("y").get(2 * i + 1));
                }
            }
            State full = session.state().copy();
            String message = assertThrows(ShapeException.class, session::run).getMessage();
            assertTrue(message.contains("cache") && message.contains("P = 5") && message.contains("bound of 4"),
                    message);
            assertArrayEquals(full.toBytes(), session.state().toBytes(), "a run that fails leaves the state");
            session.state().reset();
        }
    }

    @Test
    void statesOfManyLengthsTakeTurns() {
        Model model = SmallModels.cache(4).load();
        Session session = model.newSession();
        session.input("x").setShape(1, 2);
        State a = model.newState();
        State b = model.newState();
        for (int t = 0; t < 4; t++) {
            session.bind(a);
            session.input("x").set(t, 0);
            session.run();
            assertEquals(t + 1, session.output("y").extent(0));
            if (t % 2 == 1) {
                session.bind(b);
                session.input("x").set(t, 1);
                session.run();
                assertEquals(t / 2 + 1, session.output("y").extent(0));
            }
        }
        assertArrayEquals(new float[] {1, 1, 3, 1}, values(session.output("y")));
        // a state that another session advances, or that takes over a copy, is followed
        session.bind(a);
        a.copyFrom(b);
        session.input("x").set(9, 9);
        session.run();
        assertArrayEquals(new float[] {1, 1, 3, 1, 9, 9}, values(session.output("y")));
    }

    @Test
    void lengthsSharedWithTheInputsMustStay() {
        Model model = SmallModels.cache(4).load();
        Session session = model.newSession();
        session.input("x").setShape(2, 2);
        session.run();
        session.input("x").setShape(3, 2);
        String message = assertThrows(ShapeException.class, session::run).getMessage();
        assertTrue(message.contains("B = 2") && message.contains("have 3"), message);
        State other = model.newState();
        session.bind(other);
        session.run();
        session.input("x").setShape(2, 2);
        assertThrows(ShapeException.class, session::run);
        other.reset();
        session.run();
        assertArrayEquals(new int[] {1, 2, 2}, session.output("y").shape());
    }

    @Test
    void shapesThatDoNotFitNameSymbolAndBound() {
        HandMade hand = new HandMade();
        int t = hand.symbol("T", 2, 6);
        int four = hand.number(4);
        int a = hand.input("a", DType.F32, t, four);
        int b = hand.input("b", DType.F32, t);
        hand.copy(a, hand.output("y", DType.F32, t, four));
        hand.copy(b, hand.output("z", DType.F32, t));
        Session session = hand.load().newSession();
        for (int bad : new int[] {7, 1, -1, Integer.MAX_VALUE}) {
            String message = assertThrows(ShapeException.class, () -> session.input("a").setShape(bad, 4)).getMessage();
            assertTrue(message.contains("'a'") && message.contains("T = 2 … 6"), message);
        }
        assertThrows(ShapeException.class, () -> session.input("a").setShape(3, 5));
        assertThrows(ShapeException.class, () -> session.input("a").setShape(3));
        assertThrows(ShapeException.class, () -> session.output("y").setShape(3, 4));
        session.input("a").setShape(3, 4);
        String message = assertThrows(ShapeException.class, session::run).getMessage();
        assertTrue(message.contains("'b'") && message.contains("T = 3"), message);
        session.input("b").setShape(3);
        session.run();
        assertEquals(12, session.output("y").size());
        assertThrows(ShapeException.class, () -> session.input("b").set(1, 2));
        message = assertThrows(IllegalArgumentException.class, () -> session.input("c")).getMessage();
        assertTrue(message.contains("a f32[3, 4]") && message.contains("b f32[3]"), message);
    }

    @Test
    void outputsMayBeConstantsOrInputs() {
        HandMade hand = new HandMade();
        int two = hand.number(2);
        int w = hand.weights(DType.F32, new float[] {3, 4}, two);
        hand.program.addOutputs(dev.lanewise.formats.proto.PortProto.newBuilder().setName("w").setTensor(w));
        int h = hand.state(DType.F32, two);
        hand.program.addOutputs(dev.lanewise.formats.proto.PortProto.newBuilder().setName("h").setTensor(h));
        hand.carried("h", h, w);
        Session session = hand.load().newSession();
        session.run();
        assertArrayEquals(new float[] {3, 4}, values(session.output("w")));
        assertArrayEquals(new float[] {3, 4}, values(session.output("h")));
    }

    @Test
    void manyThreadsShareOneModel() throws Exception {
        Model model = SmallModels.recurrent(3).load(LoadOptions.Start.BEST_COLD);
        List<float[]> expected = stream(model.newSession(), 200);
        ExecutorService threads = Executors.newFixedThreadPool(32);
        try {
            List<Callable<List<float[]>>> work = new ArrayList<>();
            for (int i = 0; i < 32; i++) {
                work.add(() -> stream(model.newSession(), 200));
            }
            for (Future<List<float[]>> result : threads.invokeAll(work)) {
                assertSameBits(expected, result.get());
            }
        } finally {
            threads.shutdown();
        }
    }

    /** Scalar kernels under another name, so that a change of tier is seen. */
    private static Kernels renamed() {
        return (Kernels) Proxy.newProxyInstance(Kernels.class.getClassLoader(), new Class<?>[] {Kernels.class},
                (proxy, method, args) -> switch (method.getName()) {
                    case "name" -> "renamed";
                    case "hashCode" -> System.identityHashCode(proxy);
                    case "equals" -> proxy == args[0];
                    default -> method.invoke(ScalarKernels.INSTANCE, args);
                });
    }

    @Test
    void aChangeOfKernelsIsNotSeen() {
        for (HandMade hand : new HandMade[] {SmallModels.recurrent(5), SmallModels.cache(40)}) {
            boolean growing = hand.program.getInputs(0).getTensor() != 0 || hand.model.getTensors(0).getDimsCount() == 2
                    && hand.program.getStates(0).getName().equals("cache");
            int[] shape = growing ? new int[] {2, 2} : new int[] {1, 4};
            Model undisturbed = hand.load();
            Session reference = undisturbed.newSession();
            reference.input("x").setShape(shape);
            List<float[]> expected = stream(reference, 12);

            Model model = hand.load();
            Session session = model.newSession();
            Tensor x = session.input("x");
            Tensor y = session.output("y");
            x.setShape(shape);
            float[] array = x.floats();
            State state = session.state();
            long done = 0;
            for (int t = 0; t < 12; t++) {
                if (t == 5 || t == 9) {
                    Kernels kernels = t == 5 ? renamed() : ScalarKernels.INSTANCE;
                    x.set(input(t)); // set before the change, read after it
                    model.changeTier(new Tier(model.plan(), model.program(), kernels));
                } else {
                    x.set(input(t));
                }
                session.run();
                assertArrayEquals(expected.get(t), values(y), "run " + t);
                assertTrue(session.multiplyAdds() >= done, "the counter goes on");
                done = session.multiplyAdds();
                assertEquals(t >= 5 && t < 9 ? "renamed" : "scalar", session.kernels());
            }
            assertSame(array, x.floats(), "the user's handle still is a view of the same array");
            assertSame(state, session.state());
            assertSame(y, session.output("y"));
            assertEquals(reference.multiplyAdds(), done);
        }
    }

    @Test
    void runningAndBindingAllocateNothing() {
        Model model = SmallModels.recurrent(1).load();
        Session session = model.newSession();
        Tensor x = session.input("x");
        State[] states = {model.newState(), model.newState()};
        float[] given = input(3);
        int[] turn = {0};
        Allocation.assertNone(() -> {
            State state = states[turn[0] ^= 1];
            session.bind(state);
            x.set(given, 0);
            session.run();
            if (turn[0] == 0) {
                state.reset();
                state.copyFrom(states[1]);
            }
        });

        Session growing = SmallModels.cache(8).load().newSession();
        Tensor row = growing.input("x");
        int[] run = {0};
        Allocation.assertNone(() -> {
            if (run[0]++ % 8 == 0) {
                growing.state().reset();
                row.setExtent(0, 1 + run[0] % 3);
            }
            growing.run();
        });
    }

    @Test
    void workFollowsTheActualLength() {
        HandMade hand = new HandMade();
        int t = hand.symbol("T", 0, 100);
        int three = hand.number(3);
        int five = hand.number(5);
        int x = hand.input("x", DType.F32, t, three);
        int w = hand.weights(DType.F32, new float[15], three, five);
        int y = hand.arena(DType.F32, t, five);
        hand.step(StepKind.MATMUL, HandMade.ids(x, w), HandMade.ids(y), 0, 0);
        hand.copy(y, hand.output("y", DType.F32, t, five));
        Session session = hand.load().newSession();
        long before = 0;
        for (int length : new int[] {100, 7, 0, 1}) {
            session.input("x").setShape(length, 3);
            session.run();
            assertEquals(15L * length, session.multiplyAdds() - before);
            before = session.multiplyAdds();
        }
        assertNotEquals(0, before);
    }

    @Test
    void aLargeArenaBeginsAtACacheLine() {
        HandMade hand = new HandMade();
        int n = hand.number(40_000);
        int a = hand.arena(DType.F32, n);
        int b = hand.arena(DType.F32, n);
        hand.copy(hand.input("x", DType.F32, n), a);
        hand.copy(a, b);
        hand.copy(b, hand.output("y", DType.F32, n));
        Session session = hand.load().newSession();
        float[] x = Samples.floats(1, 1, 40_000);
        session.input("x").set(x);
        session.run();
        assertArrayEquals(x, SmallModels.values(session.output("y")));
        assertEquals(12, session.memory().arenaStart(DType.Storage.FLOATS));
        Session small = SmallModels.cache(8).load().newSession();
        assertEquals(0, small.memory().arenaStart(DType.Storage.FLOATS));
    }
}
