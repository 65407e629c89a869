package dev.lanewise.runtime.kernel;

/**
 * Recurrent cells with their standard activations (sigmoid gates, tanh candidates; RNN: tanh or
 * relu). A step is two parts:
 *
 * <ol>
 *   <li>{@code project}: {@code pre[row, gates·H] = b + x[row, I] · Wᵀ}, in the packed layout,
 *       which only the same weights' second part reads;
 *   <li>{@code lstm}, {@code gru}, {@code rnn}: {@code pre + h · Rᵀ}, then gates, then the new state,
 *       for any number of independent streams ("rows").
 * </ol>
 *
 * A sequence projects the inputs of all its steps as one product; a single step gives its inputs to the
 * second part, which then does the first as well, each weight's neighbours together.
 *
 * Each pre-activation starts at its bias ({@code Wb + Rb}, added once when packing), takes in the
 * inputs in ascending order, then the hidden units in ascending order, all by fused multiply-add: a
 * stream stepped one by one and a whole sequence give the same bits. {@code hOut} and {@code cOut}
 * may be the same memory as {@code h} and {@code c} only where a method says so.
 *
 * <p>Formulas and gate orders are ONNX's: LSTM {@code i, o, f, c}; GRU {@code z, r, h}. With a the
 * pre-activations, σ the sigmoid, and every operation rounded once:
 *
 * <pre>
 * LSTM  c' = fma(σ(a_f), c, σ(a_i) · tanh(a_c))       h' = σ(a_o) · tanh(c')
 * GRU   z = σ(a_z)    r = σ(a_r)                      h' = fma(z, h − n, n)
 *       n = tanh(a_h), where a_h takes in the products (r · h) · Rhᵀ, or, linear before reset,
 *       n = tanh(fma(r, q, a_h)), where a_h = Wbh + x · Whᵀ and q = Rbh + h · Rhᵀ
 * RNN   h' = fn(a)
 * </pre>
 *
 * <p>Of {@code lstm}, {@code gru} and {@code rnn}: {@code x} [rows, I] are the inputs, rows {@code
 * xStride} apart, or {@code null} where {@code pre} holds what {@link #project} made of them; {@code
 * backwards} says from which end to go through the weights, and does not show in the bits: who calls with
 * one and the other in turn finds in the cache what was read last.
 *
 * <p>{@code scratch} of every method: see {@link Kernels}.
 */
public interface CellKernels {

    /** Input and recurrent weights of one cell in one direction. Immutable. */
    interface PackedCell extends PackedWeights {
        int inputSize();

        int hiddenSize();

        /** Floats of one row of {@code pre}: at least gates · hiddenSize; padding included. */
        int preFloats();
    }

    /** The cells there are. */
    enum Cell {
        LSTM(4, null),
        /** The reset gate multiplies h. */
        GRU(3, null),
        /** The reset gate multiplies {@code h · Rhᵀ + Rbh}; then Rbh is no part of the candidate's pre-activation. */
        GRU_LINEAR_BEFORE_RESET(3, null),
        RNN_TANH(1, UnaryFn.TANH),
        RNN_RELU(1, UnaryFn.RELU);

        private final int gates;
        private final UnaryFn fn;

        Cell(int gates, UnaryFn fn) {
            this.gates = gates;
            this.fn = fn;
        }

        public int gates() {
            return gates;
        }

        /** An RNN's activation, {@code null} of others. */
        public UnaryFn fn() {
            return fn;
        }
    }

    /**
     * Packs a cell's weights in the form in which they are stored. Forms with scales take in inputs, or
     * hidden units, as {@link MatmulKernels#pack(WeightMatrix, int)} says, in place of the bias standing
     * what the pre-activation is before.
     *
     * @param w [gates·H, I], gates i, o, f, c or z, r, h; f32, or what {@link WeightMatrix#computes}
     * @param r [gates·H, H]
     * @param b [2·gates·H], input biases then recurrent biases, or {@code null}
     * @param mostRows the most rows that {@link #project} will be asked for, {@link Integer#MAX_VALUE}
     *     where that is not known: a hint by which a provider chooses the form of w; more rows are
     *     slower and as right
     * @param mostStreams the same for the rows of a step, and r
     */
    PackedCell pack(
            Cell cell, WeightMatrix w, WeightMatrix r, float[] b, int bOff, int mostRows, int mostStreams);

    /**
     * Packs other weights of the same extents, f32 as those were, into what {@link #pack} gave. Nobody may use it
     * meanwhile.
     */
    void refill(PackedCell packed, Cell cell, WeightMatrix w, WeightMatrix r, float[] b, int bOff);

    /**
     * {@link #pack} of an LSTM in f32.
     *
     * @param w [4·H, I], row-major, gates i, o, f, c
     * @param r [4·H, H]
     * @param b [8·H], or {@code null}
     */
    default PackedCell packLstm(
            int inputSize, int hiddenSize, float[] w, int wOff, float[] r, int rOff, float[] b,
            int bOff, int mostRows, int mostStreams) {
        return pack(
                Cell.LSTM, WeightMatrix.of(w, wOff, 4 * hiddenSize, inputSize),
                WeightMatrix.of(r, rOff, 4 * hiddenSize, hiddenSize), b, bOff, mostRows, mostStreams);
    }

    /**
     * {@link #pack} of a GRU in f32.
     *
     * @param w [3·H, I], row-major, gates z, r, h
     * @param r [3·H, H]
     * @param b [6·H], or {@code null}
     */
    default PackedCell packGru(
            int inputSize, int hiddenSize, boolean linearBeforeReset,
            float[] w, int wOff, float[] r, int rOff, float[] b, int bOff,
            int mostRows, int mostStreams) {
        return pack(
                linearBeforeReset ? Cell.GRU_LINEAR_BEFORE_RESET : Cell.GRU,
                WeightMatrix.of(w, wOff, 3 * hiddenSize, inputSize),
                WeightMatrix.of(r, rOff, 3 * hiddenSize, hiddenSize), b, bOff, mostRows, mostStreams);
    }

    /**
     * {@link #pack} of an RNN in f32.
     *
     * @param w [H, I]
     * @param r [H, H]
     * @param b [2·H], or {@code null}
     * @param fn {@link UnaryFn#TANH} or {@link UnaryFn#RELU}
     */
    default PackedCell packRnn(
            int inputSize, int hiddenSize, UnaryFn fn,
            float[] w, int wOff, float[] r, int rOff, float[] b, int bOff,
            int mostRows, int mostStreams) {
        return pack(
                fn == UnaryFn.RELU ? Cell.RNN_RELU : Cell.RNN_TANH,
                WeightMatrix.of(w, wOff, hiddenSize, inputSize),
                WeightMatrix.of(r, rOff, hiddenSize, hiddenSize), b, bOff, mostRows, mostStreams);
    }

    /**
     * Input projections of {@code rows} rows (streams, time steps, or both).
     *
     * @param x [rows, I], rows {@code xStride} apart
     * @param pre [rows, preFloats()], rows {@code preFloats()} apart
     */
    void project(
            PackedCell cell, int rows, float[] x, int xOff, int xStride, float[] pre, int preOff,
            float[] scratch);

    /**
     * One LSTM step of {@code rows} streams. {@code cOut} may be {@code c}; {@code hOut} must not
     * overlap {@code h}. About x and backwards see above.
     *
     * @param pre [rows, preFloats()], rows {@code preStride} apart; overwritten
     * @param h [rows, H], rows {@code hStride} apart
     * @param c [rows, H], rows {@code cStride} apart
     * @param hOut [rows, H], rows {@code hOutStride} apart
     * @param cOut [rows, H], rows {@code cOutStride} apart
     */
    void lstm(
            PackedCell cell, int rows, float[] x, int xOff, int xStride,
            float[] pre, int preOff, int preStride,
            float[] h, int hOff, int hStride, float[] c, int cOff, int cStride,
            float[] hOut, int hOutOff, int hOutStride, float[] cOut, int cOutOff, int cOutStride,
            boolean backwards, float[] scratch);

    /**
     * One GRU step of {@code rows} streams; {@code hOut} must not overlap {@code h}. About x and backwards
     * see above.
     *
     * @param pre [rows, preFloats()], rows {@code preStride} apart; overwritten
     */
    void gru(
            PackedCell cell, int rows, float[] x, int xOff, int xStride,
            float[] pre, int preOff, int preStride,
            float[] h, int hOff, int hStride, float[] hOut, int hOutOff, int hOutStride,
            boolean backwards, float[] scratch);

    /**
     * One RNN step of {@code rows} streams; {@code hOut} must not overlap {@code h}. Parameters as
     * {@link #gru}.
     */
    void rnn(
            PackedCell cell, int rows, float[] x, int xOff, int xStride,
            float[] pre, int preOff, int preStride,
            float[] h, int hOff, int hStride, float[] hOut, int hOutOff, int hOutStride,
            boolean backwards, float[] scratch);

    /**
     * Floats of scratch that a sequence of {@code steps} over {@code batch} streams takes, for any
     * provider: {@code steps · batch · gates · H} with H rounded up to a multiple of 32, then 3 ·
     * batch · H for the states in between.
     *
     * @param gates 4 for an LSTM and, with room for its second candidate, a GRU; 1 for an RNN
     */
    static long sequenceScratchFloats(int gates, int hiddenSize, long steps, long batch) {
        return steps * batch * rowFloats(gates, hiddenSize) + batch * 3 * hiddenSize;
    }

    /** Upper bound of {@link PackedCell#preFloats()} of every provider; gates as above. */
    static long rowFloats(int gates, int hiddenSize) {
        return gates * ((hiddenSize + 31L) & -32L);
    }
}
