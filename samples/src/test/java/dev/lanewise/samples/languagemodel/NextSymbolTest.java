package dev.lanewise.samples.languagemodel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.generate.Sampling;
import dev.lanewise.samples.NextSymbol;
import dev.lanewise.samples.Training;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Reading on where a cache is full, and writing by a seed. */
class NextSymbolTest {

    private static final int CHARACTERS = 20;

    /** Where the cache is full the later half is read anew: as if the text began there. */
    @Test
    void readsOnWhereTheCacheIsFull() {
        CharacterModels kind = CharacterModels.TRANSFORMER;
        Model model = Training.inference("step", kind.step(kind.trained(CHARACTERS, 1), CHARACTERS));
        NextSymbol all = new NextSymbol(model, kind.window);
        NextSymbol half = new NextSymbol(model, kind.window);
        int[] text = new Random(4).ints(2 * kind.window, 0, CHARACTERS).toArray();
        float[] scores = {};
        for (int i = 0; i <= kind.window; i++) {
            scores = all.read(text[i]);
        }
        float[] expected = {};
        for (int i = kind.window / 2; i <= kind.window; i++) {
            expected = half.read(text[i]);
        }
        assertArrayEquals(expected, scores);
        assertTrue(all.nats(text) > 0);
        assertArrayEquals(
                all.write(new int[] {3, 4}, 200, new Sampling(1, 0.9), 7),
                half.write(new int[] {3, 4}, 200, new Sampling(1, 0.9), 7));
    }
}
