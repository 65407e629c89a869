package dev.lanewise.vector;

import static dev.lanewise.runtime.scalar.ScalarMath.EXP_UNDERFLOW;
import static dev.lanewise.runtime.scalar.ScalarMath.LN2;
import static dev.lanewise.runtime.scalar.ScalarMath.ROUNDER_BITS;
import static dev.lanewise.runtime.scalar.ScalarMath.SOFTPLUS_SPLIT;
import static dev.lanewise.vector.Coefficients.*;
import static dev.lanewise.vector.Lanes.LANES;
import static dev.lanewise.vector.Lanes.SPECIES;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;

/**
 * ln(1 + e^x), see {@link dev.lanewise.runtime.scalar.ScalarMath} for the method and its error. The
 * loop runs over whole vectors, {@code n} a multiple of {@link Lanes#LANES}; constants come from
 * {@link Coefficients}.
 */
final class VectorSoftplus {

    /** Bits of 1f; with k · 2²³ added, of 2^k. */
    private static final int ONE_BITS = 0x3f800000;

    // fields, since broadcasts exceed C2's inlining budget on Java 17
    private static final FloatVector UNDERFLOW = FloatVector.broadcast(SPECIES, EXP_UNDERFLOW);
    private static final FloatVector SPLIT = FloatVector.broadcast(SPECIES, SOFTPLUS_SPLIT);
    private static final IntVector ROUNDER_INTS = IntVector.broadcast(Lanes.INTS, ROUNDER_BITS);
    private static final IntVector ONE_INTS = IntVector.broadcast(Lanes.INTS, ONE_BITS);
    private static final FloatVector HALF = FloatVector.broadcast(SPECIES, 0.5f);
    private static final FloatVector LN2_VECTOR = FloatVector.broadcast(SPECIES, LN2);

    private VectorSoftplus() {}

    static void softplus(float[] x, int xOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, xOff + i);
            FloatVector z = v.abs().neg();
            FloatVector t = z.fma(LOG2_E, ROUNDER);
            FloatVector kf = t.sub(ROUNDER);
            FloatVector r = kf.fma(MINUS_LN2_LO, kf.fma(MINUS_LN2, z));
            FloatVector q = E4.fma(r, E3).fma(r, E2).fma(r, E1).fma(r, E0);
            FloatVector p = q.fma(r.mul(r), r);
            IntVector k = t.reinterpretAsInts().sub(ROUNDER_INTS);
            IntVector half = k.lanewise(ASHR, 1);
            FloatVector s1 = half.lanewise(LSHL, 23).add(ONE_INTS).reinterpretAsFloats();
            FloatVector s2 = k.sub(half).lanewise(LSHL, 23).add(ONE_INTS).reinterpretAsFloats();
            FloatVector e = p.fma(s1, s1).mul(s2).blend(ZERO, z.compare(LT, UNDERFLOW));
            VectorMask<Float> big = e.compare(GT, SPLIT);
            FloatVector f = e.blend(e.sub(ONE).mul(HALF), big);
            FloatVector poly = L8.fma(f, L7).fma(f, L6).fma(f, L5).fma(f, L4);
            poly = poly.fma(f, L3).fma(f, L2).fma(f, L1).fma(f, L0);
            FloatVector log = poly.fma(f.mul(f), f);
            FloatVector sum = log.add(ZERO.blend(LN2_VECTOR, big));
            v.max(ZERO).add(sum).intoArray(y, yOff + i);
        }
    }
}
