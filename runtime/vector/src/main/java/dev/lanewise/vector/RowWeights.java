package dev.lanewise.vector;

import static dev.lanewise.runtime.scalar.ScalarMath.*;
import static dev.lanewise.vector.Lanes.LANES;
import static dev.lanewise.vector.Lanes.SPECIES;
import static dev.lanewise.vector.VectorReduce.BY_1;
import static dev.lanewise.vector.VectorReduce.BY_2;
import static dev.lanewise.vector.VectorReduce.BY_4;
import static dev.lanewise.vector.VectorReduce.BY_8;
import static dev.lanewise.vector.VectorReduce.MINUS_ZERO;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;

/** The weights of one query of {@link AttentionRows}, keys in lanes. */
final class RowWeights {

    private RowWeights() {}

    /**
     * x = weight(x − max) for a multiple of 16 of elements; returns their sum, in {@link VectorReduce}'s
     * order. Narrower vectors of the sixteen accumulators take turns, see {@link RowSums}.
     */
    static float weightAndSum(float[] x, int xOff, float max, int n) {
        FloatVector log2e = all(LOG2_E);
        FloatVector rounder = all(WEIGHT_ROUNDER);
        FloatVector one = all(1f);
        FloatVector w1 = all(W1);
        FloatVector w2 = all(W2);
        FloatVector w3 = all(W3);
        FloatVector w4 = all(W4);
        FloatVector w5 = all(W5);
        FloatVector a = all(0f);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        for (int i = xOff; i < xOff + n; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, i).sub(max);
            FloatVector u = v.fma(log2e, rounder);
            FloatVector r = v.fma(log2e, rounder.sub(u));
            FloatVector q = r.fma(w5, w4).fma(r, w3).fma(r, w2).fma(r, w1).fma(r, one);
            FloatVector power = u.reinterpretAsInts().lanewise(LSHL, 23).reinterpretAsFloats();
            FloatVector w = q.mul(power).blend(0f, v.compare(LT, WEIGHT_UNDERFLOW));
            w.intoArray(x, i);
            FloatVector sum = w.add(a);
            if (LANES == 16) {
                a = sum;
            } else if (LANES == 8) {
                a = b;
                b = sum;
            } else {
                a = b;
                b = c;
                c = d;
                d = sum;
            }
        }
        a = MINUS_ZERO.add(a);
        if (LANES == 8) {
            a = a.add(b);
        } else if (LANES == 4) {
            a = a.add(c).add(MINUS_ZERO.add(b).add(d));
        }
        if (LANES == 16) {
            a = a.add(a.rearrange(BY_8));
        }
        if (LANES >= 8) {
            a = a.add(a.rearrange(BY_4));
        }
        a = a.add(a.rearrange(BY_2));
        a = a.add(a.rearrange(BY_1));
        return a.lane(0);
    }

    private static FloatVector all(float value) {
        return FloatVector.broadcast(SPECIES, value);
    }
}
