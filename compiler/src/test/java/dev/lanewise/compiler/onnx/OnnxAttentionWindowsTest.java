package dev.lanewise.compiler.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.LanewiseException;
import org.junit.jupiter.api.Test;

/**
 * Attention's windows, of operator set 25: the query at position p sees keys p − left to p + right. Against the formula
 * in double precision; ONNX Runtime does not have them.
 */
class OnnxAttentionWindowsTest {

    private static final int BATCH = 2;
    private static final int QUERIES = 3;
    private static final int SIZE = 4;
    private static final int[] SIDES = {-1, 0, 1, 2};

    /** Where the keys come from, and with that the position of the first query. */
    private enum Source { NOW, PAST, LENGTHS }

    private static Literal floats(int seed, int... shape) {
        return OneNode.uniform(DType.F32, -1, 1, seed, shape);
    }

    @Test
    void everyWindow() {
        int cases = 0;
        for (Source source : Source.values()) {
            for (int left : SIDES) {
                for (int right : SIDES) {
                    for (boolean causal : new boolean[] {false, true}) {
                        agrees(source, left, right, causal);
                        cases++;
                    }
                }
            }
        }
        assertEquals(96, cases);
    }

    private static void agrees(Source source, int left, int right, boolean causal) {
        int past = source == Source.PAST ? 4 : 0;
        int keys = source == Source.LENGTHS ? 7 : QUERIES;
        long[] lengths = source == Source.LENGTHS ? new long[] {5, 6} : new long[] {past + keys, past + keys};
        Literal q = floats(1, BATCH, 1, QUERIES, SIZE);
        Literal k = floats(2, BATCH, 1, keys, SIZE);
        Literal v = floats(3, BATCH, 1, keys, SIZE);
        Literal pastK = floats(4, BATCH, 1, past, SIZE);
        Literal pastV = floats(5, BATCH, 1, past, SIZE);
        OneNode node = new OneNode("Attention", 25).in(q).in(k).in(v).set("scale", 0.5f)
                .set("is_causal", causal ? 1 : 0).set("left_window_size", left).set("right_window_size", right);
        switch (source) {
            case PAST -> node.none().in(pastK).in(pastV);
            case LENGTHS -> node.none().none().none().in(Literal.of(lengths, BATCH));
            default -> { }
        }
        Literal y = node.run().get("y0");
        for (int b = 0; b < BATCH; b++) {
            for (int i = 0; i < QUERIES; i++) {
                long position = lengths[b] - QUERIES + i;
                double sum = 0;
                double[] expected = new double[SIZE];
                for (int j = 0; j < lengths[b]; j++) {
                    if (left >= 0 && j < position - left || right >= 0 && j > position + right
                            || causal && j > position) {
                        continue;
                    }
                    double score = 0;
                    for (int d = 0; d < SIZE; d++) {
                        score += 0.5 * q.doubleAt((b * QUERIES + i) * SIZE + d) * at(pastK, k, past, keys, b, j, d);
                    }
                    double weight = Math.exp(score);
                    sum += weight;
                    for (int d = 0; d < SIZE; d++) {
                        expected[d] += weight * at(pastV, v, past, keys, b, j, d);
                    }
                }
                for (int d = 0; d < SIZE; d++) {
                    assertEquals(sum == 0 ? 0 : expected[d] / sum, y.doubleAt((b * QUERIES + i) * SIZE + d), 1e-6,
                            source + ", " + left + " and " + right + ", causal " + causal + ": query " + i);
                }
            }
        }
    }

    /** Element d of key j, which may be of the past. */
    private static double at(Literal past, Literal now, int pastKeys, int keys, int b, int j, int d) {
        return j < pastKeys
                ? past.doubleAt((b * pastKeys + j) * SIZE + d)
                : now.doubleAt((b * keys + j - pastKeys) * SIZE + d);
    }

    @Test
    void sizesBelowMinusOneAreRefused() {
        LanewiseException e = assertThrows(LanewiseException.class, () -> new OneNode("Attention", 25)
                .in(floats(1, 1, 1, 2, SIZE)).in(floats(2, 1, 1, 2, SIZE)).in(floats(3, 1, 1, 2, SIZE))
                .set("left_window_size", -2).run());
        assertTrue(e.getMessage().contains("left_window_size"), e.getMessage());
    }
}
