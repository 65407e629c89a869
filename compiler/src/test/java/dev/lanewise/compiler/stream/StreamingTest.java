package dev.lanewise.compiler.stream;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lanewise.formats.LanewiseException;
import dev.lanewise.runtime.Session;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Chunks one after another give what the whole sequence gives. */
class StreamingTest {

    /** Reductions over a chunk and over a whole sequence are cut into tiles at other places. */
    private static final float TOLERANCE = 1e-5f;

    @Test
    void randomStacksInRandomChunks() {
        int streamed = 0;
        for (int seed = 0; seed < 300; seed++) {
            RandomLayers layers = new RandomLayers(seed);
            Random random = new Random(seed);
            int bound = 1 + random.nextInt(12);
            StreamRun run;
            try {
                run = new StreamRun(layers, bound, 0, RandomLayers.CHANNELS);
            } catch (LanewiseException e) {
                System.out.println(layers + " " + e.getMessage());
                continue;
            }
            Session session = run.streamed.newSession();
            for (int round = 0; round < 3; round++) {
                int frames = 24 + random.nextInt(40);
                float[] x = run.input(frames, random);
                int[] chunks = StreamRun.chunks(frames, bound, random);
                session.state().reset();
                float[] expected = run.whole(x);
                float[] actual;
                try { actual = run.stream(session, x, chunks);
                } catch (RuntimeException e) { throw new RuntimeException(layers + " bound " + bound + " " + java.util.Arrays.toString(chunks), e); }
                assertEquals(expected.length, actual.length, layers::toString);
                assertArrayEquals(expected, actual, TOLERANCE, layers::toString);
            }
            streamed++;
        }
        System.out.println(streamed);
    }
}
