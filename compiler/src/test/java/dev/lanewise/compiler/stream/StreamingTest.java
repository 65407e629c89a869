package dev.lanewise.compiler.stream;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.GraphBuilder;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Conv;
import dev.lanewise.compiler.op.Lstm;
import dev.lanewise.compiler.op.Pad;
import dev.lanewise.compiler.op.Reshape;
import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.State;
import dev.lanewise.runtime.kernel.Epilogue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Chunks one after another, and the call that ends the stream, give what the whole sequence gives. */
class StreamingTest {

    /**
     * Convolutions, cells and sums give the same bits. An average that leaves its padding out is divided by
     * what a stream counted, which rounds once more, and layers behind it add to that.
     */
    private static final float TOLERANCE = 1e-5f;

    private static final int STACKS = 200;

    /** [channels, channels, kernel] */
    private static Value filter(GraphBuilder builder, int channels, int kernel) {
        float[] values = new float[channels * channels * kernel];
        Random random = new Random(kernel);
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat() - 0.5f;
        }
        return builder.constant("w", Literal.of(values, channels, channels, kernel));
    }

    /** A convolution over x [T, 4]. */
    static Value conv(GraphBuilder builder, Value x, int kernel, int stride, int before, int after) {
        Conv conv = new Conv(1, List.of(stride), List.of(1), List.of(before), List.of(after), Epilogue.NONE);
        Value batch = builder.add("batch", new Reshape(List.of(Dim.ONE, x.dim(0), x.dim(1))), x);
        Value y = builder.add("conv", conv, batch, filter(builder, 4, kernel));
        return builder.add("rows", new Reshape(List.of(y.dim(1), y.dim(2))), y);
    }

    /** A recurrent layer over x [T, 4]. */
    static Value lstm(GraphBuilder builder, Value x, boolean reverse) {
        Value sequence = builder.add("sequence", new Reshape(List.of(x.dim(0), Dim.ONE, x.dim(1))), x);
        Value w = builder.constant("w", Literal.splat(dev.lanewise.formats.DType.F32, 0.1, 16, 4));
        Value y = builder.addAll("layer", new Lstm(reverse), List.of(sequence, w, w)).get(0);
        return builder.add("rows", new Reshape(List.of(y.dim(0), y.dim(2))), y);
    }

    @Test
    void randomStacksInRandomChunks() {
        for (int seed = 0; seed < STACKS; seed++) {
            RandomLayers layers = new RandomLayers(seed);
            Random random = new Random(seed);
            int bound = 1 + random.nextInt(12);
            StreamRun run = new StreamRun(layers, bound, 0, RandomLayers.CHANNELS);
            Session session = run.streamed.newSession();
            for (int round = 0; round < 3; round++) {
                int frames = 24 + random.nextInt(40);
                float[] x = run.input(frames, random);
                session.state().reset();
                float[] actual = run.stream(session, x, StreamRun.chunks(frames, bound, random));
                assertArrayEquals(run.whole(x), actual, TOLERANCE, layers::toString);
            }
            run.assertTogether(bound, 6, random);
        }
    }

    /** Two frames for each, then a window for every three: windows are complete in an uneven rhythm. */
    @Test
    void stridesThatDoNotDivideTheRate() {
        StreamRun run = new StreamRun((builder, x) -> {
            Value doubled = builder.add("double", new Reshape(List.of(x.dim(0).times(2), Dim.of(4))), x);
            return conv(builder, doubled, 4, 3, 1, 1);
        }, 8, 0, 8);
        assertTrue(run.compiled.notes().contains("stream: y has 2 frames for every 3 of T, with a delay of 2"),
                run.compiled.notes().toString());
        Random random = new Random(1);
        for (int frames = 5; frames < 40; frames++) {
            float[] x = run.input(frames, random);
            assertArrayEquals(
                    run.whole(x), run.stream(run.streamed.newSession(), x, StreamRun.chunks(frames, 8, random)));
        }
    }

    /** What is mirrored before a sequence waits for the frame that comes first, what repeats it does not. */
    @Test
    void paddingByFrames() {
        for (Pad.Mode mode : List.of(Pad.Mode.EDGE, Pad.Mode.REFLECT)) {
            List<Dim> before = List.of(Dim.of(3), Dim.ZERO);
            List<Dim> after = List.of(Dim.of(2), Dim.ZERO);
            StreamRun run = new StreamRun((builder, x) -> builder.add("pad", new Pad(mode, before, after), x), 8, 0, 4);
            int delay = mode == Pad.Mode.EDGE ? 0 : 3;
            assertTrue(run.compiled.notes().contains("stream: y has 1 frame for each of T, with a delay of " + delay),
                    run.compiled.notes().toString());
            Random random = new Random(1);
            for (int frames = 4; frames < 30; frames++) {
                float[] x = run.input(frames, random);
                assertArrayEquals(
                        run.whole(x), run.stream(run.streamed.newSession(), x, StreamRun.chunks(frames, 8, random)));
            }
        }
    }

    @Test
    void convolutionsGiveTheSameBits() {
        StreamRun run = new StreamRun(
                (builder, x) -> conv(builder, conv(builder, x, 5, 2, 2, 2), 3, 3, 0, 1), 8, 0, 4);
        Random random = new Random(1);
        for (int frames = 20; frames < 60; frames++) {
            float[] x = run.input(frames, random);
            assertArrayEquals(
                    run.whole(x), run.stream(run.streamed.newSession(), x, StreamRun.chunks(frames, 8, random)));
        }
    }

    @Test
    void causalModelsNeedNeitherPositionNorEnd() {
        StreamRun run = new StreamRun((builder, x) -> lstm(builder, conv(builder, x, 3, 1, 2, 0), false), 8, 0, 4);
        assertEquals(List.of("x"), run.streamed.inputNames());
        assertEquals(3, run.streamed.stateNames().size(), "a history, h and c");
        float[] x = run.input(1, new Random(1));
        assertEquals(4, run.call(run.streamed.newSession(), x, 0, 1).length, "a frame comes out as one goes in");
        assertTrue(run.compiled.notes().contains("stream: y has 1 frame for each of T, with a delay of 0"),
                run.compiled.notes().toString());
    }

    @Test
    void lookingAheadIsDelay() {
        StreamRun run = new StreamRun(
                (builder, x) -> conv(builder, conv(builder, x, 5, 1, 2, 2), 3, 1, 1, 1), 8, 0, 4);
        assertTrue(run.compiled.notes().contains("stream: y has 1 frame for each of T, with a delay of 3"),
                run.compiled.notes().toString());
        Session session = run.streamed.newSession();
        float[] x = run.input(10, new Random(1));
        int[] frames = {0, 0, 0, 1, 1, 1};
        for (int t = 0; t < frames.length; t++) {
            assertEquals(4 * frames[t], run.call(session, x, t, 1).length, "frame " + t);
        }
    }

    @Test
    void theEndMayComeWithTheLastChunk() {
        StreamRun run = new StreamRun((builder, x) -> conv(builder, x, 5, 2, 2, 2), 8, 0, 4);
        float[] x = run.input(13, new Random(1));
        Session session = run.streamed.newSession();
        run.more(session, 1);
        float[] first = run.call(session, x, 0, 8);
        run.more(session, 0);
        float[] last = run.call(session, x, 8, 5);
        assertArrayEquals(run.whole(x), StreamRun.concat(List.of(first, last)));
    }

    @Test
    void statesAreResetCopiedAndSaved() {
        StreamRun run = new StreamRun(
                (builder, x) -> lstm(builder, conv(builder, x, 3, 2, 1, 1), false), 8, 0, 4);
        float[] x = run.input(24, new Random(1));
        Session session = run.streamed.newSession();
        run.more(session, 1);
        run.call(session, x, 0, 7);
        State fork = session.state().copy();
        State saved = run.streamed.stateFromBytes(session.state().toBytes());
        float[] rest = run.stream(session, Arrays.copyOfRange(x, 28, x.length), 8, 8, 1);
        for (State other : List.of(fork, saved)) {
            session.bind(other);
            assertArrayEquals(rest, run.stream(session, Arrays.copyOfRange(x, 28, x.length), 3, 8, 6));
        }
        session.state().reset();
        assertArrayEquals(run.whole(x), run.stream(session, x, 5, 8, 8, 3), TOLERANCE);
    }

    @Test
    void workDoesNotGrowWithTheStream() {
        StreamRun run = new StreamRun(
                (builder, x) -> lstm(builder, conv(builder, x, 5, 1, 2, 2), false), 8, 0, 4);
        Session session = run.streamed.newSession();
        float[] x = run.input(8, new Random(1));
        List<Long> work = new ArrayList<>();
        for (int call = 0; call < 20; call++) {
            long before = session.multiplyAdds();
            run.call(session, x, 0, 8);
            work.add(session.multiplyAdds() - before);
        }
        assertEquals(1, work.subList(1, work.size()).stream().distinct().count(), work.toString());
    }
}
