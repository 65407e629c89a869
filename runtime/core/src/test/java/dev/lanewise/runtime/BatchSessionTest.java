package dev.lanewise.runtime;

import static dev.lanewise.runtime.HandMade.ids;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.formats.DType;
import dev.lanewise.formats.FormatException;
import dev.lanewise.formats.PlanException;
import dev.lanewise.formats.ShapeException;
import dev.lanewise.formats.proto.StepKind;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Streams that advance in one call: what they get, and what is refused. That bits agree is tested on whole models. */
class BatchSessionTest {

    private static State[] states(Model model, int n) {
        State[] states = new State[n];
        Arrays.setAll(states, i -> model.newState());
        return states;
    }

    private static float[] row(Tensor tensor, int row) {
        return Arrays.copyOfRange(
                tensor.floats(), tensor.rowOffset(row), tensor.rowOffset(row) + tensor.rowSize());
    }

    @Test
    void everyStreamHasARow() {
        Model model = SmallModels.recurrent(1).load();
        BatchSession batch = model.newBatchSession(50);
        Tensor x = batch.input("x");
        assertArrayEquals(new int[] {50, 1, 4}, x.shape());
        assertEquals(4, x.rowSize());
        State[] states = states(model, 50);
        Session alone = model.newSession();
        for (int call = 0; call < 3; call++) {
            for (int i = 0; i < 50; i++) {
                x.setRow(i, Samples.floats(i + call, 4), 0);
            }
            batch.stepBatch(states, 50);
        }
        for (int i = 0; i < 50; i++) {
            alone.state().reset();
            for (int call = 0; call < 3; call++) {
                alone.input("x").set(Samples.floats(i + call, 4));
                alone.run();
            }
            assertArrayEquals(SmallModels.values(alone.output("y")), row(batch.output("y"), i));
            assertArrayEquals(alone.state().toBytes(), states[i].toBytes());
        }
        assertEquals(3 * 50 * (4 + SmallModels.WIDTH) * SmallModels.WIDTH, batch.multiplyAdds());
    }

    @Test
    void rowsBeyondStayAsTheyAre() {
        Model model = SmallModels.recurrent(1).load();
        BatchSession batch = model.newBatchSession(3);
        State[] states = states(model, 3);
        Arrays.fill(batch.input("x").floats(), 1);
        Arrays.fill(batch.output("y").floats(), 7);
        byte[] before = states[1].toBytes();
        batch.stepBatch(states, 0);
        batch.stepBatch(states, 1);
        assertEquals(7, row(batch.output("y"), 1)[0]);
        assertArrayEquals(before, states[1].toBytes());
        assertTrue(row(batch.output("y"), 0)[0] != 7);
    }

    @Test
    void streamsThatAreNotEquallyFarFailBeforeAnyHasAdvanced() {
        Model model = SmallModels.cache(5).load();
        BatchSession batch = model.newBatchSession(2);
        batch.input("x").setShape(2, 1, 2);
        State[] states = states(model, 2);
        batch.stepBatch(states, 1);
        byte[] before = states[0].toBytes();
        ShapeException e = assertThrows(ShapeException.class, () -> batch.stepBatch(states, 2));
        assertTrue(e.getMessage().contains("output"), e.getMessage());
        assertArrayEquals(before, states[0].toBytes());
        batch.stepBatch(new State[] {states[1]}, 1);
        batch.stepBatch(states, 2);
        assertArrayEquals(new int[] {2, 2, 1, 2}, batch.output("y").shape());
    }

    /** Where outputs do not show how far a stream is, streams that are not equally far go together. */
    @Test
    void streamsNotEquallyFarTakeBlocksOfTheirOwn() {
        HandMade hand = SmallModels.cache(6);
        hand.program.clearOutputs();
        Model model = hand.load();
        BatchSession batch = model.newBatchSession(6);
        batch.input("x").setShape(6, 1, 2);
        State[] states = states(model, 6);
        Session alone = model.newSession();
        alone.input("x").setShape(1, 2);
        for (int n = 1; n <= 6; n++) {
            Arrays.fill(batch.input("x").floats(), n);
            batch.stepBatch(states, n);
        }
        for (int i = 0; i < 6; i++) {
            alone.state().reset();
            for (int n = i + 1; n <= 6; n++) {
                alone.input("x").set(n, n);
                alone.run();
            }
            assertArrayEquals(alone.state().toBytes(), states[i].toBytes(), "stream " + i);
        }
    }

    @Test
    void callsThatMakeNoSenseAreRefused() {
        Model model = SmallModels.recurrent(1).load();
        assertThrows(IllegalArgumentException.class, () -> model.newBatchSession(0));
        BatchSession batch = model.newBatchSession(3);
        State[] states = states(model, 4);
        assertThrows(IllegalArgumentException.class, () -> batch.stepBatch(states, 4));
        assertThrows(IllegalArgumentException.class, () -> batch.stepBatch(states, -1));
        assertThrows(IllegalArgumentException.class, () -> batch.stepBatch(new State[1], 2));
        states[2] = states[0];
        byte[] before = states[0].toBytes();
        Arrays.fill(batch.input("x").floats(), 1);
        assertTrue(assertThrows(IllegalArgumentException.class, () -> batch.stepBatch(states, 3))
                .getMessage().contains("state 2"));
        assertArrayEquals(before, states[0].toBytes());
        batch.stepBatch(states, 2);
        states[2] = SmallModels.recurrent(1).load().newState();
        assertThrows(FormatException.class, () -> batch.stepBatch(states, 3));
        assertThrows(ShapeException.class, () -> batch.input("x").setShape(2, 1, 4));
    }

    @Test
    void tooManyStreamsAreRefused() {
        Model model = SmallModels.recurrent(1).load();
        for (int streams : new int[] {100_000_000, Integer.MAX_VALUE}) {
            PlanException e = assertThrows(PlanException.class, () -> model.newBatchSession(streams));
            assertTrue(e.getMessage().contains("fewer streams"), e.getMessage());
        }
    }

    @Test
    void aStepThatFindsOutAnExtentIsNamed() {
        HandMade hand = new HandMade();
        int four = hand.number(4);
        int found = hand.learnt(4);
        int x = hand.input("x", DType.F32, four);
        int places = hand.output("places", DType.I64, hand.number(1), found);
        hand.step(StepKind.NON_ZERO, ids(x), ids(places));
        PlanException e = assertThrows(PlanException.class, () -> hand.load().newBatchSession(2));
        assertTrue(e.getMessage().contains("step 0 (NON_ZERO)") && e.getMessage().contains("extent"),
                e.getMessage());
    }

    @Test
    void sessionsChangeOverToFasterKernels() throws InterruptedException {
        Model model = SmallModels.recurrent(1).load(LoadOptions.Start.TIER_UP);
        BatchSession batch = model.newBatchSession(20);
        State[] states = states(model, 20);
        Model scalar = SmallModels.recurrent(1).load();
        BatchSession twin = scalar.newBatchSession(20);
        State[] twins = states(scalar, 20);
        for (int call = 0; call < 50; call++) {
            float[] rows = Samples.floats(call, 20 * 4);
            batch.input("x").set(rows);
            twin.input("x").set(rows);
            batch.stepBatch(states, 20);
            twin.stepBatch(twins, 20);
            assertArrayEquals(twin.output("y").floats(), batch.output("y").floats());
            if (call == 25) {
                for (int i = 0; i < 3000 && !model.isHot(); i++) {
                    Thread.sleep(10);
                }
            }
        }
    }
}
