package dev.lanewise.compiler.network;

/**
 * Gated recurrent units as PyTorch's, whose reset gate multiplies the product with h; see {@link Recurrent}. Gates in
 * the order z, r, h of {@link dev.lanewise.compiler.op.Gru}, where PyTorch has r, z, n.
 */
public final class Gru {

    private Gru() {}

    public static Recurrent of(String name, int units) {
        return new Recurrent(name, Recurrent.Cell.GRU, units);
    }
}
