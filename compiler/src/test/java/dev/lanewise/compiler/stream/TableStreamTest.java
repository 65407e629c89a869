package dev.lanewise.compiler.stream;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.GraphBuilder;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Binary;
import dev.lanewise.compiler.op.Reshape;
import dev.lanewise.compiler.op.Slice;
import dev.lanewise.formats.PlanException;
import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.kernel.BinaryFn;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A table of which a sequence takes the first rows, one for each frame, as positions are. */
class TableStreamTest {

    private static final int CHUNK = 5;
    private static final int SIZE = 4;

    private static Value rows(GraphBuilder builder, Dim length, int rows) {
        float[] values = new float[rows * SIZE];
        Random random = new Random(3);
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat() * 2 - 1;
        }
        Value table = builder.constant("table", Literal.of(values, rows, SIZE));
        return builder.add("rows", Slice.along(0, Dim.ZERO, length, table.shape()), table);
    }

    private static StreamRun.Layers adding(int rows) {
        return (builder, x) -> builder.add(
                "add", new Binary(BinaryFn.ADD), x, rows(builder, x.dim(0), rows));
    }

    private static void assertStreams(StreamRun run) {
        Random random = new Random(1);
        for (int frames = 1; frames < 40; frames++) {
            float[] x = run.input(frames, random);
            float[] streamed = run.stream(run.streamed.newSession(), x, StreamRun.chunks(frames, CHUNK, random));
            assertArrayEquals(run.whole(x), streamed);
        }
        run.assertTogether(CHUNK, 8, random);
    }

    @Test
    void aCallTakesTheRowsOfItsFrames() {
        assertStreams(new StreamRun(adding(StreamRun.WHOLE), CHUNK, 0, SIZE));
    }

    /** Rows moved before they are used, and behind a convolution, which holds frames back. */
    @Test
    void rowsMayBeMoved() {
        assertStreams(new StreamRun((builder, x) -> {
            List<Dim> split = List.of(x.dim(0), Dim.of(2), Dim.of(2));
            Value rows = builder.add("split", new Reshape(split), rows(builder, x.dim(0), StreamRun.WHOLE));
            Value y = builder.add("conv", new Reshape(split), StreamingTest.conv(builder, x, 3, 1, 1, 1));
            return builder.add("together", new Reshape(x.shape()),
                    builder.add("multiply", new Binary(BinaryFn.MUL), y, rows));
        }, CHUNK, 0, SIZE));
    }

    @Test
    void beyondItsEndIsAnError() {
        StreamRun run = new StreamRun(adding(StreamRun.WHOLE), CHUNK, 0, SIZE);
        Session session = run.streamed.newSession();
        float[] x = run.input(CHUNK, new Random(1));
        for (int call = 0; call < StreamRun.WHOLE / CHUNK; call++) {
            run.call(session, x, 0, CHUNK);
        }
        assertThrows(PlanException.class, () -> run.call(session, x, 0, CHUNK));
    }
}
