package dev.lanewise.compiler.network;

/**
 * Long short-term memories, see {@link Recurrent}. Gates in the order i, o, f, c of {@link
 * dev.lanewise.compiler.op.Lstm}, where PyTorch has i, f, c, o.
 */
public final class Lstm {

    private Lstm() {}

    public static Recurrent of(String name, int units) {
        return new Recurrent(name, Recurrent.Cell.LSTM, units);
    }
}
