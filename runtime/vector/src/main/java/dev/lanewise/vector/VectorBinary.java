package dev.lanewise.vector;

import static dev.lanewise.vector.Lanes.LANES;
import static dev.lanewise.vector.Lanes.SPECIES;
import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.GT;

import dev.lanewise.runtime.kernel.BinaryFn;
import jdk.incubator.vector.FloatVector;

/**
 * Functions of two arguments, of which either may be one number; each method is one loop over whole
 * vectors, {@code n} a multiple of {@link Lanes#LANES}. {@code both}, {@code right} and {@code
 * left} say whether they know the function.
 */
final class VectorBinary {

    private VectorBinary() {}

    static boolean both(
            BinaryFn fn, float[] a, int aOff, float[] b, int bOff, float[] y, int yOff, int n) {
        switch (fn) {
            case ADD -> add(a, aOff, b, bOff, y, yOff, n);
            case SUB -> sub(a, aOff, b, bOff, y, yOff, n);
            case MUL -> mul(a, aOff, b, bOff, y, yOff, n);
            case DIV -> div(a, aOff, b, bOff, y, yOff, n);
            case MIN -> min(a, aOff, b, bOff, y, yOff, n);
            case MAX -> max(a, aOff, b, bOff, y, yOff, n);
            case PRELU -> prelu(a, aOff, b, bOff, y, yOff, n);
            case GATE -> gate(a, aOff, b, bOff, y, yOff, n);
            default -> {
                return false;
            }
        }
        return true;
    }

    static boolean right(
            BinaryFn fn, float[] a, int aOff, float b, float[] y, int yOff, int n) {
        switch (fn) {
            case ADD -> add(a, aOff, b, y, yOff, n);
            case SUB -> sub(a, aOff, b, y, yOff, n);
            case MUL -> mul(a, aOff, b, y, yOff, n);
            case DIV -> div(a, aOff, b, y, yOff, n);
            case MIN -> min(a, aOff, b, y, yOff, n);
            case MAX -> max(a, aOff, b, y, yOff, n);
            case PRELU -> prelu(a, aOff, b, y, yOff, n);
            case GATE -> gate(a, aOff, b, y, yOff, n);
            default -> {
                return false;
            }
        }
        return true;
    }

    static boolean left(
            BinaryFn fn, float a, float[] b, int bOff, float[] y, int yOff, int n) {
        switch (fn) {
            case ADD -> add(b, bOff, a, y, yOff, n);
            case SUB -> sub(a, b, bOff, y, yOff, n);
            case MUL -> mul(b, bOff, a, y, yOff, n);
            case DIV -> div(a, b, bOff, y, yOff, n);
            case MIN -> min(b, bOff, a, y, yOff, n);
            case MAX -> max(b, bOff, a, y, yOff, n);
            case PRELU -> prelu(a, b, bOff, y, yOff, n);
            case GATE -> gate(a, b, bOff, y, yOff, n);
            default -> {
                return false;
            }
        }
        return true;
    }

    static void add(float[] a, int aOff, float[] b, int bOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector u = FloatVector.fromArray(SPECIES, a, aOff + i);
            FloatVector v = FloatVector.fromArray(SPECIES, b, bOff + i);
            u.add(v).intoArray(y, yOff + i);
        }
    }

    static void add(float[] a, int aOff, float b, float[] y, int yOff, int n) {
        FloatVector v = FloatVector.broadcast(SPECIES, b);
        for (int i = 0; i < n; i += LANES) {
            FloatVector u = FloatVector.fromArray(SPECIES, a, aOff + i);
            u.add(v).intoArray(y, yOff + i);
        }
    }

    static void sub(float[] a, int aOff, float[] b, int bOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector u = FloatVector.fromArray(SPECIES, a, aOff + i);
            FloatVector v = FloatVector.fromArray(SPECIES, b, bOff + i);
            u.sub(v).intoArray(y, yOff + i);
        }
    }

    static void sub(float[] a, int aOff, float b, float[] y, int yOff, int n) {
        FloatVector v = FloatVector.broadcast(SPECIES, b);
        for (int i = 0; i < n; i += LANES) {
            FloatVector u = FloatVector.fromArray(SPECIES, a, aOff + i);
            u.sub(v).intoArray(y, yOff + i);
        }
    }

    static void sub(float a, float[] b, int bOff, float[] y, int yOff, int n) {
        FloatVector u = FloatVector.broadcast(SPECIES, a);
        for (int i = 0; i < n; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, b, bOff + i);
            u.sub(v).intoArray(y, yOff + i);
        }
    }

    static void mul(float[] a, int aOff, float[] b, int bOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector u = FloatVector.fromArray(SPECIES, a, aOff + i);
            FloatVector v = FloatVector.fromArray(SPECIES, b, bOff + i);
            u.mul(v).intoArray(y, yOff + i);
        }
    }

    static void mul(float[] a, int aOff, float b, float[] y, int yOff, int n) {
        FloatVector v = FloatVector.broadcast(SPECIES, b);
        for (int i = 0; i < n; i += LANES) {
            FloatVector u = FloatVector.fromArray(SPECIES, a, aOff + i);
            u.mul(v).intoArray(y, yOff + i);
        }
    }

    static void div(float[] a, int aOff, float[] b, int bOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector u = FloatVector.fromArray(SPECIES, a, aOff + i);
            FloatVector v = FloatVector.fromArray(SPECIES, b, bOff + i);
            u.div(v).intoArray(y, yOff + i);
        }
    }

    static void div(float[] a, int aOff, float b, float[] y, int yOff, int n) {
        FloatVector v = FloatVector.broadcast(SPECIES, b);
        for (int i = 0; i < n; i += LANES) {
            FloatVector u = FloatVector.fromArray(SPECIES, a, aOff + i);
            u.div(v).intoArray(y, yOff + i);
        }
    }

    static void div(float a, float[] b, int bOff, float[] y, int yOff, int n) {
        FloatVector u = FloatVector.broadcast(SPECIES, a);
        for (int i = 0; i < n; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, b, bOff + i);
            u.div(v).intoArray(y, yOff + i);
        }
    }

    static void min(float[] a, int aOff, float[] b, int bOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector u = FloatVector.fromArray(SPECIES, a, aOff + i);
            FloatVector v = FloatVector.fromArray(SPECIES, b, bOff + i);
            u.min(v).intoArray(y, yOff + i);
        }
    }

    static void min(float[] a, int aOff, float b, float[] y, int yOff, int n) {
        FloatVector v = FloatVector.broadcast(SPECIES, b);
        for (int i = 0; i < n; i += LANES) {
            FloatVector u = FloatVector.fromArray(SPECIES, a, aOff + i);
            u.min(v).intoArray(y, yOff + i);
        }
    }

    static void max(float[] a, int aOff, float[] b, int bOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector u = FloatVector.fromArray(SPECIES, a, aOff + i);
            FloatVector v = FloatVector.fromArray(SPECIES, b, bOff + i);
            u.max(v).intoArray(y, yOff + i);
        }
    }

    static void max(float[] a, int aOff, float b, float[] y, int yOff, int n) {
        FloatVector v = FloatVector.broadcast(SPECIES, b);
        for (int i = 0; i < n; i += LANES) {
            FloatVector u = FloatVector.fromArray(SPECIES, a, aOff + i);
            u.max(v).intoArray(y, yOff + i);
        }
    }

    static void prelu(float[] a, int aOff, float[] b, int bOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector u = FloatVector.fromArray(SPECIES, a, aOff + i);
            FloatVector v = FloatVector.fromArray(SPECIES, b, bOff + i);
            u.mul(v).blend(u, u.compare(GE, 0f)).intoArray(y, yOff + i);
        }
    }

    static void prelu(float[] a, int aOff, float b, float[] y, int yOff, int n) {
        FloatVector v = FloatVector.broadcast(SPECIES, b);
        for (int i = 0; i < n; i += LANES) {
            FloatVector u = FloatVector.fromArray(SPECIES, a, aOff + i);
            u.mul(v).blend(u, u.compare(GE, 0f)).intoArray(y, yOff + i);
        }
    }

    static void prelu(float a, float[] b, int bOff, float[] y, int yOff, int n) {
        FloatVector u = FloatVector.broadcast(SPECIES, a);
        for (int i = 0; i < n; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, b, bOff + i);
            u.mul(v).blend(u, u.compare(GE, 0f)).intoArray(y, yOff + i);
        }
    }

    static void gate(float[] a, int aOff, float[] b, int bOff, float[] y, int yOff, int n) {
        FloatVector zero = FloatVector.zero(SPECIES);
        for (int i = 0; i < n; i += LANES) {
            FloatVector u = FloatVector.fromArray(SPECIES, a, aOff + i);
            FloatVector v = FloatVector.fromArray(SPECIES, b, bOff + i);
            zero.blend(u, v.compare(GT, 0f)).intoArray(y, yOff + i);
        }
    }

    static void gate(float[] a, int aOff, float b, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector u = FloatVector.fromArray(SPECIES, a, aOff + i);
            (b > 0f ? u : FloatVector.zero(SPECIES)).intoArray(y, yOff + i);
        }
    }

    static void gate(float a, float[] b, int bOff, float[] y, int yOff, int n) {
        FloatVector zero = FloatVector.zero(SPECIES);
        for (int i = 0; i < n; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, b, bOff + i);
            zero.blend(a, v.compare(GT, 0f)).intoArray(y, yOff + i);
        }
    }
}
