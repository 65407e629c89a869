package dev.lanewise.vector;

import static dev.lanewise.runtime.scalar.ScalarMath.ERF_ONE;
import static dev.lanewise.runtime.scalar.ScalarMath.ERF_SPLIT;
import static dev.lanewise.runtime.scalar.ScalarMath.SQRT_HALF;
import static dev.lanewise.vector.Coefficients.*;
import static dev.lanewise.vector.Lanes.LANES;
import static dev.lanewise.vector.Lanes.SPECIES;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LSHL;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * Error function and the GELU made of it, see {@link dev.lanewise.runtime.scalar.ScalarMath} for
 * methods and errors.
 *
 * <p>Each method is one loop over whole vectors, {@code n} a multiple of {@link Lanes#LANES}. The
 * text of e^x stands in every one of them: a method that takes or returns a vector boxes wherever
 * C2 declines to inline it. Constants come from {@link Coefficients}, which
 * says why.
 */
final class VectorErf {

    /** Bits of 1f; with k · 2²³ added, of 2^k. */
    private static final int ONE_BITS = 0x3f800000;

    // fields, since broadcasts exceed C2's inlining budget on Java 17
    private static final IntVector ONE_INTS = IntVector.broadcast(Lanes.INTS, ONE_BITS);
    private static final IntVector SIGN = IntVector.broadcast(Lanes.INTS, 0x80000000);
    private static final FloatVector LIMIT = FloatVector.broadcast(SPECIES, ERF_ONE);
    private static final FloatVector SPLIT = FloatVector.broadcast(SPECIES, ERF_SPLIT);
    private static final FloatVector ROOT_HALF = FloatVector.broadcast(SPECIES, SQRT_HALF);
    private static final FloatVector HALF = FloatVector.broadcast(SPECIES, 0.5f);

    private VectorErf() {}

    static void erf(float[] x, int xOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, xOff + i);
            IntVector sign = v.reinterpretAsInts().and(SIGN);
            FloatVector a = v.abs();
            FloatVector u = a.mul(a);
            FloatVector near = F5.fma(u, F4).fma(u, F3).fma(u, F2).fma(u, F1).fma(u, F0);
            near = near.fma(a, a);
            FloatVector b = a.blend(LIMIT, a.compare(GT, LIMIT));
            FloatVector g = G5.fma(b, G4).fma(b, G3).fma(b, G2).fma(b, G1).fma(b, G0);
            FloatVector z = g.fma(b.neg(), b.neg());
            FloatVector t = z.fma(LOG2_E, ROUNDER);
            FloatVector kf = t.sub(ROUNDER);
            FloatVector r = kf.fma(MINUS_LN2_LO, kf.fma(MINUS_LN2, z));
            FloatVector q = E4.fma(r, E3).fma(r, E2).fma(r, E1).fma(r, E0);
            FloatVector p = q.fma(r.mul(r), r);
            IntVector k = t.reinterpretAsInts().lanewise(LSHL, 23);
            FloatVector s = k.add(ONE_INTS).reinterpretAsFloats();
            FloatVector far = ONE.sub(p.fma(s, s));
            IntVector bits = near.blend(far, a.compare(GT, SPLIT)).reinterpretAsInts();
            FloatVector erf = bits.or(sign).reinterpretAsFloats();
            erf.intoArray(y, yOff + i);
        }
    }

    static void gelu(float[] x, int xOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, xOff + i);
            FloatVector w = v.mul(ROOT_HALF);
            IntVector sign = w.reinterpretAsInts().and(SIGN);
            FloatVector a = w.abs();
            FloatVector u = a.mul(a);
            FloatVector near = F5.fma(u, F4).fma(u, F3).fma(u, F2).fma(u, F1).fma(u, F0);
            near = near.fma(a, a);
            FloatVector b = a.blend(LIMIT, a.compare(GT, LIMIT));
            FloatVector g = G5.fma(b, G4).fma(b, G3).fma(b, G2).fma(b, G1).fma(b, G0);
            FloatVector z = g.fma(b.neg(), b.neg());
            FloatVector t = z.fma(LOG2_E, ROUNDER);
            FloatVector kf = t.sub(ROUNDER);
            FloatVector r = kf.fma(MINUS_LN2_LO, kf.fma(MINUS_LN2, z));
            FloatVector q = E4.fma(r, E3).fma(r, E2).fma(r, E1).fma(r, E0);
            FloatVector p = q.fma(r.mul(r), r);
            IntVector k = t.reinterpretAsInts().lanewise(LSHL, 23);
            FloatVector s = k.add(ONE_INTS).reinterpretAsFloats();
            FloatVector far = ONE.sub(p.fma(s, s));
            IntVector bits = near.blend(far, a.compare(GT, SPLIT)).reinterpretAsInts();
            FloatVector erf = bits.or(sign).reinterpretAsFloats();
            v.mul(HALF).mul(erf.add(ONE)).intoArray(y, yOff + i);
        }
    }
}
