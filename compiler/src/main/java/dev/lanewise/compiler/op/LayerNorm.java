package dev.lanewise.compiler.op;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Evaluation;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Op;
import dev.lanewise.compiler.graph.Signature;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.plan.Lowering;
import dev.lanewise.compiler.train.Gradient;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.proto.StepKind;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Over all axes from {@code axis}, of floating point: {@code y = (x − mean) / √(var + ε) · scale + bias}, with var
 * = Σ (x − mean)² / n (Ba, Kiros, Hinton 2016). Inputs x, scale, bias or none; scale and bias have the
 * extents of the normalised axes.
 *
 * @param stats whether mean and 1 / √(var + ε) are outputs too, of x's leading extents
 */
public record LayerNorm(int axis, float epsilon, boolean stats) implements Op {

    @Override
    public List<ValueType> infer(Signature in) {
        in.requireFloating(0);
        if (axis < 0 || axis >= in.rank(0)) {
            throw in.fail("axis " + axis + " of " + in.type(0));
        }
        Dim n = ValueType.product(in.shape(0).subList(axis, in.rank(0)));
        for (int i = 1; i < in.count(); i++) {
            if (i == 1 || in.has(i)) {
                in.requireSameType(0, i);
                in.requireEqual(in.type(i).size(), n, "the size of input " + i);
            }
        }
        DType precise = in.dtype(0) == DType.F64 ? DType.F64 : DType.F32;
        ValueType stat = new ValueType(precise, in.shape(0).subList(0, axis));
        return stats ? List.of(in.type(0), stat, stat) : List.of(in.type(0));
    }

    @Override
    public List<Literal> evaluate(Evaluation in) {
        Literal x = in.in(0);
        int[] leading = Arrays.copyOf(x.shape(), axis);
        int rows = Literal.size(leading);
        int n = rows == 0 ? 0 : x.size() / rows;
        double[] y = x.toDoubles();
        double[] means = new double[rows];
        double[] inverses = new double[rows];
        for (int r = 0; r < rows; r++) {
            double mean = Arrays.stream(y, r * n, (r + 1) * n).sum() / n;
            double variance = Arrays.stream(y, r * n, (r + 1) * n).map(v -> (v - mean) * (v - mean)).sum() / n;
            means[r] = mean;
            inverses[r] = 1 / Math.sqrt(variance + epsilon);
            for (int i = 0; i < n; i++) {
                double bias = in.has(2) ? in.in(2).doubleAt(i) : 0;
                y[r * n + i] = (y[r * n + i] - mean) * inverses[r] * in.in(1).doubleAt(i) + bias;
            }
        }
        Literal result = Literal.of(x.type(), y, x.shape());
        DType precise = x.type() == DType.F64 ? DType.F64 : DType.F32;
        return stats
                ? List.of(result, Literal.of(precise, means, leading), Literal.of(precise, inverses, leading))
                : List.of(result);
    }

    @Override
    public Op recording() {
        return new LayerNorm(axis, epsilon, true);
    }

    /** {@link LayerNormGradient}; of the mean it is {@code 1 / n}, of {@code r = 1 / √(var + ε)} {@code −r² u / n}. */
    @Override
    public void gradient(Gradient g) {
        Value x = g.in(0);
        List<Dim> kept = new ArrayList<>(x.shape());
        Gradient.axesFrom(axis, x).forEach(i -> kept.set(i, Dim.ONE));
        List<Value> gradients = g.of(0) == null
                ? null
                : g.addAll(new LayerNormGradient(axis), List.of(x, g.in(1), g.out(1), g.out(2), g.of(0)));
        for (int i = 0; i < g.node().inputs().size() && gradients != null; i++) {
            if (g.needs(i)) {
                g.give(i, g.reshape(gradients.get(i), g.in(i).shape()));
            }
        }
        Dim count = ValueType.product(x.shape().subList(axis, x.rank()));
        if (g.needs(0) && g.of(1) != null) {
            g.give(0, g.add(new Expand(x.shape()), g.over(g.reshape(g.of(1), kept), g.count(count, x))));
        }
        if (g.needs(0) && g.of(2) != null) {
            Value inverse = g.reshape(g.out(2), kept);
            Value u = g.times(g.minus(x, g.reshape(g.out(1), kept)), inverse);
            Value slope = g.times(g.apply(UnaryFn.SQUARE, inverse), g.over(u, g.count(count, x)));
            g.give(0, g.times(g.reshape(g.of(2), kept), g.apply(UnaryFn.NEG, slope)));
        }
    }

    @Override
    public void lower(Lowering lowering) {
        lowering.step(
                        StepKind.LAYER_NORM,
                        Lowering.list(lowering.in(0), lowering.in(1), lowering.in(2)),
                        lowering.outs())
                .ints(axis)
                .floats(epsilon);
    }

    public static List<OpCase> cases() {
        List<OpCase> cases = new ArrayList<>();
        for (int n : new int[] {1, 5, 16, 33, 768}) {
            cases.add(OpCase.of(
                    new LayerNorm(2, 1e-5f, false), OpCase.in(2, 3, n), OpCase.weights(n), OpCase.weights(n)));
            cases.add(OpCase.of(new LayerNorm(1, 1e-5f, true), OpCase.in(3, n), OpCase.in(n), OpCase.absent()));
        }
        cases.add(OpCase.of(new LayerNorm(1, 1e-2f, true), OpCase.in(2, 3, 7), OpCase.in(3, 7), OpCase.in(3, 7)));
        cases.add(OpCase.of(new LayerNorm(0, 1e-2f, true), OpCase.in(3, 7), OpCase.in(3, 7), OpCase.in(3, 7)));
        return cases;
    }
}
