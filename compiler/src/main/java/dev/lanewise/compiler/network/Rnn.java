package dev.lanewise.compiler.network;

/** Plain recurrent layers, {@code h' = tanh(W · x + R · h + b)}, see {@link Recurrent}. */
public final class Rnn {

    private Rnn() {}

    public static Recurrent of(String name, int units) {
        return new Recurrent(name, Recurrent.Cell.RNN_TANH, units);
    }

    /** With ReLU in place of tanh. */
    public static Recurrent relu(String name, int units) {
        return new Recurrent(name, Recurrent.Cell.RNN_RELU, units);
    }
}
