package dev.lanewise.compiler;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.GraphBuilder;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.op.Binary;
import dev.lanewise.compiler.op.MatMul;
import dev.lanewise.compiler.op.Reshape;
import dev.lanewise.compiler.op.Unary;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.ModelFile;
import dev.lanewise.formats.ShapeException;
import dev.lanewise.runtime.LoadOptions;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.Tensor;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The journey from a graph to results, on the smallest networks. */
class CompilerTest {

    private static final Dim T = Dim.symbol("T", 0, 5);

    /** relu(x · W + b) over a sequence of up to 5 rows. */
    private static Graph dense() {
        GraphBuilder builder = new GraphBuilder();
        Value x = builder.input("x", new ValueType(DType.F32, List.of(T, Dim.of(2))));
        Value w = builder.constant("w", Literal.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3));
        Value b = builder.constant("b", Literal.of(new float[] {-10, 0, 1}, 3));
        Value product = builder.add("product", MatMul.PLAIN, x, w);
        Value sum = builder.add("sum", new Binary(BinaryFn.ADD), product, b);
        builder.output("y", builder.add("y", Unary.of(UnaryFn.RELU), sum));
        return builder.build();
    }

    /** A small model file. */
    static ModelFile file() {
        return Compiler.compile("test", dense(), CompileOptions.defaults()).file();
    }

    private static Model load(Graph graph) {
        ModelFile file = Compiler.compile("test", graph, CompileOptions.defaults()).file();
        ModelFile again = ModelFile.read("test.lane", file.toBytes());
        return Model.of(again, LoadOptions.defaults().start(LoadOptions.Start.SCALAR));
    }

    @Test
    void oneStepDoesProductBiasAndActivation() {
        Model model = load(dense());
        assertEquals(1, model.file().message().getPrograms(0).getBody().getStepsCount());
        Session session = model.newSession();
        Tensor x = session.input("x");
        x.setShape(2, 2);
        x.set(1, 1, 2, -1);
        session.run();
        Tensor y = session.output("y");
        assertArrayEquals(new int[] {2, 3}, y.shape());
        assertArrayEquals(new float[] {0, 7, 10, 0, 0, 1}, java.util.Arrays.copyOf(y.floats(), 6));
        assertEquals(2 * 2 * 3, session.multiplyAdds());
    }

    @Test
    void lengthsBeyondTheBoundNameSymbolAndBound() {
        Session session = load(dense()).newSession();
        ShapeException e = assertThrows(ShapeException.class, () -> session.input("x").setShape(6, 2));
        assertEquals(true, e.getMessage().contains("T = 0 … 5"), e.getMessage());
    }

    @Test
    void anOutputThatIsAnInputIsACopy() {
        GraphBuilder builder = new GraphBuilder();
        Value x = builder.input("x", ValueType.of(DType.I64, 2, 3));
        builder.output("y", builder.add("y", new Reshape(List.of(Dim.of(6))), x));
        Session session = load(builder.build()).newSession();
        for (int i = 0; i < 6; i++) {
            session.input("x").longs()[i] = i;
        }
        session.run();
        assertArrayEquals(new long[] {0, 1, 2, 3, 4, 5}, session.output("y").longs());
    }

    @Test
    void stateIsCarriedFromCallToCall() {
        GraphBuilder builder = new GraphBuilder();
        Value x = builder.input("x", ValueType.of(DType.F32, 2));
        Value sum = builder.state("sum", ValueType.of(DType.F32, 2));
        Value next = builder.add("next", new Binary(BinaryFn.ADD), x, sum);
        builder.next("sum", sum, next);
        builder.output("y", builder.add("y", Unary.of(UnaryFn.NEG), next));
        Session session = load(builder.build()).newSession();
        session.input("x").set(1, 10);
        session.run();
        session.run();
        assertArrayEquals(new float[] {-2, -20}, session.output("y").floats());
        session.state().reset();
        session.run();
        assertArrayEquals(new float[] {-1, -10}, session.output("y").floats());
    }
}
