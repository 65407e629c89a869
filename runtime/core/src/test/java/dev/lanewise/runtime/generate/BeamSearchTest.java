package dev.lanewise.runtime.generate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.runtime.generate.BeamSearch.Found;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("once")
class BeamSearchTest {

    private static final int BEGIN = 1;
    private static final int END = 2;
    private static final int A = 4;
    private static final int B = 5;
    private static final int SYMBOLS = 6;

    private static Found search(Function<List<Integer>, float[]> next, int beam, int longest) {
        return new BeamSearch(beam, BEGIN, END, longest).search(decoder(next));
    }

    /** Gives what may follow each beginning, by all of its symbols; it keeps beginnings as a model keeps states. */
    private static Decoder decoder(Function<List<Integer>, float[]> next) {
        List<List<Integer>> rows = new ArrayList<>(List.of(List.of()));
        return (from, symbols) -> {
            List<List<Integer>> longer = new ArrayList<>();
            for (int i = 0; i < from.length; i++) {
                List<Integer> row = new ArrayList<>(rows.get(from[i]));
                row.add(symbols[i]);
                longer.add(row);
            }
            rows.clear();
            rows.addAll(longer);
            return rows.stream().map(next).toArray(float[][]::new);
        };
    }

    private static float[] logarithms(double end, double a, double b) {
        float[] logarithms = new float[SYMBOLS];
        Arrays.fill(logarithms, Float.NEGATIVE_INFINITY);
        logarithms[END] = (float) Math.log(end);
        logarithms[A] = (float) Math.log(a);
        logarithms[B] = (float) Math.log(b);
        return logarithms;
    }

    /** A is likelier than B at first, but what follows B is sure, and what follows A is not. */
    private static float[] trap(List<Integer> beginning) {
        int last = beginning.get(beginning.size() - 1);
        return beginning.size() == 1 ? logarithms(0, 0.6, 0.4)
                : beginning.size() > 2 ? logarithms(1, 0, 0)
                : last == A ? logarithms(0.3, 0.35, 0.35) : logarithms(0, 0, 1);
    }

    @Test
    void aBeamFindsABetterScore() {
        Found greedy = search(BeamSearchTest::trap, 1, 10);
        Found beam = search(BeamSearchTest::trap, 3, 10);
        assertArrayEquals(new int[] {A, A}, greedy.symbols());
        assertArrayEquals(new int[] {B, B}, beam.symbols());
        assertEquals(Math.log(0.6 * 0.35) / 3, greedy.score(), 1e-6);
        assertEquals(Math.log(0.4) / 3, beam.score(), 1e-6);
    }

    @Test
    void aBeamOfOneIsGreedy() {
        for (int seed = 0; seed < 200; seed++) {
            int chosen = seed;
            Function<List<Integer>, float[]> next = beginning -> {
                Random random = new Random(31L * beginning.hashCode() + chosen);
                return logarithms(random.nextDouble(), random.nextDouble(), random.nextDouble());
            };
            List<Integer> greedy = new ArrayList<>(List.of(BEGIN));
            double sum = 0;
            while (greedy.size() <= 8) {
                float[] logarithms = next.apply(greedy);
                int best = END;
                for (int symbol : new int[] {A, B}) {
                    best = logarithms[symbol] > logarithms[best] ? symbol : best;
                }
                sum += logarithms[best];
                if (best == END) {
                    break;
                }
                greedy.add(best);
            }
            Found found = search(next, 1, 8);
            assertArrayEquals(greedy.stream().skip(1).mapToInt(symbol -> symbol).toArray(), found.symbols());
            assertEquals(sum, found.logarithm(), 1e-5);
        }
    }

    /** With a beam as wide as all there is, the best of all sequences is found. */
    @Test
    void aWideBeamFindsTheBest() {
        Found found = search(BeamSearchTest::trap, 20, 4);
        assertTrue(found.score() >= search(BeamSearchTest::trap, 3, 4).score());
        assertArrayEquals(new int[] {B, B}, found.symbols());
    }

    @Test
    void whatCannotBeSearchedIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new BeamSearch(0, BEGIN, END, 10));
        assertThrows(IllegalArgumentException.class, () -> new BeamSearch(1, BEGIN, END, 0));
    }
}
