package dev.lanewise.bench.train;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.network.Network;
import dev.lanewise.formats.DType;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * A network's weights in PyTorch, and layers made of PyTorch's own operations on them. One thread; what it computes
 * belongs to the manager of its first operand.
 */
public final class TorchMath implements AutoCloseable {

    /** For each gate of PyTorch's LSTM (i, f, g, o) its place in Lanewise's (i, o, f, c). */
    public static final int[] LSTM_GATES = {0, 2, 3, 1};

    /** For each gate of PyTorch's GRU (r, z, n) its place in Lanewise's (z, r, h). */
    public static final int[] GRU_GATES = {1, 0, 2};

    public static final int[] RNN_GATES = {0};

    /**
     * A weight or a part of one.
     *
     * @param name Lanewise's
     * @param from its first element in Lanewise's
     * @param gates for each gate here its place there; one for what has none
     * @param array as PyTorch has it
     */
    private record Part(String name, int from, int[] gates, NDArray array) {

        /** Puts elements of PyTorch's order into {@code all}, a whole weight in Lanewise's. */
        void scatter(float[] elements, float[] all) {
            int gate = elements.length / gates.length;
            for (int i = 0; i < gates.length; i++) {
                System.arraycopy(elements, i * gate, all, from + gates[i] * gate, gate);
            }
        }
    }

    private final NDManager manager;
    private final Network network;
    private final Predicate<String> trained;
    private final Map<String, Part> parts = new LinkedHashMap<>();
    private final Map<String, NDArray> constants = new HashMap<>();

    /** Without gradients. */
    public TorchMath(Network network) {
        this(network, name -> false);
        JniUtils.setGradMode(false);
    }

    /** With gradients of those parameters. PyTorch is left with one thread, as Lanewise has. */
    public TorchMath(Network network, Predicate<String> trained) {
        System.setProperty("ai.djl.offline", "true");
        this.network = network;
        this.trained = trained;
        manager = NDManager.newBaseManager(Device.cpu(), "PyTorch");
        JniUtils.setNumThreads(1);
        JniUtils.setGradMode(true);
    }

    public NDManager manager() {
        return manager;
    }

    /** f32 as they are; integers as i64, which PyTorch wants of indices. */
    public NDArray array(Literal literal) {
        return array(manager, literal);
    }

    public static NDArray array(NDManager manager, Literal literal) {
        return literal.type() == DType.F32
                ? manager.create(literal.floats(), shape(literal.shape()))
                : manager.create(literal.toLongs(), shape(literal.shape()));
    }

    public static Shape shape(int... extents) {
        return new Shape(Arrays.stream(extents).asLongStream().toArray());
    }

    /** A weight or fixed constant by name, always the same array; {@code null} where there is none. */
    public NDArray weight(String name) {
        Literal literal = network.parameters().getOrDefault(name, network.fixed().get(name));
        return literal == null ? null : part(name, name, 0, literal.shape(), 0);
    }

    private NDArray part(String key, String name, int from, int[] shape, int... gates) {
        return parts.computeIfAbsent(key, absent -> {
            boolean learns = network.parameters().containsKey(name) && trained.test(name);
            Literal literal = network.parameters().getOrDefault(name, network.fixed().get(name));
            float[] elements = new float[Literal.size(shape)];
            int gate = elements.length / gates.length;
            for (int i = 0; i < gates.length; i++) {
                System.arraycopy(literal.floats(), from + gates[i] * gate, elements, i * gate, gate);
            }
            NDArray array = manager.create(elements, shape(shape));
            array.setRequiresGradient(learns);
            return new Part(name, from, gates, array);
        }).array;
    }

    /** The arrays that are trained, of those that a loss was made of; a recurrent layer's bias is two. */
    public List<NDArray> trained() {
        return parts.values().stream().filter(part -> part.array.hasGradient()).map(Part::array).toList();
    }

    /** Of a loss by all that is trained, added to what is there. */
    public void backward(NDArray loss) {
        try (NDArray one = loss.onesLike()) {
            JniUtils.backward((PtNDArray) loss, (PtNDArray) one, false, false);
        }
    }

    /** Gradients by name, with elements in Lanewise's order. */
    public Map<String, float[]> gradients() {
        Map<String, float[]> gradients = new LinkedHashMap<>();
        for (Part part : parts.values()) {
            if (part.array.hasGradient()) {
                float[] all = gradients.computeIfAbsent(
                        part.name, name -> new float[network.parameters().get(name).size()]);
                try (NDArray gradient = part.array.getGradient()) {
                    part.scatter(gradient.toFloatArray(), all);
                }
            }
        }
        return gradients;
    }

    public NDArray zeros(long... shape) {
        return manager.zeros(new Shape(shape));
    }

    /** Zeros that are made when first asked for, such as a state to begin with. */
    public NDArray once(String name, long... shape) {
        return constants.computeIfAbsent(name, absent -> zeros(shape));
    }

    /** {@code nn.Embedding}. */
    public NDArray embedding(String name, NDArray ids) {
        return ids.getNDArrayInternal().embedding(ids, weight(name + ".table"), SparseFormat.DENSE).get(0);
    }

    /** {@code nn.Embedding} with a {@code padding_idx}, whose vector is zeros and is not trained. */
    public NDArray embedding(String name, NDArray ids, int padding) {
        return embedding(name, ids).mul(ids.neq(padding).toType(DataType.FLOAT32, false).expandDims(-1));
    }

    /** {@code nn.Conv1d} and {@code nn.Conv2d}, channels second; the same along all axes. */
    public NDArray convolution(String name, NDArray x, int stride, int padding, int dilation, int groups) {
        int[] ones = new int[x.getShape().dimension() - 2];
        Arrays.fill(ones, 1);
        return x.getNDArrayInternal().convolution(x, weight(name + ".weight"), weight(name + ".bias"),
                times(stride, ones), times(padding, ones), times(dilation, ones), groups).get(0);
    }

    private static Shape times(int factor, int... ones) {
        return shape(Arrays.stream(ones).map(one -> factor * one).toArray());
    }

    /** {@code cross_entropy}, the mean over all: of scores {@code [..., classes]} and classes {@code [...]} of i64. */
    public static NDArray crossEntropy(NDArray scores, NDArray target) {
        return scores.logSoftmax(-1).gather(target.expandDims(-1), -1).mean().neg();
    }

    /** {@code nn.TransformerEncoderLayer} with ReLU, normalised after each addition. */
    public NDArray encoderLayer(String name, int heads, NDArray x, NDArray mask) {
        NDArray y = layerNorm(name + ".norm1", x.add(attention(name + ".attention", heads, x, x, mask)));
        NDArray hidden = linear(name + ".linear1", y).getNDArrayInternal().relu();
        return layerNorm(name + ".norm2", y.add(linear(name + ".linear2", hidden)));
    }

    /** {@code nn.Dropout}. */
    public static NDArray dropout(NDArray x, double rate, boolean training) {
        return x.getNDArrayInternal().dropout(x, (float) rate, training).get(0);
    }

    /** {@code nn.Linear} over the last axis. */
    public NDArray linear(String name, NDArray x) {
        return x.getNDArrayInternal().linear(x, weight(name + ".weight"), weight(name + ".bias")).get(0);
    }

    /** {@code nn.LayerNorm} over the last axis. */
    public NDArray layerNorm(String name, NDArray x) {
        NDArray weight = weight(name + ".weight");
        return x.getNDArrayInternal()
                .layerNorm(x, weight.getShape(), weight, weight(name + ".bias"), 1e-5f).get(0);
    }

    /**
     * {@code nn.MultiheadAttention}.
     *
     * @param mask added to the scores {@code [batch, heads, time, steps]}; {@code null} for none
     */
    public NDArray attention(String name, int heads, NDArray query, NDArray memory, NDArray mask) {
        NDArray q = split(linear(name + ".q", query), heads);
        NDArray k = split(linear(name + ".k", memory), heads);
        NDArray v = split(linear(name + ".v", memory), heads);
        NDArray scores = q.matMul(k.transpose(0, 1, 3, 2)).mul(number(q, 1 / Math.sqrt(q.getShape().get(3))));
        NDArray weights = (mask == null ? scores : scores.add(mask)).softmax(-1);
        NDArray y = weights.matMul(v).transpose(0, 2, 1, 3).reshape(query.getShape());
        return linear(name + ".out", y);
    }

    /**
     * A factor or divisor that a gradient goes through. PyTorch keeps it for the way back, but DJL's own, of a plain
     * number, lies in memory that the garbage collector frees before.
     */
    public static NDArray number(NDArray beside, double number) {
        return beside.getManager().create((float) number);
    }

    private static NDArray split(NDArray x, int heads) {
        long[] shape = x.getShape().getShape();
        return x.reshape(shape[0], shape[1], heads, shape[2] / heads).transpose(0, 2, 1, 3);
    }

    /** −∞ from each sequence's length on: {@code [batch, 1, 1, steps]}. */
    public NDArray keyMask(int steps, long... lengths) {
        float[] mask = new float[lengths.length * steps];
        for (int i = 0; i < mask.length; i++) {
            mask[i] = i % steps < lengths[i / steps] ? 0 : Float.NEGATIVE_INFINITY;
        }
        return manager.create(mask, shape(lengths.length, 1, 1, steps));
    }

    /** −∞ above the diagonal: {@code [time, time]}. */
    public NDArray causalMask(int time) {
        float[] mask = new float[time * time];
        for (int i = 0; i < mask.length; i++) {
            mask[i] = i % time <= i / time ? 0 : Float.NEGATIVE_INFINITY;
        }
        return manager.create(mask, shape(time, time));
    }

    /**
     * The weights of recurrent layers as PyTorch takes them.
     *
     * @param gates for each gate of PyTorch its place in Lanewise's
     */
    public NDList recurrent(String name, int layers, boolean both, int... gates) {
        NDList list = new NDList();
        for (int layer = 0; layer < layers; layer++) {
            for (int direction = 0; direction < (both ? 2 : 1); direction++) {
                String prefix = name + "." + layer + (direction == 0 ? "." : ".reverse.");
                for (String matrix : List.of("weight", "recurrent")) {
                    Literal literal = network.parameters().get(prefix + matrix);
                    list.add(part(prefix + matrix, prefix + matrix, 0, literal.shape(), gates));
                }
                String bias = prefix + "bias";
                int half = network.parameters().get(bias).size() / 2;
                list.add(part(bias + "/input", bias, 0, new int[] {half}, gates));
                list.add(part(bias + "/recurrent", bias, half, new int[] {half}, gates));
            }
        }
        return list;
    }

    @Override
    public void close() {
        manager.close();
    }
}
