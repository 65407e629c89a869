package dev.lanewise.compiler.op;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Evaluation;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Op;
import dev.lanewise.compiler.graph.Signature;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.plan.Lowering;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.proto.StepKind;
import java.util.List;

/**
 * Numbers of f32 that differ from run to run, and repeat from session to session where the seed is the
 * same. BERNOULLI takes the probability of 1 of each element as its input; the others have none.
 *
 * @param a lower bound of UNIFORM, mean of NORMAL
 * @param b upper bound of UNIFORM, standard deviation of NORMAL
 * @param shape extents of the result; for BERNOULLI the input's
 */
public record Random(Distribution distribution, long seed, float a, float b, List<Dim> shape) implements Op {

    /** In the order of the file format. */
    public enum Distribution {
        UNIFORM,
        NORMAL,
        BERNOULLI
    }

    public Random {
        shape = List.copyOf(shape);
    }

    @Override
    public List<Dim> extents() {
        return shape;
    }

    @Override
    public List<ValueType> infer(Signature in) {
        if (distribution == Distribution.BERNOULLI) {
            in.requireType(0, DType.F32);
            return List.of(in.type(0));
        }
        return List.of(new ValueType(DType.F32, shape));
    }

    @Override
    public boolean isPure() {
        return false;
    }

    /** Of the same distribution; no other numbers are promised. */
    @Override
    public List<Literal> evaluate(Evaluation in) {
        int[] extents = in.outputShape(0);
        java.util.Random random = new java.util.Random(seed);
        double[] y = new double[Literal.size(extents)];
        for (int i = 0; i < y.length; i++) {
            y[i] = switch (distribution) {
                case UNIFORM -> a + random.nextDouble() * (b - a);
                case NORMAL -> a + random.nextGaussian() * b;
                case BERNOULLI -> random.nextDouble() < in.in(0).doubleAt(i) ? 1 : 0;
            };
        }
        return List.of(Literal.of(DType.F32, y, extents));
    }

    @Override
    public void lower(Lowering lowering) {
        lowering.step(StepKind.RANDOM)
                .ints(distribution.ordinal(), (int) seed, (int) (seed >>> 32))
                .floats(a, b);
    }

    public static List<OpCase> cases() {
        List<Dim> shape = List.of(Dim.of(3), Dim.of(37));
        return List.of(
                OpCase.of(new Random(Distribution.UNIFORM, 7, -1, 3, shape)),
                OpCase.of(new Random(Distribution.NORMAL, 1L << 40, 2, 0.5f, shape)),
                OpCase.of(new Random(Distribution.BERNOULLI, -1, 0, 0, List.of()),
                        OpCase.in(ValueType.of(DType.F32, 3, 37), 0, 1)));
    }
}
