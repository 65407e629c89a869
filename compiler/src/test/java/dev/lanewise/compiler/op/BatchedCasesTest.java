package dev.lanewise.compiler.op;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.formats.LanewiseException;
import dev.lanewise.formats.PlanException;
import dev.lanewise.runtime.BatchSession;
import dev.lanewise.runtime.Elements;
import dev.lanewise.runtime.LoadOptions.Start;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.State;
import dev.lanewise.runtime.Tensor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Every case of every operation for streams that advance together: the same bits as each alone, whose inputs are the
 * case's own, turned by some elements; also with an extent symbolic. What is refused says why.
 */
class BatchedCasesTest {

    private static final int STREAMS = 5;

    @TestFactory
    List<DynamicTest> givesEachStreamTheBitsItHasAlone() {
        List<DynamicTest> tests = new ArrayList<>();
        OpCasesTest.forEach((name, opCase) -> tests.add(dynamicTest(name, () -> {
            for (Start start : List.of(Start.SCALAR, Start.BEST_COLD)) {
                agree(new CaseRun(opCase, 0), start);
            }
        })));
        return tests;
    }

    @TestFactory
    List<DynamicTest> soDoesItWithASymbolicExtent() {
        List<DynamicTest> tests = new ArrayList<>();
        OpCasesTest.forEach((name, opCase) -> {
            CaseRun symbolic = OpCasesTest.withSymbol(opCase);
            if (symbolic != null) {
                tests.add(dynamicTest(name, () -> agree(symbolic, Start.SCALAR)));
            }
        });
        return tests;
    }

    private static void agree(CaseRun run, Start start) {
        Model model = run.model(start);
        BatchSession batch;
        try {
            batch = model.newBatchSession(STREAMS);
        } catch (PlanException e) {
            assertTrue(e.getMessage().contains("cannot advance together"), e.getMessage());
            return;
        }
        Session alone = model.newSession();
        List<List<byte[]>> expected = new ArrayList<>();
        for (int stream = 0; stream < STREAMS; stream++) {
            expected.add(alone(run, alone, stream));
        }
        State[] states = new State[STREAMS];
        for (int stream = 0; stream < STREAMS; stream++) {
            states[stream] = model.newState();
            for (int i = 0; i < batch.inputs().size(); i++) {
                Tensor input = batch.inputs().get(i);
                Literal value = run.inputs().get(i);
                for (int axis = 0; axis < value.rank(); axis++) {
                    input.setExtent(axis + 1, value.shape()[axis]);
                }
                putRow(input, stream, turned(value, expected.get(stream) == null ? 0 : stream));
            }
            if (expected.get(stream) == null) { // the case's indices, turned, point outside
                expected.set(stream, alone(run, alone, 0));
            }
        }
        for (int n = STREAMS; n > 0; n -= 2) {
            batch.stepBatch(states, n);
            for (int stream = 0; stream < n; stream++) {
                for (int i = 0; i < batch.outputs().size(); i++) {
                    assertArrayEquals(expected.get(stream).get(i), row(batch.outputs().get(i), stream),
                            "output " + i + " of stream " + stream + " of " + n);
                }
            }
        }
    }

    /** The outputs' bytes, or {@code null} where these inputs are refused. */
    private static List<byte[]> alone(CaseRun run, Session session, int turn) {
        for (int i = 0; i < session.inputs().size(); i++) {
            Tensor input = session.inputs().get(i);
            input.setShape(run.inputs().get(i).shape());
            Elements.decode(input, ByteBuffer.wrap(turned(run.inputs().get(i), turn)));
        }
        try {
            session.run();
        } catch (LanewiseException e) {
            return null;
        }
        return session.outputs().stream().map(Elements::encode).toList();
    }

    /** The elements, each moved on by some places. */
    private static byte[] turned(Literal literal, int by) {
        byte[] bytes = literal.encode();
        int shift = bytes.length == 0 ? 0 : by * literal.type().bytes() % bytes.length;
        byte[] turned = new byte[bytes.length];
        System.arraycopy(bytes, 0, turned, shift, bytes.length - shift);
        System.arraycopy(bytes, bytes.length - shift, turned, 0, shift);
        return turned;
    }

    private static void putRow(Tensor tensor, int row, byte[] bytes) {
        byte[] all = Elements.encode(tensor);
        assertEquals(bytes.length, tensor.rowSize() * tensor.type().bytes());
        System.arraycopy(bytes, 0, all, row * bytes.length, bytes.length);
        Elements.decode(tensor, ByteBuffer.wrap(all));
    }

    private static byte[] row(Tensor tensor, int row) {
        int bytes = tensor.rowSize() * tensor.type().bytes();
        byte[] all = Elements.encode(tensor);
        return java.util.Arrays.copyOfRange(all, row * bytes, (row + 1) * bytes);
    }
}
