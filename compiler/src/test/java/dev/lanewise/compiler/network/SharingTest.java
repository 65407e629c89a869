package dev.lanewise.compiler.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.Compiler;
import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.ShapeException;
import dev.lanewise.runtime.LoadOptions;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Names of layers and weights, whose weights are whose, and what is refused where. */
class SharingTest {

    private static final Dim BATCH = Dim.upTo("batch", 8);

    private final NetworkBuilder net = Network.builder(7);
    private final Tensor x = net.input("x", DType.F32, BATCH, Dim.of(4));

    /** A layer of one's own, of two others. */
    private record Twice(String name) implements Layer {
        @Override
        public Tensor forward(Tensor x) {
            return x.then(Dense.of("first", 4).tanh()).then(Dense.of("second", 4));
        }
    }

    @Test
    void aLayerAppliedAgainHasTheSameWeights() {
        Layer twice = new Twice("twice");
        net.output("y", x.then(twice).then(twice));
        Network network = net.build();
        assertEquals(List.of("twice.first.weight", "twice.first.bias", "twice.second.weight", "twice.second.bias"),
                List.copyOf(network.parameters().keySet()));
        assertEquals(Set.copyOf(network.parameters().values()), network.graph().constants());
        assertEquals(8, network.graph().nodes().stream()
                .filter(node -> node.inputs().stream().anyMatch(Value::isConstant)).count());
    }

    @Test
    void twoLayersOfOneNameAreAnError() {
        x.then(Dense.of("d", 4));
        IllegalArgumentException error =
                assertThrows(IllegalArgumentException.class, () -> x.then(Dense.of("d", 4)));
        assertTrue(error.getMessage().startsWith("there is a layer 'd' already"), error.getMessage());
        x.then(new Twice("a.b"));
        assertThrows(IllegalArgumentException.class, () -> x.then(Dense.of("a.b.first", 4)));
    }

    @Test
    void inputsHaveNamesOfTheirOwn() {
        assertThrows(IllegalArgumentException.class, () -> net.input("x", DType.F32));
        assertThrows(IllegalArgumentException.class, () -> net.output("x", x));
    }

    @Test
    void valuesDependOnSeedAndNameAlone() {
        net.output("a", x.then(Dense.of("a", 3)));
        net.output("b", x.then(Dense.of("b", 3)));
        Network one = net.build();
        NetworkBuilder other = Network.builder(7);
        other.output("y", other.input("x", DType.F32, Dim.of(1), Dim.of(4)).then(Dense.of("b", 3)));
        assertArrayEquals(one.parameters().get("b.weight").floats(),
                other.build().parameters().get("b.weight").floats());
        NetworkBuilder seeded = Network.builder(8);
        seeded.output("y", seeded.input("x", DType.F32, Dim.of(1), Dim.of(4)).then(Dense.of("b", 3)));
        assertNotEquals(one.parameters().get("b.weight").doubleAt(0),
                seeded.build().parameters().get("b.weight").doubleAt(0));
        assertNotEquals(one.parameters().get("b.weight").doubleAt(0), one.parameters().get("a.weight").doubleAt(0));
    }

    @Test
    void weightsStayAsTheyAre() {
        Tensor w = net.weight("w", Init.normal(1), 3, 4);
        net.output("y", x.matmul(w.transpose(1, 0).times(2)));
        Network network = net.build();
        assertTrue(network.graph().constants().contains(network.parameters().get("w")));
    }

    @Test
    void otherValuesAreUsedEverywhere() {
        Dense dense = Dense.of("d", 4);
        net.output("y", Loop.over(1, x.insertAxis(1)).carrying(x)
                .run((slices, states) -> Loop.step(states.get(0).then(dense))).states().get(0).then(dense));
        Network network = net.build();
        Literal zeros = Literal.of(new float[16], 4, 4);
        Literal ones = Literal.of(new float[] {1, 1, 1, 1}, 4);
        Network changed = network.with(Map.of("d.weight", zeros, "d.bias", ones));
        assertSame(zeros, changed.parameters().get("d.weight"));
        assertEquals(1, new GraphRun(changed.inference()).with("x", GraphRun.numbers(1, 2, 4)).agreed().get("y")
                .doubleAt(0));
        assertThrows(ShapeException.class, () -> network.with(Map.of("d.weight", ones)));
        assertThrows(IllegalArgumentException.class, () -> network.with(Map.of("e", ones)));
    }

    @Test
    void aSiblingMakesNoWeights() {
        x.then(Dense.of("d", 4));
        NetworkBuilder sibling = net.build().sibling();
        Tensor y = sibling.input("x", DType.F32, BATCH, Dim.of(4)).then(Dense.of("d", 4));
        assertThrows(IllegalArgumentException.class, () -> y.then(Dense.of("other", 4)));
        assertThrows(IllegalArgumentException.class, () -> x.plus(y));
    }

    @Test
    void whatDoesNotFitIsRefusedByItsLine() {
        Dense dense = Dense.of("d", 3);
        Tensor y = x.then(dense);
        int line = new Throwable().getStackTrace()[0].getLineNumber() + 1;
        ShapeException error = assertThrows(ShapeException.class, () -> y.then(dense));
        assertTrue(List.of(error.getStackTrace()).stream().anyMatch(
                frame -> frame.getClassName().contains("SharingTest") && frame.getLineNumber() == line));
        assertEquals("layer 'd' (Dense): its weight 'd.weight' would have to be [3, 3] for this input; it is [3, 4],"
                + " from the layer's first use", error.getMessage());
        assertEquals("layer 'l' (Lstm): found f32[batch, 4]; expected rank 3, [batch, time, channels]",
                assertThrows(ShapeException.class, () -> x.then(Lstm.of("l", 3))).getMessage());
        assertEquals("layer 'e' (Embedding): found f32[batch, 4]; expected ids of i32 or i64",
                assertThrows(ShapeException.class, () -> x.then(Embedding.of("e", 3, 3))).getMessage());
        assertEquals("layer 'a' (MultiHeadAttention): found a size of 4 in f32[batch, 1, 4]; expected one that 3 heads"
                + " divide",
                assertThrows(ShapeException.class, () -> x.insertAxis(1).then(MultiHeadAttention.of("a", 3)))
                        .getMessage());
        assertThrows(ShapeException.class, () -> x.plus(y));
        assertThrows(ShapeException.class, () -> net.loss("loss", y));
        assertThrows(ShapeException.class, () -> x.insertAxis(1).then(SinusoidalPositions.of("p", 0)));
    }

    /** What is made, and what has no part in what the network gives, is not trained. */
    @Test
    void onlyWhatIsUsedIsTrained() {
        x.then(Dense.of("unused", 4));
        net.output("y", x.then(Dense.of("used", 4)));
        assertEquals(List.of("used.weight", "used.bias"), List.copyOf(net.build().parameters().keySet()));
    }

    @Test
    void statesCarryFromCallToCall() {
        Tensor sum = net.state("sum", DType.F32, BATCH, Dim.of(4));
        net.next("sum", sum, sum.plus(x));
        net.output("y", sum);
        Network network = net.build();
        assertEquals(List.of("sum"), network.inference().states().stream().map(state -> state.name()).toList());
        Session session = Model.of(Compiler.compile("sum", network.inference(), CompileOptions.defaults()).file(),
                LoadOptions.defaults()).newSession();
        session.input("x").setShape(1, 4);
        for (int i = 0; i < 3; i++) {
            session.input("x").set(new float[] {1, 2, 3, 4});
            session.run();
            assertEquals(4 * i, session.output("y").get(3));
        }
        assertThrows(ShapeException.class, () -> net.next("sum", sum, x.max(1)));
    }

    @Test
    void outputsNeedNoTargets() {
        net.output("y", x.plus(net.target("t", DType.F32, BATCH, Dim.of(4))));
        assertThrows(IllegalArgumentException.class, net::build);
    }

    @Test
    void theSummaryFits() {
        Tensor y = x.insertAxis(1).then(TransformerEncoderLayer.of("an encoder with a very long name indeed.0", 2, 8));
        net.output("y", y.then(Lstm.of("lstm", 5)).then(new Twice("twice")));
        String summary = net.build().summary();
        summary.lines().forEach(line -> assertTrue(line.length() <= 80, line));
        assertTrue(summary.contains("  norm1"), summary);
        assertTrue(summary.contains("Lstm"), summary);
    }
}
