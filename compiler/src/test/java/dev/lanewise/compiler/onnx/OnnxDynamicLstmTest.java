package dev.lanewise.compiler.onnx;

import static dev.lanewise.compiler.onnx.OneNode.uniform;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.formats.DType;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * com.microsoft's DynamicQuantizeLSTM where its own rounding decides: h is quantised in each step, and an element that
 * lies between two codes falls to either side by the last bits of a sigmoid. From there on two results part by what one
 * code is worth. Here is such a case: Lanewise gives what double precision does, ONNX Runtime what that does with
 * elements of h smaller by 3·10⁻⁵ of a code.
 */
@Tag("once")
class OnnxDynamicLstmTest {

    private static final int STEPS = 40;
    private static final int INPUTS = 4;
    private static final int HIDDEN = 6;
    private static final float CLIP = 0.5f;

    private final Literal x = uniform(DType.F32, -1, 1, 102, STEPS, 1, INPUTS);
    private final Literal w = uniform(DType.I8, -128, 127, 2, 2, INPUTS, 4 * HIDDEN);
    private final Literal r = uniform(DType.I8, -128, 127, 1002, 2, HIDDEN, 4 * HIDDEN);
    private final Literal scale = uniform(DType.F32, 0.004, 0.008, 5, 2);

    @Test
    void betweenTwoCodes() throws Exception {
        Literal zero = Literal.splat(DType.I8, 0, 2);
        OneNode node = new OneNode("com.microsoft:DynamicQuantizeLSTM", 17).set("hidden_size", HIDDEN)
                .set("direction", "bidirectional").set("clip", CLIP).set("input_forget", 1)
                .in(x).known(w).known(r).none().none().none().none().none()
                .known(scale).known(zero).known(scale).known(zero).outputs(3);
        Literal found = node.run().get("y0");
        Literal other = node.truth().get("y0");
        assertTrue(apart(found, other) > 1e-5, "they do not part any more: " + apart(found, other));
        assertEquals(0, apart(found, reference(0)), 1e-6);
        assertEquals(0, apart(other, reference(-3e-5)), 1e-6);
    }

    private static double apart(Literal a, Literal b) {
        double largest = 0;
        for (int i = 0; i < a.size(); i++) {
            largest = Math.max(largest, Math.abs(a.doubleAt(i) - b.doubleAt(i)));
        }
        return largest;
    }

    /** What comes out [STEPS, 2, 1, HIDDEN] where elements of h are a part of a code larger when they are rounded. */
    private Literal reference(double way) {
        double[] y = new double[STEPS * 2 * HIDDEN];
        for (int direction = 0; direction < 2; direction++) {
            double[] ofInputs = products(x, w, direction, INPUTS, STEPS, 0);
            double[] h = new double[HIDDEN];
            double[] c = new double[HIDDEN];
            for (int step = 0; step < STEPS; step++) {
                int t = direction == 0 ? step : STEPS - 1 - step;
                double[] sums = products(Literal.of(DType.F32, h, HIDDEN), r, direction, HIDDEN, 1, way);
                for (int i = 0; i < 4 * HIDDEN; i++) {
                    double sum = sums[i] + ofInputs[t * 4 * HIDDEN + i];
                    sums[i] = Math.max(-CLIP, Math.min(CLIP, sum));
                }
                for (int i = 0; i < HIDDEN; i++) {
                    double input = sigmoid(sums[i]);
                    c[i] = (1 - input) * c[i] + input * Math.tanh(sums[3 * HIDDEN + i]);
                    h[i] = sigmoid(sums[HIDDEN + i]) * Math.tanh(c[i]);
                    y[(t * 2 + direction) * HIDDEN + i] = h[i];
                }
            }
        }
        return Literal.of(DType.F32, y, STEPS, 2, 1, HIDDEN);
    }

    private static double sigmoid(double v) {
        return 1 / (1 + Math.exp(-v));
    }

    /** The products [rows, 4 · HIDDEN] of values [rows, k], quantised by their range, and one direction's weights. */
    private double[] products(Literal values, Literal weights, int direction, int k, int rows, double way) {
        float low = 0;
        float high = 0;
        for (int i = 0; i < values.size(); i++) {
            low = Math.min(low, (float) values.doubleAt(i));
            high = Math.max(high, (float) values.doubleAt(i));
        }
        float step = low == high ? 1 : (high - low) / 255;
        double zeroPoint = Math.rint(-low / step);
        int n = 4 * HIDDEN;
        double[] sums = new double[rows * n];
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < k; i++) {
                double code = Math.rint(values.doubleAt(row * k + i) / step + way);
                for (int j = 0; j < n; j++) {
                    sums[row * n + j] += code * weights.doubleAt((direction * k + i) * n + j) * step
                            * scale.doubleAt(direction);
                }
            }
        }
        return sums;
    }
}
