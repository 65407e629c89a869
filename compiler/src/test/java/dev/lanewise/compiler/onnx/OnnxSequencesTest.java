package dev.lanewise.compiler.onnx;

import static dev.lanewise.compiler.onnx.SmallModel.info;
import static dev.lanewise.compiler.onnx.SmallModel.integer;
import static dev.lanewise.compiler.onnx.SmallModel.model;
import static dev.lanewise.compiler.onnx.SmallModel.node;
import static dev.lanewise.formats.DType.BOOL;
import static dev.lanewise.formats.DType.F32;
import static dev.lanewise.formats.DType.I64;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.Compiler;
import dev.lanewise.compiler.onnx.proto.GraphProto;
import dev.lanewise.compiler.onnx.proto.TypeProto;
import dev.lanewise.compiler.onnx.proto.ValueInfoProto;
import dev.lanewise.formats.CompileException;
import dev.lanewise.runtime.Elements;
import dev.lanewise.runtime.LoadOptions;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.Tensor;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Sequences as inputs and outputs of a model: each element is a port. */
@Tag("once")
class OnnxSequencesTest {

    private static final CompileOptions OPTIONS = CompileOptions.defaults();

    private static ValueInfoProto sequence(String name, Object... shape) {
        TypeProto element = info(name, F32, shape).build().getType();
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setSequenceType(TypeProto.Sequence.newBuilder().setElemType(element)))
                .build();
    }

    private static Session session(byte[] model, CompileOptions options) {
        return Model.of(Compiler.compile("sequences", model, null, options).file(),
                LoadOptions.defaults().start(LoadOptions.Start.SCALAR)).newSession();
    }

    private static void set(Session session, String name, float... values) {
        Tensor tensor = session.input(name);
        tensor.setShape(values.length);
        tensor.set(values);
    }

    private static float[] get(Session session, String name) {
        Tensor tensor = session.output(name);
        return Arrays.copyOfRange(tensor.floats(), tensor.offset(), tensor.offset() + tensor.size());
    }

    /** y[i] = x[i] + x[i], of two lengths that only share a name. */
    private static byte[] doubled() {
        GraphProto body = GraphProto.newBuilder()
                .setName("body")
                .addInput(info("e", F32, "N"))
                .addNode(node("Add", "d", "e", "e"))
                .addOutput(info("d", F32, "N"))
                .build();
        return model(GraphProto.newBuilder()
                .addInput(sequence("x", "N"))
                .addNode(node("SequenceMap", "y", "x").addAttribute(SmallModel.graph("body", body)))
                .addOutput(sequence("y", "N")));
    }

    @Test
    void elementsArePorts() {
        Session session = session(doubled(), OPTIONS.length("x", 2));
        assertEquals(List.of("x[0]", "x[1]"), session.inputs().stream().map(Tensor::name).toList());
        assertEquals(List.of("y[0]", "y[1]"), session.outputs().stream().map(Tensor::name).toList());
        set(session, "x[0]", 1, 2, 3);
        set(session, "x[1]", 5);
        session.run();
        assertArrayEquals(new float[] {2, 4, 6}, get(session, "y[0]"));
        assertArrayEquals(new float[] {10}, get(session, "y[1]"));
    }

    @Test
    void lengthMustBeGiven() {
        CompileException e = assertThrows(CompileException.class, () -> session(doubled(), OPTIONS));
        assertTrue(e.getMessage().contains("--length x=N"), e.getMessage());
    }

    @Test
    void lengthOfWhatIsNoSequence() {
        CompileException e = assertThrows(CompileException.class,
                () -> session(doubled(), OPTIONS.length("x", 1).length("z", 1)));
        assertTrue(e.getMessage().contains("--length z"), e.getMessage());
    }

    /** if c: [a, b] else [b, a]; the condition is data. */
    @Test
    void branchesGiveSequences() {
        byte[] model = model(GraphProto.newBuilder()
                .addInput(info("c", BOOL)).addInput(info("a", F32, 1)).addInput(info("b", F32, 1))
                .addNode(node("If", "y", "c")
                        .addAttribute(SmallModel.graph("then_branch", pair("a", "b")))
                        .addAttribute(SmallModel.graph("else_branch", pair("b", "a"))))
                .addOutput(sequence("y", 1)));
        Session session = session(model, OPTIONS);
        set(session, "a", 1);
        set(session, "b", 2);
        for (int condition = 0; condition < 2; condition++) {
            Elements.set(session.input("c"), 0, condition);
            session.run();
            assertEquals(condition == 1 ? 1 : 2, get(session, "y[0]")[0]);
            assertEquals(condition == 1 ? 2 : 1, get(session, "y[1]")[0]);
        }
    }

    private static GraphProto pair(String first, String second) {
        return GraphProto.newBuilder()
                .setName("pair")
                .addNode(node("SequenceConstruct", "s", first, second))
                .addOutput(sequence("s", 1))
                .build();
    }

    /** An element whose position data decide. */
    @Test
    void positionFromData() {
        byte[] model = model(GraphProto.newBuilder()
                .addInput(info("x", F32, 3, 2)).addInput(info("at", I64))
                .addNode(node("SplitToSequence", "s", "x").addAttribute(integer("axis", 0))
                        .addAttribute(integer("keepdims", 0)))
                .addNode(node("SequenceAt", "y", "s", "at"))
                .addOutput(info("y", F32, 2)));
        Session session = session(model, OPTIONS);
        session.input("x").set(1, 2, 3, 4, 5, 6);
        for (int at = -3; at < 3; at++) {
            Elements.set(session.input("at"), 0, at);
            session.run();
            int row = Math.floorMod(at, 3);
            assertArrayEquals(new float[] {2 * row + 1, 2 * row + 2}, get(session, "y"));
        }
    }
}
