package dev.lanewise.compiler.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.Compiler;
import dev.lanewise.compiler.StreamAxis;
import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.LoadOptions;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Decoders of whole sequences, compiled to be streamed along time, give step by step what they give for all of it. */
class StepwiseDecoderTest {

    private static final int SIZE = 12;
    private static final int LONGEST = 9;
    private static final int STEPS = 5;
    /** Softmax over a window and over the keys there are add in other orders. */
    private static final float TOLERANCE = 1e-5f;

    private final NetworkBuilder net = Network.builder(3);
    private final Tensor x = net.input("x", DType.F32, Dim.ONE, Dim.upTo("time", LONGEST), Dim.of(SIZE));
    private final Tensor memory = net.input("memory", DType.F32, Dim.ONE, Dim.upTo("steps", 7), Dim.of(SIZE));

    private static Model load(Network network, CompileOptions options) {
        return Model.of(Compiler.compile("decoder", network, options).file(),
                LoadOptions.defaults().start(LoadOptions.Start.BEST_COLD));
    }

    private static float[] run(Session session, Literal x, int from, int steps, String output) {
        session.input("x").setShape(1, steps, SIZE);
        session.input("x").set(x.floats(), from * SIZE);
        session.input("memory").setShape(1, STEPS, SIZE);
        session.input("memory").set(GraphRun.numbers(2, 1, STEPS, SIZE).floats(), 0);
        session.run();
        float[] values = new float[session.output(output).size()];
        System.arraycopy(session.output(output).floats(), session.output(output).offset(), values, 0, values.length);
        return values;
    }

    private void assertSteps() {
        Network network = net.build();
        Literal sequence = GraphRun.numbers(1, 1, LONGEST, SIZE);
        Session stepwise = load(network, CompileOptions.defaults().dim("time", 1, 1)
                .stream(new StreamAxis("time", LONGEST))).newSession();
        for (String output : List.of("y", "weights")) {
            float[] whole = run(load(network, CompileOptions.defaults()).newSession(), sequence, 0, LONGEST, output);
            float[] steps = new float[whole.length];
            stepwise.state().reset();
            for (int t = 0; t < LONGEST; t++) {
                float[] step = run(stepwise, sequence, t, 1, output);
                assertEquals(whole.length / LONGEST, step.length);
                System.arraycopy(step, 0, steps, t * step.length, step.length);
            }
            assertArrayEquals(whole, steps, TOLERANCE, output);
        }
    }

    @Test
    void ofTransformers() {
        TransformerDecoderLayer first = TransformerDecoderLayer.of("0", 3, 24).preNorm();
        TransformerDecoderLayer second = TransformerDecoderLayer.of("1", 3, 24);
        Tensor y = first.apply(
                x.then(SinusoidalPositions.of("positions", LONGEST)), null, first.memory(memory, null));
        MultiHeadAttention.Result attended = second.weigh(y, null, second.memory(memory, null));
        net.output("y", attended.output());
        net.output("weights", attended.weights().mean(1));
        assertSteps();
    }

    @Test
    void ofLoopsWithAttention() {
        AdditiveAttention attention = AdditiveAttention.of("attention", 8);
        Recurrent cell = Gru.of("cell", SIZE);
        AdditiveAttention.Memory seen = attention.memory(memory, null);
        Tensor first = memory.mean(1).then(Dense.of("first", SIZE).tanh());
        List<Tensor> outputs = Loop.over(1, x).carrying(first).run((slices, states) -> {
            AdditiveAttention.Result read = attention.attend(states.get(0), seen);
            Tensor next = cell.run(Tensor.concat(1, slices.get(0), read.output()).insertAxis(1), null, states).last();
            return Loop.step(next).giving(next, read.weights());
        }).outputs();
        net.output("y", outputs.get(0));
        net.output("weights", outputs.get(1));
        assertSteps();
    }

    /** What a memory gives is what attention to the sequence itself gives, with weights and without. */
    @Test
    void aMemoryIsWhatIsAttendedTo() {
        Tensor lengths = net.input("lengths", DType.I32, Dim.ONE);
        TransformerDecoderLayer layer = TransformerDecoderLayer.of("layer", 3, 24);
        MultiHeadAttention.Memory seen = layer.memory(memory, lengths);
        MultiHeadAttention.Result attended = layer.weigh(x, null, seen);
        net.output("direct", layer.apply(x, null, memory, lengths));
        net.output("by memory", layer.apply(x, null, seen));
        net.output("weighed", attended.output());
        net.output("sums", attended.weights().sum(3));
        var found = new GraphRun(net.build().graph()).with("x", GraphRun.numbers(1, 1, 4, SIZE))
                .with("memory", GraphRun.numbers(2, 1, STEPS, SIZE)).with("lengths", new long[] {3}, 1).reference();
        assertArrayEquals(found.get("direct").floats(), found.get("by memory").floats());
        assertArrayEquals(found.get("direct").floats(), found.get("weighed").floats(), TOLERANCE);
        for (float sum : found.get("sums").floats()) {
            assertEquals(1, sum, TOLERANCE);
        }
    }
}
