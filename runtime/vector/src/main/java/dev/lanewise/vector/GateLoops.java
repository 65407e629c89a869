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
 * From the gates of units to their new states, see {@link VectorCells}. States are dense,
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
     * {@code c' = fma(f, c, i · tanh(a)), h' = o · tanh(c')} of the units from {@code first}, a block's first one, to
     * {@code end} of a row. Two loops, since both functions in one make more nodes than C2 inlines into a method, and
     * what it leaves out allocates. One loop for all of a row's blocks: of a block alone, two vectors, most of the
     * time would go into a loop's beginning and end.
     *
     * @param pre [blocks, 4, P], gates i, o, f, and pre-activations a
     */
    static void lstm(
            int first, int end, float[] pre, int preOff, float[] c, int cOff, float[] hOut, int hOutOff,
            float[] cOut, int cOutOff) {
        lstmStates(first, end, pre, preOff, c, cOff, cOut, cOutOff);
        lstmOutputs(first, end, pre, preOff + P, cOut, cOutOff, hOut, hOutOff);
    }

    /** Where in a row [blocks, 4, P] a unit's first gate lies. */
    private static int gates(int unit) {
        return 4 * unit - 3 * (unit & P - 1);
    }

    private static void lstmStates(
            int first, int end, float[] pre, int i, float[] c, int cOff, float[] cOut, int cOutOff) {
        int f = i + 2 * P;
        int a = i + 3 * P;
        FloatVector log2e = FloatVector.broadcast(S, 2 * LOG2_E);
        FloatVector rounder = FloatVector.broadcast(S, ROUNDER);
        FloatVector ln2 = FloatVector.broadcast(S, -LN2 / 2);
        FloatVector ln2Lo = FloatVector.broadcast(S, -LN2_LO / 2);
        FloatVector h0 = FloatVector.broadcast(S, H0);
        FloatVector h1 = FloatVector.broadcast(S, H1);
        FloatVector h2 = FloatVector.broadcast(S, H2);
        FloatVector h3 = FloatVector.broadcast(S, H3);
        FloatVector h4 = FloatVector.broadcast(S, H4);
        FloatVector half = FloatVector.broadcast(S, 0.5f);
        FloatVector minusHalf = FloatVector.broadcast(S, -0.5f);
        int j = first;
        for (; j <= end - L; j += L) {
            int at = gates(j);
            FloatVector pre0 = FloatVector.fromArray(S, pre, a + at);
            IntVector gSign = pre0.reinterpretAsInts().and(0x80000000);
            FloatVector gZ = pre0.abs();
            gZ = gZ.blend(TANH_LIMIT, gZ.compare(GT, TANH_LIMIT));
            FloatVector gT = gZ.fma(log2e, rounder);
            FloatVector gK = gT.sub(rounder);
            FloatVector gU = gK.fma(ln2Lo, gK.fma(ln2, gZ));
            FloatVector gQ = h4.fma(gU, h3).fma(gU, h2).fma(gU, h1).fma(gU, h0);
            FloatVector gP = gQ.fma(gU.mul(gU), gU);
            FloatVector gS = gT.reinterpretAsInts().lanewise(LSHL, 23).add(ONE_BITS).reinterpretAsFloats();
            FloatVector gM = gP.fma(gS, gS.fma(half, minusHalf));
            FloatVector g = gM.div(gM.add(1f)).reinterpretAsInts().or(gSign).reinterpretAsFloats();
            FloatVector in = FloatVector.fromArray(S, pre, i + at).mul(g);
            FloatVector.fromArray(S, pre, f + at)
                    .fma(FloatVector.fromArray(S, c, cOff + j), in)
                    .intoArray(cOut, cOutOff + j);
        }
        for (; j < end; j++) {
            int at = gates(j);
            cOut[cOutOff + j] = Fma.fma(pre[f + at], c[cOff + j], pre[i + at] * ScalarMath.tanh(pre[a + at]));
        }
    }

    private static void lstmOutputs(
            int first, int end, float[] pre, int o, float[] c, int cOff, float[] hOut, int hOutOff) {
        FloatVector log2e = FloatVector.broadcast(S, 2 * LOG2_E);
        FloatVector rounder = FloatVector.broadcast(S, ROUNDER);
        FloatVector ln2 = FloatVector.broadcast(S, -LN2 / 2);
        FloatVector ln2Lo = FloatVector.broadcast(S, -LN2_LO / 2);
        FloatVector h0 = FloatVector.broadcast(S, H0);
        FloatVector h1 = FloatVector.broadcast(S, H1);
        FloatVector h2 = FloatVector.broadcast(S, H2);
        FloatVector h3 = FloatVector.broadcast(S, H3);
        FloatVector h4 = FloatVector.broadcast(S, H4);
        FloatVector half = FloatVector.broadcast(S, 0.5f);
        FloatVector minusHalf = FloatVector.broadcast(S, -0.5f);
        int j = first;
        for (; j <= end - L; j += L) {
            int at = gates(j);
            FloatVector next = FloatVector.fromArray(S, c, cOff + j);
            IntVector hSign = next.reinterpretAsInts().and(0x80000000);
            FloatVector hZ = next.abs();
            hZ = hZ.blend(TANH_LIMIT, hZ.compare(GT, TANH_LIMIT));
            FloatVector hT = hZ.fma(log2e, rounder);
            FloatVector hK = hT.sub(rounder);
            FloatVector hU = hK.fma(ln2Lo, hK.fma(ln2, hZ));
            FloatVector hQ = h4.fma(hU, h3).fma(hU, h2).fma(hU, h1).fma(hU, h0);
            FloatVector hP = hQ.fma(hU.mul(hU), hU);
            FloatVector hS = hT.reinterpretAsInts().lanewise(LSHL, 23).add(ONE_BITS).reinterpretAsFloats();
            FloatVector hM = hP.fma(hS, hS.fma(half, minusHalf));
            FloatVector h = hM.div(hM.add(1f)).reinterpretAsInts().or(hSign).reinterpretAsFloats();
            FloatVector.fromArray(S, pre, o + at).mul(h).intoArray(hOut, hOutOff + j);
        }
        for (; j < end; j++) {
            int at = gates(j);
            hOut[hOutOff + j] = pre[o + at] * ScalarMath.tanh(c[cOff + j]);
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
        FloatVector log2e = FloatVector.broadcast(S, 2 * LOG2_E);
        FloatVector rounder = FloatVector.broadcast(S, ROUNDER);
        FloatVector ln2 = FloatVector.broadcast(S, -LN2 / 2);
        FloatVector ln2Lo = FloatVector.broadcast(S, -LN2_LO / 2);
        FloatVector h0 = FloatVector.broadcast(S, H0);
        FloatVector h1 = FloatVector.broadcast(S, H1);
        FloatVector h2 = FloatVector.broadcast(S, H2);
        FloatVector h3 = FloatVector.broadcast(S, H3);
        FloatVector h4 = FloatVector.broadcast(S, H4);
        FloatVector half = FloatVector.broadcast(S, 0.5f);
        FloatVector minusHalf = FloatVector.broadcast(S, -0.5f);
        int j = 0;
        for (; j <= units - L; j += L) {
            FloatVector pre0 = FloatVector.fromArray(S, pre, a + j);
            IntVector nSign = pre0.reinterpretAsInts().and(0x80000000);
            FloatVector nZ = pre0.abs();
            nZ = nZ.blend(TANH_LIMIT, nZ.compare(GT, TANH_LIMIT));
            FloatVector nT = nZ.fma(log2e, rounder);
            FloatVector nK = nT.sub(rounder);
            FloatVector nU = nK.fma(ln2Lo, nK.fma(ln2, nZ));
            FloatVector nQ = h4.fma(nU, h3).fma(nU, h2).fma(nU, h1).fma(nU, h0);
            FloatVector nP = nQ.fma(nU.mul(nU), nU);
            FloatVector nS = nT.reinterpretAsInts().lanewise(LSHL, 23).add(ONE_BITS).reinterpretAsFloats();
            FloatVector nM = nP.fma(nS, nS.fma(half, minusHalf));
            FloatVector n = nM.div(nM.add(1f)).reinterpretAsInts().or(nSign).reinterpretAsFloats();
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
