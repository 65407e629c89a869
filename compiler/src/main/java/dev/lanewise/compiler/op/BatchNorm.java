package dev.lanewise.compiler.op;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Evaluation;
import dev.lanewise.compiler.graph.GraphBuilder;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Op;
import dev.lanewise.compiler.graph.Signature;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.plan.Lowering;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.ReduceFn;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Per channel, the last axis, of f32: {@code y = (x − mean) / √(variance + ε) · scale + bias} (Ioffe, Szegedy
 * 2015). Inputs x, scale, bias, mean, variance, all but x of the number of channels; mean and variance are running
 * statistics, constants while a model is used. A training program has {@link #train} in its place.
 *
 * @param momentum share of a batch's statistics in the new running ones
 */
public record BatchNorm(float epsilon, float momentum) implements Op {

    private static final int MEAN = 3;
    private static final int VARIANCE = 4;

    private static final String[] OPERANDS = {"x", "the scale", "the bias", "the mean", "the variance"};

    @Override
    public List<ValueType> infer(Signature in) {
        in.requireType(0, DType.F32);
        if (in.rank(0) < 2) {
            throw in.fail("input 0 is " + in.type(0) + "; expected rank 2 or more");
        }
        for (int i = 1; i < OPERANDS.length; i++) {
            in.requireType(i, DType.F32);
            in.requireRank(i, 1);
            in.requireEqual(in.dim(i, 0), in.dim(0, in.rank(0) - 1), "the size of " + OPERANDS[i]);
        }
        return List.of(in.type(0));
    }

    /** Adds what this computes by the running statistics; where they are constants, all but two nodes are folded. */
    public Value use(GraphBuilder builder, String name, List<Value> inputs) {
        Value root = root(builder, name, inputs.get(VARIANCE));
        Value scale = builder.add(name + ".scale", new Binary(BinaryFn.DIV), inputs.get(1), root);
        Value shift = builder.add(name + ".shift", new Binary(BinaryFn.MUL), inputs.get(MEAN), scale);
        Value bias = builder.add(name + ".bias", new Binary(BinaryFn.SUB), inputs.get(2), shift);
        Value scaled = builder.add(name + ".scaled", new Binary(BinaryFn.MUL), inputs.get(0), scale);
        return builder.add(name, new Binary(BinaryFn.ADD), scaled, bias);
    }

    @Override
    public Map<Integer, Integer> running() {
        return Map.of(MEAN, 1, VARIANCE, 2);
    }

    /**
     * Normalises by the batch's own statistics, and gives the new running mean and variance too, which is that of the
     * unbiased estimate, as in PyTorch.
     */
    @Override
    public List<Value> train(GraphBuilder builder, String name, List<Value> inputs, boolean differentiated) {
        Value x = inputs.get(0);
        List<Integer> axes = new ArrayList<>();
        Dim count = Dim.ONE;
        for (int axis = 0; axis < x.rank() - 1; axis++) {
            axes.add(axis);
            count = count.times(x.dim(axis));
        }
        Reduce sum = new Reduce(ReduceFn.SUM, axes, false);
        Value whole = builder.add(name + ".count", new Extents(List.of(count), true));
        Value n = builder.add(name + ".n", Cast.to(DType.F32), whole);
        Binary over = new Binary(BinaryFn.DIV);
        Value mean = builder.add(name + ".mean", over, builder.add(name + ".sum", sum, x), n);
        Value centred = builder.add(name + ".centred", new Binary(BinaryFn.SUB), x, mean);
        Value squared = builder.add(name + ".squared", Unary.of(UnaryFn.SQUARE), centred);
        Value squares = builder.add(name + ".squares", sum, squared);
        Value variance = builder.add(name + ".variance", over, squares, n);
        Value one = builder.constant("one", Literal.scalar(1f));
        // a batch of one element has no unbiased variance: then the sum, which is 0
        Value fewer = builder.add(name + ".fewer", new Binary(BinaryFn.SUB), n, one);
        Value freedom = builder.add(name + ".freedom", new Binary(BinaryFn.MAX), fewer, one);
        Value unbiased = builder.add(name + ".unbiased", over, squares, freedom);
        Value normalised = builder.add(name + ".normalised", over, centred, root(builder, name, variance));
        Value scaled = builder.add(name + ".scaled", new Binary(BinaryFn.MUL), normalised, inputs.get(1));
        return List.of(
                builder.add(name, new Binary(BinaryFn.ADD), scaled, inputs.get(2)),
                moved(builder, name + ".running mean", inputs.get(MEAN), mean),
                moved(builder, name + ".running variance", inputs.get(VARIANCE), unbiased));
    }

    private Value root(GraphBuilder builder, String name, Value variance) {
        Value above = builder.add(name + ".above", new Unary(UnaryFn.AFFINE, 1, epsilon), variance);
        return builder.add(name + ".root", Unary.of(UnaryFn.SQRT), above);
    }

    /** {@code (1 − momentum) · running + momentum · batch}. */
    private Value moved(GraphBuilder builder, String name, Value running, Value batch) {
        Value kept = builder.add(name + ".kept", new Unary(UnaryFn.AFFINE, 1 - momentum, 0), running);
        Value added = builder.add(name + ".added", new Unary(UnaryFn.AFFINE, momentum, 0), batch);
        return builder.add(name, new Binary(BinaryFn.ADD), kept, added);
    }

    @Override
    public List<Literal> evaluate(Evaluation in) {
        Literal x = in.in(0);
        int channels = in.in(1).size();
        double[] y = x.toDoubles();
        for (int i = 0; i < y.length; i++) {
            int c = i % channels;
            double root = Math.sqrt(in.in(4).doubleAt(c) + epsilon);
            y[i] = (y[i] - in.in(3).doubleAt(c)) / root * in.in(1).doubleAt(c) + in.in(2).doubleAt(c);
        }
        return List.of(Literal.of(x.type(), y, x.shape()));
    }

    @Override
    public void lower(Lowering lowering) {
        throw new IllegalStateException("a pass leaves a scale and a bias of it");
    }

    static List<OpCase> cases() {
        BatchNorm norm = new BatchNorm(1e-5f, 0.1f);
        List<OpCase> cases = new ArrayList<>();
        for (int channels : new int[] {1, 5, 33}) {
            OpCase.Input weights = OpCase.weights(channels);
            OpCase.Input variance = OpCase.in(ValueType.of(DType.F32, channels), 0.5, 2);
            cases.add(OpCase.of(norm, OpCase.in(2, 3, channels), weights, weights, weights, variance));
            cases.add(OpCase.of(norm, OpCase.in(4, channels), OpCase.in(channels), OpCase.in(channels),
                    OpCase.in(channels), variance));
        }
        return cases;
    }
}
