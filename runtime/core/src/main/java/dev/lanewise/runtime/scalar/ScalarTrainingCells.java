package dev.lanewise.runtime.scalar;

import dev.lanewise.runtime.kernel.MapKernels;
import dev.lanewise.runtime.kernel.TrainingCellKernels;
import dev.lanewise.runtime.kernel.UnaryFn;

/** Recurrent cells in training, in plain loops. Immutable and thread-safe; allocates nothing. */
public final class ScalarTrainingCells implements TrainingCellKernels {

    private final MapKernels map;

    /** @param map computes the activations */
    public ScalarTrainingCells(MapKernels map) {
        this.map = map;
    }

    @Override
    public void lstm(
            int rows, int hidden, float[] gates, int gatesOff, float[] c, int cOff,
            float[] cOut, int cOutOff, float[] hOut, int hOutOff) {
        for (int row = 0; row < rows; row++) {
            int i = gatesOff + row * 4 * hidden;
            int o = i + hidden;
            int f = o + hidden;
            int g = f + hidden;
            int from = cOff + row * hidden;
            int cTo = cOutOff + row * hidden;
            int hTo = hOutOff + row * hidden;
            map.unary(UnaryFn.SIGMOID, 0f, 0f, gates, i, gates, i, 3 * hidden);
            map.unary(UnaryFn.TANH, 0f, 0f, gates, g, gates, g, hidden);
            for (int j = 0; j < hidden; j++) {
                cOut[cTo + j] = Fma.fma(gates[f + j], c[from + j], gates[i + j] * gates[g + j]);
            }
            map.unary(UnaryFn.TANH, 0f, 0f, cOut, cTo, hOut, hTo, hidden);
            for (int j = 0; j < hidden; j++) {
                hOut[hTo + j] *= gates[o + j];
            }
        }
    }

    @Override
    public void lstmGradient(
            int rows, int hidden, float[] gates, int gatesOff, float[] c, int cOff, float[] cOut, int cOutOff,
            float[] dh, int dhOff, float[] dc, int dcOff, float[] dGates, int dGatesOff) {
        for (int row = 0; row < rows; row++) {
            int at = row * hidden;
            int to = dGatesOff + 4 * at;
            map.unary(UnaryFn.TANH, 0f, 0f, cOut, cOutOff + at, dGates, to + hidden, hidden);
            lstmUnits(
                    0, hidden, gates, gatesOff + 4 * at, c, cOff + at, dh, dhOff + at, dc, dcOff + at,
                    dGates, to);
        }
    }

    /**
     * Units {@code [from, hidden)} of one row.
     *
     * @param dGates [4, H], the second of which is tanh(c')
     */
    public static void lstmUnits(
            int from, int hidden, float[] gates, int i, float[] c, int cOff, float[] dh, int dhOff,
            float[] dc, int dcOff, float[] dGates, int di) {
        int o = i + hidden;
        int f = o + hidden;
        int g = f + hidden;
        int dOut = di + hidden;
        int df = dOut + hidden;
        int dg = df + hidden;
        for (int j = from; j < hidden; j++) {
            float in = gates[i + j];
            float out = gates[o + j];
            float forget = gates[f + j];
            float candidate = gates[g + j];
            float t = dGates[dOut + j];
            float dState = dh[dhOff + j];
            float e = Fma.fma(dState * out, Fma.fma(-t, t, 1f), dc[dcOff + j]);
            dGates[di + j] = e * candidate * Fma.fma(-in, in, in);
            dGates[dOut + j] = dState * t * Fma.fma(-out, out, out);
            dGates[df + j] = e * c[cOff + j] * Fma.fma(-forget, forget, forget);
            dGates[dg + j] = e * in * Fma.fma(-candidate, candidate, 1f);
            dc[dcOff + j] = e * forget;
        }
    }

    @Override
    public void gruGates(int rows, int hidden, boolean linear, float[] gates, int gatesOff, float[] h, int hOff) {
        for (int row = 0; row < rows; row++) {
            int z = gatesOff + row * 4 * hidden;
            map.unary(UnaryFn.SIGMOID, 0f, 0f, gates, z, gates, z, 2 * hidden);
            gruGatesUnits(0, hidden, linear, gates, z, h, hOff + row * hidden);
        }
    }

    /** Units {@code [from, hidden)} of one row, z and r activated. */
    public static void gruGatesUnits(
            int from, int hidden, boolean linear, float[] gates, int z, float[] h, int hOff) {
        int r = z + hidden;
        int n = r + hidden;
        int q = n + hidden;
        for (int j = from; j < hidden; j++) {
            if (linear) {
                gates[n + j] = Fma.fma(gates[r + j], gates[q + j], gates[n + j]);
            } else {
                gates[q + j] = gates[r + j] * h[hOff + j];
            }
        }
    }

    @Override
    public void gruState(
            int rows, int hidden, float[] gates, int gatesOff, float[] h, int hOff, float[] hOut, int hOutOff) {
        for (int row = 0; row < rows; row++) {
            int z = gatesOff + row * 4 * hidden;
            int n = z + 2 * hidden;
            map.unary(UnaryFn.TANH, 0f, 0f, gates, n, gates, n, hidden);
            gruStateUnits(0, hidden, gates, z, h, hOff + row * hidden, hOut, hOutOff + row * hidden);
        }
    }

    /** Units {@code [from, hidden)} of one row, n activated. */
    public static void gruStateUnits(
            int from, int hidden, float[] gates, int z, float[] h, int hOff, float[] hOut, int hOutOff) {
        int n = z + 2 * hidden;
        for (int j = from; j < hidden; j++) {
            float candidate = gates[n + j];
            hOut[hOutOff + j] = Fma.fma(gates[z + j], h[hOff + j] - candidate, candidate);
        }
    }

    @Override
    public void gruGradient(
            int rows, int hidden, boolean linear, float[] gates, int gatesOff, float[] h, int hOff,
            float[] dh, int dhOff, float[] dGates, int dGatesOff) {
        for (int row = 0; row < rows; row++) {
            int at = row * hidden;
            gruUnits(
                    0, hidden, linear, gates, gatesOff + 4 * at, h, hOff + at, dh, dhOff + at,
                    dGates, dGatesOff + 4 * at);
        }
    }

    /** Units {@code [from, hidden)} of one row. */
    public static void gruUnits(
            int from, int hidden, boolean linear, float[] gates, int z, float[] h, int hOff,
            float[] dh, int dhOff, float[] dGates, int dz) {
        int r = z + hidden;
        int n = r + hidden;
        int q = n + hidden;
        int dr = dz + hidden;
        int dn = dr + hidden;
        int dq = dn + hidden;
        for (int j = from; j < hidden; j++) {
            float update = gates[z + j];
            float candidate = gates[n + j];
            float dState = dh[dhOff + j];
            float direct = dState * update;
            float dCandidate = (dState - direct) * Fma.fma(-candidate, candidate, 1f);
            dGates[dz + j] = dState * (h[hOff + j] - candidate) * Fma.fma(-update, update, update);
            dGates[dn + j] = dCandidate;
            dh[dhOff + j] = direct;
            if (linear) {
                float reset = gates[r + j];
                dGates[dr + j] = dCandidate * gates[q + j] * Fma.fma(-reset, reset, reset);
                dGates[dq + j] = dCandidate * reset;
            }
        }
    }

    @Override
    public void gruResetGradient(
            int rows, int hidden, float[] gates, int gatesOff, float[] h, int hOff,
            float[] dh, int dhOff, float[] dGates, int dGatesOff) {
        for (int row = 0; row < rows; row++) {
            int at = row * hidden;
            gruResetUnits(
                    0, hidden, gates, gatesOff + 4 * at, h, hOff + at, dh, dhOff + at, dGates, dGatesOff + 4 * at);
        }
    }

    /** Units {@code [from, hidden)} of one row. */
    public static void gruResetUnits(
            int from, int hidden, float[] gates, int z, float[] h, int hOff,
            float[] dh, int dhOff, float[] dGates, int dz) {
        int r = z + hidden;
        int dr = dz + hidden;
        int product = dz + 3 * hidden;
        for (int j = from; j < hidden; j++) {
            float reset = gates[r + j];
            float p = dGates[product + j];
            dGates[dr + j] = p * h[hOff + j] * Fma.fma(-reset, reset, reset);
            dh[dhOff + j] = Fma.fma(p, reset, dh[dhOff + j]);
        }
    }

    @Override
    public void rnnGradient(
            int n, UnaryFn fn, float[] h, int hOff, float[] dh, int dhOff, float[] dGates, int dGatesOff) {
        rnnUnits(0, n, fn, h, hOff, dh, dhOff, dGates, dGatesOff);
    }

    /** Units {@code [from, n)}. */
    public static void rnnUnits(
            int from, int n, UnaryFn fn, float[] h, int hOff, float[] dh, int dhOff, float[] dGates, int dGatesOff) {
        if (fn == UnaryFn.RELU) {
            for (int j = from; j < n; j++) {
                dGates[dGatesOff + j] = h[hOff + j] > 0f ? dh[dhOff + j] : 0f;
            }
        } else {
            for (int j = from; j < n; j++) {
                float state = h[hOff + j];
                dGates[dGatesOff + j] = dh[dhOff + j] * Fma.fma(-state, state, 1f);
            }
        }
    }
}
