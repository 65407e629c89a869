package dev.lanewise.vector;

import static dev.lanewise.vector.Lanes.LANES;
import static dev.lanewise.vector.Lanes.SPECIES;
import static jdk.incubator.vector.VectorOperators.GT;

import dev.lanewise.runtime.kernel.MapKernels;
import dev.lanewise.runtime.kernel.TrainingCellKernels;
import dev.lanewise.runtime.kernel.UnaryFn;
import dev.lanewise.runtime.scalar.ScalarTrainingCells;
import jdk.incubator.vector.FloatVector;

/**
 * Recurrent cells in training by the vector API. Immutable and thread-safe; allocates nothing. What is left of a row
 * after whole vectors is the scalar twin's.
 */
public final class VectorTrainingCells implements TrainingCellKernels {

    private final MapKernels map;

    /** @param map computes the activations */
    public VectorTrainingCells(MapKernels map) {
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
            int cTo = cOutOff + row * hidden;
            int hTo = hOutOff + row * hidden;
            map.unary(UnaryFn.SIGMOID, 0f, 0f, gates, i, gates, i, 3 * hidden);
            map.unary(UnaryFn.TANH, 0f, 0f, gates, g, gates, g, hidden);
            GateLoops.multiply(hidden, gates, i, gates, g, cOut, cTo);
            GateLoops.multiplyAdd(hidden, gates, f, c, cOff + row * hidden, cOut, cTo);
            map.unary(UnaryFn.TANH, 0f, 0f, cOut, cTo, hOut, hTo, hidden);
            GateLoops.multiply(hidden, hOut, hTo, gates, o, hOut, hTo);
        }
    }

    @Override
    public void lstmGradient(
            int rows, int hidden, float[] gates, int gatesOff, float[] c, int cOff, float[] cOut, int cOutOff,
            float[] dh, int dhOff, float[] dc, int dcOff, float[] dGates, int dGatesOff) {
        int whole = hidden & -LANES;
        for (int row = 0; row < rows; row++) {
            int at = row * hidden;
            int i = gatesOff + 4 * at;
            int di = dGatesOff + 4 * at;
            map.unary(UnaryFn.TANH, 0f, 0f, cOut, cOutOff + at, dGates, di + hidden, hidden);
            lstmUnits(whole, hidden, gates, i, c, cOff + at, dh, dhOff + at, dc, dcOff + at, dGates, di);
            ScalarTrainingCells.lstmUnits(
                    whole, hidden, gates, i, c, cOff + at, dh, dhOff + at, dc, dcOff + at, dGates, di);
        }
    }

    private static void lstmUnits(
            int n, int hidden, float[] gates, int i, float[] c, int cOff, float[] dh, int dhOff,
            float[] dc, int dcOff, float[] dGates, int di) {
        int o = i + hidden;
        int f = o + hidden;
        int g = f + hidden;
        int dOut = di + hidden;
        int df = dOut + hidden;
        int dg = df + hidden;
        FloatVector one = FloatVector.broadcast(SPECIES, 1f);
        for (int j = 0; j < n; j += LANES) {
            FloatVector in = FloatVector.fromArray(SPECIES, gates, i + j);
            FloatVector out = FloatVector.fromArray(SPECIES, gates, o + j);
            FloatVector forget = FloatVector.fromArray(SPECIES, gates, f + j);
            FloatVector candidate = FloatVector.fromArray(SPECIES, gates, g + j);
            FloatVector t = FloatVector.fromArray(SPECIES, dGates, dOut + j);
            FloatVector dState = FloatVector.fromArray(SPECIES, dh, dhOff + j);
            FloatVector e = dState.mul(out).fma(
                    t.neg().fma(t, one), FloatVector.fromArray(SPECIES, dc, dcOff + j));
            e.mul(candidate).mul(in.neg().fma(in, in)).intoArray(dGates, di + j);
            dState.mul(t).mul(out.neg().fma(out, out)).intoArray(dGates, dOut + j);
            e.mul(FloatVector.fromArray(SPECIES, c, cOff + j)).mul(forget.neg().fma(forget, forget))
                    .intoArray(dGates, df + j);
            e.mul(in).mul(candidate.neg().fma(candidate, one)).intoArray(dGates, dg + j);
            e.mul(forget).intoArray(dc, dcOff + j);
        }
    }

    @Override
    public void gruGates(int rows, int hidden, boolean linear, float[] gates, int gatesOff, float[] h, int hOff) {
        for (int row = 0; row < rows; row++) {
            int z = gatesOff + row * 4 * hidden;
            int r = z + hidden;
            int n = r + hidden;
            int q = n + hidden;
            map.unary(UnaryFn.SIGMOID, 0f, 0f, gates, z, gates, z, 2 * hidden);
            if (linear) {
                GateLoops.multiplyAdd(hidden, gates, r, gates, q, gates, n);
            } else {
                GateLoops.multiply(hidden, gates, r, h, hOff + row * hidden, gates, q);
            }
        }
    }

    @Override
    public void gruState(
            int rows, int hidden, float[] gates, int gatesOff, float[] h, int hOff, float[] hOut, int hOutOff) {
        int whole = hidden & -LANES;
        for (int row = 0; row < rows; row++) {
            int z = gatesOff + row * 4 * hidden;
            int n = z + 2 * hidden;
            int from = hOff + row * hidden;
            int to = hOutOff + row * hidden;
            map.unary(UnaryFn.TANH, 0f, 0f, gates, n, gates, n, hidden);
            for (int j = 0; j < whole; j += LANES) {
                FloatVector candidate = FloatVector.fromArray(SPECIES, gates, n + j);
                FloatVector.fromArray(SPECIES, gates, z + j)
                        .fma(FloatVector.fromArray(SPECIES, h, from + j).sub(candidate), candidate)
                        .intoArray(hOut, to + j);
            }
            ScalarTrainingCells.gruStateUnits(whole, hidden, gates, z, h, from, hOut, to);
        }
    }

    @Override
    public void gruGradient(
            int rows, int hidden, boolean linear, float[] gates, int gatesOff, float[] h, int hOff,
            float[] dh, int dhOff, float[] dGates, int dGatesOff) {
        int whole = hidden & -LANES;
        for (int row = 0; row < rows; row++) {
            int at = row * hidden;
            int z = gatesOff + 4 * at;
            int dz = dGatesOff + 4 * at;
            gruUnits(whole, hidden, gates, z, h, hOff + at, dh, dhOff + at, dGates, dz);
            if (linear) {
                gruLinearUnits(whole, hidden, gates, z, dGates, dz);
            }
            ScalarTrainingCells.gruUnits(whole, hidden, linear, gates, z, h, hOff + at, dh, dhOff + at, dGates, dz);
        }
    }

    private static void gruUnits(
            int whole, int hidden, float[] gates, int z, float[] h, int hOff, float[] dh, int dhOff,
            float[] dGates, int dz) {
        int n = z + 2 * hidden;
        int dn = dz + 2 * hidden;
        FloatVector one = FloatVector.broadcast(SPECIES, 1f);
        for (int j = 0; j < whole; j += LANES) {
            FloatVector update = FloatVector.fromArray(SPECIES, gates, z + j);
            FloatVector candidate = FloatVector.fromArray(SPECIES, gates, n + j);
            FloatVector dState = FloatVector.fromArray(SPECIES, dh, dhOff + j);
            FloatVector direct = dState.mul(update);
            dState.mul(FloatVector.fromArray(SPECIES, h, hOff + j).sub(candidate))
                    .mul(update.neg().fma(update, update))
                    .intoArray(dGates, dz + j);
            dState.sub(direct).mul(candidate.neg().fma(candidate, one)).intoArray(dGates, dn + j);
            direct.intoArray(dh, dhOff + j);
        }
    }

    private static void gruLinearUnits(int whole, int hidden, float[] gates, int z, float[] dGates, int dz) {
        int r = z + hidden;
        int q = r + 2 * hidden;
        int dr = dz + hidden;
        int dn = dr + hidden;
        int dq = dn + hidden;
        for (int j = 0; j < whole; j += LANES) {
            FloatVector reset = FloatVector.fromArray(SPECIES, gates, r + j);
            FloatVector dCandidate = FloatVector.fromArray(SPECIES, dGates, dn + j);
            dCandidate.mul(FloatVector.fromArray(SPECIES, gates, q + j))
                    .mul(reset.neg().fma(reset, reset))
                    .intoArray(dGates, dr + j);
            dCandidate.mul(reset).intoArray(dGates, dq + j);
        }
    }

    @Override
    public void gruResetGradient(
            int rows, int hidden, float[] gates, int gatesOff, float[] h, int hOff,
            float[] dh, int dhOff, float[] dGates, int dGatesOff) {
        int whole = hidden & -LANES;
        for (int row = 0; row < rows; row++) {
            int at = row * hidden;
            int z = gatesOff + 4 * at;
            int dz = dGatesOff + 4 * at;
            gruResetUnits(whole, hidden, gates, z, h, hOff + at, dh, dhOff + at, dGates, dz);
            ScalarTrainingCells.gruResetUnits(whole, hidden, gates, z, h, hOff + at, dh, dhOff + at, dGates, dz);
        }
    }

    private static void gruResetUnits(
            int whole, int hidden, float[] gates, int z, float[] h, int hOff, float[] dh, int dhOff,
            float[] dGates, int dz) {
        int r = z + hidden;
        int dr = dz + hidden;
        int product = dz + 3 * hidden;
        for (int j = 0; j < whole; j += LANES) {
            FloatVector reset = FloatVector.fromArray(SPECIES, gates, r + j);
            FloatVector p = FloatVector.fromArray(SPECIES, dGates, product + j);
            p.mul(FloatVector.fromArray(SPECIES, h, hOff + j))
                    .mul(reset.neg().fma(reset, reset))
                    .intoArray(dGates, dr + j);
            p.fma(reset, FloatVector.fromArray(SPECIES, dh, dhOff + j)).intoArray(dh, dhOff + j);
        }
    }

    @Override
    public void rnnGradient(
            int n, UnaryFn fn, float[] h, int hOff, float[] dh, int dhOff, float[] dGates, int dGatesOff) {
        int whole = n & -LANES;
        if (fn == UnaryFn.RELU) {
            reluUnits(whole, h, hOff, dh, dhOff, dGates, dGatesOff);
        } else {
            tanhUnits(whole, h, hOff, dh, dhOff, dGates, dGatesOff);
        }
        ScalarTrainingCells.rnnUnits(whole, n, fn, h, hOff, dh, dhOff, dGates, dGatesOff);
    }

    private static void reluUnits(
            int whole, float[] h, int hOff, float[] dh, int dhOff, float[] dGates, int dGatesOff) {
        FloatVector zero = FloatVector.zero(SPECIES);
        for (int j = 0; j < whole; j += LANES) {
            FloatVector state = FloatVector.fromArray(SPECIES, h, hOff + j);
            zero.blend(FloatVector.fromArray(SPECIES, dh, dhOff + j), state.compare(GT, 0f))
                    .intoArray(dGates, dGatesOff + j);
        }
    }

    private static void tanhUnits(
            int whole, float[] h, int hOff, float[] dh, int dhOff, float[] dGates, int dGatesOff) {
        FloatVector one = FloatVector.broadcast(SPECIES, 1f);
        for (int j = 0; j < whole; j += LANES) {
            FloatVector state = FloatVector.fromArray(SPECIES, h, hOff + j);
            FloatVector.fromArray(SPECIES, dh, dhOff + j)
                    .mul(state.neg().fma(state, one))
                    .intoArray(dGates, dGatesOff + j);
        }
    }
}
