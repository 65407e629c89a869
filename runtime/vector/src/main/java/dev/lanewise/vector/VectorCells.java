package dev.lanewise.vector;

import dev.lanewise.formats.WeightForm;
import dev.lanewise.runtime.kernel.CellKernels;
import dev.lanewise.runtime.kernel.Kernels;
import dev.lanewise.runtime.kernel.MapKernels;
import dev.lanewise.runtime.kernel.UnaryFn;
import dev.lanewise.runtime.kernel.WeightMatrix;

/**
 * Recurrent cells by the vector API. Immutable and thread-safe; allocates only when packing.
 *
 * <p>Units go in blocks of a panel's width P; the last one is filled up with units of zero weights, so
 * that products know no tails. What belongs to a block lies together: its columns of the transposed
 * weights [in, blocks · gates · P], {@link Panels} or {@link SmallPanels}, and its pre-activations,
 * {@code pre} [blocks, gates, P], so that a block goes from its inputs to its new states while it stays
 * in the first cache:
 *
 * <pre>
 * LSTM   i o f c
 * GRU    z r h
 * RNN    h
 * </pre>
 *
 * <p>A GRU that is linear before its reset adds R's products with the candidates' columns, q, to their own bias.
 * What W gave there then makes room for them and waits behind all blocks, {@code [blocks, P]}.
 *
 * <p>One row goes block by block, and reads each weight once: the caller has it change direction from
 * step to step, and what the last blocks left in the caches is there for the first ones. More rows go
 * {@link #ROWS} at a time, so that their pre-activations stay in the second cache. Where the weights lie
 * is the matter of {@link #allocate}. States are dense [H].
 */
public class VectorCells implements CellKernels {

    private static final int P = Panels.WIDTH;

    /** Rows that advance together: four tiles of twelve. */
    private static final int ROWS = 48;

    /**
     * Blocks of {@link SmallPanels} that go together: those of a GRU are twelve panels then, whole tiles of four, and
     * each product looks at all of its inputs first.
     */
    private static final int GROUP = 4;

    private final MapKernels map;

    /** @param map computes the activations */
    public VectorCells(MapKernels map) {
        this.map = map;
    }

    /**
     * @param blocks of P units
     * @param w panels of [inputSize, blocks · gates · P]
     * @param r panels of [H, blocks · gates · P]
     * @param both w and r below each other where only single steps of one stream are expected, or null:
     *     half as many products, and those of few units are short
     * @param bias [blocks, gates, P], where {@code pre} starts
     * @param recurrentBias [blocks, P], where q of a GRU that is linear before its reset starts; else
     *     null
     * @param fn an RNN's activation; else null
     */
    private record Packed(
            int inputSize, int hiddenSize, int blocks, int gates, PanelProduct w,
            PanelProduct r, PackedPanels both, float[] bias, float[] recurrentBias, UnaryFn fn)
            implements PackedCell {

        @Override
        public int preFloats() {
            return blocks * (gates + (recurrentBias == null ? 0 : 1)) * P;
        }

        /** In a row of {@code pre}, where a block's candidates wait for q. */
        int waiting(int block) {
            return (blocks * gates + block) * P;
        }

        /** Blocks that one row takes together. */
        int group() {
            return r instanceof SmallPanels ? GROUP : 1;
        }

        int groups() {
            return (blocks + group() - 1) / group();
        }

        /** The first block of the i-th group of a sweep. */
        int first(int i, boolean backwards) {
            return (backwards ? groups() - 1 - i : i) * group();
        }

        /** The block behind a group's last one. */
        int last(int first) {
            return Math.min(blocks, first + group());
        }

        /** The units of a block. */
        int units(int block) {
            return Math.min(P, hiddenSize - block * P);
        }

        @Override
        public long bytes() {
            int extra = recurrentBias == null ? 0 : recurrentBias.length;
            return (both == null ? w.bytes() + r.bytes() : both.bytes())
                    + 4L * (bias.length + extra);
        }

        @Override
        public String form() {
            return both == null ? "W in " + w.form() + "; R in " + r.form() : "W above R in " + both.form();
        }
    }

    @Override
    public PackedCell pack(
            Cell cell, WeightMatrix w, WeightMatrix r, float[] b, int bOff, int mostRows, int mostStreams) {
        int inputSize = w.k;
        int hiddenSize = r.k;
        boolean linearBeforeReset = cell == Cell.GRU_LINEAR_BEFORE_RESET;
        int gates = cell.gates();
        int padded = Lanes.roundUp(hiddenSize, P);
        int columns = Math.multiplyExact(gates, padded);
        boolean together = mostRows == 1 && mostStreams == 1 && gates != 3
                && w.form == WeightForm.F32 && r.form == WeightForm.F32
                && inputSize <= Kernels.SCRATCH_FLOATS - hiddenSize;
        PackedPanels both = together ? allocate(inputSize + hiddenSize, columns, 1) : null;
        PanelProduct wPanels = together
                ? packGates(w, gates, hiddenSize, both.rows(0, inputSize))
                : panels(w, gates, hiddenSize, columns, mostRows);
        PanelProduct rPanels = together
                ? packGates(r, gates, hiddenSize, both.rows(inputSize, hiddenSize))
                : panels(r, gates, hiddenSize, columns, mostStreams);
        Packed packed = new Packed(
                inputSize, hiddenSize, padded / P, gates, wPanels, rPanels, both, new float[columns],
                linearBeforeReset ? new float[padded] : null, cell.fn());
        packBias(packed, b, bOff);
        return packed;
    }

    /** @param b [2 · gates · H], or {@code null} for zeros */
    private static void packBias(Packed packed, float[] b, int bOff) {
        int gates = packed.gates;
        int hiddenSize = packed.hiddenSize;
        for (int gate = 0; b != null && gate < gates; gate++) {
            boolean apart = packed.recurrentBias != null && gate == 2;
            for (int j = 0; j < hiddenSize; j++) {
                float input = b[bOff + gate * hiddenSize + j];
                float recurrent = b[bOff + (gates + gate) * hiddenSize + j];
                packed.bias[(j / P * gates + gate) * P + j % P] = apart ? input : input + recurrent;
                if (apart) {
                    packed.recurrentBias[j] = recurrent;
                }
            }
        }
    }

    @Override
    public void refill(PackedCell packed, Cell cell, WeightMatrix w, WeightMatrix r, float[] b, int bOff) {
        Packed p = (Packed) packed;
        packGates(w, p.gates, p.hiddenSize, (PackedPanels) p.w);
        packGates(r, p.gates, p.hiddenSize, (PackedPanels) p.r);
        packBias(p, b, bOff);
    }

    /** Panels of their own, in the form that the weights have. */
    private PanelProduct panels(WeightMatrix w, int gates, int hiddenSize, int columns, int mostRows) {
        return w.form == WeightForm.F32
                ? packGates(w, gates, hiddenSize, allocate(w.k, columns, mostRows))
                : SmallPanels.packGates(w, gates, hiddenSize);
    }

    /**
     * Room for the weights of all gates, [k, columns].
     *
     * @param mostRows the most rows that they will be multiplied with
     */
    protected PackedPanels allocate(int k, int columns, int mostRows) {
        return HeapPanels.allocate(k, columns);
    }

    /**
     * @param w [gates · H, k], f32
     * @param panels [k, blocks · gates · P]
     */
    private static PackedPanels packGates(WeightMatrix w, int gates, int hiddenSize, PackedPanels panels) {
        int column = 0;
        for (int unit = 0; unit < hiddenSize; unit += P) {
            for (int gate = 0; gate < gates; gate++) {
                int first = w.valuesOff() + (gate * hiddenSize + unit) * w.k;
                panels.pack(column, w.array(), first, Math.min(P, hiddenSize - unit), 1, w.k);
                column += P;
            }
        }
        return panels;
    }

    @Override
    public void project(
            PackedCell cell, int rows, float[] x, int xOff, int xStride, float[] pre, int preOff,
            float[] scratch) {
        project((Packed) cell, rows, x, xOff, xStride, pre, preOff, cell.preFloats(), scratch);
    }

    private static void project(
            Packed p, int rows, float[] x, int xOff, int xStride, float[] pre, int preOff, int preStride,
            float[] scratch) {
        p.w.product(
                rows, 0, p.blocks * p.gates * P, x, xOff, xStride, p.bias, 0, 0, pre, preOff, preStride, scratch);
    }

    /** Puts one row of inputs and states side by side in scratch, where the weights lie like that; says whether. */
    private static boolean join(Packed p, float[] x, int xOff, float[] h, int hOff, float[] scratch) {
        boolean joined = x != null && p.both != null;
        if (joined) {
            System.arraycopy(x, xOff, scratch, 0, p.inputSize);
            System.arraycopy(h, hOff, scratch, p.inputSize, p.hiddenSize);
        }
        return joined;
    }

    /**
     * {@code n} pre-activations of one row from column {@code column} on.
     *
     * @param x or {@code null} where {@code pre} has what it gives
     */
    private static void oneRow(
            Packed p, boolean joined, int column, int n, float[] x, int xOff, float[] pre, int preOff,
            float[] h, int hOff, float[] scratch) {
        int at = preOff + column;
        if (joined) {
            p.both.product(1, column, n, scratch, 0, 0, p.bias, column, 0, pre, at, 0, scratch);
            return;
        }
        if (x != null) {
            p.w.product(1, column, n, x, xOff, 0, p.bias, column, 0, pre, at, 0, scratch);
        }
        p.r.product(1, column, n, h, hOff, 0, pre, at, 0, pre, at, 0, scratch);
    }

    /**
     * Adds {@code h · Rᵀ}.
     *
     * @param first column of R
     * @param n columns
     */
    private static void addRecurrent(
            Packed p, int rows, int first, int n, float[] h, int hOff, int hStride,
            float[] pre, int at, int preStride, float[] scratch) {
        p.r.product(
                rows, first, n, h, hOff, hStride, pre, at, preStride, pre, at, preStride, scratch);
    }

    @Override
    public void lstm(
            PackedCell cell, int rows, float[] x, int xOff, int xStride,
            float[] pre, int preOff, int preStride,
            float[] h, int hOff, int hStride, float[] c, int cOff, int cStride,
            float[] hOut, int hOutOff, int hOutStride, float[] cOut, int cOutOff, int cOutStride,
            boolean backwards, float[] scratch) {
        Packed p = (Packed) cell;
        int n = 4 * P;
        if (rows == 1) {
            boolean joined = join(p, x, xOff, h, hOff, scratch);
            for (int i = 0; i < p.groups(); i++) {
                int from = p.first(i, backwards);
                int last = p.last(from);
                oneRow(p, joined, from * n, (last - from) * n, x, xOff, pre, preOff, h, hOff, scratch);
                lstmBlocks(p, from, last, pre, preOff, c, cOff, hOut, hOutOff, cOut, cOutOff);
            }
            return;
        }
        for (int first = 0; first < rows; first += ROWS) {
            int some = Math.min(ROWS, rows - first);
            int from = preOff + (x == null ? first * preStride : 0);
            if (x != null) {
                project(p, some, x, xOff + first * xStride, xStride, pre, from, preStride, scratch);
            }
            addRecurrent(
                    p, some, 0, p.blocks * n, h, hOff + first * hStride, hStride, pre, from, preStride, scratch);
            for (int i = 0; i < some; i++) {
                int row = first + i;
                lstmBlocks(
                        p, 0, p.blocks, pre, from + i * preStride, c, cOff + row * cStride,
                        hOut, hOutOff + row * hOutStride, cOut, cOutOff + row * cOutStride);
            }
        }
    }

    /** The blocks from {@code first} to {@code last} of a row. */
    private static void lstmBlocks(
            Packed p, int first, int last, float[] pre, int preOff, float[] c, int cOff, float[] hOut, int hOutOff,
            float[] cOut, int cOutOff) {
        for (int block = first; block < last; block++) {
            int at = preOff + block * 4 * P;
            VectorSigmoid.sigmoid(pre, at, pre, at, 3 * P);
        }
        GateLoops.lstm(
                first * P, Math.min(p.hiddenSize, last * P), pre, preOff, c, cOff, hOut, hOutOff, cOut, cOutOff);
    }

    @Override
    public void gru(
            PackedCell cell, int rows, float[] x, int xOff, int xStride,
            float[] pre, int preOff, int preStride,
            float[] h, int hOff, int hStride, float[] hOut, int hOutOff, int hOutStride,
            boolean backwards, float[] scratch) {
        Packed p = (Packed) cell;
        for (int first = 0; first < rows; first += ROWS) {
            int some = Math.min(ROWS, rows - first);
            int from = preOff + (x == null ? first * preStride : 0);
            int hAt = hOff + first * hStride;
            int to = hOutOff + first * hOutStride;
            if (x != null && some > 1) {
                project(p, some, x, xOff + first * xStride, xStride, pre, from, preStride, scratch);
            }
            float[] inputs = some > 1 ? null : x;
            int inputsAt = xOff + first * xStride;
            if (p.recurrentBias != null) {
                gruLinear(
                        p, some, inputs, inputsAt, pre, from, preStride, h, hAt, hStride,
                        hOut, to, hOutStride, backwards, scratch);
            } else {
                gruReset(
                        p, some, inputs, inputsAt, pre, from, preStride, h, hAt, hStride,
                        hOut, to, hOutStride, backwards, scratch);
            }
        }
    }

    /** Linear before reset: a block needs nothing of another. x is given where there is one row. */
    private static void gruLinear(
            Packed p, int rows, float[] x, int xOff, float[] pre, int preOff, int preStride,
            float[] h, int hOff, int hStride, float[] hOut, int hOutOff, int hOutStride,
            boolean backwards, float[] scratch) {
        for (int i = 0; i < p.groups(); i++) {
            int first = p.first(i, backwards);
            int last = p.last(first);
            int column = first * 3 * P;
            int n = (last - first) * 3 * P;
            int at = preOff + column;
            if (x != null) {
                p.w.product(1, column, n, x, xOff, 0, p.bias, column, 0, pre, at, 0, scratch);
            }
            for (int row = 0; row < rows; row++) {
                int from = preOff + row * preStride;
                for (int block = first; block < last; block++) {
                    int candidates = from + (block * 3 + 2) * P;
                    System.arraycopy(pre, candidates, pre, from + p.waiting(block), P);
                    System.arraycopy(p.recurrentBias, block * P, pre, candidates, P);
                }
            }
            addRecurrent(p, rows, column, n, h, hOff, hStride, pre, at, preStride, scratch);
            for (int row = 0; row < rows; row++) {
                int from = preOff + row * preStride;
                for (int block = first; block < last; block++) {
                    gruBlock(
                            p, block, pre, from + block * 3 * P, from + p.waiting(block), h, hOff + row * hStride,
                            hOut, hOutOff + row * hOutStride);
                }
            }
        }
    }

    /**
     * @param pre at {@code at} z, r and q, at {@code candidates} what W and the bias give to those
     */
    private static void gruBlock(
            Packed p, int block, float[] pre, int at, int candidates, float[] h, int hOff,
            float[] hOut, int hOutOff) {
        int unit = block * P;
        VectorSigmoid.sigmoid(pre, at, pre, at, 2 * P);
        GateLoops.multiplyAdd(P, pre, at + P, pre, at + 2 * P, pre, candidates);
        GateLoops.gru(p.units(block), pre, candidates, at, h, hOff + unit, hOut, hOutOff + unit);
    }

    /**
     * The candidates take in r · h of all units, which lie in hOut until then. x is given where there is one
     * row.
     */
    private static void gruReset(
            Packed p, int rows, float[] x, int xOff, float[] pre, int preOff, int preStride,
            float[] h, int hOff, int hStride, float[] hOut, int hOutOff, int hOutStride,
            boolean backwards, float[] scratch) {
        for (int i = 0; i < p.groups(); i++) {
            int first = p.first(i, backwards);
            int last = p.last(first);
            int column = first * 3 * P;
            if (x != null) {
                p.w.product(
                        1, column, (last - first) * 3 * P, x, xOff, 0, p.bias, column, 0, pre, preOff + column, 0,
                        scratch);
            }
            for (int block = first; block < last; block++) {
                resetBlock(
                        p, block, rows, pre, preOff + block * 3 * P, preStride, h, hOff, hStride,
                        hOut, hOutOff, hOutStride, scratch);
            }
        }
        for (int block = 0; block < p.blocks; block++) {
            int column = block * 3 * P + 2 * P;
            addRecurrent(
                    p, rows, column, P, hOut, hOutOff, hOutStride, pre, preOff + column, preStride, scratch);
        }
        for (int row = 0; row < rows; row++) {
            for (int block = 0; block < p.blocks; block++) {
                int unit = block * P;
                int at = preOff + row * preStride + block * 3 * P;
                GateLoops.gru(
                        p.units(block), pre, at + 2 * P, at,
                        h, hOff + row * hStride + unit, hOut, hOutOff + row * hOutStride + unit);
            }
        }
    }

    /** z and r of a block, and r · h. */
    private static void resetBlock(
            Packed p, int block, int rows, float[] pre, int at, int preStride, float[] h, int hOff, int hStride,
            float[] hOut, int hOutOff, int hOutStride, float[] scratch) {
        int unit = block * P;
        addRecurrent(p, rows, block * 3 * P, 2 * P, h, hOff, hStride, pre, at, preStride, scratch);
        for (int row = 0; row < rows; row++) {
            int z = at + row * preStride;
            VectorSigmoid.sigmoid(pre, z, pre, z, 2 * P);
            GateLoops.multiply(
                    p.units(block), pre, z + P, h, hOff + row * hStride + unit,
                    hOut, hOutOff + row * hOutStride + unit);
        }
    }

    @Override
    public void rnn(
            PackedCell cell, int rows, float[] x, int xOff, int xStride,
            float[] pre, int preOff, int preStride,
            float[] h, int hOff, int hStride, float[] hOut, int hOutOff, int hOutStride,
            boolean backwards, float[] scratch) {
        Packed p = (Packed) cell;
        int all = p.blocks * P;
        if (rows == 1) {
            boolean joined = join(p, x, xOff, h, hOff, scratch);
            int n = 4 * P * p.group();
            int groups = (all + n - 1) / n;
            for (int i = 0; i < groups; i++) {
                int unit = (backwards ? groups - 1 - i : i) * n;
                oneRow(p, joined, unit, Math.min(n, all - unit), x, xOff, pre, preOff, h, hOff, scratch);
            }
            map.unary(p.fn, 0f, 0f, pre, preOff, hOut, hOutOff, p.hiddenSize);
            return;
        }
        for (int first = 0; first < rows; first += ROWS) {
            int some = Math.min(ROWS, rows - first);
            int from = preOff + (x == null ? first * preStride : 0);
            if (x != null) {
                project(p, some, x, xOff + first * xStride, xStride, pre, from, preStride, scratch);
            }
            addRecurrent(p, some, 0, all, h, hOff + first * hStride, hStride, pre, from, preStride, scratch);
            for (int row = 0; row < some; row++) {
                map.unary(
                        p.fn, 0f, 0f, pre, from + row * preStride,
                        hOut, hOutOff + (first + row) * hOutStride, p.hiddenSize);
            }
        }
    }
}
