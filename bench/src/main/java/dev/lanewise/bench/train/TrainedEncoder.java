package dev.lanewise.bench.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Attention;
import dev.lanewise.compiler.op.Binary;
import dev.lanewise.compiler.op.LayerNorm;
import dev.lanewise.compiler.op.MatMul;
import dev.lanewise.compiler.op.Reshape;
import dev.lanewise.compiler.op.Unary;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * A layer of an encoder (Vaswani et al. 2017): attention and two dense layers, each added to what it reads,
 * normalised.
 */
public final class TrainedEncoder extends TrainedNet {

    private static final float EPSILON = 1e-5f;

    private final int batch;
    private final int length;
    private final int width;
    private final int heads;
    private final int inner;

    public TrainedEncoder(int batch, int length, int width, int heads, int inner) {
        this.batch = batch;
        this.length = length;
        this.width = width;
        this.heads = heads;
        this.inner = inner;
    }

    @Override
    Value graph() {
        Value x = parameter("x", 1, batch, length, width);
        Value bias = input("bias", 1, batch, 1, 1, length);
        Value q = heads(dense("q", x, width, width));
        Value k = heads(add(MatMul.PLAIN, x, parameter("k.w", 1 / Math.sqrt(width), width, width))); // no bias shows
        Value v = heads(dense("v", x, width, width));
        float scale = (float) (1 / Math.sqrt((double) width / heads));
        Value attended = add(Attention.open(scale, 0), q, k, v, bias);
        Value joined = add(new Reshape(dims(batch, length, width)), attended);
        Value first = norm("n1", add(new Binary(BinaryFn.ADD), x, dense("o", joined, width, width)));
        Value hidden = add(Unary.of(UnaryFn.RELU), dense("f1", first, width, inner));
        return norm("n2", add(new Binary(BinaryFn.ADD), first, dense("f2", hidden, inner, width)));
    }

    private Value dense(String name, Value x, int in, int out) {
        double range = 1 / Math.sqrt(in);
        Value product = add(MatMul.PLAIN, x, parameter(name + ".w", range, in, out));
        return add(new Binary(BinaryFn.ADD), product, parameter(name + ".b", range, out));
    }

    private Value norm(String name, Value x) {
        return add(
                new LayerNorm(2, EPSILON, false), x, parameter(name + ".w", 1, width),
                parameter(name + ".b", 1, width));
    }

    private Value heads(Value x) {
        return add(new Reshape(dims(batch, length, heads, width / heads)), x);
    }

    private static List<Dim> dims(int... extents) {
        return Arrays.stream(extents).mapToObj(Dim::of).toList();
    }

    @Override
    public NDArray torch(Map<String, NDArray> values) {
        NDArray x = values.get("x");
        NDArray q = torchHeads(dense(values, "q", x));
        NDArray k = torchHeads(x.matMul(values.get("k.w")));
        NDArray v = torchHeads(dense(values, "v", x));
        double scale = 1 / Math.sqrt((double) width / heads);
        NDArray scores = q.matMul(k.transpose(0, 1, 3, 2)).mul(scale).add(values.get("bias"));
        NDArray attended = scores.softmax(3).matMul(v).transpose(0, 2, 1, 3).reshape(batch, length, width);
        NDArray first = norm(values, "n1", x.add(dense(values, "o", attended)));
        NDArray hidden = dense(values, "f1", first).getNDArrayInternal().relu();
        return norm(values, "n2", first.add(dense(values, "f2", hidden)));
    }

    private static NDArray dense(Map<String, NDArray> values, String name, NDArray x) {
        return x.matMul(values.get(name + ".w")).add(values.get(name + ".b"));
    }

    private NDArray norm(Map<String, NDArray> values, String name, NDArray x) {
        return x.getNDArrayInternal()
                .layerNorm(x, new Shape(width), values.get(name + ".w"), values.get(name + ".b"), EPSILON)
                .get(0);
    }

    private NDArray torchHeads(NDArray x) {
        return x.reshape(batch, length, heads, width / heads).transpose(0, 2, 1, 3);
    }
}
