package dev.lanewise.compiler.stream;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.GraphBuilder;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Attention;
import dev.lanewise.compiler.op.Binary;
import dev.lanewise.compiler.op.Cast;
import dev.lanewise.compiler.op.Extents;
import dev.lanewise.compiler.op.MatMul;
import dev.lanewise.compiler.op.Range;
import dev.lanewise.compiler.op.Reshape;
import dev.lanewise.compiler.op.Where;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.BinaryFn;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Attention to a window of the past, whose mask the model computes from places in the sequence. */
class AttentionStreamTest {

    /** Softmax over a window and over all keys with −∞ before it add in other orders. */
    private static final float TOLERANCE = 1e-5f;

    private static final int WIDTH = 5;

    private static Value weights(GraphBuilder builder, int seed) {
        float[] values = new float[16];
        Random random = new Random(seed);
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat() * 2 - 1;
        }
        return builder.constant("w", Literal.of(values, 4, 4));
    }

    /** [1, T, 2, 2] of x [T, 4]. */
    private static Value heads(GraphBuilder builder, Value x, int seed) {
        Value y = builder.add("project", MatMul.PLAIN, x, weights(builder, seed));
        return builder.add("heads", new Reshape(List.of(Dim.ONE, x.dim(0), Dim.of(2), Dim.of(2))), y);
    }

    private static Value places(GraphBuilder builder, Dim length) {
        Value limit = builder.add("length", new Extents(List.of(length), true));
        return builder.add("places", new Range(length), number(builder, 0), limit, number(builder, 1));
    }

    private static Value number(GraphBuilder builder, long value) {
        return builder.constant(Long.toString(value), Literal.scalar(value));
    }

    /** [1, 1, T, T]: −∞ where the key is behind the query or {@code width} before it, else slope · distance. */
    private static Value band(GraphBuilder builder, Dim length, int width, float slope) {
        Value column = places(builder, length);
        Value row = builder.add("row", new Reshape(List.of(length, Dim.ONE)), column);
        Value distance = builder.add("distance", new Binary(BinaryFn.SUB), row, column);
        Value ahead = builder.add("ahead", new Binary(BinaryFn.LESS), distance, number(builder, 0));
        Value behind = builder.add("behind", new Binary(BinaryFn.LESS), number(builder, width - 1), distance);
        Value far = builder.constant("far", Literal.scalar(Float.NEGATIVE_INFINITY));
        Value near = builder.add("near", new Binary(BinaryFn.MUL),
                builder.add("cast", new Cast(DType.F32, false), distance),
                builder.constant("slope", Literal.scalar(slope)));
        Value mask = builder.add("mask", new Where(), behind, far, builder.add("mask", new Where(), ahead, far, near));
        return builder.add("bias", new Reshape(List.of(Dim.ONE, Dim.ONE, length, length)), mask);
    }

    private static StreamRun.Layers layers(boolean causal, int width, float slope) {
        return (builder, x) -> {
            Value earlier = StreamingTest.conv(builder, x, 3, 1, 1, 1);
            Attention attention = new Attention(causal, Dim.ZERO, 0.7f, 0);
            Value y = builder.add("attention", attention, heads(builder, earlier, 1), heads(builder, x, 2),
                    heads(builder, x, 3), band(builder, x.dim(0), width, slope));
            Value rows = builder.add("rows", new Reshape(x.shape()), y);
            return builder.add("residual", new Binary(BinaryFn.ADD), rows, x);
        };
    }

    private static void assertStreams(StreamRun run) {
        Random random = new Random(1);
        for (int frames = 3; frames < 40; frames++) {
            float[] x = run.input(frames, random);
            float[] streamed = run.stream(run.streamed.newSession(), x, StreamRun.chunks(frames, 6, random));
            assertArrayEquals(run.whole(x), streamed, TOLERANCE);
        }
        run.assertTogether(6, 8, random);
    }

    @Test
    void theMaskSaysHowFar() {
        assertStreams(new StreamRun(layers(false, WIDTH, 0), 6, 0, 4));
        assertStreams(new StreamRun(layers(true, WIDTH, -0.3f), 6, 0, 4));
        assertStreams(new StreamRun(layers(true, 1, 0), 6, 0, 4));
    }

    /** The whole sequence is given the same window by a mask. */
    @Test
    void theOptionSaysHowFar() {
        StreamRun whole = new StreamRun(layers(true, WIDTH, 0), 6, 0, 4);
        StreamRun open = new StreamRun(layers(true, StreamRun.WHOLE, 0), 6, WIDTH, 4);
        Random random = new Random(1);
        float[] x = whole.input(30, random);
        float[] streamed = open.stream(open.streamed.newSession(), x, StreamRun.chunks(30, 6, random));
        assertArrayEquals(whole.whole(x), streamed, TOLERANCE);
    }
}
