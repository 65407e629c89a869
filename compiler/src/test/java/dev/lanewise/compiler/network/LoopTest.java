package dev.lanewise.compiler.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.ShapeException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Loops: along either axis, with what is around them, and one in another. */
class LoopTest {

    private final NetworkBuilder net = Network.builder(1);
    private final Dim batch = Dim.upTo("batch", 4);
    private final Dim time = Dim.upTo("time", 9);

    @Test
    void sumsDecay() {
        Tensor x = net.input("x", DType.F32, batch, time);
        Tensor decay = net.input("decay", DType.F32, batch);
        Loop.Result result = Loop.over(1, x).carrying(decay.times(0)).run((slices, states) -> {
            Tensor next = states.get(0).times(decay).plus(slices.get(0));
            return Loop.step(next).giving(next, next.times(2));
        });
        net.output("y", result.outputs().get(0));
        net.output("twice", result.outputs().get(1));
        net.output("last", result.states().get(0));
        Map<String, Literal> found = new GraphRun(net.build().inference())
                .with("x", new float[] {1, 1, 1, 2, 0, 0}, 2, 3).with("decay", new float[] {0.5f, 2}, 2).agreed();
        assertArrayEquals(new double[] {1, 1.5, 1.75, 2, 4, 8}, found.get("y").toDoubles());
        assertArrayEquals(new double[] {2, 3, 3.5, 4, 8, 16}, found.get("twice").toDoubles());
        assertArrayEquals(new double[] {1.75, 8}, found.get("last").toDoubles());
    }

    /** Powers of two, each from the one before it, five of them. */
    @Test
    void stepsOverNoSequence() {
        Tensor first = net.input("first", DType.F32, batch);
        Loop.Result powers = Loop.times(1, Dim.of(5)).carrying(first)
                .run((none, states) -> Loop.step(states.get(0).times(2)).giving(states.get(0)));
        net.output("powers", powers.outputs().get(0));
        net.output("next", powers.states().get(0));
        Map<String, Literal> found = new GraphRun(net.build().inference())
                .with("first", new float[] {1, -3}, 2).agreed();
        assertArrayEquals(new double[] {1, 2, 4, 8, 16, -3, -6, -12, -24, -48}, found.get("powers").toDoubles());
        assertArrayEquals(new double[] {32, -96}, found.get("next").toDoubles());
    }

    /** What a step chose goes into the next: from each symbol to the one whose score is highest. */
    @Test
    void aStepChooses() {
        Tensor scores = net.input("scores", DType.F32, Dim.of(4), Dim.of(4));
        Tensor start = net.constant(Literal.of(new long[1], 1));
        Loop.Result walk = Loop.times(1, Dim.of(6)).carrying(start).run((none, states) -> {
            Tensor next = scores.gather(0, states.get(0)).argMax();
            return Loop.step(next).giving(next);
        });
        net.output("walk", walk.outputs().get(0));
        assertArrayEquals(new double[] {2, 1, 3, 0, 2, 1}, new GraphRun(net.build().inference())
                .with("scores", new float[] {0, 1, 2, 0, 0, 0, 0, 1, 0, 5, 0, 0, 1, 0, 0, 0}, 4, 4).agreed()
                .get("walk").toDoubles());
    }

    @Test
    void aLoopInALoop() {
        Tensor x = net.input("x", DType.F32, batch, time, Dim.of(3));
        Tensor zero = net.input("zero", DType.F32, batch);
        Loop.Result rows = Loop.over(1, x).carrying(zero).run((slices, states) -> {
            Loop.Result inner = Loop.over(1, slices.get(0)).carrying(states)
                    .run((elements, sums) -> Loop.step(sums.get(0).plus(elements.get(0)).plus(zero)));
            return Loop.step(inner.states()).giving(inner.states().get(0));
        });
        net.output("y", rows.outputs().get(0));
        assertArrayEquals(new double[] {6, 21}, new GraphRun(net.build().inference())
                .with("x", new float[] {1, 2, 3, 4, 5, 6}, 1, 2, 3).with("zero", new float[] {0}, 1).agreed().get("y")
                .toDoubles());
    }

    /** What is there for training alone goes from bodies too. */
    @Test
    void aStepWithLayers() {
        Tensor x = net.input("x", DType.F32, batch, time, Dim.of(3));
        Loop.Result result = Loop.over(1, x).carrying(x.at(1, 0)).run((slices, states) -> {
            Tensor next = states.get(0).plus(slices.get(0)).then(BatchNorm.of("norm")).then(Dropout.of("drop", 0.5));
            return Loop.step(next).giving(next.then(Dense.of("out", 2)));
        });
        net.output("y", result.outputs().get(0));
        Network network = net.build();
        assertEquals(List.of("norm.weight", "norm.bias", "out.weight", "out.bias"),
                List.copyOf(network.parameters().keySet()));
        assertEquals("f32[2, 4, 2]", new GraphRun(network.inference()).with("x", GraphRun.numbers(1, 2, 4, 3))
                .agreed().get("y").describe());
    }

    @Test
    void whatDoesNotFitIsRefused() {
        Tensor x = net.input("x", DType.F32, batch, time);
        Loop loop = Loop.over(1, x).carrying(x.at(1, 0));
        assertEquals("state 0 of a loop's step: found f32[batch, 2]; expected f32[batch], as the first step gets",
                assertThrows(ShapeException.class, () -> loop.run((slices, states) -> Loop.step(
                        Tensor.concat(1, slices.get(0).insertAxis(1), states.get(0).insertAxis(1))))).getMessage());
        assertThrows(ShapeException.class, () -> loop.run((slices, states) -> Loop.step(List.of())));
        assertThrows(ShapeException.class, () -> Loop.over(1, x, x.slice(1, 1, 0)).run((slices, states) ->
                Loop.step()));
        assertThrows(IllegalArgumentException.class, () -> Loop.times(0, time).run((none, states) -> Loop.step()));
        assertEquals("a loop's output f32[batch]: found axis 2 to collect it along; expected 0 to 1",
                assertThrows(ShapeException.class, () -> Loop.times(2, time).carrying(x.at(1, 0))
                        .run((none, states) -> Loop.step(states).giving(states.get(0)))).getMessage());
        Tensor[] inner = new Tensor[1];
        loop.run((slices, states) -> {
            inner[0] = slices.get(0);
            return Loop.step(states);
        });
        assertThrows(IllegalArgumentException.class, () -> inner[0].plus(1).plus(x));
        assertThrows(IllegalArgumentException.class,
                () -> loop.run((slices, states) -> Loop.step(net.input("late", DType.F32, batch))));
    }
}
