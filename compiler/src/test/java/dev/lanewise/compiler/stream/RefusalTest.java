package dev.lanewise.compiler.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.Compiler;
import dev.lanewise.compiler.StreamAxis;
import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.GraphBuilder;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.op.Attention;
import dev.lanewise.compiler.op.Binary;
import dev.lanewise.compiler.op.Cumulate;
import dev.lanewise.compiler.op.MatMul;
import dev.lanewise.compiler.op.Pad;
import dev.lanewise.compiler.op.Reduce;
import dev.lanewise.compiler.op.Reshape;
import dev.lanewise.compiler.op.Slice;
import dev.lanewise.compiler.op.Softmax;
import dev.lanewise.compiler.op.Transpose;
import dev.lanewise.formats.CompileException;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.ReduceFn;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What needs all of the future is refused by the name of its node, and never streamed wrongly. */
class RefusalTest {

    private static String refusal(StreamRun.Layers layers) {
        return assertThrows(CompileException.class, () -> new StreamRun(layers, 8, 0, 4)).getMessage();
    }

    private static void assertUnbounded(String node, StreamRun.Layers layers) {
        String message = refusal(layers);
        assertTrue(message.contains("'" + node + "'"), message);
        assertTrue(message.contains("unbounded future"), message);
    }

    private static void assertRefused(String node, String reason, StreamRun.Layers layers) {
        String message = refusal(layers);
        assertTrue(message.contains("'" + node + "'"), message);
        assertTrue(message.contains(reason), message);
    }

    @Test
    void readingBackwards() {
        assertUnbounded("layer", (builder, x) -> StreamingTest.lstm(builder, x, true));
        assertUnbounded("sums", (builder, x) -> builder.add("sums", new Cumulate(0, false, true, false), x));
        assertUnbounded("flip", (builder, x) -> builder.add(
                "flip", new Slice(List.of(x.dim(0).minus(1), Dim.ZERO), List.of(-1, 1), x.shape()), x));
    }

    @Test
    void lookingAtAllOfTime() {
        assertUnbounded("mean", (builder, x) -> builder.add("mean", Reduce.along(ReduceFn.SUM, 0), x));
        assertUnbounded("softmax", (builder, x) -> builder.add(
                "softmax", new Softmax(false), builder.add("turn", Transpose.of(1, 0), x)));
        assertUnbounded("scores", (builder, x) -> builder.add("scores", new MatMul(true,
                MatMul.PLAIN.epilogue()), x, x));
        assertUnbounded("gram", (builder, x) -> builder.add(
                "gram", MatMul.PLAIN, builder.add("turn", Transpose.of(1, 0), x), x));
        assertUnbounded("attention", (builder, x) -> attend(builder, x, Attention.open(1, 0)));
        assertRefused("attention", "--window", (builder, x) -> attend(
                builder, x, new Attention(true, Dim.ZERO, 1, 0)));
    }

    private static Value attend(GraphBuilder builder, Value x, Attention attention) {
        Value heads = builder.add("heads", new Reshape(List.of(Dim.ONE, x.dim(0), Dim.ONE, x.dim(1))), x);
        return builder.add("attention", attention, heads, heads, heads);
    }

    @Test
    void theLastStateMeetingEachFrame() {
        assertUnbounded("late", (builder, x) -> {
            Value last = builder.add(
                    "last", Slice.along(0, x.dim(0).minus(1), Dim.ONE, x.shape()), x);
            return builder.add("late", new Binary(BinaryFn.ADD), x, last);
        });
    }

    @Test
    void absolutePlaces() {
        assertRefused("first", "absolute places", (builder, x) -> builder.add(
                "first", Slice.along(0, Dim.ONE, Dim.of(2), x.shape()), x));
    }

    /** What the sequence begins with, once it ends. */
    @Test
    void paddingByTheOtherEnd() {
        List<Dim> none = List.of(Dim.ZERO, Dim.ZERO);
        List<Dim> two = List.of(Dim.of(2), Dim.ZERO);
        assertUnbounded("pad", (builder, x) -> builder.add("pad", new Pad(Pad.Mode.WRAP, two, none), x));
    }

    @Test
    void axesThatAreNone() {
        GraphBuilder builder = new GraphBuilder();
        Value x = builder.input("x", new ValueType(DType.F32, List.of(Dim.symbol("T", 1, 9), Dim.of(4))));
        builder.output("y", builder.add("y", new Binary(BinaryFn.ADD), x, builder.constant("1", Literal.scalar(1f))));
        Graph graph = builder.build();
        assertTrue(message(graph, "time").contains("no input has such an axis; there are [T]"));
        assertTrue(message(graph, "x:1").contains("fixed length"));
        assertEquals(List.of("y"), Compiler.compile("m", graph,
                CompileOptions.defaults().stream(new StreamAxis("x:0", 0))).graph().outputs().stream()
                .map(Graph.Port::name).toList());
    }

    /** Lengths that only a caller knows to be equal. */
    @Test
    void sequencesOfOtherLengths() {
        GraphBuilder builder = new GraphBuilder();
        Value x = builder.input("x", new ValueType(DType.F32, List.of(Dim.symbol("T", 1, 9), Dim.of(4))));
        Value z = builder.input("z", new ValueType(DType.F32, List.of(Dim.symbol("S", 1, 9), Dim.of(4))));
        builder.output("y", builder.add("sum", new Binary(BinaryFn.ADD), x, z));
        assertTrue(message(builder.build(), "T").contains("'sum'"));
    }

    private static String message(Graph graph, String axis) {
        CompileOptions options = CompileOptions.defaults().stream(new StreamAxis(axis, 0));
        return assertThrows(CompileException.class, () -> Compiler.compile("m", graph, options)).getMessage();
    }
}
