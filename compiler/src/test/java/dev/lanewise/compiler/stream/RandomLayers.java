package dev.lanewise.compiler.stream;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.GraphBuilder;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Binary;
import dev.lanewise.compiler.op.Concat;
import dev.lanewise.compiler.op.Conv;
import dev.lanewise.compiler.op.Cumulate;
import dev.lanewise.compiler.op.Gru;
import dev.lanewise.compiler.op.LayerNorm;
import dev.lanewise.compiler.op.Lstm;
import dev.lanewise.compiler.op.Pad;
import dev.lanewise.compiler.op.Pool;
import dev.lanewise.compiler.op.Reshape;
import dev.lanewise.compiler.op.Slice;
import dev.lanewise.compiler.op.Unary;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.Epilogue;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A random stack of layers over [frames, CHANNELS]; the same seed gives the same stack. */
final class RandomLayers implements StreamRun.Layers {

    static final int CHANNELS = 4;

    private final long seed;
    private final StringBuilder description = new StringBuilder();
    private Random random;
    private GraphBuilder builder;

    RandomLayers(long seed) {
        this.seed = seed;
    }

    @Override
    public Value add(GraphBuilder graph, Value x) {
        random = new Random(seed);
        builder = graph;
        description.setLength(0);
        Value y = x;
        int layers = 1 + random.nextInt(5);
        for (int i = 0; i < layers; i++) {
            y = layer(y);
        }
        return y;
    }

    private Value layer(Value x) {
        int kind = random.nextInt(13);
        description.append(" ");
        return switch (kind) {
            case 0, 1 -> convolution(x, 1 + random.nextInt(3));
            case 2 -> residual(x);
            case 3 -> pool(x, Pool.Kind.MAX, random.nextBoolean());
            case 4 -> pool(x, Pool.Kind.AVERAGE, random.nextBoolean());
            case 5 -> recurrent(x);
            case 6 -> branches(x);
            case 7 -> padded(x);
            case 8 -> cropped(x);
            case 9 -> sums(x);
            case 10 -> upsampled(x);
            case 11 -> image(x);
            default -> add("norm", new LayerNorm(1, 1e-3f, false), x, ones());
        };
    }

    private Value add(String name, dev.lanewise.compiler.graph.Op op, Value... inputs) {
        description.append(op).append(", ");
        return builder.add(name, op, inputs);
    }

    private Value ones() {
        return builder.constant("ones", Literal.splat(dev.lanewise.formats.DType.F32, 1, CHANNELS));
    }

    private Value weights(int... shape) {
        float[] values = new float[Literal.size(shape)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (random.nextFloat() * 2 - 1) / 3;
        }
        return builder.constant("w", Literal.of(values, shape));
    }

    /** [frames, C] as a batch of one. */
    private Value batch(Value x) {
        return builder.add("batch", new Reshape(List.of(Dim.ONE, x.dim(0), x.dim(1))), x);
    }

    private Value rows(Value x) {
        return builder.add("rows", new Reshape(List.of(x.dim(1), x.dim(2))), x);
    }

    private Value convolution(Value x, int stride) {
        int kernel = 1 + random.nextInt(4);
        int dilation = 1 + random.nextInt(2);
        int reach = (kernel - 1) * dilation;
        int before = random.nextInt(3) == 0 ? reach : random.nextInt(reach + 2);
        return conv(x, kernel, stride, dilation, before, random.nextInt(reach + 2));
    }

    private Value conv(Value x, int kernel, int stride, int dilation, int before, int after) {
        Conv conv = new Conv(
                1, List.of(stride), List.of(dilation), List.of(before), List.of(after), Epilogue.NONE);
        return rows(add("conv", conv, batch(x), weights(CHANNELS, CHANNELS, kernel), weights(CHANNELS)));
    }

    /** x + conv(x), of any padding that keeps the length. */
    private Value residual(Value x) {
        int kernel = 1 + random.nextInt(5);
        int before = random.nextInt(kernel);
        Value y = conv(x, kernel, 1, 1, before, kernel - 1 - before);
        return add("residual", new Binary(BinaryFn.ADD), random.nextBoolean() ? x : conv(x, 1, 1, 1, 0, 0), y);
    }

    private Value branches(Value x) {
        int stride = 1 + random.nextInt(2);
        Value a = conv(x, 3, stride, 1, 1, 1);
        Value b = conv(x, 5, stride, 1, 4, 0);
        Value joined = builder.add("joined", new Concat(1), a, b);
        return rows(add("mix", new Conv(1, List.of(1), List.of(1), List.of(0), List.of(0), Epilogue.NONE),
                batch(joined), weights(CHANNELS, 2 * CHANNELS, 1)));
    }

    private Value pool(Value x, Pool.Kind kind, boolean ceil) {
        int kernel = 1 + random.nextInt(4);
        int before = random.nextInt((kernel + 1) / 2);
        int after = random.nextInt((kernel + 1) / 2);
        Pool pool = new Pool(
                kind, List.of(kernel), List.of(1 + random.nextInt(3)), List.of(1), List.of(before), List.of(after),
                ceil, random.nextBoolean());
        return rows(add("pool", pool, batch(x)));
    }

    private Value recurrent(Value x) {
        Value sequence = builder.add("sequence", new Reshape(List.of(x.dim(0), Dim.ONE, x.dim(1))), x);
        boolean lstm = random.nextBoolean();
        int gates = lstm ? 4 : 3;
        description.append(lstm ? "Lstm" : "Gru");
        List<Value> operands = new ArrayList<>(List.of(
                sequence, weights(gates * CHANNELS, CHANNELS), weights(gates * CHANNELS, CHANNELS)));
        if (random.nextBoolean()) {
            operands.add(null);
            operands.add(null);
            operands.add(weights(1, CHANNELS));
        }
        Value y = builder.addAll("cell", lstm ? new Lstm(false) : new Gru(false, true), operands).get(0);
        return builder.add("rows", new Reshape(List.of(y.dim(0), y.dim(2))), y);
    }

    private Value padded(Value x) {
        Dim before = Dim.of(random.nextInt(4));
        Dim after = Dim.of(random.nextInt(4));
        Pad.Mode mode = List.of(Pad.Mode.CONSTANT, Pad.Mode.EDGE, Pad.Mode.REFLECT).get(random.nextInt(3));
        Value value = mode == Pad.Mode.CONSTANT ? builder.constant("value", Literal.scalar(0.5f)) : null;
        return add("pad", new Pad(mode, List.of(before, Dim.ZERO), List.of(after, Dim.ZERO)), x, value);
    }

    private Value cropped(Value x) {
        int first = random.nextInt(3);
        int last = random.nextInt(3);
        Value longer = conv(x, 3, 1, 1, 4, 4);
        return add("crop", Slice.along(0, Dim.of(first), longer.dim(0).minus(first + last), longer.shape()), longer);
    }

    private Value sums(Value x) {
        Value small = builder.add("small", Unary.of(UnaryFn.TANH), x);
        return add("sums", new Cumulate(0, random.nextBoolean(), false, random.nextInt(4) == 0), small);
    }

    private Value upsampled(Value x) {
        Value wide = rows(add("widen", new Conv(1, List.of(1), List.of(1), List.of(0), List.of(0), Epilogue.NONE),
                batch(x), weights(2 * CHANNELS, CHANNELS, 1)));
        return add("shuffle", new Reshape(List.of(x.dim(0).times(2), Dim.of(CHANNELS))), wide);
    }

    /** Time as the height of an image. */
    private Value image(Value x) {
        Value image = builder.add("image", new Reshape(List.of(Dim.ONE, x.dim(0), x.dim(1), Dim.ONE)), x);
        Conv conv = new Conv(
                1, List.of(1 + random.nextInt(2), 1), List.of(1, 1), List.of(random.nextInt(3), 1),
                List.of(random.nextInt(3), 1), Epilogue.of(UnaryFn.RELU, 0, 0));
        Value y = add("conv2", conv, image, weights(1, 1, 3, 3));
        return builder.add("flat", new Reshape(List.of(y.dim(1), y.dim(2))), y);
    }

    @Override
    public String toString() {
        return "seed " + seed + ":" + description;
    }
}
