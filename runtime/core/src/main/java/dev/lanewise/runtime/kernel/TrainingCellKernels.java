package dev.lanewise.runtime.kernel;

/**
 * What training does to recurrent cells between its products: forwards from pre-activations to new states, keeping the
 * activated gates as a tape; backwards from the gradients of new states to those of pre-activations. Rows are
 * streams, dense, H units each; products with the weights are the caller's, see {@link MatmulKernels#matmulPanels}.
 *
 * <p>Forwards the formulas, gate orders and roundings are those of {@link CellKernels}. Backwards, with dh the gradient
 * of h', dc that of c' but for what comes through h', every operation rounded once:
 *
 * <pre>
 * LSTM  t = tanh(c')          e = fma(dh · o, fma(-t, t, 1), dc)        σ' (s) = fma(-s, s, s)
 *       di = (e · g) · σ'(i)  do = (dh · t) · σ'(o)  df = (e · c) · σ'(f)  dg = (e · i) · fma(-g, g, 1)  dc = e · f
 * GRU   dz = (dh · (h - n)) · σ'(z)       dn = (dh - dh · z) · fma(-n, n, 1)       dh = dh · z
 *       linear before reset:  dr = (dn · q) · σ'(r)  dq = dn · r
 *       reset before:         dr = (p · h) · σ'(r)   dh = fma(p, r, dh), where p = dn · Rh
 * RNN   tanh: da = dh · fma(-h', h', 1)    relu: da = dh where h' is above 0, else 0
 * </pre>
 *
 * Immutable and safe for any number of threads; no method allocates.
 */
public interface TrainingCellKernels {

    /**
     * One LSTM step.
     *
     * @param gates [rows, 4, H] pre-activations; becomes i, o, f, g
     * @param c [rows, H]
     * @param cOut [rows, H], overlaps nothing
     * @param hOut [rows, H], overlaps nothing
     */
    void lstm(
            int rows, int hidden, float[] gates, int gatesOff, float[] c, int cOff,
            float[] cOut, int cOutOff, float[] hOut, int hOutOff);

    /**
     * Backwards through an LSTM step.
     *
     * @param gates [rows, 4, H] what {@link #lstm} made of them
     * @param c [rows, H] before the step
     * @param cOut [rows, H] after it
     * @param dh [rows, H] gradient of h'
     * @param dc [rows, H] gradient of c' without what comes through h'; becomes that of c
     * @param dGates [rows, 4, H] gets the gradient of the pre-activations
     */
    void lstmGradient(
            int rows, int hidden, float[] gates, int gatesOff, float[] c, int cOff, float[] cOut, int cOutOff,
            float[] dh, int dhOff, float[] dc, int dcOff, float[] dGates, int dGatesOff);

    /**
     * The first part of a GRU step: z and r, and what they change before the candidate is known.
     *
     * @param linear whether the reset gate multiplies the product with h, not h itself
     * @param gates [rows, 4, H] pre-activations of z, r and n, and, linear, q; becomes z, r, linear n with the
     *     gated q taken in, otherwise n as it was and r · h
     * @param h [rows, H]
     */
    void gruGates(int rows, int hidden, boolean linear, float[] gates, int gatesOff, float[] h, int hOff);

    /**
     * The last part of a GRU step.
     *
     * @param gates [rows, 4, H] z, r and the whole pre-activation of n, which becomes n
     * @param h [rows, H]
     * @param hOut [rows, H], overlaps nothing
     */
    void gruState(
            int rows, int hidden, float[] gates, int gatesOff, float[] h, int hOff, float[] hOut, int hOutOff);

    /**
     * Backwards through a GRU step: all of it where linear, otherwise but for what needs the product {@code dn · Rh}.
     *
     * @param gates [rows, 4, H] z, r, n and, linear, q
     * @param h [rows, H] before the step
     * @param dh [rows, H] gradient of h'; becomes what of it comes to h directly
     * @param dGates [rows, 4, H] gets dz, dn and, linear, dr and dq
     */
    void gruGradient(
            int rows, int hidden, boolean linear, float[] gates, int gatesOff, float[] h, int hOff,
            float[] dh, int dhOff, float[] dGates, int dGatesOff);

    /**
     * The rest where the reset gate multiplies h.
     *
     * @param gates [rows, 4, H] as above
     * @param h [rows, H] before the step
     * @param dh [rows, H] gets in addition what comes through r · h
     * @param dGates [rows, 4, H] the last of which is {@code dn · Rh}; gets dr
     */
    void gruResetGradient(
            int rows, int hidden, float[] gates, int gatesOff, float[] h, int hOff,
            float[] dh, int dhOff, float[] dGates, int dGatesOff);

    /**
     * Backwards through a step of a simple cell.
     *
     * @param fn {@link UnaryFn#TANH} or {@link UnaryFn#RELU}
     * @param h [n] after the step
     * @param dh [n] its gradient
     * @param dGates [n] gets the gradient of the pre-activations
     */
    void rnnGradient(
            int n, UnaryFn fn, float[] h, int hOff, float[] dh, int dhOff, float[] dGates, int dGatesOff);
}
