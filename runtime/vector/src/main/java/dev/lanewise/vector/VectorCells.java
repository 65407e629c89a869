package dev.lanewise.vector;

import dev.lanewise.runtime.kernel.CellKernels;
import dev.lanewise.runtime.kernel.MapKernels;
import dev.lanewise.runtime.kernel.UnaryFn;

/**
 * Recurrent cells by the vector API. Immutable and thread-safe; allocates only when packing.
 *
 * <p>Packed form: {@link Panels} of the transposed weights [in, gates · paddedH], with H rounded up
 * to whole panels by columns of zeros, so that products know no tails; gates in ONNX's order. A row
 * of {@code pre} is [gates · paddedH], and for a GRU that is linear before its reset [paddedH]
 * more, for q. States are dense [H].
 *
 * <p>A step is a product into {@code pre}, then activations in place, then the new state: a row of
 * {@code pre} stays in the first cache, and each part is a small loop that compiles well. Where the
 * weights lie is the matter of {@link #packGates}.
 */
public class VectorCells implements CellKernels {

    private final MapKernels map;

    /** @param map computes the activations */
    public VectorCells(MapKernels map) {
        this.map = map;
    }

    /**
     * @param padded H rounded up to whole panels
     * @param w panels of [inputSize, gates · padded]
     * @param r panels of [H, gates · padded]
     * @param bias [gates · padded], where {@code pre} starts
     * @param recurrentBias [padded], where q of a GRU that is linear before its reset starts; else
     *     null
     * @param fn an RNN's activation; else null
     */
    private record Packed(
            int inputSize, int hiddenSize, int padded, int gates, PackedPanels w,
            PackedPanels r, float[] bias, float[] recurrentBias, UnaryFn fn)
            implements PackedCell {

        @Override
        public int preFloats() {
            return (gates + (recurrentBias == null ? 0 : 1)) * padded;
        }

        @Override
        public long bytes() {
            int extra = recurrentBias == null ? 0 : recurrentBias.length;
            return w.bytes() + r.bytes() + 4L * (bias.length + extra);
        }
    }

    @Override
    public PackedCell packLstm(
            int inputSize, int hiddenSize, float[] w, int wOff, float[] r, int rOff, float[] b,
            int bOff, int mostRows, int mostStreams) {
        return pack(
                inputSize, hiddenSize, 4, false, null, w, wOff, r, rOff, b, bOff,
                mostRows, mostStreams);
    }

    @Override
    public PackedCell packGru(
            int inputSize, int hiddenSize, boolean linearBeforeReset,
            float[] w, int wOff, float[] r, int rOff, float[] b, int bOff,
            int mostRows, int mostStreams) {
        return pack(
                inputSize, hiddenSize, 3, linearBeforeReset, null, w, wOff, r, rOff, b, bOff,
                mostRows, mostStreams);
    }

    @Override
    public PackedCell packRnn(
            int inputSize, int hiddenSize, UnaryFn fn,
            float[] w, int wOff, float[] r, int rOff, float[] b, int bOff,
            int mostRows, int mostStreams) {
        return pack(
                inputSize, hiddenSize, 1, false, fn, w, wOff, r, rOff, b, bOff,
                mostRows, mostStreams);
    }

    private Packed pack(
            int inputSize, int hiddenSize, int gates, boolean linearBeforeReset, UnaryFn fn,
            float[] w, int wOff, float[] r, int rOff, float[] b, int bOff,
            int mostRows, int mostStreams) {
        int padded = Lanes.roundUp(hiddenSize, Panels.WIDTH);
        float[] bias = new float[Math.multiplyExact(gates, padded)];
        float[] recurrentBias = linearBeforeReset ? new float[padded] : null;
        for (int gate = 0; b != null && gate < gates; gate++) {
            boolean apart = linearBeforeReset && gate == 2;
            for (int j = 0; j < hiddenSize; j++) {
                float input = b[bOff + gate * hiddenSize + j];
                float recurrent = b[bOff + (gates + gate) * hiddenSize + j];
                bias[gate * padded + j] = apart ? input : input + recurrent;
                if (apart) {
                    recurrentBias[j] = recurrent;
                }
            }
        }
        return new Packed(
                inputSize, hiddenSize, padded, gates,
                packGates(w, wOff, gates, inputSize, hiddenSize, padded, mostRows),
                packGates(r, rOff, gates, hiddenSize, hiddenSize, padded, mostStreams),
                bias, recurrentBias, fn);
    }

    /**
     * The weights of all gates as panels of [k, gates · padded].
     *
     * @param w [gates · H, k]
     * @param mostRows the most rows that they will be multiplied with
     */
    protected PackedPanels packGates(
            float[] w, int wOff, int gates, int k, int hiddenSize, int padded, int mostRows) {
        float[] packed = new float[Math.multiplyExact(k, Math.multiplyExact(gates, padded))];
        for (int gate = 0; gate < gates; gate++) {
            int from = wOff + gate * hiddenSize * k;
            Panels.pack(w, from, k, hiddenSize, 1, k, packed, Panels.offset(k, gate * padded));
        }
        return new HeapPanels(k, packed);
    }

    @Override
    public void project(
            PackedCell cell, int rows, float[] x, int xOff, int xStride, float[] pre, int preOff,
            float[] scratch) {
        Packed p = (Packed) cell;
        p.w.product(
                rows, 0, p.gates * p.padded, x, xOff, xStride, p.bias, 0, 0,
                pre, preOff, p.preFloats(), scratch);
    }

    @Override
    public void lstm(
            PackedCell cell, int rows, float[] pre, int preOff, int preStride,
            float[] h, int hOff, int hStride, float[] c, int cOff, int cStride,
            float[] hOut, int hOutOff, int hOutStride, float[] cOut, int cOutOff, int cOutStride,
            float[] scratch) {
        Packed p = (Packed) cell;
        int padded = p.padded;
        int size = p.hiddenSize;
        addRecurrent(p, rows, 0, 4, h, hOff, hStride, pre, preOff, preStride, scratch);
        for (int row = 0; row < rows; row++) {
            int i = preOff + row * preStride;
            int o = i + padded;
            int g = i + 3 * padded;
            map.unary(UnaryFn.SIGMOID, 0f, 0f, pre, i, pre, i, 3 * padded);
            map.unary(UnaryFn.TANH, 0f, 0f, pre, g, pre, g, size);
            int cRow = cOff + row * cStride;
            int cOutRow = cOutOff + row * cOutStride;
            GateLoops.lstmCell(size, padded, pre, i, c, cRow, cOut, cOutRow);
            map.unary(UnaryFn.TANH, 0f, 0f, cOut, cOutRow, pre, g, size);
            GateLoops.multiply(size, pre, o, pre, g, hOut, hOutOff + row * hOutStride);
        }
    }

    @Override
    public void gru(
            PackedCell cell, int rows, float[] pre, int preOff, int preStride,
            float[] h, int hOff, int hStride, float[] hOut, int hOutOff, int hOutStride,
            float[] scratch) {
        Packed p = (Packed) cell;
        int padded = p.padded;
        int size = p.hiddenSize;
        boolean linearBeforeReset = p.recurrentBias != null;
        if (linearBeforeReset) {
            int q = preOff + 3 * padded;
            p.r.product(
                    rows, 2 * padded, padded, h, hOff, hStride, p.recurrentBias, 0, 0,
                    pre, q, preStride, scratch);
        }
        addRecurrent(p, rows, 0, 2, h, hOff, hStride, pre, preOff, preStride, scratch);
        for (int row = 0; row < rows; row++) {
            int z = preOff + row * preStride;
            int r = z + padded;
            int n = r + padded;
            map.unary(UnaryFn.SIGMOID, 0f, 0f, pre, z, pre, z, 2 * padded);
            if (linearBeforeReset) {
                GateLoops.multiplyAdd(size, pre, r, pre, n + padded, pre, n);
            } else {
                GateLoops.multiply(size, pre, r, h, hOff + row * hStride, pre, r);
            }
        }
        if (!linearBeforeReset) {
            addRecurrent(
                    p, rows, 2, 3, pre, preOff + padded, preStride, pre, preOff, preStride,
                    scratch);
        }
        for (int row = 0; row < rows; row++) {
            int z = preOff + row * preStride;
            int n = z + 2 * padded;
            map.unary(UnaryFn.TANH, 0f, 0f, pre, n, pre, n, size);
            GateLoops.gruOut(
                    size, pre, z, pre, n, h, hOff + row * hStride, hOut,
                    hOutOff + row * hOutStride);
        }
    }

    @Override
    public void rnn(
            PackedCell cell, int rows, float[] pre, int preOff, int preStride,
            float[] h, int hOff, int hStride, float[] hOut, int hOutOff, int hOutStride,
            float[] scratch) {
        Packed p = (Packed) cell;
        addRecurrent(p, rows, 0, 1, h, hOff, hStride, pre, preOff, preStride, scratch);
        for (int row = 0; row < rows; row++) {
            int from = preOff + row * preStride;
            map.unary(p.fn, 0f, 0f, pre, from, hOut, hOutOff + row * hOutStride, p.hiddenSize);
        }
    }

    /** Adds {@code h · Rᵀ} to the pre-activations of gates {@code from} to {@code to}. */
    private static void addRecurrent(
            Packed p, int rows, int from, int to, float[] h, int hOff, int hStride,
            float[] pre, int preOff, int preStride, float[] scratch) {
        int first = from * p.padded;
        p.r.product(
                rows, first, (to - from) * p.padded, h, hOff, hStride,
                pre, preOff + first, preStride, pre, preOff + first, preStride, scratch);
    }
}
