package dev.lanewise.compiler.op;

import dev.lanewise.compiler.graph.Evaluation;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Op;
import dev.lanewise.compiler.graph.Signature;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.plan.Lowering;
import dev.lanewise.compiler.train.Gradient;
import dev.lanewise.formats.proto.StepKind;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Over all axes from {@code axis}, of f32: {@code y = x / √(Σ x² / n + ε) · scale} (Zhang, Sennrich
 * 2019). Inputs x, scale of the extents of the normalised axes.
 */
public record RmsNorm(int axis, float epsilon) implements Op {

    @Override
    public List<ValueType> infer(Signature in) {
        in.requireFloating(0);
        in.requireSameType(0, 1);
        if (axis < 0 || axis >= in.rank(0)) {
            throw in.fail("axis " + axis + " of " + in.type(0));
        }
        in.requireEqual(
                in.type(1).size(), ValueType.product(in.shape(0).subList(axis, in.rank(0))), "the size of the scale");
        return List.of(in.type(0));
    }

    @Override
    public List<Literal> evaluate(Evaluation in) {
        Literal x = in.in(0);
        int n = in.in(1).size();
        double[] y = x.toDoubles();
        for (int row = 0; row < y.length; row += n) {
            double squares = Arrays.stream(y, row, row + n).map(v -> v * v).sum();
            double inverse = 1 / Math.sqrt(squares / n + epsilon);
            for (int i = 0; i < n; i++) {
                y[row + i] *= inverse * in.in(1).doubleAt(i);
            }
        }
        return List.of(Literal.of(x.type(), y, x.shape()));
    }

    /** {@link LayerNormGradient} without a mean. */
    @Override
    public void gradient(Gradient g) {
        Value x = g.in(0);
        Value squares = g.mean(g.apply(UnaryFn.SQUARE, x), Gradient.axesFrom(axis, x));
        Value inverse = g.apply(UnaryFn.RECIPROCAL, g.apply(UnaryFn.SQRT, g.affine(1, squares, epsilon)));
        List<Value> gradients =
                g.addAll(new LayerNormGradient(axis), Arrays.asList(x, g.in(1), null, inverse, g.of()));
        for (int i = 0; i < 2; i++) {
            if (g.needs(i)) {
                g.give(i, gradients.get(i));
            }
        }
    }

    @Override
    public void lower(Lowering lowering) {
        lowering.step(StepKind.RMS_NORM).ints(axis).floats(epsilon);
    }

    public static List<OpCase> cases() {
        List<OpCase> cases = new ArrayList<>();
        for (int n : new int[] {1, 5, 16, 33, 768}) {
            cases.add(OpCase.of(new RmsNorm(2, 1e-5f), OpCase.in(2, 3, n), OpCase.weights(n)));
        }
        cases.add(OpCase.of(new RmsNorm(1, 1e-2f), OpCase.in(2, 3, 7), OpCase.in(3, 7)));
        return cases;
    }
}
