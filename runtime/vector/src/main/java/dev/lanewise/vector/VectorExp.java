package dev.lanewise.vector;

import static dev.lanewise.runtime.scalar.ScalarMath.*;
import static dev.lanewise.vector.Lanes.LANES;
import static dev.lanewise.vector.Lanes.SPECIES;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * The exponential and functions that are little more, see {@link
 * dev.lanewise.runtime.scalar.ScalarMath} for methods and errors.
 *
 * <p>Each method is one loop over whole vectors, {@code n} a multiple of {@link Lanes#LANES}. The
 * text of e^x stands in every one of them: a method that takes or returns a vector boxes wherever
 * C2 declines to inline it. Constants are broadcast before the loop, which is a quarter faster than
 * reading them from static fields.
 */
final class VectorExp {

    /** Bits of 1f; with k · 2²³ added, of 2^k. */
    private static final int ONE_BITS = 0x3f800000;

    // fields, since broadcasts exceed C2's inlining budget on Java 17
    private static final IntVector ONE_INTS = IntVector.broadcast(Lanes.INTS, ONE_BITS);
    private static final IntVector ROUNDER_INTS = IntVector.broadcast(Lanes.INTS, ROUNDER_BITS);
    private static final FloatVector UNDERFLOW = all(EXP_UNDERFLOW);
    private static final FloatVector TWO = all(2f);

    private VectorExp() {}

    static void exp(float[] x, int xOff, float[] y, int yOff, int n) {
        FloatVector log2e = all(LOG2_E);
        FloatVector rounder = all(ROUNDER);
        FloatVector ln2 = all(-LN2);
        FloatVector ln2Lo = all(-LN2_LO);
        FloatVector e0 = all(E0);
        FloatVector e1 = all(E1);
        FloatVector e2 = all(E2);
        FloatVector e3 = all(E3);
        FloatVector e4 = all(E4);
        for (int i = 0; i < n; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, xOff + i);
            FloatVector t = v.fma(log2e, rounder);
            FloatVector kf = t.sub(rounder);
            FloatVector r = kf.fma(ln2Lo, kf.fma(ln2, v));
            FloatVector q = e4.fma(r, e3).fma(r, e2).fma(r, e1).fma(r, e0);
            FloatVector p = q.fma(r.mul(r), r);
            IntVector k = t.reinterpretAsInts().sub(ROUNDER_INTS);
            IntVector half = k.lanewise(ASHR, 1);
            FloatVector s1 = half.lanewise(LSHL, 23).add(ONE_INTS).reinterpretAsFloats();
            FloatVector s2 = k.sub(half).lanewise(LSHL, 23).add(ONE_INTS).reinterpretAsFloats();
            FloatVector e = p.fma(s1, s1).mul(s2).blend(0f, v.compare(LT, EXP_UNDERFLOW));
            e = e.blend(Float.POSITIVE_INFINITY, v.compare(GT, EXP_OVERFLOW));
            e.intoArray(y, yOff + i);
        }
    }

    /** v ≥ 0 ? pos · v : neg · (e^(in · v) − 1) */
    static void elu(
            float pos, float neg, float in, float[] x, int xOff, float[] y, int yOff, int n) {
        FloatVector log2e = all(LOG2_E);
        FloatVector rounder = all(ROUNDER);
        FloatVector ln2 = all(-LN2);
        FloatVector ln2Lo = all(-LN2_LO);
        FloatVector e0 = all(E0);
        FloatVector e1 = all(E1);
        FloatVector e2 = all(E2);
        FloatVector e3 = all(E3);
        FloatVector e4 = all(E4);
        for (int i = 0; i < n; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, xOff + i);
            FloatVector w = v.mul(in);
            FloatVector z = w.blend(EXPM1_LIMIT, w.compare(LT, EXPM1_LIMIT));
            FloatVector t = z.fma(log2e, rounder);
            FloatVector kf = t.sub(rounder);
            FloatVector r = kf.fma(ln2Lo, kf.fma(ln2, z));
            FloatVector q = e4.fma(r, e3).fma(r, e2).fma(r, e1).fma(r, e0);
            FloatVector p = q.fma(r.mul(r), r);
            IntVector k = t.reinterpretAsInts().lanewise(LSHL, 23);
            FloatVector s = k.add(ONE_INTS).reinterpretAsFloats();
            FloatVector m = p.fma(s, s.sub(Coefficients.ONE));
            m = m.blend(Float.POSITIVE_INFINITY, w.compare(GT, EXPM1_OVERFLOW));
            m.mul(neg).blend(v.mul(pos), v.compare(GE, 0f)).intoArray(y, yOff + i);
        }
    }

    static void mish(float[] x, int xOff, float[] y, int yOff, int n) {
        FloatVector log2e = all(LOG2_E);
        FloatVector rounder = all(ROUNDER);
        FloatVector ln2 = all(-LN2);
        FloatVector ln2Lo = all(-LN2_LO);
        FloatVector e0 = all(E0);
        FloatVector e1 = all(E1);
        FloatVector e2 = all(E2);
        FloatVector e3 = all(E3);
        FloatVector e4 = all(E4);
        for (int i = 0; i < n; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, xOff + i);
            FloatVector z = v.blend(MISH_LIMIT, v.compare(GT, MISH_LIMIT));
            FloatVector t = z.fma(log2e, rounder);
            FloatVector kf = t.sub(rounder);
            FloatVector r = kf.fma(ln2Lo, kf.fma(ln2, z));
            FloatVector q = e4.fma(r, e3).fma(r, e2).fma(r, e1).fma(r, e0);
            FloatVector p = q.fma(r.mul(r), r);
            IntVector k = t.reinterpretAsInts().sub(ROUNDER_INTS);
            IntVector half = k.lanewise(ASHR, 1);
            FloatVector s1 = half.lanewise(LSHL, 23).add(ONE_INTS).reinterpretAsFloats();
            FloatVector s2 = k.sub(half).lanewise(LSHL, 23).add(ONE_INTS).reinterpretAsFloats();
            FloatVector e = p.fma(s1, s1).mul(s2).blend(Coefficients.ZERO, z.compare(LT, UNDERFLOW));
            FloatVector m = e.mul(e.add(TWO));
            m.div(m.add(TWO)).mul(v).intoArray(y, yOff + i);
        }
    }

    private static FloatVector all(float value) {
        return FloatVector.broadcast(SPECIES, value);
    }
}
