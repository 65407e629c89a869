package dev.lanewise.compiler.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.formats.DType;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Attention and recurrent cells of f64, which ONNX Runtime has not got, against their formulas in double precision. */
@Tag("once")
class OnnxDoublesTest {

    private static final double TOLERANCE = 1e-13;

    private static Literal doubles(int seed, int... shape) {
        return OneNode.uniform(DType.F64, -1, 1, seed, shape);
    }

    private static void close(String what, double[] expected, Literal found) {
        assertEquals(DType.F64, found.type(), what);
        assertEquals(expected.length, found.size(), what);
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], found.doubleAt(i), TOLERANCE, what + ", element " + i);
        }
    }

    @Test
    void attention() {
        for (boolean causal : new boolean[] {false, true}) {
            for (float softcap : new float[] {0, 0.8f}) {
                for (boolean masked : new boolean[] {false, true}) {
                    Heads heads = new Heads(causal, softcap, masked);
                    String what = "causal " + causal + ", softcap " + softcap + ", masked " + masked;
                    OneNode node = new OneNode("Attention", 23).in(heads.q).in(heads.k).in(heads.v)
                            .set("is_causal", causal ? 1 : 0).set("scale", 0.3f);
                    if (softcap > 0) {
                        node.set("softcap", softcap);
                    }
                    close(what, heads.result(), (masked ? node.in(heads.mask) : node).run().get("y0"));
                }
            }
        }
    }

    /** Two heads of queries share one of keys. */
    private static final class Heads {
        private static final int BATCH = 2;
        private static final int QUERIES = 4;
        private static final int KEYS = 5;
        private static final int SIZE = 6;
        private static final int VALUE_SIZE = 3;
        private final Literal q = doubles(1, BATCH, 4, QUERIES, SIZE);
        private final Literal k = doubles(2, BATCH, 2, KEYS, SIZE);
        private final Literal v = doubles(3, BATCH, 2, KEYS, VALUE_SIZE);
        private final Literal mask = doubles(4, QUERIES, KEYS);
        private final boolean causal;
        private final float softcap;
        private final boolean masked;

        Heads(boolean causal, float softcap, boolean masked) {
            this.causal = causal;
            this.softcap = softcap;
            this.masked = masked;
        }

        private double[] result() {
            double[] y = new double[BATCH * 4 * QUERIES * VALUE_SIZE];
            for (int row = 0; row < BATCH * 4 * QUERIES; row++) {
                int query = row % QUERIES;
                int keys = row / QUERIES / 2 * KEYS; // of the head that it shares
                double[] weights = new double[KEYS];
                double sum = 0;
                for (int key = 0; key < KEYS; key++) {
                    double score = 0;
                    for (int i = 0; i < SIZE; i++) {
                        score += q.doubleAt(row * SIZE + i) * k.doubleAt((keys + key) * SIZE + i) * 0.3f;
                    }
                    score = softcap > 0 ? softcap * Math.tanh(score / softcap) : score;
                    score += masked ? mask.doubleAt(query * KEYS + key) : 0;
                    weights[key] = causal && key > query ? 0 : Math.exp(score);
                    sum += weights[key];
                }
                for (int i = 0; i < VALUE_SIZE; i++) {
                    for (int key = 0; key < KEYS; key++) {
                        y[row * VALUE_SIZE + i] += weights[key] / sum * v.doubleAt((keys + key) * VALUE_SIZE + i);
                    }
                }
            }
            return y;
        }
    }

    private static final int T = 5;
    private static final int B = 2;
    private static final int I = 3;
    private static final int H = 4;

    @Test
    void lstm() {
        for (boolean peepholes : new boolean[] {false, true}) {
            OneNode node = cell("LSTM", 4).none().in(doubles(4, 1, B, H)).in(doubles(5, 1, B, H));
            double[] p = doubles(6, 1, 3 * H).toDoubles();
            Literal y = (peepholes ? node.known(doubles(6, 1, 3 * H)) : node).outputs(3).run().get("y0");
            close("LSTM, peepholes " + peepholes, recurrent(4, doubles(5, 1, B, H).toDoubles(), (x, r, h, c, j) -> {
                double peep = peepholes ? 1 : 0;
                double input = sigmoid(x[j] + r[j] + peep * p[j] * c[j]);
                double forget = sigmoid(x[2 * H + j] + r[2 * H + j] + peep * p[2 * H + j] * c[j]);
                double next = forget * c[j] + input * Math.tanh(x[3 * H + j] + r[3 * H + j]);
                double output = sigmoid(x[H + j] + r[H + j] + peep * p[H + j] * next);
                return new double[] {output * Math.tanh(next), next};
            }), y);
        }
    }

    @Test
    void gru() {
        Literal y = cell("GRU", 3).none().in(doubles(4, 1, B, H)).set("linear_before_reset", 1).outputs(2)
                .run().get("y0");
        close("GRU", recurrent(3, new double[B * H], (x, r, h, c, j) -> {
            double update = sigmoid(x[j] + r[j]);
            double candidate = Math.tanh(x[2 * H + j] + sigmoid(x[H + j] + r[H + j]) * r[2 * H + j]);
            return new double[] {update * h[j] + (1 - update) * candidate, 0};
        }), y);
    }

    @Test
    void rnn() {
        Literal y = cell("RNN", 1).none().in(doubles(4, 1, B, H)).outputs(2).run().get("y0");
        close("RNN", recurrent(1, new double[B * H],
                (x, r, h, c, j) -> new double[] {Math.tanh(x[j] + r[j]), 0}), y);
    }

    private static OneNode cell(String type, int gates) {
        return new OneNode(type, 14).in(doubles(0, T, B, I)).known(doubles(1, 1, gates * H, I))
                .known(doubles(2, 1, gates * H, H)).known(doubles(3, 1, 2 * gates * H)).set("hidden_size", H);
    }

    private interface Unit {

        /** Gives h' and c' of unit {@code j} from W · x + bias and R · h + bias [gates·H], h and c [H]. */
        double[] next(double[] x, double[] r, double[] h, double[] c, int j);
    }

    /** y [T, 1, B, H] of the cell of the same weights. */
    private static double[] recurrent(int gates, double[] first, Unit unit) {
        double[] x = doubles(0, T, B, I).toDoubles();
        double[] w = doubles(1, 1, gates * H, I).toDoubles();
        double[] r = doubles(2, 1, gates * H, H).toDoubles();
        double[] bias = doubles(3, 1, 2 * gates * H).toDoubles();
        double[] y = new double[T * B * H];
        for (int b = 0; b < B; b++) {
            double[] h = java.util.Arrays.copyOfRange(doubles(4, 1, B, H).toDoubles(), b * H, (b + 1) * H);
            double[] c = java.util.Arrays.copyOfRange(first, b * H, (b + 1) * H);
            for (int t = 0; t < T; t++) {
                double[] wx = new double[gates * H];
                double[] rh = new double[gates * H];
                for (int g = 0; g < gates * H; g++) {
                    wx[g] = bias[g];
                    rh[g] = bias[gates * H + g];
                    for (int i = 0; i < I; i++) {
                        wx[g] += w[g * I + i] * x[(t * B + b) * I + i];
                    }
                    for (int i = 0; i < H; i++) {
                        rh[g] += r[g * H + i] * h[i];
                    }
                }
                double[] nextH = new double[H];
                double[] nextC = new double[H];
                for (int j = 0; j < H; j++) {
                    double[] next = unit.next(wx, rh, h, c, j);
                    nextH[j] = next[0];
                    nextC[j] = next[1];
                    y[(t * B + b) * H + j] = next[0];
                }
                h = nextH;
                c = nextC;
            }
        }
        return y;
    }

    private static double sigmoid(double z) {
        return 1 / (1 + Math.exp(-z));
    }
}
