package dev.lanewise.vector;

import static dev.lanewise.runtime.scalar.ScalarMath.*;
import static dev.lanewise.vector.Lanes.LANES;
import static dev.lanewise.vector.Lanes.SPECIES;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.XOR;

import dev.lanewise.runtime.scalar.ScalarMath;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;

/**
 * Logarithm, sine and cosine, see {@link dev.lanewise.runtime.scalar.ScalarMath} for methods and
 * errors. Each method is one loop over whole vectors, {@code n} a multiple of {@link Lanes#LANES}.
 */
final class VectorLog {

    private VectorLog() {}

    static void log(float[] x, int xOff, float[] y, int yOff, int n) {
        FloatVector l0 = all(L0);
        FloatVector l1 = all(L1);
        FloatVector l2 = all(L2);
        FloatVector l3 = all(L3);
        FloatVector l4 = all(L4);
        FloatVector l5 = all(L5);
        FloatVector l6 = all(L6);
        FloatVector l7 = all(L7);
        FloatVector l8 = all(L8);
        FloatVector ln2 = all(LN2);
        FloatVector ulp = all(0x1p-23f);
        FloatVector zero = all(0f);
        for (int i = 0; i < n; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, xOff + i);
            VectorMask<Float> tiny = v.compare(LT, Float.MIN_NORMAL);
            IntVector bits = v.blend(v.mul(0x1p23f), tiny).reinterpretAsInts();
            IntVector e = bits.sub(LOG_PIVOT).and(0xff800000);
            FloatVector f = bits.sub(e).reinterpretAsFloats().sub(1f);
            FloatVector ef = (FloatVector) e.convert(I2F, 0);
            FloatVector k = ef.fma(ulp, zero.blend(-23f, tiny));
            FloatVector poly = l8.fma(f, l7).fma(f, l6).fma(f, l5).fma(f, l4);
            poly = poly.fma(f, l3).fma(f, l2).fma(f, l1).fma(f, l0);
            FloatVector log = poly.fma(f.mul(f), f);
            FloatVector z = v.blend(k.fma(ln2, log), v.compare(LT, Float.POSITIVE_INFINITY));
            z = z.blend(Float.NEGATIVE_INFINITY, v.compare(EQ, 0f));
            z.blend(Float.NaN, v.compare(LT, 0f)).intoArray(y, yOff + i);
        }
    }

    static void sin(float[] x, int xOff, float[] y, int yOff, int n) {
        FloatVector twoOverPi = all(TWO_OVER_PI);
        FloatVector rounder = all(ROUNDER);
        FloatVector halfPi1 = all(-HALF_PI_1);
        FloatVector halfPi2 = all(-HALF_PI_2);
        FloatVector halfPi3 = all(-HALF_PI_3);
        FloatVector s0 = all(S0);
        FloatVector s1 = all(S1);
        FloatVector s2 = all(S2);
        FloatVector c0 = all(C0);
        FloatVector c1 = all(C1);
        FloatVector c2 = all(C2);
        FloatVector minusHalf = all(-0.5f);
        FloatVector one = all(1f);
        for (int i = 0; i < n; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, xOff + i);
            if (!v.abs().compare(LE, TRIG_LIMIT).allTrue()) {
                sinEach(x, xOff + i, y, yOff + i);
            } else {
                FloatVector t = v.fma(twoOverPi, rounder);
                FloatVector kf = t.sub(rounder);
                FloatVector r = kf.fma(halfPi3, kf.fma(halfPi2, kf.fma(halfPi1, v)));
                FloatVector s = r.mul(r);
                FloatVector sin = s.fma(s2, s1).fma(s, s0).fma(s.mul(r), r);
                FloatVector cos = s.fma(c2, c1).fma(s, c0).fma(s, minusHalf).fma(s, one);
                IntVector k = t.reinterpretAsInts();
                IntVector odd = k.and(1).neg();
                IntVector bits = sin.reinterpretAsInts().bitwiseBlend(cos.reinterpretAsInts(), odd);
                bits = bits.lanewise(XOR, k.and(2).lanewise(LSHL, 30));
                FloatVector z = bits.reinterpretAsFloats();
                z.blend(v, v.compare(EQ, 0f)).intoArray(y, yOff + i);
            }
        }
    }

    private static void sinEach(float[] x, int xOff, float[] y, int yOff) {
        for (int i = 0; i < LANES; i++) {
            y[yOff + i] = ScalarMath.sin(x[xOff + i]);
        }
    }

    static void cos(float[] x, int xOff, float[] y, int yOff, int n) {
        FloatVector twoOverPi = all(TWO_OVER_PI);
        FloatVector rounder = all(ROUNDER);
        FloatVector halfPi1 = all(-HALF_PI_1);
        FloatVector halfPi2 = all(-HALF_PI_2);
        FloatVector halfPi3 = all(-HALF_PI_3);
        FloatVector s0 = all(S0);
        FloatVector s1 = all(S1);
        FloatVector s2 = all(S2);
        FloatVector c0 = all(C0);
        FloatVector c1 = all(C1);
        FloatVector c2 = all(C2);
        FloatVector minusHalf = all(-0.5f);
        FloatVector one = all(1f);
        for (int i = 0; i < n; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, xOff + i);
            if (!v.abs().compare(LE, TRIG_LIMIT).allTrue()) {
                cosEach(x, xOff + i, y, yOff + i);
            } else {
                FloatVector t = v.fma(twoOverPi, rounder);
                FloatVector kf = t.sub(rounder);
                FloatVector r = kf.fma(halfPi3, kf.fma(halfPi2, kf.fma(halfPi1, v)));
                FloatVector s = r.mul(r);
                FloatVector sin = s.fma(s2, s1).fma(s, s0).fma(s.mul(r), r);
                FloatVector cos = s.fma(c2, c1).fma(s, c0).fma(s, minusHalf).fma(s, one);
                IntVector k = t.reinterpretAsInts().add(1);
                IntVector odd = k.and(1).neg();
                IntVector bits = sin.reinterpretAsInts().bitwiseBlend(cos.reinterpretAsInts(), odd);
                bits = bits.lanewise(XOR, k.and(2).lanewise(LSHL, 30));
                bits.reinterpretAsFloats().intoArray(y, yOff + i);
            }
        }
    }

    private static void cosEach(float[] x, int xOff, float[] y, int yOff) {
        for (int i = 0; i < LANES; i++) {
            y[yOff + i] = ScalarMath.cos(x[xOff + i]);
        }
    }

    private static FloatVector all(float value) {
        return FloatVector.broadcast(SPECIES, value);
    }
}
