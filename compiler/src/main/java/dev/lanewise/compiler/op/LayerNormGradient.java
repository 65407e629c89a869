package dev.lanewise.compiler.op;

import dev.lanewise.compiler.graph.Evaluation;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Op;
import dev.lanewise.compiler.graph.Signature;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.plan.Lowering;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.proto.StepKind;
import java.util.ArrayList;
import java.util.List;

/**
 * The gradients of a {@link LayerNorm}, and without a mean those of an {@link RmsNorm}. Inputs x, scale, mean or
 * none, {@code r = 1 / √(var + ε)} (one element per row), dy; outputs dx, dscale and, with a mean, dbias. With {@code
 * u = (x − mean) · r} and {@code g = dy · scale}:
 *
 * <pre>
 * dx = (g − mean(g) − u · mean(g · u)) · r    dscale = Σ dy · u    dbias = Σ dy
 * </pre>
 *
 * <p>without the mean of g where there is no mean.
 */
public record LayerNormGradient(int axis) implements Op {

    @Override
    public List<ValueType> infer(Signature in) {
        in.requireFloating(0);
        in.requireSameType(0, 1);
        in.requireSameType(0, 3);
        in.requireSameType(0, 4);
        in.requireRank(4, in.rank(0));
        if (axis < 0 || axis >= in.rank(0)) {
            throw in.fail("axis " + axis + " of " + in.type(0));
        }
        return in.has(2) ? List.of(in.type(0), in.type(1), in.type(1)) : List.of(in.type(0), in.type(1));
    }

    @Override
    public List<Literal> evaluate(Evaluation in) {
        Literal x = in.in(0);
        Literal scale = in.in(1);
        int n = scale.size();
        int rows = n == 0 ? 0 : x.size() / n;
        double[] dy = in.in(4).toDoubles();
        double[] dx = new double[x.size()];
        double[] dscale = new double[n];
        double[] dbias = new double[n];
        for (int row = 0; row < rows; row++) {
            double mean = in.has(2) ? in.in(2).doubleAt(row) : 0;
            double inverse = in.in(3).doubleAt(row);
            double sum = 0;
            double products = 0;
            for (int i = 0; i < n; i++) {
                double u = (x.doubleAt(row * n + i) - mean) * inverse;
                double d = dy[row * n + i];
                sum += in.has(2) ? d * scale.doubleAt(i) : 0;
                products += d * scale.doubleAt(i) * u;
                dscale[i] += d * u;
                dbias[i] += d;
            }
            for (int i = 0; i < n; i++) {
                double u = (x.doubleAt(row * n + i) - mean) * inverse;
                dx[row * n + i] = (dy[row * n + i] * scale.doubleAt(i) - sum / n - u * products / n) * inverse;
            }
        }
        List<Literal> results = new ArrayList<>(List.of(
                Literal.of(x.type(), dx, x.shape()), Literal.of(x.type(), dscale, scale.shape())));
        if (in.has(2)) {
            results.add(Literal.of(x.type(), dbias, scale.shape()));
        }
        return results;
    }

    @Override
    public void lower(Lowering lowering) {
        lowering.requireType(0, DType.F32);
        lowering.step(StepKind.LAYER_NORM_GRAD).ints(axis);
    }

    /** With and without a mean; rows with tails, of one element; several axes normalised. */
    public static List<OpCase> cases() {
        List<OpCase> cases = new ArrayList<>();
        for (int n : new int[] {1, 5, 16, 33, 768}) {
            cases.add(OpCase.of(
                    new LayerNormGradient(2), OpCase.in(2, 3, n), OpCase.in(n), OpCase.in(2, 3), OpCase.in(2, 3),
                    OpCase.in(2, 3, n)));
            cases.add(OpCase.of(
                    new LayerNormGradient(1), OpCase.in(4, n), OpCase.in(n), OpCase.absent(), OpCase.in(4, 1),
                    OpCase.in(4, n)));
        }
        cases.add(OpCase.of(
                new LayerNormGradient(1), OpCase.in(2, 3, 7), OpCase.in(3, 7), OpCase.in(2), OpCase.in(2),
                OpCase.in(2, 3, 7)));
        return cases;
    }
}
