package dev.lanewise.vector;

import static dev.lanewise.runtime.scalar.ScalarMath.*;
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
 * C2 declines to inline it. Constants are broadcast before the loop, which is a quarter faster than
 * reading them from static fields.
 */
final class VectorErf {

    /** Bits of 1f; with k · 2²³ added, of 2^k. */
    private static final int ONE_BITS = 0x3f800000;

    private VectorErf() {}

    static void erf(float[] x, int xOff, float[] y, int yOff, int n) {
        FloatVector log2e = all(LOG2_E);
        FloatVector rounder = all(ROUNDER);
        FloatVector ln2 = all(-LN2);
        FloatVector ln2Lo = all(-LN2_LO);
        FloatVector e0 = all(E0);
        FloatVector e1 = all(E1);
        FloatVector e2 = all(E2);
        FloatVector e3 = all(E3);
        FloatVector e4 = all(E4);
        FloatVector f0 = all(F0);
        FloatVector f1 = all(F1);
        FloatVector f2 = all(F2);
        FloatVector f3 = all(F3);
        FloatVector f4 = all(F4);
        FloatVector f5 = all(F5);
        FloatVector g0 = all(G0);
        FloatVector g1 = all(G1);
        FloatVector g2 = all(G2);
        FloatVector g3 = all(G3);
        FloatVector g4 = all(G4);
        FloatVector g5 = all(G5);
        FloatVector one = all(1f);
        for (int i = 0; i < n; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, xOff + i);
            IntVector sign = v.reinterpretAsInts().and(0x80000000);
            FloatVector a = v.abs();
            FloatVector u = a.mul(a);
            FloatVector near = f5.fma(u, f4).fma(u, f3).fma(u, f2).fma(u, f1).fma(u, f0);
            near = near.fma(a, a);
            FloatVector b = a.blend(ERF_ONE, a.compare(GT, ERF_ONE));
            FloatVector g = g5.fma(b, g4).fma(b, g3).fma(b, g2).fma(b, g1).fma(b, g0);
            FloatVector z = g.fma(b.neg(), b.neg());
            FloatVector t = z.fma(log2e, rounder);
            FloatVector kf = t.sub(rounder);
            FloatVector r = kf.fma(ln2Lo, kf.fma(ln2, z));
            FloatVector q = e4.fma(r, e3).fma(r, e2).fma(r, e1).fma(r, e0);
            FloatVector p = q.fma(r.mul(r), r);
            IntVector k = t.reinterpretAsInts().lanewise(LSHL, 23);
            FloatVector s = k.add(ONE_BITS).reinterpretAsFloats();
            FloatVector far = one.sub(p.fma(s, s));
            IntVector bits = near.blend(far, a.compare(GT, ERF_SPLIT)).reinterpretAsInts();
            FloatVector erf = bits.or(sign).reinterpretAsFloats();
            erf.intoArray(y, yOff + i);
        }
    }

    static void gelu(float[] x, int xOff, float[] y, int yOff, int n) {
        FloatVector log2e = all(LOG2_E);
        FloatVector rounder = all(ROUNDER);
        FloatVector ln2 = all(-LN2);
        FloatVector ln2Lo = all(-LN2_LO);
        FloatVector e0 = all(E0);
        FloatVector e1 = all(E1);
        FloatVector e2 = all(E2);
        FloatVector e3 = all(E3);
        FloatVector e4 = all(E4);
        FloatVector f0 = all(F0);
        FloatVector f1 = all(F1);
        FloatVector f2 = all(F2);
        FloatVector f3 = all(F3);
        FloatVector f4 = all(F4);
        FloatVector f5 = all(F5);
        FloatVector g0 = all(G0);
        FloatVector g1 = all(G1);
        FloatVector g2 = all(G2);
        FloatVector g3 = all(G3);
        FloatVector g4 = all(G4);
        FloatVector g5 = all(G5);
        FloatVector one = all(1f);
        for (int i = 0; i < n; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, xOff + i);
            FloatVector w = v.mul(SQRT_HALF);
            IntVector sign = w.reinterpretAsInts().and(0x80000000);
            FloatVector a = w.abs();
            FloatVector u = a.mul(a);
            FloatVector near = f5.fma(u, f4).fma(u, f3).fma(u, f2).fma(u, f1).fma(u, f0);
            near = near.fma(a, a);
            FloatVector b = a.blend(ERF_ONE, a.compare(GT, ERF_ONE));
            FloatVector g = g5.fma(b, g4).fma(b, g3).fma(b, g2).fma(b, g1).fma(b, g0);
            FloatVector z = g.fma(b.neg(), b.neg());
            FloatVector t = z.fma(log2e, rounder);
            FloatVector kf = t.sub(rounder);
            FloatVector r = kf.fma(ln2Lo, kf.fma(ln2, z));
            FloatVector q = e4.fma(r, e3).fma(r, e2).fma(r, e1).fma(r, e0);
            FloatVector p = q.fma(r.mul(r), r);
            IntVector k = t.reinterpretAsInts().lanewise(LSHL, 23);
            FloatVector s = k.add(ONE_BITS).reinterpretAsFloats();
            FloatVector far = one.sub(p.fma(s, s));
            IntVector bits = near.blend(far, a.compare(GT, ERF_SPLIT)).reinterpretAsInts();
            FloatVector erf = bits.or(sign).reinterpretAsFloats();
            v.mul(0.5f).mul(erf.add(1f)).intoArray(y, yOff + i);
        }
    }

    private static FloatVector all(float value) {
        return FloatVector.broadcast(SPECIES, value);
    }
}
