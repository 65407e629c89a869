package dev.lanewise.compiler.network;

import dev.lanewise.compiler.op.Unary;
import dev.lanewise.runtime.kernel.UnaryFn;

/** Elementwise functions as layers take them; {@link UnaryFn} has more, for {@code new Unary(fn, alpha, beta)}. */
public final class Activations {

    public static final Unary RELU = Unary.of(UnaryFn.RELU);
    public static final Unary TANH = Unary.of(UnaryFn.TANH);
    public static final Unary SIGMOID = Unary.of(UnaryFn.SIGMOID);
    /** By erf. */
    public static final Unary GELU = Unary.of(UnaryFn.GELU);
    /** Swish: x · sigmoid(x). */
    public static final Unary SILU = new Unary(UnaryFn.SWISH, 1, 0);
    public static final Unary ELU = new Unary(UnaryFn.ELU, 1, 0);

    private Activations() {}
}
