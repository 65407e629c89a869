package dev.lanewise.compiler.network;

import dev.lanewise.compiler.op.Pool;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * The largest or the mean under a window that slides over spatial axes, channels last: {@code [batch, spatial...,
 * channels]}. Without a stride the windows lie side by side. Padding takes no part in either.
 *
 * @param kernel extents of the window, per spatial axis as strides
 */
public record Pooling(Pool.Kind taken, List<Integer> kernel, List<Integer> strides, Padding padding) implements Layer {

    public Pooling {
        kernel = List.copyOf(kernel);
        strides = List.copyOf(strides);
    }

    /** One extent of the window for time, two for height and width. */
    public static Pooling max(int... kernel) {
        return of(Pool.Kind.MAX, kernel);
    }

    /** One extent of the window for time, two for height and width. */
    public static Pooling mean(int... kernel) {
        return of(Pool.Kind.AVERAGE, kernel);
    }

    private static Pooling of(Pool.Kind taken, int... kernel) {
        List<Integer> extents = Arrays.stream(kernel).boxed().toList();
        return new Pooling(taken, extents, extents, Padding.VALID);
    }

    /** The same along all axes. */
    public Pooling stride(int stride) {
        return new Pooling(taken, kernel, Collections.nCopies(kernel.size(), stride), padding);
    }

    public Pooling padding(Padding rule) {
        return new Pooling(taken, kernel, strides, rule);
    }

    @Override
    public String name() {
        return "";
    }

    @Override
    public String kind() {
        return taken == Pool.Kind.MAX ? "MaxPool" : "MeanPool";
    }

    @Override
    public Tensor forward(Tensor x) {
        Expect.rank(x, kernel.size() + 2, "[batch, spatial..., channels]");
        List<Integer> ones = Collections.nCopies(kernel.size(), 1);
        return x.net().add(new Pool(taken, kernel, strides, ones, padding.before(kernel, ones),
                padding.after(kernel, ones), false, false), x);
    }
}
