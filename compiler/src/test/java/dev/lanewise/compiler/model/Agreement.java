package dev.lanewise.compiler.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.compiler.graph.Literal;
import java.util.Arrays;

/**
 * Counts comparisons and keeps the largest error. Errors are relative to the larger of an element and the
 * root mean square of its tensor.
 */
final class Agreement {

    private static final double LARGEST = 1e-4;

    private final String model;
    private final double noise;
    private double worst;
    private int compared;

    Agreement(String model) {
        this(model, 0);
    }

    /**
     * @param noise differences that do not count, as the other side's own error: ONNX Runtime's sigmoid is
     *     off by 1e-7 where its values are near 0
     */
    Agreement(String model, double noise) {
        this.model = model;
        this.noise = noise;
    }

    void compare(String what, Literal expected, Literal actual) {
        assertArrayEquals(expected.shape(), actual.shape(), model + ": shape of " + what);
        double[] a = actual.toDoubles();
        double[] e = expected.toDoubles();
        double rms = Math.sqrt(Arrays.stream(e).map(v -> v * v).sum() / Math.max(1, e.length));
        double largest = 0;
        int at = -1;
        for (int i = 0; i < a.length; i++) {
            double difference = Math.abs(a[i] - e[i]);
            double error = difference <= noise ? 0 : difference / Math.max(Math.abs(e[i]), rms);
            if (!(error <= largest)) {
                largest = error;
                at = i;
            }
        }
        double found = largest;
        int where = at;
        assertTrue(found <= LARGEST, () -> model + ": " + what + " element " + where + " is " + a[where]
                + ", expected " + e[where] + ", error " + found);
        worst = Math.max(worst, largest);
        compared++;
    }

    int compared() {
        return compared;
    }

    double worst() {
        return worst;
    }

    @Override
    public String toString() {
        return model + ": " + compared + " tensors compared, largest error " + worst;
    }
}
