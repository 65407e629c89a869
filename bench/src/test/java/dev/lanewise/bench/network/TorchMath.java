package dev.lanewise.bench.network;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.network.Network;
import java.util.Arrays;

/** A network's weights in PyTorch, and layers made of PyTorch's own operations on them. */
final class TorchMath implements AutoCloseable {

    private final NDManager manager;
    private final Network network;

    TorchMath(Network network) {
        System.setProperty("ai.djl.offline", "true");
        this.network = network;
        manager = NDManager.newBaseManager(Device.cpu(), "PyTorch");
        JniUtils.setGradMode(false);
    }

    NDArray array(Literal literal) {
        return manager.create(literal.floats(), shape(literal.shape()));
    }

    static Shape shape(int... extents) {
        return new Shape(Arrays.stream(extents).asLongStream().toArray());
    }

    /** A weight or fixed constant by name; {@code null} where there is none. */
    NDArray weight(String name) {
        Literal literal = network.parameters().getOrDefault(name, network.fixed().get(name));
        return literal == null ? null : array(literal);
    }

    NDArray zeros(long... shape) {
        return manager.zeros(new Shape(shape));
    }

    /** {@code nn.Linear} over the last axis. */
    NDArray linear(String name, NDArray x) {
        return x.getNDArrayInternal().linear(x, weight(name + ".weight"), weight(name + ".bias")).get(0);
    }

    /** {@code nn.LayerNorm} over the last axis. */
    NDArray layerNorm(String name, NDArray x) {
        NDArray weight = weight(name + ".weight");
        return x.getNDArrayInternal()
                .layerNorm(x, weight.getShape(), weight, weight(name + ".bias"), 1e-5f).get(0);
    }

    /**
     * {@code nn.MultiheadAttention}.
     *
     * @param mask added to the scores {@code [batch, heads, time, steps]}; {@code null} for none
     */
    NDArray attention(String name, int heads, NDArray query, NDArray memory, NDArray mask) {
        NDArray q = split(linear(name + ".q", query), heads);
        NDArray k = split(linear(name + ".k", memory), heads);
        NDArray v = split(linear(name + ".v", memory), heads);
        NDArray scores = q.matMul(k.transpose(0, 1, 3, 2)).mul(1 / Math.sqrt(q.getShape().get(3)));
        NDArray weights = (mask == null ? scores : scores.add(mask)).softmax(-1);
        NDArray y = weights.matMul(v).transpose(0, 2, 1, 3).reshape(query.getShape());
        return linear(name + ".out", y);
    }

    private static NDArray split(NDArray x, int heads) {
        long[] shape = x.getShape().getShape();
        return x.reshape(shape[0], shape[1], heads, shape[2] / heads).transpose(0, 2, 1, 3);
    }

    /** −∞ from each sequence's length on: {@code [batch, 1, 1, steps]}. */
    NDArray keyMask(int steps, long... lengths) {
        float[] mask = new float[lengths.length * steps];
        for (int i = 0; i < mask.length; i++) {
            mask[i] = i % steps < lengths[i / steps] ? 0 : Float.NEGATIVE_INFINITY;
        }
        return manager.create(mask, shape(lengths.length, 1, 1, steps));
    }

    /** −∞ above the diagonal: {@code [time, time]}. */
    NDArray causalMask(int time) {
        float[] mask = new float[time * time];
        for (int i = 0; i < mask.length; i++) {
            mask[i] = i % time <= i / time ? 0 : Float.NEGATIVE_INFINITY;
        }
        return manager.create(mask, shape(time, time));
    }

    /**
     * The weights of recurrent layers as PyTorch takes them.
     *
     * @param order for each gate of PyTorch its place in Lanewise's
     */
    NDList recurrent(String name, int layers, boolean both, int... order) {
        NDList list = new NDList();
        for (int layer = 0; layer < layers; layer++) {
            for (int direction = 0; direction < (both ? 2 : 1); direction++) {
                String prefix = name + "." + layer + (direction == 0 ? "." : ".reverse.");
                NDArray bias = weight(prefix + "bias");
                long half = bias.size() / 2;
                list.add(gates(weight(prefix + "weight"), order));
                list.add(gates(weight(prefix + "recurrent"), order));
                list.add(gates(bias.get("0:" + half), order));
                list.add(gates(bias.get(half + ":"), order));
            }
        }
        return list;
    }

    private static NDArray gates(NDArray rows, int... order) {
        long units = rows.getShape().get(0) / order.length;
        NDList gates = new NDList();
        for (int gate : order) {
            gates.add(rows.get(gate * units + ":" + (gate + 1) * units));
        }
        return NDArrays.concat(gates, 0);
    }

    @Override
    public void close() {
        manager.close();
    }
}
