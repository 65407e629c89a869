package dev.lanewise.samples.languagemodel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.runtime.Model;
import dev.lanewise.samples.Training;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Temperature and top-p by numbers worked out by hand; and reading on where a cache is full. */
class NextCharacterTest {

    private static final int CHARACTERS = 20;
    private static final float[] SCORES = {0, (float) Math.log(4), (float) Math.log(3), (float) Math.log(2)};

    @Test
    void temperatureAndTopP() {
        assertArrayEquals(new double[] {0.1, 0.4, 0.3, 0.2}, NextCharacter.probabilities(SCORES, 1, 1), 1e-6);
        assertArrayEquals(
                new double[] {1 / 30.0, 16 / 30.0, 9 / 30.0, 4 / 30.0},
                NextCharacter.probabilities(SCORES, 0.5, 1), 1e-6);
        assertArrayEquals(new double[] {0, 4 / 7.0, 3 / 7.0, 0}, NextCharacter.probabilities(SCORES, 1, 0.65), 1e-6);
        assertArrayEquals(new double[] {0, 1, 0, 0}, NextCharacter.probabilities(SCORES, 1, 0), 1e-6);
    }

    /** Where the cache is full the later half is read anew: as if the text began there. */
    @Test
    void readsOnWhereTheCacheIsFull() {
        CharacterModels kind = CharacterModels.TRANSFORMER;
        Model model = Training.inference("step", kind.step(kind.trained(CHARACTERS, 1), CHARACTERS));
        NextCharacter all = new NextCharacter(model, kind.window);
        NextCharacter half = new NextCharacter(model, kind.window);
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
                all.write(new int[] {3, 4}, 200, 1, 0.9, 7), half.write(new int[] {3, 4}, 200, 1, 0.9, 7));
    }
}
