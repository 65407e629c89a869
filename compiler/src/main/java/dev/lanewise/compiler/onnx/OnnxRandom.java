package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Cumulate;
import dev.lanewise.compiler.op.Random;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.ReduceFn;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** ONNX's random numbers. A node without a seed has one of its own, from its name. */
final class OnnxRandom {

    private OnnxRandom() {}

    static void register(Map<String, OnnxOp> ops) {
        ops.put(":RandomUniform", node -> fromShape(node, Random.Distribution.UNIFORM));
        ops.put(":RandomNormal", node -> fromShape(node, Random.Distribution.NORMAL));
        ops.put(":RandomUniformLike", node -> like(node, Random.Distribution.UNIFORM));
        ops.put(":RandomNormalLike", node -> like(node, Random.Distribution.NORMAL));
        ops.put(":Bernoulli", OnnxRandom::bernoulli);
        ops.put(":Multinomial", OnnxRandom::multinomial);
    }

    private static void fromShape(OnnxNode node, Random.Distribution distribution) {
        long[] shape = node.integers("shape");
        if (shape == null) {
            throw node.misfit("attribute 'shape' is missing");
        }
        emit(node, distribution, Arrays.stream(shape).mapToObj(Dim::of).toList(), DType.F32);
    }

    private static void like(OnnxNode node, Random.Distribution distribution) {
        emit(node, distribution, node.in(0).shape(), node.in(0).type().type());
    }

    private static void emit(OnnxNode node, Random.Distribution distribution, List<Dim> shape, DType otherwise) {
        boolean uniform = distribution == Random.Distribution.UNIFORM;
        float a = uniform ? node.number("low", 0) : node.number("mean", 0);
        float b = uniform ? node.number("high", 1) : node.number("scale", 1);
        Value random = node.add(new Random(distribution, seed(node), a, b, shape));
        node.out(new Formula(node).cast(random, node.dtype("dtype", otherwise)));
    }

    /** 1 with the probability that each element of the input states. */
    private static void bernoulli(OnnxNode node) {
        Formula f = new Formula(node);
        Value x = node.in(0);
        Random random = new Random(Random.Distribution.BERNOULLI, seed(node), 0, 0, List.of());
        node.out(f.cast(node.add(random, f.cast(x, DType.F32)), node.dtype("dtype", x.type().type())));
    }

    /**
     * Classes drawn by their log-probabilities [batch, classes], which need no particular sum: a uniform
     * number below the sum of all lies in the running sum of the class it picks.
     */
    private static void multinomial(OnnxNode node) {
        Formula f = new Formula(node);
        Value x = f.cast(node.in(0), Formula.wide(node.in(0).type().type()));
        Dim samples = Dim.of(node.integer("sample_size", 1));
        List<Integer> classes = List.of(1);
        Value weights = f.apply(UnaryFn.EXP, f.minus(x, f.reduce(ReduceFn.MAX, x, classes, true)));
        Value ends = node.add(new Cumulate(1, false, false, false), weights);
        Value uniform = f.cast(
                node.add(new Random(Random.Distribution.UNIFORM, seed(node), 0, 1, List.of(x.dim(0), samples))),
                x.type().type());
        Value drawn = f.times(uniform, f.reduce(ReduceFn.SUM, weights, classes, true));
        Value passed = f.apply(BinaryFn.LESS_OR_EQUAL,
                f.reshape(ends, List.of(x.dim(0), Dim.ONE, x.dim(1))),
                f.reshape(drawn, List.of(x.dim(0), samples, Dim.ONE)));
        Value index = f.reduce(ReduceFn.SUM, f.cast(passed, DType.I64), List.of(2), false);
        // rounding may lead to the end of the last class
        Value last = f.minus(f.extent(x.dim(1), DType.I64), f.number(1, DType.I64));
        node.out(f.cast(f.apply(BinaryFn.MIN, index, last), node.dtype("dtype", DType.I32)));
    }

    private static long seed(OnnxNode node) {
        return node.hasAttribute("seed")
                ? Float.floatToIntBits(node.number("seed", 0))
                : node.name().hashCode() * 0x9e3779b97f4a7c15L;
    }
}
