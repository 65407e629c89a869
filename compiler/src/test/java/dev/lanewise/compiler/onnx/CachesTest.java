package dev.lanewise.compiler.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.model.OnnxRuntime;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.ShapeException;
import dev.lanewise.formats.proto.ModelProto;
import dev.lanewise.formats.proto.Region;
import dev.lanewise.formats.proto.StateProto;
import dev.lanewise.formats.proto.StepKind;
import dev.lanewise.formats.proto.TensorProto;
import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.State;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Keys and values of the past lie in the state, which grows in place: a call writes what is new and no more. */
class CachesTest {

    private static final int H = 2;
    private static final int D = 4;
    private static final int BOUND = 12;

    /** The axis of time in {@code [B, heads, time, d]}. */
    private static final int INNER = 2;

    /** And in {@code [B, time, heads, d]}. */
    private static final int OUTER = 1;

    /** One layer of a decoder over the past and T new rows of x. */
    private static Spelling decoder(int time, int batch, long bound) {
        Object[] past = time == INNER ? new Object[] {batch, H, "P", D} : new Object[] {batch, "P", H, D};
        String heads = "Reshape(MatMul(x, w%s), [0, 0, 2, 4])";
        String k = String.format(heads, "k");
        String v = String.format(heads, "v");
        String swap = "Transpose(%s; perm=[0, 2, 1, 3])";
        boolean inner = time == INNER;
        String keys = inner ? String.format(swap, k) : k;
        String values = inner ? String.format(swap, v) : v;
        String keysByHead = inner ? "present_key" : String.format(swap, "present_key");
        String valuesByHead = inner ? "present_value" : String.format(swap, "present_value");
        Literal none = Literal.of(new float[0], shape(time, batch, 0));
        return new Spelling()
                .in("x", OneNode.uniform(DType.F32, -1, 1, 1, batch, 3, H * D), batch, "T", H * D)
                .in("past_key", none, past).in("past_value", none, past)
                .weights("wq", H * D, H * D).weights("wk", H * D, H * D).weights("wv", H * D, H * D)
                .dim("T", 1, 4).dim("P", 0, bound).autoState()
                .outputs("y", "present_key", "present_value")
                .nodes("q = " + String.format(swap, String.format(heads, "q"))
                        + "; present_key = Concat(past_key, " + keys + "; axis=" + time
                        + "); present_value = Concat(past_value, " + values + "; axis=" + time
                        + "); s = Div(MatMul(q, Transpose(" + keysByHead + "; perm=[0, 1, 3, 2])), 2.0)"
                        + "; o = MatMul(Softmax(s; axis=3), " + valuesByHead + ")"
                        + "; y = Reshape(" + String.format(swap, "o") + ", [0, 0, 8])");
    }

    private static int[] shape(int time, int batch, int length) {
        return time == INNER ? new int[] {batch, H, length, D} : new int[] {batch, length, H, D};
    }

    private static Literal rows(int batch, int call, int length) {
        return OneNode.uniform(DType.F32, -1, 1, call, batch, length, H * D);
    }

    private static Literal run(Session session, Literal x) {
        Spelling.set(session, Map.of("x", x));
        session.run();
        return Spelling.output(session, "y");
    }

    @Test
    void agreesWithOnnxRuntimeFedByHand() throws Exception {
        for (int time : new int[] {INNER, OUTER}) {
            for (int batch : new int[] {1, 3}) {
                Spelling model = decoder(time, batch, BOUND);
                Session session = model.session();
                try (OnnxRuntime runtime = new OnnxRuntime(model.bytes())) {
                    Literal none = Literal.of(new float[0], shape(time, batch, 0));
                    Map<String, Literal> given = new HashMap<>(Map.of("past_key", none, "past_value", none));
                    int call = 0;
                    for (int length : new int[] {3, 1, 1, 4, 1}) {
                        given.put("x", rows(batch, ++call, length));
                        Map<String, Literal> expected = runtime.run(given);
                        model.compare("y", expected.get("y"), run(session, given.get("x")));
                        given.put("past_key", expected.get("present_key"));
                        given.put("past_value", expected.get("present_value"));
                    }
                }
            }
        }
    }

    /** Memory tells: what a call works in does not depend on how long the past may be. */
    @Test
    void nothingOfThePastIsCopied() {
        for (int time : new int[] {INNER, OUTER}) {
            for (int batch : new int[] {1, 3}) {
                ModelProto shortPast = decoder(time, batch, 8).compiled().file().message();
                ModelProto longPast = decoder(time, batch, 800).compiled().file().message();
                assertEquals(shortPast.getArena(), longPast.getArena());
                int more = 2 * batch * H * D * (800 - 8); // keys and values
                assertEquals(more, longPast.getState().getFloats() - shortPast.getState().getFloats());
                for (StateProto state : longPast.getPrograms(0).getStatesList()) {
                    TensorProto value = longPast.getTensors(state.getValue());
                    TensorProto next = longPast.getTensors(state.getNext());
                    assertEquals(Region.STATE, next.getRegion());
                    assertEquals(value.getOffset(), next.getOffset());
                }
                assertEquals(1, decoder(time, batch, 8).kinds().stream()
                        .filter(kind -> kind == StepKind.ATTENTION).count());
            }
        }
    }

    @Test
    void boundsAreErrorsThatLeaveTheStateAsItWas() {
        Session session = decoder(INNER, 1, BOUND).session();
        for (int call = 0; call < 3; call++) {
            run(session, rows(1, call, 4));
        }
        byte[] before = session.state().toBytes();
        ShapeException e = assertThrows(ShapeException.class, () -> run(session, rows(1, 7, 1)));
        assertTrue(e.getMessage().contains("P = 13") && e.getMessage().contains("12"), e.getMessage());
        assertArrayEquals(before, session.state().toBytes());
        session.state().reset();
        Literal again = run(session, rows(1, 0, 4));
        assertArrayEquals(
                run(decoder(INNER, 1, BOUND).session(), rows(1, 0, 4)).toDoubles(), again.toDoubles());
    }

    @Test
    void statesAreForkedAndSaved() {
        for (int time : new int[] {INNER, OUTER}) {
            Session session = decoder(time, 2, BOUND).session();
            run(session, rows(2, 1, 3));
            State fork = session.state().copy();
            State saved = session.model().stateFromBytes(session.state().toBytes());
            double[] expected = run(session, rows(2, 2, 2)).toDoubles();
            run(session, rows(2, 3, 1));
            for (State state : new State[] {fork, saved}) {
                session.bind(state);
                assertArrayEquals(expected, run(session, rows(2, 2, 2)).toDoubles());
            }
        }
    }
}
