package dev.lanewise.vector;

import static dev.lanewise.runtime.scalar.ScalarMath.*;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LSHL;

import dev.lanewise.runtime.scalar.Fma;
import dev.lanewise.runtime.scalar.ScalarMath;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * From the gates of a block of units to their new states, see {@link VectorCells}. States are dense,
 * so that the last vector may not be whole; its elements go one by one, since on Java 17 masks are
 * boxed, and reaching back would not do where a state is updated in place.
 *
 * <p>The text of tanh (see {@link VectorSigmoid}) stands in the loops: between two loops a block's chains of
 * dependent operations would wait for each other, and few units are a chain and little more.
 */
final class GateLoops {

    private static final VectorSpecies<Float> S = Lanes.SPECIES;
    private static final int L = Lanes.LANES;
    private static final int P = Panels.WIDTH;

    /** Bits of 1f. */
    private static final int ONE_BITS = 0x3f800000;

    private GateLoops() {}

    /**
     * {@code c' = fma(f, c, i · tanh(a)), h' = o · tanh(c')} of a block's first n units. Two loops, since both
     * functions in one make more nodes than C2 inlines into a method, and what it leaves out allocates.
     *
     * @param pre [4, P], gates i, o, f, and pre-activations a
     */
    static void lstm(
            int n, float[] pre, int i, float[] c, int cOff, float[] hOut, int hOutOff, float[] cOut,
            int cOutOff) {
        lstmStates(n, pre, i, c, cOff, cOut, cOutOff);
        lstmOutputs(n, pre, i + P, cOut, cOutOff, hOut, hOutOff);
    }

    private static void lstmStates(int n, float[] pre, int i, float[] c, int cOff, float[] cOut, int cOutOff) {
        int f = i + 2 * P;
        int a = i + 3 * P;
        FloatVector log2e = FloatVector.broadcast(S, LOG2_E);
        FloatVector rounder = FloatVector.broadcast(S, ROUNDER);
        FloatVector ln2 = FloatVector.broadcast(S, -LN2);
        FloatVector ln2Lo = FloatVector.broadcast(S, -LN2_LO);
        FloatVector e0 = FloatVector.broadcast(S, E0);
        FloatVector e1 = FloatVector.broadcast(S, E1);
        FloatVector e2 = FloatVector.broadcast(S, E2);
        FloatVector e3 = FloatVector.broadcast(S, E3);
        FloatVector e4 = FloatVector.broadcast(S, E4);
        int j = 0;
        for (; j <= n - L; j += L) {
            FloatVector pre0 = FloatVector.fromArray(S, pre, a + j);
            IntVector gSign = pre0.reinterpretAsInts().and(0x80000000);
            FloatVector gZ = pre0.abs().mul(2f);
            gZ = gZ.blend(TANH_LIMIT, gZ.compare(GT, TANH_LIMIT));
            FloatVector gT = gZ.fma(log2e, rounder);
            FloatVector gK = gT.sub(rounder);
            FloatVector gR = gK.fma(ln2Lo, gK.fma(ln2, gZ));
            FloatVector gQ = e4.fma(gR, e3).fma(gR, e2).fma(gR, e1).fma(gR, e0);
            FloatVector gP = gQ.fma(gR.mul(gR), gR);
            FloatVector gS = gT.reinterpretAsInts().lanewise(LSHL, 23).add(ONE_BITS).reinterpretAsFloats();
            FloatVector gM = gP.fma(gS, gS.sub(1f));
            FloatVector g = gM.div(gM.add(2f)).reinterpretAsInts().or(gSign).reinterpretAsFloats();
            FloatVector in = FloatVector.fromArray(S, pre, i + j).mul(g);
            FloatVector.fromArray(S, pre, f + j)
                    .fma(FloatVector.fromArray(S, c, cOff + j), in)
                    .intoArray(cOut, cOutOff + j);
        }
        for (; j < n; j++) {
            cOut[cOutOff + j] = Fma.fma(pre[f + j], c[cOff + j], pre[i + j] * ScalarMath.tanh(pre[a + j]));
        }
    }

    private static void lstmOutputs(int n, float[] pre, int o, float[] c, int cOff, float[] hOut, int hOutOff) {
        FloatVector log2e = FloatVector.broadcast(S, LOG2_E);
        FloatVector rounder = FloatVector.broadcast(S, ROUNDER);
        FloatVector ln2 = FloatVector.broadcast(S, -LN2);
        FloatVector ln2Lo = FloatVector.broadcast(S, -LN2_LO);
        FloatVector e0 = FloatVector.broadcast(S, E0);
        FloatVector e1 = FloatVector.broadcast(S, E1);
        FloatVector e2 = FloatVector.broadcast(S, E2);
        FloatVector e3 = FloatVector.broadcast(S, E3);
        FloatVector e4 = FloatVector.broadcast(S, E4);
        int j = 0;
        for (; j <= n - L; j += L) {
            FloatVector next = FloatVector.fromArray(S, c, cOff + j);
            IntVector hSign = next.reinterpretAsInts().and(0x80000000);
            FloatVector hZ = next.abs().mul(2f);
            hZ = hZ.blend(TANH_LIMIT, hZ.compare(GT, TANH_LIMIT));
            FloatVector hT = hZ.fma(log2e, rounder);
            FloatVector hK = hT.sub(rounder);
            FloatVector hR = hK.fma(ln2Lo, hK.fma(ln2, hZ));
            FloatVector hQ = e4.fma(hR, e3).fma(hR, e2).fma(hR, e1).fma(hR, e0);
            FloatVector hP = hQ.fma(hR.mul(hR), hR);
            FloatVector hS = hT.reinterpretAsInts().lanewise(LSHL, 23).add(ONE_BITS).reinterpretAsFloats();
            FloatVector hM = hP.fma(hS, hS.sub(1f));
            FloatVector h = hM.div(hM.add(2f)).reinterpretAsInts().or(hSign).reinterpretAsFloats();
            FloatVector.fromArray(S, pre, o + j).mul(h).intoArray(hOut, hOutOff + j);
        }
        for (; j < n; j++) {
            hOut[hOutOff + j] = pre[o + j] * ScalarMath.tanh(c[cOff + j]);
        }
    }

    /** {@code y = a · b} */
    static void multiply(int n, float[] a, int aOff, float[] b, int bOff, float[] y, int yOff) {
        int j = 0;
        for (; j <= n - L; j += L) {
            FloatVector.fromArray(S, a, aOff + j)
                    .mul(FloatVector.fromArray(S, b, bOff + j))
                    .intoArray(y, yOff + j);
        }
        for (; j < n; j++) {
            y[yOff + j] = a[aOff + j] * b[bOff + j];
        }
    }

    /** {@code y = fma(a, b, y)} */
    static void multiplyAdd(int n, float[] a, int aOff, float[] b, int bOff, float[] y, int yOff) {
        int j = 0;
        for (; j <= n - L; j += L) {
            FloatVector.fromArray(S, a, aOff + j)
                    .fma(FloatVector.fromArray(S, b, bOff + j), FloatVector.fromArray(S, y,
                    yOff + j))
                    .intoArray(y, yOff + j);
        }
        for (; j < n; j++) {
            y[yOff + j] = Fma.fma(a[aOff + j], b[bOff + j], y[yOff + j]);
        }
    }

    /**
     * {@code h' = fma(z, h - n, n)} of a block's first units, with n = tanh(a).
     *
     * @param pre at {@code a} and {@code z}, [P] each: pre-activations and gates
     */
    static void gru(
            int units, float[] pre, int a, int z, float[] h, int hOff, float[] hOut, int hOutOff) {
        FloatVector log2e = FloatVector.broadcast(S, LOG2_E);
        FloatVector rounder = FloatVector.broadcast(S, ROUNDER);
        FloatVector ln2 = FloatVector.broadcast(S, -LN2);
        FloatVector ln2Lo = FloatVector.broadcast(S, -LN2_LO);
        FloatVector e0 = FloatVector.broadcast(S, E0);
        FloatVector e1 = FloatVector.broadcast(S, E1);
        FloatVector e2 = FloatVector.broadcast(S, E2);
        FloatVector e3 = FloatVector.broadcast(S, E3);
        FloatVector e4 = FloatVector.broadcast(S, E4);
        int j = 0;
        for (; j <= units - L; j += L) {
            FloatVector pre0 = FloatVector.fromArray(S, pre, a + j);
            IntVector nSign = pre0.reinterpretAsInts().and(0x80000000);
            FloatVector nZ = pre0.abs().mul(2f);
            nZ = nZ.blend(TANH_LIMIT, nZ.compare(GT, TANH_LIMIT));
            FloatVector nT = nZ.fma(log2e, rounder);
            FloatVector nK = nT.sub(rounder);
            FloatVector nR = nK.fma(ln2Lo, nK.fma(ln2, nZ));
            FloatVector nQ = e4.fma(nR, e3).fma(nR, e2).fma(nR, e1).fma(nR, e0);
            FloatVector nP = nQ.fma(nR.mul(nR), nR);
            FloatVector nS = nT.reinterpretAsInts().lanewise(LSHL, 23).add(ONE_BITS).reinterpretAsFloats();
            FloatVector nM = nP.fma(nS, nS.sub(1f));
            FloatVector n = nM.div(nM.add(2f)).reinterpretAsInts().or(nSign).reinterpretAsFloats();
            FloatVector.fromArray(S, pre, z + j)
                    .fma(FloatVector.fromArray(S, h, hOff + j).sub(n), n)
                    .intoArray(hOut, hOutOff + j);
        }
        for (; j < units; j++) {
            float n = ScalarMath.tanh(pre[a + j]);
            hOut[hOutOff + j] = Fma.fma(pre[z + j], h[hOff + j] - n, n);
        }
    }
}
