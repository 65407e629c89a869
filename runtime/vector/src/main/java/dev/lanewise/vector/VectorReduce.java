package dev.lanewise.vector;

import static dev.lanewise.vector.Lanes.LANES;
import static dev.lanewise.vector.Lanes.SPECIES;

import dev.lanewise.runtime.kernel.ReduceFn;
import dev.lanewise.runtime.kernel.ReduceKernels;
import dev.lanewise.runtime.scalar.Fma;
import dev.lanewise.runtime.scalar.ScalarReduce;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;

/**
 * Reductions with vectors. The sixteen accumulators of a row are a, or a and b, or a to d, by the
 * vector's width; C2 removes those that a constant condition leaves unused. Then the tree, by
 * rotations, and the rest of the row one by one.
 */
public final class VectorReduce implements ReduceKernels {

    // Lane j receives lane j + 8, 4, 2 or 1.
    static final VectorShuffle<Float> BY_8 = rotation(8);
    static final VectorShuffle<Float> BY_4 = rotation(4);
    static final VectorShuffle<Float> BY_2 = rotation(2);
    static final VectorShuffle<Float> BY_1 = rotation(1);

    // What changes no bit of what a loop carried, and is of a class that C2 knows without a profile.
    static final FloatVector MINUS_ZERO = FloatVector.broadcast(SPECIES, -0f);
    private static final FloatVector ONE = FloatVector.broadcast(SPECIES, 1f);
    static final FloatVector LOWEST = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
    private static final FloatVector HIGHEST = FloatVector.broadcast(SPECIES, Float.POSITIVE_INFINITY);

    private final ReduceKernels twin = new ScalarReduce();

    private static VectorShuffle<Float> rotation(int by) {
        return VectorShuffle.fromOp(SPECIES, lane -> lane + by & LANES - 1);
    }

    @Override
    public float row(ReduceFn fn, float[] x, int xOff, int n) {
        return switch (fn) {
            case SUM -> sum(x, xOff, n);
            case SUM_SQUARE -> sumSquare(x, xOff, n);
            case SUM_ABS -> sumAbs(x, xOff, n);
            case PROD -> prod(x, xOff, n);
            case MAX -> max(x, xOff, n);
            case MIN -> min(x, xOff, n);
        };
    }

    @Override
    public void columns(
            ReduceFn fn, float[] x, int xOff, int rows, int stride, int n, float[] y, int yOff) {
        int whole = n & -LANES;
        FloatVector neutral = FloatVector.broadcast(SPECIES, ScalarReduce.neutral(fn));
        for (int i = 0; i < whole; i += LANES) {
            neutral.intoArray(y, yOff + i);
        }
        for (int row = 0; row < rows; row++) {
            int i = xOff + row * stride;
            switch (fn) {
                case SUM -> VectorBinary.add(y, yOff, x, i, y, yOff, whole);
                case SUM_SQUARE -> addSquare(x, i, y, yOff, whole);
                case SUM_ABS -> addAbs(x, i, y, yOff, whole);
                case PROD -> VectorBinary.mul(y, yOff, x, i, y, yOff, whole);
                case MAX -> VectorBinary.max(y, yOff, x, i, y, yOff, whole);
                case MIN -> VectorBinary.min(y, yOff, x, i, y, yOff, whole);
            }
        }
        if (whole < n) {
            twin.columns(fn, x, xOff + whole, rows, stride, n - whole, y, yOff + whole);
        }
    }

    private static void addSquare(float[] x, int xOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, xOff + i);
            v.fma(v, FloatVector.fromArray(SPECIES, y, yOff + i)).intoArray(y, yOff + i);
        }
    }

    private static void addAbs(float[] x, int xOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, xOff + i);
            FloatVector.fromArray(SPECIES, y, yOff + i).add(v.abs()).intoArray(y, yOff + i);
        }
    }

    static float sum(float[] x, int xOff, int n) {
        FloatVector a = FloatVector.broadcast(SPECIES, 0f);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        int end = xOff + (n & -16);
        for (int i = xOff; i < end; i += 16) {
            FloatVector va = FloatVector.fromArray(SPECIES, x, i);
            a = va.add(a);
            if (LANES <= 8) {
                FloatVector vb = FloatVector.fromArray(SPECIES, x, i + LANES);
                b = vb.add(b);
            }
            if (LANES == 4) {
                FloatVector vc = FloatVector.fromArray(SPECIES, x, i + 8);
                c = vc.add(c);
                FloatVector vd = FloatVector.fromArray(SPECIES, x, i + 12);
                d = vd.add(d);
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
            s = s + x[i];
        }
        return s;
    }

    static float sumSquare(float[] x, int xOff, int n) {
        FloatVector a = FloatVector.broadcast(SPECIES, 0f);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        int end = xOff + (n & -16);
        for (int i = xOff; i < end; i += 16) {
            FloatVector va = FloatVector.fromArray(SPECIES, x, i);
            a = va.fma(va, a);
            if (LANES <= 8) {
                FloatVector vb = FloatVector.fromArray(SPECIES, x, i + LANES);
                b = vb.fma(vb, b);
            }
            if (LANES == 4) {
                FloatVector vc = FloatVector.fromArray(SPECIES, x, i + 8);
                c = vc.fma(vc, c);
                FloatVector vd = FloatVector.fromArray(SPECIES, x, i + 12);
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
            s = Fma.fma(x[i], x[i], s);
        }
        return s;
    }

    static float sumAbs(float[] x, int xOff, int n) {
        FloatVector a = FloatVector.broadcast(SPECIES, 0f);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        int end = xOff + (n & -16);
        for (int i = xOff; i < end; i += 16) {
            FloatVector va = FloatVector.fromArray(SPECIES, x, i);
            a = va.abs().add(a);
            if (LANES <= 8) {
                FloatVector vb = FloatVector.fromArray(SPECIES, x, i + LANES);
                b = vb.abs().add(b);
            }
            if (LANES == 4) {
                FloatVector vc = FloatVector.fromArray(SPECIES, x, i + 8);
                c = vc.abs().add(c);
                FloatVector vd = FloatVector.fromArray(SPECIES, x, i + 12);
                d = vd.abs().add(d);
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
            s = s + Math.abs(x[i]);
        }
        return s;
    }

    static float prod(float[] x, int xOff, int n) {
        FloatVector a = FloatVector.broadcast(SPECIES, 1f);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        int end = xOff + (n & -16);
        for (int i = xOff; i < end; i += 16) {
            FloatVector va = FloatVector.fromArray(SPECIES, x, i);
            a = va.mul(a);
            if (LANES <= 8) {
                FloatVector vb = FloatVector.fromArray(SPECIES, x, i + LANES);
                b = vb.mul(b);
            }
            if (LANES == 4) {
                FloatVector vc = FloatVector.fromArray(SPECIES, x, i + 8);
                c = vc.mul(c);
                FloatVector vd = FloatVector.fromArray(SPECIES, x, i + 12);
                d = vd.mul(d);
            }
        }
        a = ONE.mul(a);
        if (LANES == 8) {
            a = a.mul(b);
        } else if (LANES == 4) {
            a = a.mul(c).mul(ONE.mul(b).mul(d));
        }
        if (LANES == 16) {
            a = a.mul(a.rearrange(BY_8));
        }
        if (LANES >= 8) {
            a = a.mul(a.rearrange(BY_4));
        }
        a = a.mul(a.rearrange(BY_2));
        a = a.mul(a.rearrange(BY_1));
        float s = a.lane(0);
        for (int i = end; i < xOff + n; i++) {
            s = s * x[i];
        }
        return s;
    }

    /** In any order: it cannot change the result. Four chains hide the latency. */
    static float max(float[] x, int xOff, int n) {
        FloatVector a = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        int i = xOff;
        int end = xOff + n;
        for (; i <= end - 4 * LANES; i += 4 * LANES) {
            a = FloatVector.fromArray(SPECIES, x, i).max(a);
            b = FloatVector.fromArray(SPECIES, x, i + LANES).max(b);
            c = FloatVector.fromArray(SPECIES, x, i + 2 * LANES).max(c);
            d = FloatVector.fromArray(SPECIES, x, i + 3 * LANES).max(d);
        }
        for (; i <= end - LANES; i += LANES) {
            a = FloatVector.fromArray(SPECIES, x, i).max(a);
        }
        float s = LOWEST.max(a).max(b).max(LOWEST.max(c).max(d)).reduceLanes(VectorOperators.MAX);
        for (; i < end; i++) {
            s = Math.max(s, x[i]);
        }
        return s;
    }

    /** In any order: it cannot change the result. Four chains hide the latency. */
    static float min(float[] x, int xOff, int n) {
        FloatVector a = FloatVector.broadcast(SPECIES, Float.POSITIVE_INFINITY);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        int i = xOff;
        int end = xOff + n;
        for (; i <= end - 4 * LANES; i += 4 * LANES) {
            a = FloatVector.fromArray(SPECIES, x, i).min(a);
            b = FloatVector.fromArray(SPECIES, x, i + LANES).min(b);
            c = FloatVector.fromArray(SPECIES, x, i + 2 * LANES).min(c);
            d = FloatVector.fromArray(SPECIES, x, i + 3 * LANES).min(d);
        }
        for (; i <= end - LANES; i += LANES) {
            a = FloatVector.fromArray(SPECIES, x, i).min(a);
        }
        float s = HIGHEST.min(a).min(b).min(HIGHEST.min(c).min(d)).reduceLanes(VectorOperators.MIN);
        for (; i < end; i++) {
            s = Math.min(s, x[i]);
        }
        return s;
    }
}
