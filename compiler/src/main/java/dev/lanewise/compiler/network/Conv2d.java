package dev.lanewise.compiler.network;

import java.util.List;

/** {@link Convolution} over images: {@code [batch, height, width, in]} to {@code [batch, height, width, filters]}. */
public final class Conv2d {

    private Conv2d() {}

    public static Convolution of(String name, int filters, int height, int width) {
        return new Convolution(name, filters, List.of(height, width));
    }
}
