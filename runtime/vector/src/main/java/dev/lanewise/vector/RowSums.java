package dev.lanewise.vector;

import static dev.lanewise.runtime.scalar.ScalarMath.*;
import static dev.lanewise.vector.Lanes.LANES;
import static dev.lanewise.vector.Lanes.SPECIES;
import static dev.lanewise.vector.VectorReduce.BY_1;
import static dev.lanewise.vector.VectorReduce.BY_2;
import static dev.lanewise.vector.VectorReduce.BY_4;
import static dev.lanewise.vector.VectorReduce.BY_8;
import static dev.lanewise.vector.VectorReduce.LOWEST;
import static dev.lanewise.vector.VectorReduce.MINUS_ZERO;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.MAX;

import dev.lanewise.runtime.scalar.Fma;
import dev.lanewise.runtime.scalar.ScalarMath;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * Sums over a row that the norms need: of exponentials, and of squares about the mean. Order as in
 * {@link VectorReduce}.
 */
final class RowSums {

    /** Bits of 1f; with k · 2²³ added, of 2^k. */
    private static final int ONE_BITS = 0x3f800000;

    private RowSums() {}

    /**
     * y = e^(x − max); returns the sum of y, which may be x. Narrower vectors of the sixteen
     * accumulators take turns: in nested loops, one vector of them after the other, Java 17 boxes.
     */
    static float expAndSum(float[] x, int xOff, float max, float[] y, int yOff, int n) {
        FloatVector log2e = all(LOG2_E);
        FloatVector rounder = all(ROUNDER);
        FloatVector ln2 = all(-LN2);
        FloatVector ln2Lo = all(-LN2_LO);
        FloatVector e0 = all(E0);
        FloatVector e1 = all(E1);
        FloatVector e2 = all(E2);
        FloatVector e3 = all(E3);
        FloatVector e4 = all(E4);
        FloatVector a = all(0f);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        int end = n & -16;
        for (int i = 0; i < end; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, xOff + i).sub(max);
            FloatVector t = v.fma(log2e, rounder);
            FloatVector kf = t.sub(rounder);
            FloatVector r = kf.fma(ln2Lo, kf.fma(ln2, v));
            FloatVector q = r.fma(e4, e3).fma(r, e2).fma(r, e1).fma(r, e0);
            FloatVector p = q.fma(r.mul(r), r);
            IntVector k = t.reinterpretAsInts().sub(ROUNDER_BITS);
            IntVector half = k.lanewise(ASHR, 1);
            FloatVector s1 = half.lanewise(LSHL, 23).add(ONE_BITS).reinterpretAsFloats();
            FloatVector s2 = k.sub(half).lanewise(LSHL, 23).add(ONE_BITS).reinterpretAsFloats();
            FloatVector e = p.fma(s1, s1).mul(s2).blend(0f, v.compare(LT, EXP_UNDERFLOW));
            e.intoArray(y, yOff + i);
            FloatVector sum = e.add(a);
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
        float s = a.lane(0);
        for (int i = end; i < n; i++) {
            float e = ScalarMath.exp(x[xOff + i] - max);
            y[yOff + i] = e;
            s = s + e;
        }
        return s;
    }

    /** Σ e^(x − max). A method of its own: with a store on a condition in the loop C2 boxes. */
    static float sumExp(float[] x, int xOff, float max, int n) {
        FloatVector log2e = all(LOG2_E);
        FloatVector rounder = all(ROUNDER);
        FloatVector ln2 = all(-LN2);
        FloatVector ln2Lo = all(-LN2_LO);
        FloatVector e0 = all(E0);
        FloatVector e1 = all(E1);
        FloatVector e2 = all(E2);
        FloatVector e3 = all(E3);
        FloatVector e4 = all(E4);
        FloatVector a = all(0f);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        int end = n & -16;
        for (int i = 0; i < end; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, xOff + i).sub(max);
            FloatVector t = v.fma(log2e, rounder);
            FloatVector kf = t.sub(rounder);
            FloatVector r = kf.fma(ln2Lo, kf.fma(ln2, v));
            FloatVector q = r.fma(e4, e3).fma(r, e2).fma(r, e1).fma(r, e0);
            FloatVector p = q.fma(r.mul(r), r);
            IntVector k = t.reinterpretAsInts().sub(ROUNDER_BITS);
            IntVector half = k.lanewise(ASHR, 1);
            FloatVector s1 = half.lanewise(LSHL, 23).add(ONE_BITS).reinterpretAsFloats();
            FloatVector s2 = k.sub(half).lanewise(LSHL, 23).add(ONE_BITS).reinterpretAsFloats();
            FloatVector e = p.fma(s1, s1).mul(s2).blend(0f, v.compare(LT, EXP_UNDERFLOW));
            FloatVector sum = e.add(a);
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
        float s = a.lane(0);
        for (int i = end; i < n; i++) {
            float e = ScalarMath.exp(x[xOff + i] - max);
            s = s + e;
        }
        return s;
    }

    /**
     * The largest number; of a row with NaNs any number of it, or −∞. Three times as fast as the true
     * maximum, and enough where exponentials of x − max are added up: a NaN comes back through the
     * sum.
     */
    static float maxNumber(float[] x, int xOff, int n) {
        FloatVector a = all(Float.NEGATIVE_INFINITY);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        int i = xOff;
        int end = xOff + n;
        for (; i <= end - 4 * LANES; i += 4 * LANES) {
            FloatVector va = FloatVector.fromArray(SPECIES, x, i);
            FloatVector vb = FloatVector.fromArray(SPECIES, x, i + LANES);
            FloatVector vc = FloatVector.fromArray(SPECIES, x, i + 2 * LANES);
            FloatVector vd = FloatVector.fromArray(SPECIES, x, i + 3 * LANES);
            a = va.blend(a, va.compare(LE, a));
            b = vb.blend(b, vb.compare(LE, b));
            c = vc.blend(c, vc.compare(LE, c));
            d = vd.blend(d, vd.compare(LE, d));
        }
        for (; i <= end - LANES; i += LANES) {
            FloatVector va = FloatVector.fromArray(SPECIES, x, i);
            a = va.blend(a, va.compare(LE, a));
        }
        FloatVector best = LOWEST.blend(a, LOWEST.compare(LT, a));
        best = best.blend(b, best.compare(LT, b));
        best = best.blend(c, best.compare(LT, c));
        best = best.blend(d, best.compare(LT, d));
        float s = best.reduceLanes(MAX);
        for (; i < end; i++) {
            s = x[i] > s ? x[i] : s;
        }
        return s;
    }

    /** Σ (x − mean)² */
    static float sumSquareDeviation(float[] x, int xOff, int n, float mean) {
        FloatVector a = FloatVector.broadcast(SPECIES, 0f);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        int end = xOff + (n & -16);
        for (int i = xOff; i < end; i += 16) {
            FloatVector va = FloatVector.fromArray(SPECIES, x, i).sub(mean);
            a = va.fma(va, a);
            if (LANES <= 8) {
                FloatVector vb = FloatVector.fromArray(SPECIES, x, i + LANES).sub(mean);
                b = vb.fma(vb, b);
            }
            if (LANES == 4) {
                FloatVector vc = FloatVector.fromArray(SPECIES, x, i + 8).sub(mean);
                c = vc.fma(vc, c);
                FloatVector vd = FloatVector.fromArray(SPECIES, x, i + 12).sub(mean);
                d = vd.fma(vd, d);
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
        float s = a.lane(0);
        for (int i = end; i < xOff + n; i++) {
            float u = x[i] - mean;
            s = Fma.fma(u, u, s);
        }
        return s;
    }

    /** {@code Σ z · (x − center)} */
    static float sumProducts(float[] z, int zOff, float[] x, int xOff, float center, int n) {
        FloatVector a = FloatVector.broadcast(SPECIES, 0f);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        int end = n & -16;
        for (int i = 0; i < end; i += 16) {
            FloatVector va = FloatVector.fromArray(SPECIES, x, xOff + i).sub(center);
            a = va.fma(FloatVector.fromArray(SPECIES, z, zOff + i), a);
            if (LANES <= 8) {
                FloatVector vb = FloatVector.fromArray(SPECIES, x, xOff + i + LANES).sub(center);
                b = vb.fma(FloatVector.fromArray(SPECIES, z, zOff + i + LANES), b);
            }
            if (LANES == 4) {
                FloatVector vc = FloatVector.fromArray(SPECIES, x, xOff + i + 8).sub(center);
                c = vc.fma(FloatVector.fromArray(SPECIES, z, zOff + i + 8), c);
                FloatVector vd = FloatVector.fromArray(SPECIES, x, xOff + i + 12).sub(center);
                d = vd.fma(FloatVector.fromArray(SPECIES, z, zOff + i + 12), d);
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
        float s = a.lane(0);
        for (int i = end; i < n; i++) {
            s = Fma.fma(z[zOff + i], x[xOff + i] - center, s);
        }
        return s;
    }

    private static FloatVector all(float value) {
        return FloatVector.broadcast(SPECIES, value);
    }
}
