package dev.lanewise.runtime;

import static dev.lanewise.runtime.HandMade.ids;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.formats.DType;
import dev.lanewise.formats.FormatException;
import dev.lanewise.formats.LanewiseException;
import dev.lanewise.formats.Limits;
import dev.lanewise.formats.proto.BlockProto;
import dev.lanewise.formats.proto.DimProto;
import dev.lanewise.formats.proto.MemoryProto;
import dev.lanewise.formats.proto.PortProto;
import dev.lanewise.formats.proto.Region;
import dev.lanewise.formats.proto.StateProto;
import dev.lanewise.formats.proto.StepKind;
import dev.lanewise.formats.proto.StepProto;
import dev.lanewise.formats.proto.TensorProto;
import org.junit.jupiter.api.Test;

/** Plans made by hand, right and wrong: who shares memory with whom, and when. */
class PlanCheckTest {

    private final HandMade model = new HandMade();
    private final int four = model.number(4);

    PlanCheckTest() {
        model.model.setArena(MemoryProto.newBuilder().setFloats(64).setLongs(4).setBytes(4));
    }

    private int at(int offset) {
        return model.tensor(DType.F32, Region.ARENA, offset, four);
    }

    private void negate(int from, int to) {
        model.step(StepKind.UNARY, ids(from), ids(to), 0).addFloats(0).addFloats(0);
    }

    private void add(int a, int b, int to) {
        model.step(StepKind.BINARY, ids(a, b), ids(to), 0);
    }

    private void accepted() {
        model.load();
    }

    private void refused(String... words) {
        String message = assertThrows(FormatException.class, model::load).getMessage();
        for (String word : words) {
            assertTrue(message.contains(word), message);
        }
    }

    @Test
    void memoryIsSharedByWhatIsNotAliveTogether() {
        int x = model.input("x", DType.F32, four);
        int a = at(0);
        int b = at(4);
        int c = at(0); // a is dead by then
        model.copy(x, a);
        model.copy(a, b);
        model.copy(b, c);
        model.copy(c, model.output("y", DType.F32, four));
        accepted();
    }

    @Test
    void overlappingLifetimesAreRefused() {
        for (int offset : new int[] {0, 1, 3}) {
            PlanCheckTest t = new PlanCheckTest();
            int x = t.model.input("x", DType.F32, t.four);
            int a = t.at(0);
            int b = t.at(offset);
            t.model.copy(x, a);
            t.model.copy(x, b);
            t.add(a, b, t.model.output("y", DType.F32, t.four));
            t.refused("'t1'", "'t2'", "share memory");
        }
        int x = model.input("x", DType.F32, four);
        int a = at(4);
        int b = at(0);
        model.copy(x, a);
        model.copy(x, b);
        add(a, b, model.output("y", DType.F32, four));
        accepted();
    }

    @Test
    void anInputThatDiesMayGiveItsPlace() {
        int x = model.input("x", DType.F32, four);
        int a = at(0);
        int b = at(0);
        model.copy(x, a);
        negate(a, b);
        model.copy(b, model.output("y", DType.F32, four));
        accepted();
    }

    @Test
    void anInputThatLivesOnMayNot() {
        int x = model.input("x", DType.F32, four);
        int a = at(0);
        int b = at(0);
        model.copy(x, a);
        negate(a, b);
        add(a, b, model.output("y", DType.F32, four));
        refused("share memory");
    }

    @Test
    void onlyStepsThatWorkInPlaceMayDoSo() {
        int two = model.number(2);
        int x = model.input("x", DType.F32, two, two);
        int a = model.tensor(DType.F32, Region.ARENA, 0, two, two);
        int b = model.tensor(DType.F32, Region.ARENA, 0, two, two);
        model.copy(x, a);
        model.step(StepKind.TRANSPOSE, ids(a), ids(b), 1, 0);
        model.copy(b, model.output("y", DType.F32, two, two));
        refused("share memory");
    }

    @Test
    void inPlaceNeedsTheSameExtents() {
        int x = model.input("x", DType.F32, four);
        int other = model.tensor(DType.F32, Region.ARENA, 0, model.number(4));
        int a = at(0);
        model.copy(x, a);
        negate(a, other); // 4 and 4, but another extent of the table
        model.copy(other, model.output("y", DType.F32, four));
        refused("share memory");
    }

    @Test
    void aScatterChangesItsFirstInputOnly() {
        for (boolean first : new boolean[] {true, false}) {
            PlanCheckTest t = new PlanCheckTest();
            int x = t.model.input("x", DType.F32, t.four);
            int i = t.model.input("i", DType.I64, t.four);
            int a = t.at(first ? 0 : 8);
            int updates = t.at(first ? 8 : 0);
            int y = t.at(0);
            t.model.copy(x, a);
            t.model.copy(x, updates);
            t.model.step(StepKind.SCATTER_ELEMENTS, ids(a, i, updates), ids(y), 0, 0);
            t.model.copy(y, t.model.output("y", DType.F32, t.four));
            if (first) {
                t.accepted();
            } else {
                t.refused("share memory");
            }
        }
    }

    @Test
    void aViewLivesWithItsSource() {
        int two = model.number(2);
        int x = model.input("x", DType.F32, four);
        int a = at(0);
        int view = model.tensor(DType.F32, Region.ARENA, 0, two, two);
        int b = at(4);
        model.copy(x, a);
        model.copy(a, view);
        model.copy(x, b);
        model.copy(view, model.output("y", DType.F32, two, two));
        model.copy(b, model.output("z", DType.F32, four));
        accepted();
        int c = at(2); // alive together with the view, though a is dead
        model.body.clearSteps();
        model.copy(x, a);
        model.copy(a, view);
        model.copy(x, c);
        model.copy(view, model.program.getOutputs(0).getTensor());
        model.copy(c, model.program.getOutputs(1).getTensor());
        refused("share memory");
    }

    @Test
    void readingBeforeWritingIsRefused() {
        int a = at(0);
        model.copy(a, model.output("y", DType.F32, four));
        refused("before anything has written it");
    }

    @Test
    void outputsMustBeWritten() {
        model.output("y", DType.F32, four);
        refused("before anything has written it");
    }

    @Test
    void idsOutOfRangeAreRefused() {
        for (int bad : new int[] {-1, 7, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
            PlanCheckTest input = new PlanCheckTest();
            input.model.block.add(
                    StepProto.newBuilder().setKind(StepKind.RESHAPE).addInputs(bad == -1 ? 0x80000000 : bad));
            assertThrows(FormatException.class, input.model::load);
            PlanCheckTest output = new PlanCheckTest();
            output.model.block.add(StepProto.newBuilder().setKind(StepKind.RESHAPE).addOutputs(bad));
            assertThrows(FormatException.class, output.model::load);
            PlanCheckTest port = new PlanCheckTest();
            port.model.program.addOutputs(PortProto.newBuilder().setTensor(bad));
            assertThrows(FormatException.class, port.model::load);
            PlanCheckTest state = new PlanCheckTest();
            state.model.program.addStates(StateProto.newBuilder().setValue(bad).setNext(0));
            assertThrows(FormatException.class, state.model::load);
            PlanCheckTest dim = new PlanCheckTest();
            dim.model.model.addTensors(TensorProto.newBuilder().addDims(bad));
            assertThrows(FormatException.class, dim.model::load);
        }
    }

    @Test
    void weightsAreNotWritten() {
        int w = model.weights(DType.F32, new float[4], four);
        int x = model.input("x", DType.F32, four);
        model.copy(x, w);
        refused("writes the weights");
    }

    @Test
    void memoryBeyondTheArenaIsRefused() {
        at(61);
        refused("ends at element 65 of 64");
    }

    /** A step within so many branches. */
    private static StepProto.Builder nested(int depth, int a) {
        StepProto.Builder step = StepProto.newBuilder();
        if (depth == 0) {
            return step.setKind(StepKind.RESHAPE).addInputs(a + 1).addOutputs(a + 1);
        }
        return step.setKind(StepKind.BRANCH).addInputs(1)
                .addBlocks(BlockProto.newBuilder().addSteps(nested(depth - 1, a)))
                .addBlocks(BlockProto.newBuilder());
    }

    @Test
    void blocksAreNestedOnlySoDeep() {
        for (int depth : new int[] {Limits.BLOCK_DEPTH, Limits.BLOCK_DEPTH + 1, 100}) {
            PlanCheckTest t = new PlanCheckTest();
            t.model.input("c", DType.BOOL);
            int a = t.model.input("a", DType.F32, t.four);
            t.model.block.add(nested(depth, a));
            if (depth <= Limits.BLOCK_DEPTH) {
                t.model.load();
            } else {
                assertThrows(FormatException.class, t.model::load);
            }
        }
    }

    /** A loop with one carried value, made by {@code body} from a tensor outside. */
    private StepProto.Builder loop(int init, int last, int param, int outside, int inside, int collected) {
        int count = model.number(2);
        int iteration = model.tensor(DType.I64, Region.ARENA, 0);
        int condition = model.tensor(DType.BOOL, Region.ARENA, 0);
        HandMade.Block body = new HandMade.Block()
                .params(iteration, condition, param)
                .results(collected < 0 ? ids(condition, inside) : ids(condition, inside, inside));
        model.block = body;
        add(param, outside, inside);
        model.block = model.body;
        StepProto.Builder step = model.step(StepKind.REPEAT, ids(-1, -1, init),
                collected < 0 ? ids(last) : ids(last, collected), 1, count, 0, 0);
        return step.addBlocks(body.build());
    }

    @Test
    void whatALoopUsesLivesThroughoutIt() {
        // init, last, param, outside, inside, collected: offsets, and whether that is allowed
        int[][] plans = {
            {0, 0, 8, 4, 12, 16, 0}, // init and last: the one is read, the other written all the while
            {0, 20, 8, 4, 12, 24, 1},
            {0, 20, 8, 4, 4, 24, 0}, // the next iteration reads what lies outside again
            {0, 20, 0, 4, 12, 24, 0}, // the param is written while init is alive
            {0, 20, 8, 4, 12, 12, 0}, // y is put together while the body runs
            {0, 20, 8, 4, 8, 24, 0}, // a result in its own param's memory: both are alive between iterations
        };
        for (int[] plan : plans) {
            PlanCheckTest t = new PlanCheckTest();
            int x = t.model.input("x", DType.F32, t.four);
            int init = t.at(plan[0]);
            int last = t.at(plan[1]);
            int param = t.at(plan[2]);
            int outside = t.at(plan[3]);
            int inside = t.at(plan[4]);
            int two = t.model.number(2);
            int collected = t.model.tensor(DType.F32, Region.ARENA, plan[5], two, t.four);
            t.model.copy(x, init);
            t.model.copy(x, outside);
            t.loop(init, last, param, outside, inside, collected);
            t.model.copy(last, t.model.output("last", DType.F32, t.four));
            t.model.copy(collected, t.model.output("all", DType.F32, two, t.four));
            if (plan[6] == 1) {
                t.accepted();
                Session session = t.model.load().newSession();
                session.input("x").set(1, 2, 3, 4);
                session.run();
                assertTrue(session.output("last").get(3) == 12 && session.output("all").get(3) == 8);
            } else {
                t.refused("share memory");
            }
        }
    }

    @Test
    void whatABlockWritesIsNotKnownOutside() {
        int c = model.input("c", DType.BOOL);
        int x = model.input("x", DType.F32, four);
        int a = at(0);
        HandMade.Block then = new HandMade.Block();
        model.block = then;
        model.copy(x, a);
        model.block = model.body;
        model.step(StepKind.BRANCH, ids(c), ids()).addBlocks(then.build()).addBlocks(BlockProto.newBuilder());
        model.copy(a, model.output("y", DType.F32, four));
        refused("before anything has written it");
    }

    @Test
    void paramsLieInTheArena() {
        int x = model.input("x", DType.F32, four);
        int out = model.output("y", DType.F32, four);
        loop(x, out, model.port(DType.F32, four), x, at(0), -1);
        refused("region ARENA");
    }

    @Test
    void statesLieApart() {
        MemoryProto memory = MemoryProto.newBuilder().setFloats(8).build();
        for (int offset = 0; offset < 5; offset++) {
            PlanCheckTest t = new PlanCheckTest();
            t.model.model.setState(memory);
            int x = t.model.input("x", DType.F32, t.four);
            int a = t.model.tensor(DType.F32, Region.STATE, 0, t.four);
            int b = t.model.tensor(DType.F32, Region.STATE, offset, t.four);
            t.model.carried("a", a, x);
            t.model.carried("b", b, x);
            if (offset == 4) {
                t.accepted();
            } else {
                t.refused("two states share element");
            }
        }
        // one state becomes another's value, which the other may have taken over already
        model.model.setState(memory);
        int x = model.input("x", DType.F32, four);
        int a = model.tensor(DType.F32, Region.STATE, 0, four);
        int b = model.tensor(DType.F32, Region.STATE, 4, four);
        model.carried("a", a, x);
        model.carried("b", b, a);
        refused("two states share element");
    }

    @Test
    void manyStepsInPlaceAreCheckedAtOnce() {
        int x = model.input("x", DType.F32, four);
        int before = at(0);
        model.copy(x, before);
        for (int i = 0; i < 30_000; i++) {
            int next = at(0);
            negate(before, next);
            before = next;
        }
        model.copy(before, model.output("y", DType.F32, four));
        long begin = System.nanoTime();
        accepted();
        assertTrue(System.nanoTime() - begin < 5_000_000_000L, "linear, not quadratic");
    }

    @Test
    void hostileNumbersAreNamedErrors() {
        for (int bad : new int[] {-1, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
            PlanCheckTest t = new PlanCheckTest();
            t.model.model.setArena(t.model.model.getArena().toBuilder().setFloats(bad));
            assertThrows(LanewiseException.class, t.model::load);
            PlanCheckTest s = new PlanCheckTest();
            s.model.model.addTensors(TensorProto.newBuilder().setRegion(Region.PORT).setOffset(bad).addDims(s.four));
            assertThrows(LanewiseException.class, s.model::load);
            PlanCheckTest d = new PlanCheckTest();
            d.model.model.addDims(DimProto.newBuilder().setNumber(bad));
            d.model.model.addTensors(TensorProto.newBuilder().setRegion(Region.ARENA).addDims(1).addDims(1));
            assertThrows(LanewiseException.class, d.model::load);
        }
    }
}
