package dev.lanewise.vector;

import static dev.lanewise.runtime.scalar.ScalarMath.*;
import static dev.lanewise.vector.Lanes.LANES;
import static dev.lanewise.vector.Lanes.SPECIES;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * Sigmoid, tanh and the activations made of them, see {@link
 * dev.lanewise.runtime.scalar.ScalarMath} for methods and errors.
 *
 * <p>Each method is one loop over whole vectors, {@code n} a multiple of {@link Lanes#LANES}. The
 * text of e^x stands in every one of them: a method that takes or returns a vector boxes wherever
 * C2 declines to inline it. Constants are broadcast before the loop, which is a quarter faster than
 * reading them from static fields.
 */
final class VectorSigmoid {

    /** Bits of 1f; with k · 2²³ added, of 2^k. */
    private static final int ONE_BITS = 0x3f800000;

    private VectorSigmoid() {}

    static void sigmoid(float[] x, int xOff, float[] y, int yOff, int n) {
        FloatVector log2e = all(LOG2_E);
        FloatVector rounder = all(ROUNDER);
        FloatVector ln2 = all(-LN2);
        FloatVector ln2Lo = all(-LN2_LO);
        FloatVector e0 = all(E0);
        FloatVector e1 = all(E1);
        FloatVector e2 = all(E2);
        FloatVector e3 = all(E3);
        FloatVector e4 = all(E4);
        FloatVector one = all(1f);
        for (int i = 0; i < n; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, xOff + i);
            FloatVector z = v.abs().neg();
            FloatVector t = z.fma(log2e, rounder);
            FloatVector kf = t.sub(rounder);
            FloatVector r = kf.fma(ln2Lo, kf.fma(ln2, z));
            FloatVector q = e4.fma(r, e3).fma(r, e2).fma(r, e1).fma(r, e0);
            FloatVector p = q.fma(r.mul(r), r);
            IntVector k = t.reinterpretAsInts().sub(ROUNDER_BITS);
            IntVector half = k.lanewise(ASHR, 1);
            FloatVector s1 = half.lanewise(LSHL, 23).add(ONE_BITS).reinterpretAsFloats();
            FloatVector s2 = k.sub(half).lanewise(LSHL, 23).add(ONE_BITS).reinterpretAsFloats();
            FloatVector e = p.fma(s1, s1).mul(s2).blend(0f, z.compare(LT, EXP_UNDERFLOW));
            FloatVector above = one.blend(e, v.compare(LT, 0f));
            above.div(e.add(1f)).intoArray(y, yOff + i);
        }
    }

    static void swish(float a, float[] x, int xOff, float[] y, int yOff, int n) {
        FloatVector log2e = all(LOG2_E);
        FloatVector rounder = all(ROUNDER);
        FloatVector ln2 = all(-LN2);
        FloatVector ln2Lo = all(-LN2_LO);
        FloatVector e0 = all(E0);
        FloatVector e1 = all(E1);
        FloatVector e2 = all(E2);
        FloatVector e3 = all(E3);
        FloatVector e4 = all(E4);
        FloatVector one = all(1f);
        for (int i = 0; i < n; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, xOff + i);
            FloatVector w = v.mul(a);
            FloatVector z = w.abs().neg();
            FloatVector t = z.fma(log2e, rounder);
            FloatVector kf = t.sub(rounder);
            FloatVector r = kf.fma(ln2Lo, kf.fma(ln2, z));
            FloatVector q = e4.fma(r, e3).fma(r, e2).fma(r, e1).fma(r, e0);
            FloatVector p = q.fma(r.mul(r), r);
            IntVector k = t.reinterpretAsInts().sub(ROUNDER_BITS);
            IntVector half = k.lanewise(ASHR, 1);
            FloatVector s1 = half.lanewise(LSHL, 23).add(ONE_BITS).reinterpretAsFloats();
            FloatVector s2 = k.sub(half).lanewise(LSHL, 23).add(ONE_BITS).reinterpretAsFloats();
            FloatVector e = p.fma(s1, s1).mul(s2).blend(0f, z.compare(LT, EXP_UNDERFLOW));
            FloatVector above = one.blend(e, w.compare(LT, 0f));
            above.div(e.add(1f)).mul(v).intoArray(y, yOff + i);
        }
    }

    static void tanh(float[] x, int xOff, float[] y, int yOff, int n) {
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
            IntVector sign = v.reinterpretAsInts().and(0x80000000);
            FloatVector z = v.abs().mul(2f);
            z = z.blend(TANH_LIMIT, z.compare(GT, TANH_LIMIT));
            FloatVector t = z.fma(log2e, rounder);
            FloatVector kf = t.sub(rounder);
            FloatVector r = kf.fma(ln2Lo, kf.fma(ln2, z));
            FloatVector q = e4.fma(r, e3).fma(r, e2).fma(r, e1).fma(r, e0);
            FloatVector p = q.fma(r.mul(r), r);
            IntVector k = t.reinterpretAsInts().lanewise(LSHL, 23);
            FloatVector s = k.add(ONE_BITS).reinterpretAsFloats();
            FloatVector m = p.fma(s, s.sub(1f));
            FloatVector h = m.div(m.add(2f)).reinterpretAsInts().or(sign).reinterpretAsFloats();
            h.intoArray(y, yOff + i);
        }
    }

    static void scaledTanh(float a, float b, float[] x, int xOff, float[] y, int yOff, int n) {
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
            FloatVector w = v.mul(b);
            IntVector sign = w.reinterpretAsInts().and(0x80000000);
            FloatVector z = w.abs().mul(2f);
            z = z.blend(TANH_LIMIT, z.compare(GT, TANH_LIMIT));
            FloatVector t = z.fma(log2e, rounder);
            FloatVector kf = t.sub(rounder);
            FloatVector r = kf.fma(ln2Lo, kf.fma(ln2, z));
            FloatVector q = e4.fma(r, e3).fma(r, e2).fma(r, e1).fma(r, e0);
            FloatVector p = q.fma(r.mul(r), r);
            IntVector k = t.reinterpretAsInts().lanewise(LSHL, 23);
            FloatVector s = k.add(ONE_BITS).reinterpretAsFloats();
            FloatVector m = p.fma(s, s.sub(1f));
            FloatVector h = m.div(m.add(2f)).reinterpretAsInts().or(sign).reinterpretAsFloats();
            h.mul(a).intoArray(y, yOff + i);
        }
    }

    static void geluTanh(float[] x, int xOff, float[] y, int yOff, int n) {
        FloatVector log2e = all(LOG2_E);
        FloatVector rounder = all(ROUNDER);
        FloatVector ln2 = all(-LN2);
        FloatVector ln2Lo = all(-LN2_LO);
        FloatVector e0 = all(E0);
        FloatVector e1 = all(E1);
        FloatVector e2 = all(E2);
        FloatVector e3 = all(E3);
        FloatVector e4 = all(E4);
        FloatVector g1 = all(GELU_1);
        FloatVector g3 = all(GELU_3);
        for (int i = 0; i < n; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, xOff + i);
            FloatVector w = v.mul(v.mul(v).fma(g3, g1));
            IntVector sign = w.reinterpretAsInts().and(0x80000000);
            FloatVector z = w.abs().mul(2f);
            z = z.blend(TANH_LIMIT, z.compare(GT, TANH_LIMIT));
            FloatVector t = z.fma(log2e, rounder);
            FloatVector kf = t.sub(rounder);
            FloatVector r = kf.fma(ln2Lo, kf.fma(ln2, z));
            FloatVector q = e4.fma(r, e3).fma(r, e2).fma(r, e1).fma(r, e0);
            FloatVector p = q.fma(r.mul(r), r);
            IntVector k = t.reinterpretAsInts().lanewise(LSHL, 23);
            FloatVector s = k.add(ONE_BITS).reinterpretAsFloats();
            FloatVector m = p.fma(s, s.sub(1f));
            FloatVector h = m.div(m.add(2f)).reinterpretAsInts().or(sign).reinterpretAsFloats();
            v.mul(0.5f).mul(h.add(1f)).intoArray(y, yOff + i);
        }
    }

    private static FloatVector all(float value) {
        return FloatVector.broadcast(SPECIES, value);
    }
}
