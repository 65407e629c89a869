package dev.lanewise.compiler.op;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Evaluation;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Op;
import dev.lanewise.compiler.graph.Signature;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.plan.Lowering;
import dev.lanewise.compiler.plan.PlanTensor;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.proto.StepKind;
import dev.lanewise.runtime.kernel.ConvKernels;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The gradient of a {@link Conv}'s filter, {@code dw [O, C / group, kernel...]}, from {@code x [N, spatial..., C]} and
 * {@code dy [N, outputs..., O]}: {@code dw[o, i, tap] = Σ dy[n, output, o] · x[n, output · stride + tap · dilation −
 * padBefore, i]}.
 *
 * @param kernel extents of the filter, per spatial axis as the other lists
 */
public record ConvFilterGradient(
        int group, List<Integer> kernel, List<Integer> strides, List<Integer> dilations, List<Integer> padsBefore)
        implements Op {

    public ConvFilterGradient {
        kernel = List.copyOf(kernel);
        strides = List.copyOf(strides);
        dilations = List.copyOf(dilations);
        padsBefore = List.copyOf(padsBefore);
    }

    @Override
    public List<ValueType> infer(Signature in) {
        int last = kernel.size() + 1;
        in.requireRank(0, last + 1);
        in.requireRank(1, last + 1);
        in.requireFloating(0);
        in.requireSameType(0, 1);
        in.requireEqual(in.dim(1, 0), in.dim(0, 0), "the batch of " + in.type(1));
        List<Dim> shape = new ArrayList<>(List.of(in.dim(1, last), in.dim(0, last).floorDiv(group)));
        kernel.forEach(extent -> shape.add(Dim.of(extent)));
        return List.of(new ValueType(in.dtype(0), shape));
    }

    @Override
    public double work(Signature in) {
        return (double) infer(in).get(0).size().max() * in.type(1).size().max();
    }

    @Override
    public List<Literal> evaluate(Evaluation in) {
        Literal x = in.in(0);
        Literal dy = in.in(1);
        int axes = kernel.size();
        int[] xStrides = Strides.of(x.shape());
        int outputs = dy.extent(axes + 1);
        int perGroup = x.extent(axes + 1) / group;
        int[] shape = new int[axes + 2];
        shape[0] = outputs;
        shape[1] = perGroup;
        int taps = 1;
        for (int a = 0; a < axes; a++) {
            shape[a + 2] = kernel.get(a);
            taps *= kernel.get(a);
        }
        double[] dw = new double[Literal.size(shape)];
        for (int i = 0; i < dy.size(); i++) {
            int[] at = Strides.unravel(i, dy.shape());
            int o = at[axes + 1];
            for (int tap = 0; tap < taps; tap++) {
                int from = at[0] * xStrides[0] + o / (outputs / group) * perGroup;
                int rest = tap;
                boolean inside = true;
                for (int a = axes - 1; a >= 0; a--) {
                    int k = rest % kernel.get(a);
                    rest /= kernel.get(a);
                    int position = at[a + 1] * strides.get(a) + k * dilations.get(a) - padsBefore.get(a);
                    inside &= position >= 0 && position < x.extent(a + 1);
                    from += position * xStrides[a + 1];
                }
                for (int c = 0; inside && c < perGroup; c++) {
                    dw[(o * perGroup + c) * taps + tap] += dy.doubleAt(i) * x.doubleAt(from + c);
                }
            }
        }
        return List.of(Literal.of(x.type(), dw, shape));
    }

    @Override
    public void lower(Lowering lowering) {
        int axes = kernel.size();
        ValueType dy = lowering.inputValue(1).type();
        ValueType dw = lowering.node().output().type();
        lowering.requireType(0, DType.F32);
        if (axes > 3 || !dw.isStatic()) {
            throw lowering.unsupported("over " + axes + " axes of a filter " + dw);
        }
        int channels = dw.extents()[1] * group;
        Dim covered = Dim.of(channels);
        Dim outputs = dy.dim(axes + 1);
        for (int axis = Math.max(0, axes - 2); axis < axes; axis++) {
            Dim reach = Dim.of((kernel.get(axis) - 1L) * dilations.get(axis) + 1);
            covered = covered.times(dy.dim(axis + 1).minus(1).times(strides.get(axis)).plus(reach));
            outputs = outputs.times(dy.dim(axis + 1));
        }
        PlanTensor images = lowering.scratch(DType.F32, covered.plus(outputs).plus(2 * ConvKernels.SLACK));
        int height = axes < 2 ? 1 : kernel.get(axes - 2);
        ConvKernels.ConvShape image = new ConvKernels.ConvShape(
                group, channels, dw.extents()[0], height, kernel.get(axes - 1), 1, 1, 1, 1, 0, 0);
        long floats = ConvKernels.gradientFloats(image) * (axes < 3 ? 1 : kernel.get(0));
        PlanTensor sums = lowering.scratch(DType.F32, Dim.of(floats));
        lowering.step(StepKind.CONV_FILTER_GRAD, lowering.ins(), Lowering.list(lowering.out(0), images, sums))
                .ints(group)
                .ints(strides)
                .ints(dilations)
                .ints(padsBefore);
    }

    /** As those of {@link Conv}: one to three axes, groups, depthwise, padding, stride, dilation, tails. */
    public static List<OpCase> cases() {
        List<OpCase> cases = new ArrayList<>();
        cases.add(OpCase.of(same(1, 1, 1, 1, 3), OpCase.in(1, 12, 5), OpCase.in(1, 12, 7)));
        cases.add(OpCase.of(same(1, 2, 2, 1, 3), OpCase.in(2, 17, 4), OpCase.in(2, 8, 40)));
        cases.add(OpCase.of(same(1, 1, 1, 1, 3, 3), OpCase.in(3, 7, 6, 1), OpCase.in(3, 7, 6, 16)));
        cases.add(OpCase.of(same(1, 2, 1, 1, 3, 3), OpCase.in(2, 9, 8, 3), OpCase.in(2, 5, 4, 33)));
        cases.add(OpCase.of(same(1, 1, 1, 0, 1, 1), OpCase.in(1, 5, 6, 33), OpCase.in(1, 5, 6, 17)));
        cases.add(OpCase.of(same(2, 1, 2, 2, 3, 2), OpCase.in(2, 5, 5, 8), OpCase.in(2, 5, 7, 6)));
        cases.add(OpCase.of(same(40, 2, 2, 2, 3, 3), OpCase.in(1, 11, 9, 40), OpCase.in(1, 6, 5, 40)));
        cases.add(OpCase.of(same(3, 1, 1, 0, 2, 2), OpCase.in(1, 5, 5, 3), OpCase.in(1, 4, 4, 6)));
        cases.add(OpCase.of(same(1, 1, 1, 1, 2, 3, 3), OpCase.in(2, 4, 5, 6, 3), OpCase.in(2, 5, 5, 6, 4)));
        return cases;
    }

    private static ConvFilterGradient same(int group, int stride, int dilation, int pad, Integer... kernel) {
        int axes = kernel.length;
        return new ConvFilterGradient(
                group, List.of(kernel), Collections.nCopies(axes, stride), Collections.nCopies(axes, dilation),
                Collections.nCopies(axes, pad));
    }
}
