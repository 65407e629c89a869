package dev.lanewise.vector;

import static dev.lanewise.runtime.scalar.ScalarMath.*;
import static dev.lanewise.vector.AttentionStrips.STRIP;
import static dev.lanewise.vector.Lanes.LANES;
import static dev.lanewise.vector.Lanes.SPECIES;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;

/** The softmax of {@link AttentionGradientStrips} and its gradient: scores [keys, STRIP], queries in lanes. */
final class StripSoftmaxGradient {

    private StripSoftmaxGradient() {}

    /**
     * Turns n scores into weights, and the gradients of weights into those of scores, for one vector of queries.
     *
     * @param s at {@code scores} and {@code gradients} [n, STRIP], at {@code logSums} the logarithms of the sums of
     *     weights, at {@code products} dy · y
     */
    static void weigh(int n, float[] s, int scores, int gradients, int logSums, int products) {
        FloatVector log2e = all(LOG2_E);
        FloatVector rounder = all(WEIGHT_ROUNDER);
        FloatVector one = all(1f);
        FloatVector w1 = all(W1);
        FloatVector w2 = all(W2);
        FloatVector w3 = all(W3);
        FloatVector w4 = all(W4);
        FloatVector w5 = all(W5);
        FloatVector logSum = FloatVector.fromArray(SPECIES, s, logSums);
        FloatVector product = FloatVector.fromArray(SPECIES, s, products);
        for (int t = 0; t < n; t++) {
            int at = scores + t * STRIP;
            FloatVector v = FloatVector.fromArray(SPECIES, s, at).sub(logSum);
            FloatVector u = v.fma(log2e, rounder);
            FloatVector r = v.fma(log2e, rounder.sub(u));
            FloatVector q = r.fma(w5, w4).fma(r, w3).fma(r, w2).fma(r, w1).fma(r, one);
            FloatVector power = u.reinterpretAsInts().lanewise(LSHL, 23).reinterpretAsFloats();
            FloatVector w = q.mul(power).blend(0f, v.compare(LT, WEIGHT_UNDERFLOW));
            w.intoArray(s, at);
            int to = gradients + t * STRIP;
            w.mul(FloatVector.fromArray(SPECIES, s, to).sub(product)).intoArray(s, to);
        }
    }

    /** g = g · (1 − (x / softcap)²) for n elements, a multiple of 16, of scores x behind the cap. */
    static void uncap(int n, float inverse, float[] s, int x, int g) {
        FloatVector one = all(1f);
        for (int i = 0; i < n; i += LANES) {
            FloatVector u = FloatVector.fromArray(SPECIES, s, x + i).mul(inverse);
            FloatVector slope = u.neg().fma(u, one);
            FloatVector.fromArray(SPECIES, s, g + i).mul(slope).intoArray(s, g + i);
        }
    }

    private static FloatVector all(float value) {
        return FloatVector.broadcast(SPECIES, value);
    }
}
