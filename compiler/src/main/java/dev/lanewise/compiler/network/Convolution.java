package dev.lanewise.compiler.network;

import dev.lanewise.compiler.op.Conv;
import dev.lanewise.compiler.op.Unary;
import dev.lanewise.runtime.kernel.Epilogue;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A convolution, channels last: {@code [batch, spatial..., in]} to {@code [batch, spatial..., filters]}. Weights
 * {@code weight [filters, in / groups, kernel...]} and {@code bias [filters]}, as PyTorch's at first.
 *
 * @param kernel extents of the window, per spatial axis as strides and dilations
 * @param groups of channels that are convolved by themselves; the number of channels makes it depthwise
 * @param activation {@code null} for none
 */
public record Convolution(
        String name, int filters, List<Integer> kernel, List<Integer> strides, List<Integer> dilations, Padding padding,
        int groups, boolean bias, Unary activation, Init init)
        implements Layer {

    public Convolution {
        kernel = List.copyOf(kernel);
        strides = List.copyOf(strides);
        dilations = List.copyOf(dilations);
    }

    Convolution(String name, int filters, List<Integer> kernel) {
        this(name, filters, kernel, Collections.nCopies(kernel.size(), 1), Collections.nCopies(kernel.size(), 1),
                Padding.VALID, 1, true, null, Init.fanInUniform());
    }

    /** Zeros around the input so that the output is as long, or, with a stride, a stride-th of it, rounded up. */
    public Convolution same() {
        return padding(Padding.SAME);
    }

    /** Zeros before the input alone, so that no output depends on what comes later. */
    public Convolution causal() {
        return padding(Padding.CAUSAL);
    }

    public Convolution padding(Padding rule) {
        return new Convolution(
                name, filters, kernel, strides, dilations, rule, groups, bias, activation, init);
    }

    /** The same along all axes. */
    public Convolution stride(int stride) {
        List<Integer> all = Collections.nCopies(kernel.size(), stride);
        return new Convolution(name, filters, kernel, all, dilations, padding, groups, bias, activation, init);
    }

    /** The same along all axes. */
    public Convolution dilation(int dilation) {
        List<Integer> all = Collections.nCopies(kernel.size(), dilation);
        return new Convolution(name, filters, kernel, strides, all, padding, groups, bias, activation, init);
    }

    public Convolution groups(int count) {
        return new Convolution(name, filters, kernel, strides, dilations, padding, count, bias, activation, init);
    }

    public Convolution withoutBias() {
        return new Convolution(name, filters, kernel, strides, dilations, padding, groups, false, activation, init);
    }

    public Convolution activation(Unary function) {
        return new Convolution(name, filters, kernel, strides, dilations, padding, groups, bias, function, init);
    }

    public Convolution relu() {
        return activation(Activations.RELU);
    }

    public Convolution tanh() {
        return activation(Activations.TANH);
    }

    public Convolution init(Init weight) {
        return new Convolution(name, filters, kernel, strides, dilations, padding, groups, bias, activation, weight);
    }

    @Override
    public String kind() {
        return "Conv" + kernel.size() + "d";
    }

    @Override
    public Tensor forward(Tensor x) {
        NetworkBuilder net = x.net();
        int axes = kernel.size();
        Expect.rank(x, axes + 2, axes == 1 ? "[batch, time, channels]" : "[batch, height, width, channels]");
        int in = Expect.features(x);
        if (in % groups != 0 || filters % groups != 0) {
            throw net.misfit(in + " channels of " + x + " and " + filters + " filters",
                    "both to be divisible by " + groups + " groups");
        }
        int[] shape = IntStream.concat(
                        IntStream.of(filters, in / groups), kernel.stream().mapToInt(extent -> extent))
                .toArray();
        Tensor weight = net.weight("weight", init, shape);
        Tensor biases = null;
        if (bias) {
            double fanIn = (double) in / groups * kernel.stream().reduce(1, (a, b) -> a * b);
            biases = net.weight("bias", Init.uniform(1 / Math.sqrt(fanIn)), filters);
        }
        Conv conv = new Conv(groups, strides, dilations, padding.before(kernel, dilations),
                padding.after(kernel, dilations), Epilogue.NONE);
        Tensor y = net.add(conv, x, weight, biases);
        return activation == null ? y : y.apply(activation);
    }
}
