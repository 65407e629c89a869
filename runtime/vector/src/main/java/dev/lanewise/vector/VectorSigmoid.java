package dev.lanewise.vector;

import static dev.lanewise.runtime.scalar.ScalarMath.*;
import static dev.lanewise.vector.Lanes.LANES;
import static dev.lanewise.vector.Lanes.SPECIES;
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
 * reading them from static fields. They are more than 325 bytes long, which C2 inlines into none of their callers
 * ({@code FreqInlineSize}): behind products in one method, it would not inline all of their text.
 */
final class VectorSigmoid {

    /** Bits of 1f; with k · 2²³ added, of 2^k. */
    private static final int ONE_BITS = 0x3f800000;

    /** Bits of 2^{@link dev.lanewise.runtime.scalar.ScalarMath#FAR}. */
    private static final int FAR_ONE_BITS = ONE_BITS + (FAR << 23);

    private VectorSigmoid() {}

    static void sigmoid(float[] x, int xOff, float[] y, int yOff, int n) {
        FloatVector log2e = FloatVector.broadcast(SPECIES, LOG2_E);
        FloatVector rounder = FloatVector.broadcast(SPECIES, ROUNDER);
        FloatVector ln2 = FloatVector.broadcast(SPECIES, -LN2);
        FloatVector ln2Lo = FloatVector.broadcast(SPECIES, -LN2_LO);
        FloatVector e0 = FloatVector.broadcast(SPECIES, E0);
        FloatVector e1 = FloatVector.broadcast(SPECIES, E1);
        FloatVector e2 = FloatVector.broadcast(SPECIES, E2);
        FloatVector e3 = FloatVector.broadcast(SPECIES, E3);
        FloatVector e4 = FloatVector.broadcast(SPECIES, E4);
        FloatVector one = FloatVector.broadcast(SPECIES, 1f);
        FloatVector fromFar = FloatVector.broadcast(SPECIES, FROM_FAR);
        for (int i = 0; i < n; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, xOff + i);
            FloatVector z = v.reinterpretAsInts().or(0x80000000).reinterpretAsFloats();
            FloatVector t = z.fma(log2e, rounder);
            FloatVector kf = t.sub(rounder);
            FloatVector r = kf.fma(ln2Lo, kf.fma(ln2, z));
            FloatVector q = e4.fma(r, e3).fma(r, e2).fma(r, e1).fma(r, e0);
            FloatVector p = q.fma(r.mul(r), r);
            FloatVector s = t.reinterpretAsInts().lanewise(LSHL, 23).add(FAR_ONE_BITS).reinterpretAsFloats();
            FloatVector e = p.fma(s, s).mul(fromFar).blend(0f, z.compare(LT, EXP_UNDERFLOW));
            FloatVector above = one.blend(e, v.compare(LT, 0f));
            above.div(e.add(1f)).intoArray(y, yOff + i);
        }
    }

    static void swish(float a, float[] x, int xOff, float[] y, int yOff, int n) {
        FloatVector log2e = FloatVector.broadcast(SPECIES, LOG2_E);
        FloatVector rounder = FloatVector.broadcast(SPECIES, ROUNDER);
        FloatVector ln2 = FloatVector.broadcast(SPECIES, -LN2);
        FloatVector ln2Lo = FloatVector.broadcast(SPECIES, -LN2_LO);
        FloatVector e0 = FloatVector.broadcast(SPECIES, E0);
        FloatVector e1 = FloatVector.broadcast(SPECIES, E1);
        FloatVector e2 = FloatVector.broadcast(SPECIES, E2);
        FloatVector e3 = FloatVector.broadcast(SPECIES, E3);
        FloatVector e4 = FloatVector.broadcast(SPECIES, E4);
        FloatVector one = FloatVector.broadcast(SPECIES, 1f);
        FloatVector fromFar = FloatVector.broadcast(SPECIES, FROM_FAR);
        for (int i = 0; i < n; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, xOff + i);
            FloatVector w = v.mul(a);
            FloatVector z = w.reinterpretAsInts().or(0x80000000).reinterpretAsFloats();
            FloatVector t = z.fma(log2e, rounder);
            FloatVector kf = t.sub(rounder);
            FloatVector r = kf.fma(ln2Lo, kf.fma(ln2, z));
            FloatVector q = e4.fma(r, e3).fma(r, e2).fma(r, e1).fma(r, e0);
            FloatVector p = q.fma(r.mul(r), r);
            FloatVector s = t.reinterpretAsInts().lanewise(LSHL, 23).add(FAR_ONE_BITS).reinterpretAsFloats();
            FloatVector e = p.fma(s, s).mul(fromFar).blend(0f, z.compare(LT, EXP_UNDERFLOW));
            FloatVector above = one.blend(e, w.compare(LT, 0f));
            above.div(e.add(1f)).mul(v).intoArray(y, yOff + i);
        }
    }

    static void tanh(float[] x, int xOff, float[] y, int yOff, int n) {
        FloatVector log2e = FloatVector.broadcast(SPECIES, 2 * LOG2_E);
        FloatVector rounder = FloatVector.broadcast(SPECIES, ROUNDER);
        FloatVector ln2 = FloatVector.broadcast(SPECIES, -LN2 / 2);
        FloatVector ln2Lo = FloatVector.broadcast(SPECIES, -LN2_LO / 2);
        FloatVector h0 = FloatVector.broadcast(SPECIES, H0);
        FloatVector h1 = FloatVector.broadcast(SPECIES, H1);
        FloatVector h2 = FloatVector.broadcast(SPECIES, H2);
        FloatVector h3 = FloatVector.broadcast(SPECIES, H3);
        FloatVector h4 = FloatVector.broadcast(SPECIES, H4);
        FloatVector half = FloatVector.broadcast(SPECIES, 0.5f);
        FloatVector minusHalf = FloatVector.broadcast(SPECIES, -0.5f);
        for (int i = 0; i < n; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, xOff + i);
            IntVector sign = v.reinterpretAsInts().and(0x80000000);
            FloatVector z = v.abs();
            z = z.blend(TANH_LIMIT, z.compare(GT, TANH_LIMIT));
            FloatVector t = z.fma(log2e, rounder);
            FloatVector kf = t.sub(rounder);
            FloatVector u = kf.fma(ln2Lo, kf.fma(ln2, z));
            FloatVector q = h4.fma(u, h3).fma(u, h2).fma(u, h1).fma(u, h0);
            FloatVector p = q.fma(u.mul(u), u);
            IntVector k = t.reinterpretAsInts().lanewise(LSHL, 23);
            FloatVector s = k.add(ONE_BITS).reinterpretAsFloats();
            FloatVector m = p.fma(s, s.fma(half, minusHalf));
            FloatVector h = m.div(m.add(1f)).reinterpretAsInts().or(sign).reinterpretAsFloats();
            h.intoArray(y, yOff + i);
        }
    }

    static void scaledTanh(float a, float b, float[] x, int xOff, float[] y, int yOff, int n) {
        FloatVector log2e = FloatVector.broadcast(SPECIES, 2 * LOG2_E);
        FloatVector rounder = FloatVector.broadcast(SPECIES, ROUNDER);
        FloatVector ln2 = FloatVector.broadcast(SPECIES, -LN2 / 2);
        FloatVector ln2Lo = FloatVector.broadcast(SPECIES, -LN2_LO / 2);
        FloatVector h0 = FloatVector.broadcast(SPECIES, H0);
        FloatVector h1 = FloatVector.broadcast(SPECIES, H1);
        FloatVector h2 = FloatVector.broadcast(SPECIES, H2);
        FloatVector h3 = FloatVector.broadcast(SPECIES, H3);
        FloatVector h4 = FloatVector.broadcast(SPECIES, H4);
        FloatVector half = FloatVector.broadcast(SPECIES, 0.5f);
        FloatVector minusHalf = FloatVector.broadcast(SPECIES, -0.5f);
        for (int i = 0; i < n; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, xOff + i);
            FloatVector w = v.mul(b);
            IntVector sign = w.reinterpretAsInts().and(0x80000000);
            FloatVector z = w.abs();
            z = z.blend(TANH_LIMIT, z.compare(GT, TANH_LIMIT));
            FloatVector t = z.fma(log2e, rounder);
            FloatVector kf = t.sub(rounder);
            FloatVector u = kf.fma(ln2Lo, kf.fma(ln2, z));
            FloatVector q = h4.fma(u, h3).fma(u, h2).fma(u, h1).fma(u, h0);
            FloatVector p = q.fma(u.mul(u), u);
            IntVector k = t.reinterpretAsInts().lanewise(LSHL, 23);
            FloatVector s = k.add(ONE_BITS).reinterpretAsFloats();
            FloatVector m = p.fma(s, s.fma(half, minusHalf));
            FloatVector h = m.div(m.add(1f)).reinterpretAsInts().or(sign).reinterpretAsFloats();
            h.mul(a).intoArray(y, yOff + i);
        }
    }

    static void geluTanh(float[] x, int xOff, float[] y, int yOff, int n) {
        FloatVector log2e = FloatVector.broadcast(SPECIES, 2 * LOG2_E);
        FloatVector rounder = FloatVector.broadcast(SPECIES, ROUNDER);
        FloatVector ln2 = FloatVector.broadcast(SPECIES, -LN2 / 2);
        FloatVector ln2Lo = FloatVector.broadcast(SPECIES, -LN2_LO / 2);
        FloatVector h0 = FloatVector.broadcast(SPECIES, H0);
        FloatVector h1 = FloatVector.broadcast(SPECIES, H1);
        FloatVector h2 = FloatVector.broadcast(SPECIES, H2);
        FloatVector h3 = FloatVector.broadcast(SPECIES, H3);
        FloatVector h4 = FloatVector.broadcast(SPECIES, H4);
        FloatVector half = FloatVector.broadcast(SPECIES, 0.5f);
        FloatVector minusHalf = FloatVector.broadcast(SPECIES, -0.5f);
        FloatVector g1 = FloatVector.broadcast(SPECIES, GELU_1);
        FloatVector g3 = FloatVector.broadcast(SPECIES, GELU_3);
        for (int i = 0; i < n; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, xOff + i);
            FloatVector w = v.mul(v.mul(v).fma(g3, g1));
            IntVector sign = w.reinterpretAsInts().and(0x80000000);
            FloatVector z = w.abs();
            z = z.blend(TANH_LIMIT, z.compare(GT, TANH_LIMIT));
            FloatVector t = z.fma(log2e, rounder);
            FloatVector kf = t.sub(rounder);
            FloatVector u = kf.fma(ln2Lo, kf.fma(ln2, z));
            FloatVector q = h4.fma(u, h3).fma(u, h2).fma(u, h1).fma(u, h0);
            FloatVector p = q.fma(u.mul(u), u);
            IntVector k = t.reinterpretAsInts().lanewise(LSHL, 23);
            FloatVector s = k.add(ONE_BITS).reinterpretAsFloats();
            FloatVector m = p.fma(s, s.fma(half, minusHalf));
            FloatVector h = m.div(m.add(1f)).reinterpretAsInts().or(sign).reinterpretAsFloats();
            v.mul(0.5f).mul(h.add(1f)).intoArray(y, yOff + i);
        }
    }
}
