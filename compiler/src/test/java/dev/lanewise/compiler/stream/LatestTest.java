package dev.lanewise.compiler.stream;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.GraphBuilder;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Lstm;
import dev.lanewise.compiler.op.Reshape;
import dev.lanewise.compiler.op.Slice;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.Session;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What a model says at the end of a sequence, a stream says after each call, of the sequence so far. */
class LatestTest {

    private static void assertLatest(StreamRun.Layers layers) {
        StreamRun run = new StreamRun(layers, 4, 0, 4);
        Session session = run.streamed.newSession();
        float[] x = run.input(40, new Random(1));
        int[] chunks = {4, 1, 3, 2, 4, 4, 1};
        int seen = 0;
        run.more(session, 1);
        for (int chunk : chunks) {
            float[] latest = run.call(session, x, seen, chunk);
            seen += chunk;
            float[] whole = run.whole(java.util.Arrays.copyOf(x, seen * run.size()));
            assertArrayEquals(whole, latest, 1e-6f);
        }
    }

    @Test
    void theLastFrames() {
        assertLatest((builder, x) -> {
            Value y = StreamingTest.conv(builder, x, 3, 1, 2, 0);
            return builder.add("last", Slice.along(0, y.dim(0).minus(3), Dim.of(3), y.shape()), y);
        });
    }

    /** With initial states that count once. */
    @Test
    void theLastState() {
        assertLatest((builder, x) -> {
            Value sequence = builder.add("sequence", new Reshape(List.of(x.dim(0), Dim.ONE, x.dim(1))), x);
            Value w = builder.constant("w", Literal.splat(DType.F32, 0.1, 16, 4));
            Value h = builder.constant("h", Literal.splat(DType.F32, 0.7, 1, 4));
            Value c = builder.constant("c", Literal.splat(DType.F32, -0.4, 1, 4));
            return layer(builder, java.util.Arrays.asList(sequence, w, w, null, null, h, c)).get(2);
        });
    }

    private static List<Value> layer(GraphBuilder builder, List<Value> operands) {
        return builder.addAll("layer", new Lstm(false), operands);
    }
}
