package dev.lanewise.samples.translation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.samples.data.BytePairs;
import dev.lanewise.samples.translation.BeamSearch.Hypothesis;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class BeamSearchTest {

    private static final int A = 4;
    private static final int B = 5;
    private static final int PIECES = 6;

    /** Gives what may follow each beginning, by all of its pieces; it keeps beginnings as a model keeps states. */
    private static BeamSearch.Decoder decoder(Function<List<Integer>, float[]> next) {
        List<List<Integer>> rows = new ArrayList<>(List.of(List.of()));
        return (from, pieces) -> {
            List<List<Integer>> longer = new ArrayList<>();
            for (int i = 0; i < from.length; i++) {
                List<Integer> row = new ArrayList<>(rows.get(from[i]));
                row.add(pieces[i]);
                longer.add(row);
            }
            rows.clear();
            rows.addAll(longer);
            return rows.stream().map(next).toArray(float[][]::new);
        };
    }

    private static float[] logarithms(double end, double a, double b) {
        float[] logarithms = new float[PIECES];
        Arrays.fill(logarithms, Float.NEGATIVE_INFINITY);
        logarithms[BytePairs.END] = (float) Math.log(end);
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
        Hypothesis greedy = BeamSearch.search(decoder(BeamSearchTest::trap), 1, 10);
        Hypothesis beam = BeamSearch.search(decoder(BeamSearchTest::trap), 3, 10);
        assertArrayEquals(new int[] {A, A}, greedy.toArray());
        assertArrayEquals(new int[] {B, B}, beam.toArray());
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
            List<Integer> greedy = new ArrayList<>(List.of(BytePairs.BEGIN));
            double sum = 0;
            while (greedy.size() <= 8) {
                float[] logarithms = next.apply(greedy);
                int best = BytePairs.END;
                for (int piece : new int[] {A, B}) {
                    best = logarithms[piece] > logarithms[best] ? piece : best;
                }
                sum += logarithms[best];
                if (best == BytePairs.END) {
                    break;
                }
                greedy.add(best);
            }
            Hypothesis found = BeamSearch.search(decoder(next), 1, 8);
            assertEquals(greedy.subList(1, greedy.size()), found.pieces());
            assertEquals(sum, found.logarithm(), 1e-5);
        }
    }

    /** With a beam as wide as all there is, the best of all sentences is found. */
    @Test
    void aWideBeamFindsTheBest() {
        Hypothesis found = BeamSearch.search(decoder(BeamSearchTest::trap), 20, 4);
        assertTrue(found.score() >= BeamSearch.search(decoder(BeamSearchTest::trap), 3, 4).score());
        assertArrayEquals(new int[] {B, B}, found.toArray());
    }
}
