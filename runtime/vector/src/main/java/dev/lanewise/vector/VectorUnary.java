package dev.lanewise.vector;

import static dev.lanewise.runtime.scalar.ScalarMath.SIXTH;
import static dev.lanewise.vector.Lanes.LANES;
import static dev.lanewise.vector.Lanes.SPECIES;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * Algebraic functions of one argument. Each method is one loop over whole vectors, {@code n} a
 * multiple of {@link Lanes#LANES}; the expression is that of the scalar twin.
 */
final class VectorUnary {

    private VectorUnary() {}

    static void abs(float[] x, int xOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, xOff + i);
            v.abs().intoArray(y, yOff + i);
        }
    }

    static void neg(float[] x, int xOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, xOff + i);
            v.neg().intoArray(y, yOff + i);
        }
    }

    static void sqrt(float[] x, int xOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, xOff + i);
            v.sqrt().intoArray(y, yOff + i);
        }
    }

    static void reciprocal(float[] x, int xOff, float[] y, int yOff, int n) {
        FloatVector one = all(1f);
        for (int i = 0; i < n; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, xOff + i);
            one.div(v).intoArray(y, yOff + i);
        }
    }

    static void square(float[] x, int xOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, xOff + i);
            v.mul(v).intoArray(y, yOff + i);
        }
    }

    static void affine(float a, float b, float[] x, int xOff, float[] y, int yOff, int n) {
        FloatVector slope = all(a);
        FloatVector offset = all(b);
        for (int i = 0; i < n; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, xOff + i);
            v.fma(slope, offset).intoArray(y, yOff + i);
        }
    }

    static void sign(float[] x, int xOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, xOff + i);
            v.blend(1f, v.compare(GT, 0f)).blend(-1f, v.compare(LT, 0f)).intoArray(y, yOff + i);
        }
    }

    static void relu(float[] x, int xOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, xOff + i);
            v.blend(0f, v.compare(LE, 0f)).intoArray(y, yOff + i);
        }
    }

    static void leakyRelu(float a, float[] x, int xOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, xOff + i);
            v.mul(a).blend(v, v.compare(GE, 0f)).intoArray(y, yOff + i);
        }
    }

    static void clip(float a, float b, float[] x, int xOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, xOff + i);
            v.max(a).min(b).intoArray(y, yOff + i);
        }
    }

    static void softsign(float[] x, int xOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, xOff + i);
            v.div(v.abs().add(1f)).intoArray(y, yOff + i);
        }
    }

    static void hardSigmoid(float a, float b, float[] x, int xOff, float[] y, int yOff, int n) {
        FloatVector slope = all(a);
        FloatVector offset = all(b);
        for (int i = 0; i < n; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, xOff + i);
            v.fma(slope, offset).max(0f).min(1f).intoArray(y, yOff + i);
        }
    }

    static void hardSwish(float[] x, int xOff, float[] y, int yOff, int n) {
        FloatVector sixth = all(SIXTH);
        FloatVector half = all(0.5f);
        for (int i = 0; i < n; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, xOff + i);
            v.fma(sixth, half).max(0f).min(1f).mul(v).intoArray(y, yOff + i);
        }
    }

    static void thresholdedRelu(float a, float[] x, int xOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, xOff + i);
            v.blend(0f, v.compare(LE, a)).intoArray(y, yOff + i);
        }
    }

    static void shrink(float a, float b, float[] x, int xOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, xOff + i);
            FloatVector z = v.blend(0f, v.compare(EQ, v));
            z = z.blend(v.sub(b), v.compare(GT, a));
            z.blend(v.add(b), v.compare(LT, -a)).intoArray(y, yOff + i);
        }
    }

    // Rounding: adding 2²³ leaves no bit below 1; what is larger is integral, or NaN, and stays.

    static void floor(float[] x, int xOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, xOff + i);
            FloatVector a = v.abs();
            IntVector sign = v.reinterpretAsInts().and(0x80000000);
            IntVector bits = a.add(0x1p23f).sub(0x1p23f).reinterpretAsInts();
            FloatVector r = bits.or(sign).reinterpretAsFloats();
            r = r.blend(r.sub(1f), r.compare(GT, v));
            v.blend(r, a.compare(LT, 0x1p23f)).intoArray(y, yOff + i);
        }
    }

    static void ceil(float[] x, int xOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, xOff + i);
            FloatVector a = v.abs();
            IntVector sign = v.reinterpretAsInts().and(0x80000000);
            IntVector bits = a.add(0x1p23f).sub(0x1p23f).reinterpretAsInts();
            FloatVector r = bits.or(sign).reinterpretAsFloats();
            bits = r.blend(r.add(1f), r.compare(LT, v)).reinterpretAsInts();
            r = bits.or(sign).reinterpretAsFloats();
            v.blend(r, a.compare(LT, 0x1p23f)).intoArray(y, yOff + i);
        }
    }

    static void round(float[] x, int xOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, xOff + i);
            FloatVector a = v.abs();
            IntVector sign = v.reinterpretAsInts().and(0x80000000);
            IntVector bits = a.add(0x1p23f).sub(0x1p23f).reinterpretAsInts();
            FloatVector r = bits.or(sign).reinterpretAsFloats();
            v.blend(r, a.compare(LT, 0x1p23f)).intoArray(y, yOff + i);
        }
    }

    private static FloatVector all(float value) {
        return FloatVector.broadcast(SPECIES, value);
    }
}
