package dev.lanewise.compiler.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.Compiler;
import dev.lanewise.compiler.onnx.proto.GraphProto;
import dev.lanewise.formats.CompileException;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.LoadOptions;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is inside a model is an output where it is asked for: such as the weights of attention. */
class OnnxExposedTest {

    private static final int T = 3;

    /** softmax(q · kᵀ) · v for q, k, v [1, T, 2]; the softmax is the node {@code weigh}. */
    private static byte[] attention() {
        GraphProto.Builder graph = GraphProto.newBuilder();
        for (String name : List.of("q", "k", "v")) {
            graph.addInput(SmallModel.info(name, DType.F32, 1, T, 2));
        }
        return SmallModel.model(graph
                .addNode(SmallModel.node("Transpose", "kt", "k").addAttribute(SmallModel.integers("perm", 0, 2, 1)))
                .addNode(SmallModel.node("MatMul", "s", "q", "kt"))
                .addNode(SmallModel.node("Softmax", "a", "s").setName("weigh"))
                .addNode(SmallModel.node("MatMul", "y", "a", "v"))
                .addOutput(SmallModel.info("y", DType.F32, 1, T, 2)));
    }

    private static Session session(CompileOptions options) {
        Session session = Model.of(
                Compiler.compile("attention", attention(), null, options).file(), LoadOptions.defaults()).newSession();
        session.input("q").set(1, 0, 0, 1, 1, 1);
        session.input("k").set(1, 2, 0, 1, -1, 3);
        session.input("v").set(1, 2, 3, 4, 5, 6);
        session.run();
        return session;
    }

    private static float[] values(Session session, String output) {
        var tensor = session.output(output);
        return Arrays.copyOfRange(tensor.floats(), tensor.offset(), tensor.offset() + tensor.size());
    }

    @Test
    void weightsOfAttention() {
        for (String name : List.of("weigh", "a")) {
            Session session = session(CompileOptions.defaults().expose(name));
            assertEquals(List.of("y", name), session.model().outputNames());
            double[][] scores = {{1, 0, -1}, {2, 1, 3}, {3, 1, 2}};
            float[] expected = new float[T * T];
            for (int i = 0; i < T * T; i++) {
                double sum = Arrays.stream(scores[i / T]).map(Math::exp).sum();
                expected[i] = (float) (Math.exp(scores[i / T][i % T]) / sum);
            }
            assertArrayEquals(expected, values(session, name), 1e-6f);
            assertArrayEquals(values(session(CompileOptions.defaults()), "y"), values(session, "y"), 1e-6f);
        }
    }

    @Test
    void whatIsNotThereIsSaid() {
        String message = assertThrows(
                CompileException.class, () -> session(CompileOptions.defaults().expose("weights"))).getMessage();
        assertTrue(message.contains("--expose weights: the model has no such node; there are make_kt, make_s, weigh"),
                message);
        assertThrows(CompileException.class, () -> session(CompileOptions.defaults().expose("y")));
    }
}
