package dev.lanewise.runtime.scalar;

import dev.lanewise.runtime.kernel.CellKernels;
import dev.lanewise.runtime.kernel.MapKernels;
import dev.lanewise.runtime.kernel.UnaryFn;
import dev.lanewise.runtime.kernel.WeightMatrix;

/**
 * Recurrent cells in plain loops. Immutable and thread-safe; allocates only when packing.
 *
 * <p>Packed form: {@link ScalarMatrix} of both weight matrices, transposed to [in, gates · H], gates in
 * ONNX's order; a GRU's candidates have recurrent rows of their own, since they come second. A row
 * of {@code pre} is [gates · H]; for a GRU that is linear before its reset, [H] more for q.
 */
public final class ScalarCells implements CellKernels {

    private final MapKernels map;

    /** @param map computes the activations */
    public ScalarCells(MapKernels map) {
        this.map = map;
    }

    /**
     * @param w [inputSize, gates · H]
     * @param r [H, gates · H], for a GRU z and r alone: [H, 2 · H]
     * @param rCandidate a GRU's [H, H]; else null
     * @param bias [gates · H], where {@code pre} starts
     * @param recurrentBias [H], where q of a GRU that is linear before its reset starts; else null
     * @param fn an RNN's activation; else null
     */
    private record Packed(
            int inputSize, int hiddenSize, int gates, ScalarMatrix w, ScalarMatrix r, ScalarMatrix rCandidate,
            float[] bias, float[] recurrentBias, UnaryFn fn)
            implements PackedCell {

        @Override
        public int preFloats() {
            return (gates + (recurrentBias == null ? 0 : 1)) * hiddenSize;
        }

        @Override
        public long bytes() {
            int extra = recurrentBias == null ? 0 : recurrentBias.length;
            long candidate = rCandidate == null ? 0 : rCandidate.bytes();
            return w.bytes() + r.bytes() + candidate + 4L * (bias.length + extra);
        }

        @Override
        public String form() {
            return "W in " + w.form() + ", R in " + r.form();
        }
    }

    @Override
    public PackedCell pack(
            Cell cell, WeightMatrix w, WeightMatrix r, float[] b, int bOff, int mostRows, int mostStreams) {
        int gates = cell.gates();
        int hiddenSize = r.k;
        boolean linearBeforeReset = cell == Cell.GRU_LINEAR_BEFORE_RESET;
        int n = Math.multiplyExact(gates, hiddenSize);
        boolean gru = gates == 3;
        int first = gru ? 2 * hiddenSize : n;
        ScalarMatrix candidate = gru ? ScalarMatrix.of(r, first, n) : null;
        Packed packed = new Packed(
                w.k, hiddenSize, gates, ScalarMatrix.of(w, 0, n), ScalarMatrix.of(r, 0, first), candidate,
                new float[n], linearBeforeReset ? new float[hiddenSize] : null, cell.fn());
        packBias(packed, b, bOff);
        return packed;
    }

    /** @param b [2 · gates · H], or {@code null} for zeros */
    private static void packBias(Packed packed, float[] b, int bOff) {
        int n = packed.bias.length;
        boolean linearBeforeReset = packed.recurrentBias != null;
        int summed = linearBeforeReset ? 2 * packed.hiddenSize : n;
        for (int j = 0; b != null && j < n; j++) {
            packed.bias[j] = j < summed ? b[bOff + j] + b[bOff + n + j] : b[bOff + j];
        }
        if (b != null && linearBeforeReset) {
            System.arraycopy(b, bOff + n + summed, packed.recurrentBias, 0, packed.hiddenSize);
        }
    }

    @Override
    public void refill(PackedCell packed, Cell cell, WeightMatrix w, WeightMatrix r, float[] b, int bOff) {
        Packed p = (Packed) packed;
        refill(p.w, w, 0);
        refill(p.r, r, 0);
        if (p.rCandidate != null) {
            refill(p.rCandidate, r, 2 * p.hiddenSize);
        }
        packBias(p, b, bOff);
    }

    private static void refill(ScalarMatrix packed, WeightMatrix w, int from) {
        ((Rows) packed).fill(w.array(), w.valuesOff() + from * w.k, 1, w.k);
    }

    @Override
    public void project(
            PackedCell cell, int rows, float[] x, int xOff, int xStride, float[] pre, int preOff,
            float[] scratch) {
        project((Packed) cell, rows, x, xOff, xStride, pre, preOff, cell.preFloats(), scratch);
    }

    /** Nothing where there is no x: it has been done. */
    private static void project(
            Packed p, int rows, float[] x, int xOff, int xStride, float[] pre, int preOff,
            int preStride, float[] scratch) {
        int n = p.bias.length;
        for (int row = 0; x != null && row < rows; row++) {
            int y = preOff + row * preStride;
            System.arraycopy(p.bias, 0, pre, y, n);
            p.w.addProduct(x, xOff + row * xStride, pre, y, scratch);
        }
    }

    @Override
    public void lstm(
            PackedCell cell, int rows, float[] x, int xOff, int xStride,
            float[] pre, int preOff, int preStride,
            float[] h, int hOff, int hStride, float[] c, int cOff, int cStride,
            float[] hOut, int hOutOff, int hOutStride, float[] cOut, int cOutOff, int cOutStride,
            boolean backwards, float[] scratch) {
        Packed p = (Packed) cell;
        project(p, rows, x, xOff, xStride, pre, preOff, preStride, scratch);
        int size = p.hiddenSize;
        for (int row = 0; row < rows; row++) {
            int i = preOff + row * preStride;
            int o = i + size;
            int f = o + size;
            int g = f + size;
            p.r.addProduct(h, hOff + row * hStride, pre, i, scratch);
            map.unary(UnaryFn.SIGMOID, 0f, 0f, pre, i, pre, i, 3 * size);
            map.unary(UnaryFn.TANH, 0f, 0f, pre, g, pre, g, size);
            int cRow = cOff + row * cStride;
            int cOutRow = cOutOff + row * cOutStride;
            for (int j = 0; j < size; j++) {
                cOut[cOutRow + j] = Fma.fma(pre[f + j], c[cRow + j], pre[i + j] * pre[g + j]);
            }
            map.unary(UnaryFn.TANH, 0f, 0f, cOut, cOutRow, pre, g, size);
            int hOutRow = hOutOff + row * hOutStride;
            for (int j = 0; j < size; j++) {
                hOut[hOutRow + j] = pre[o + j] * pre[g + j];
            }
        }
    }

    @Override
    public void gru(
            PackedCell cell, int rows, float[] x, int xOff, int xStride,
            float[] pre, int preOff, int preStride,
            float[] h, int hOff, int hStride, float[] hOut, int hOutOff, int hOutStride,
            boolean backwards, float[] scratch) {
        Packed p = (Packed) cell;
        project(p, rows, x, xOff, xStride, pre, preOff, preStride, scratch);
        int size = p.hiddenSize;
        for (int row = 0; row < rows; row++) {
            int z = preOff + row * preStride;
            int r = z + size;
            int n = r + size;
            int q = n + size;
            int hRow = hOff + row * hStride;
            int out = hOutOff + row * hOutStride;
            p.r.addProduct(h, hRow, pre, z, scratch);
            map.unary(UnaryFn.SIGMOID, 0f, 0f, pre, z, pre, z, 2 * size);
            if (p.recurrentBias != null) {
                System.arraycopy(p.recurrentBias, 0, pre, q, size);
                p.rCandidate.addProduct(h, hRow, pre, q, scratch);
                for (int j = 0; j < size; j++) {
                    pre[n + j] = Fma.fma(pre[r + j], pre[q + j], pre[n + j]);
                }
            } else {
                for (int j = 0; j < size; j++) {
                    pre[r + j] *= h[hRow + j];
                }
                p.rCandidate.addProduct(pre, r, pre, n, scratch);
            }
            map.unary(UnaryFn.TANH, 0f, 0f, pre, n, pre, n, size);
            for (int j = 0; j < size; j++) {
                hOut[out + j] = Fma.fma(pre[z + j], h[hRow + j] - pre[n + j], pre[n + j]);
            }
        }
    }

    @Override
    public void rnn(
            PackedCell cell, int rows, float[] x, int xOff, int xStride,
            float[] pre, int preOff, int preStride,
            float[] h, int hOff, int hStride, float[] hOut, int hOutOff, int hOutStride,
            boolean backwards, float[] scratch) {
        Packed p = (Packed) cell;
        project(p, rows, x, xOff, xStride, pre, preOff, preStride, scratch);
        int size = p.hiddenSize;
        for (int row = 0; row < rows; row++) {
            int y = preOff + row * preStride;
            p.r.addProduct(h, hOff + row * hStride, pre, y, scratch);
            map.unary(p.fn, 0f, 0f, pre, y, hOut, hOutOff + row * hOutStride, size);
        }
    }
}
