package dev.lanewise.compiler.network;

import java.util.List;

/** {@link Convolution} over time: {@code [batch, time, in]} to {@code [batch, time, filters]}. */
public final class Conv1d {

    private Conv1d() {}

    public static Convolution of(String name, int filters, int kernel) {
        return new Convolution(name, filters, List.of(kernel));
    }
}
