package dev.lanewise.compiler.op;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Evaluation;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Op;
import dev.lanewise.compiler.graph.Signature;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.plan.Lowering;
import dev.lanewise.compiler.plan.PlanStep;
import dev.lanewise.compiler.train.Gradient;
import dev.lanewise.formats.proto.StepKind;
import java.util.ArrayList;
import java.util.List;

/**
 * The maximum or the average under a window that slides over the spatial axes of {@code x [N,
 * spatial..., C]}. Padding takes no part in a maximum; in an average it counts as zeros where {@code
 * countIncludePad}, and otherwise not at all.
 *
 * @param kernel extents of the window, per spatial axis as the other lists
 * @param ceil whether a window that reaches beyond the padded input still gives an output, as long as it
 *     starts inside the input or the padding before it
 */
public record Pool(
        Kind kind, List<Integer> kernel, List<Integer> strides, List<Integer> dilations, List<Integer> padsBefore,
        List<Integer> padsAfter, boolean ceil, boolean countIncludePad)
        implements Op {

    /** What is taken of the elements under the window. */
    public enum Kind {
        MAX,
        AVERAGE
    }

    public Pool {
        kernel = List.copyOf(kernel);
        strides = List.copyOf(strides);
        dilations = List.copyOf(dilations);
        padsBefore = List.copyOf(padsBefore);
        padsAfter = List.copyOf(padsAfter);
    }

    @Override
    public String name() {
        return kind == Kind.MAX ? "MaxPool" : "AveragePool";
    }

    @Override
    public List<ValueType> infer(Signature in) {
        int spatial = kernel.size();
        in.requireRank(0, spatial + 2);
        if (kind == Kind.AVERAGE) {
            in.requireFloating(0);
        }
        for (int axis = 0; axis < spatial && !ceil; axis++) {
            if (room(axis, in.dim(0, axis + 1)).max() < 0) {
                throw in.fail("a window of " + kernel.get(axis) + " taps, " + dilations.get(axis)
                        + " apart, is larger than the padded input " + in.type(0));
            }
        }
        return List.of(new ValueType(in.dtype(0), resultShape(in.shape(0))));
    }

    /** How far the window can slide along an axis. */
    private Dim room(int axis, Dim x) {
        long reach = (kernel.get(axis) - 1L) * dilations.get(axis) + 1;
        return x.plus((long) padsBefore.get(axis) + padsAfter.get(axis) - reach);
    }

    /**
     * The shape of the result.
     *
     * @param x [N, spatial..., C]
     */
    List<Dim> resultShape(List<Dim> x) {
        List<Dim> shape = new ArrayList<>(x);
        for (int axis = 0; axis < kernel.size(); axis++) {
            Dim extent = x.get(axis + 1);
            Dim room = room(axis, extent);
            shape.set(axis + 1, ceil
                    ? room.ceilDiv(strides.get(axis)).plus(1).min(extent.plus(padsBefore.get(axis)).ceilDiv(strides.get(
                            axis)))
                    : room.floorDiv(strides.get(axis)).plus(1));
        }
        return shape;
    }

    @Override
    public List<Literal> evaluate(Evaluation in) {
        Literal x = in.in(0);
        int[] outShape = in.outputShape(0);
        double[] y = new double[Literal.size(outShape)];
        for (int i = 0; i < y.length; i++) {
            List<Integer> inside = new ArrayList<>();
            int counted = taps(Strides.unravel(i, outShape), x.shape(), inside);
            double sum = 0;
            double max = Double.NEGATIVE_INFINITY;
            for (int tap : inside) {
                sum += x.doubleAt(tap);
                max = Math.max(max, x.doubleAt(tap));
            }
            y[i] = kind == Kind.MAX ? max : sum / (countIncludePad ? counted : inside.size());
        }
        return List.of(Literal.of(x.type(), y, outShape));
    }

    /**
     * The taps of one output.
     *
     * @param at [N, outputs..., C]
     * @param x extents of the input
     * @param inside receives the indices of the elements of x under the window
     * @return how many taps lie inside the padded input
     */
    int taps(int[] at, int[] x, List<Integer> inside) {
        int spatial = kernel.size();
        int[] strideOf = Strides.of(x);
        int taps = kernel.stream().reduce(1, (a, b) -> a * b);
        int counted = 0;
        for (int tap = 0; tap < taps; tap++) {
            int index = at[0] * strideOf[0] + at[spatial + 1];
            boolean inImage = true;
            boolean inPadded = true;
            int rest = tap;
            for (int a = spatial - 1; a >= 0; a--) {
                int k = rest % kernel.get(a);
                rest /= kernel.get(a);
                int position = at[a + 1] * strides.get(a) + k * dilations.get(a) - padsBefore.get(a);
                inImage &= position >= 0 && position < x[a + 1];
                inPadded &= position < x[a + 1] + padsAfter.get(a);
                index += position * strideOf[a + 1];
            }
            counted += inPadded ? 1 : 0;
            if (inImage) {
                inside.add(index);
            }
        }
        return counted;
    }

    @Override
    public void gradient(Gradient g) {
        g.give(0, g.add(new PoolGradient(this), g.in(0), g.of()));
    }

    @Override
    public void lower(Lowering lowering) {
        arguments(lowering.step(kind == Kind.MAX ? StepKind.POOL_MAX : StepKind.POOL_AVERAGE));
    }

    /** Those of the step, and of its gradient's. */
    void arguments(PlanStep step) {
        for (int axis = 0; axis < kernel.size(); axis++) {
            step.ints(kernel.get(axis), strides.get(axis), dilations.get(axis), padsBefore.get(axis));
        }
        if (kind == Kind.AVERAGE) {
            step.flag(countIncludePad).ints(padsAfter);
        }
    }

    /** One to three axes; windows that touch padding on each side; dilation; ceil; channels with tails. */
    public static List<OpCase> cases() {
        List<OpCase> cases = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            for (boolean include : kind == Kind.MAX ? new boolean[] {false} : new boolean[] {false, true}) {
                cases.add(OpCase.of(
                        new Pool(kind, List.of(3), List.of(2), List.of(1), List.of(1), List.of(1), false, include),
                        OpCase.in(2, 9, 5)));
                cases.add(OpCase.of(
                        new Pool(kind, List.of(3, 2), List.of(2, 1), List.of(1, 2), List.of(1, 0), List.of(0, 1),
                                true, include),
                        OpCase.in(1, 8, 7, 17)));
                cases.add(OpCase.of(
                        new Pool(kind, List.of(2, 2), List.of(2, 2), List.of(1, 1), List.of(0, 0), List.of(0, 0),
                                false, include),
                        OpCase.in(1, 6, 6, 16)));
                cases.add(OpCase.of(
                        new Pool(kind, List.of(2, 1, 2), List.of(1, 1, 2), List.of(1, 1, 1), List.of(0, 0, 1),
                                List.of(1, 0, 0), false, include),
                        OpCase.in(1, 3, 4, 5, 3)));
            }
        }
        return cases;
    }
}
