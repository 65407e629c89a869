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
import dev.lanewise.compiler.plan.PlanStep;
import dev.lanewise.compiler.train.Gradient;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.proto.StepKind;
import dev.lanewise.runtime.kernel.Epilogue;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A convolution over one or more spatial axes, channels last: {@code x[N, spatial..., C]},
 * {@code filter[O, C / group, kernel...]}, {@code bias[O]} or none.
 *
 * @param strides per spatial axis
 * @param dilations per spatial axis
 * @param padsBefore zeros before each spatial axis
 * @param padsAfter zeros after each spatial axis
 */
public record Conv(
        int group, List<Integer> strides, List<Integer> dilations, List<Integer> padsBefore, List<Integer> padsAfter,
        Epilogue epilogue)
        implements Op {

    private static final int MOST_AXES = 3;

    public Conv {
        strides = List.copyOf(strides);
        dilations = List.copyOf(dilations);
        padsBefore = List.copyOf(padsBefore);
        padsAfter = List.copyOf(padsAfter);
    }

    public Conv with(Epilogue newEpilogue) {
        return new Conv(group, strides, dilations, padsBefore, padsAfter, newEpilogue);
    }

    @Override
    public List<ValueType> infer(Signature in) {
        int spatial = strides.size();
        in.requireRank(0, spatial + 2);
        in.requireRank(1, spatial + 2);
        in.requireSameType(0, 1);
        in.requireEqual(in.dim(0, spatial + 1), in.dim(1, 1).times(group), "the number of channels of " + in.type(0));
        in.requireFloating(0);
        Dim out = in.dim(1, 0);
        if (out.isConstant() && out.constant() % group != 0) {
            throw in.fail(out + " output channels do not divide into " + group + " groups");
        }
        List<Dim> shape = resultShape(in.shape(0), in.shape(1));
        if (shape.stream().anyMatch(dim -> dim.max() < 0)) {
            throw in.fail("a kernel that reaches beyond the padded input " + in.type(0));
        }
        if (in.has(2)) {
            in.requireEqual(in.type(2).size(), out, "the size of the bias");
        }
        return List.of(new ValueType(in.dtype(0), shape));
    }

    /**
     * The shape of the result.
     *
     * @param x [N, spatial..., C]
     * @param filter [O, C / group, kernel...]
     */
    public List<Dim> resultShape(List<Dim> x, List<Dim> filter) {
        List<Dim> shape = new ArrayList<>(List.of(x.get(0)));
        for (int axis = 0; axis < strides.size(); axis++) {
            Dim reach = filter.get(axis + 2).minus(1).times(dilations.get(axis)).plus(1);
            Dim room = x.get(axis + 1).plus(padsBefore.get(axis) + padsAfter.get(axis)).minus(reach);
            shape.add(room.max() < 0 ? Dim.of(-1) : room.floorDiv(strides.get(axis)).plus(1));
        }
        shape.add(filter.get(0));
        return shape;
    }

    /** Whether there is a step for it: on f32, over up to three axes, with a filter of fixed extents. */
    public boolean hasStep(Value x, Value filter) {
        return x.type().type() == DType.F32 && filter.type().isStatic() && strides.size() <= MOST_AXES;
    }

    @Override
    public double work(Signature in) {
        return (double) infer(in).get(0).size().max() * in.type(1).size().max();
    }

    @Override
    public List<Literal> evaluate(Evaluation in) {
        Literal x = in.in(0);
        Literal w = in.in(1);
        int spatial = strides.size();
        int[] inShape = x.shape();
        int[] wShape = w.shape();
        int[] outShape = new int[spatial + 2];
        outShape[0] = inShape[0];
        outShape[spatial + 1] = wShape[0];
        for (int a = 0; a < spatial; a++) {
            int reach = (wShape[a + 2] - 1) * dilations.get(a) + 1;
            outShape[a + 1] =
                    (inShape[a + 1] + padsBefore.get(a) + padsAfter.get(a) - reach) / strides.get(a) + 1;
        }
        int[] inStrides = Strides.of(inShape);
        int[] wStrides = Strides.of(wShape);
        int perGroupIn = wShape[1];
        int perGroupOut = wShape[0] / group;
        int taps = 1;
        for (int a = 0; a < spatial; a++) {
            taps *= wShape[a + 2];
        }
        double[] y = new double[Literal.size(outShape)];
        for (int i = 0; i < y.length; i++) {
            int[] at = Strides.unravel(i, outShape);
            int o = at[spatial + 1];
            double sum = in.has(2) ? in.in(2).doubleAt(o) : 0;
            for (int tap = 0; tap < taps; tap++) {
                int xAt = at[0] * inStrides[0];
                int rest = tap;
                boolean inside = true;
                int wAt = o * wStrides[0];
                for (int a = spatial - 1; a >= 0; a--) {
                    int k = rest % wShape[a + 2];
                    rest /= wShape[a + 2];
                    int position = at[a + 1] * strides.get(a) + k * dilations.get(a) - padsBefore.get(a);
                    inside &= position >= 0 && position < inShape[a + 1];
                    xAt += position * inStrides[a + 1];
                    wAt += k * wStrides[a + 2];
                }
                for (int c = 0; inside && c < perGroupIn; c++) {
                    sum += x.doubleAt(xAt + o / perGroupOut * perGroupIn + c) * w.doubleAt(wAt + c * wStrides[1]);
                }
            }
            y[i] = epilogue == Epilogue.NONE
                    ? sum
                    : Functions.unary(epilogue.fn(), epilogue.alpha(), epilogue.beta(), sum);
        }
        return List.of(Literal.of(x.type(), y, outShape));
    }

    /** Epilogues are nodes of their own, whose gradient rules they have. */
    @Override
    public List<Value> train(GraphBuilder graph, String name, List<Value> inputs, boolean differentiated) {
        return Epilogues.apart(graph, name, with(Epilogue.NONE), epilogue, inputs);
    }

    /**
     * {@code dx} is a convolution of dy, its elements a stride apart, with the filter turned round; dw is {@link
     * ConvFilterGradient}; {@code dbias = Σ dy}.
     */
    @Override
    public void gradient(Gradient g) {
        Value x = g.in(0);
        Value filter = g.in(1);
        if (g.needs(0)) {
            g.give(0, TransposedConv.of(g, this, g.of(), filter, x.shape()));
        }
        if (g.needs(1)) {
            List<Integer> kernel = filter.shape().subList(2, filter.rank()).stream()
                    .map(extent -> Math.toIntExact(extent.constant()))
                    .toList();
            g.give(1, g.add(new ConvFilterGradient(group, kernel, strides, dilations, padsBefore), x, g.of()));
        }
        if (g.needs(2)) {
            Value sum = g.sumTo(g.of(), new ValueType(g.of().type().type(), List.of(filter.dim(0))));
            g.give(2, g.reshape(sum, g.in(2).shape()));
        }
    }

    @Override
    public void lower(Lowering lowering) {
        lowering.requireType(0, DType.F32);
        if (!lowering.inputValue(1).type().isStatic()) {
            lowering.requireWeights(1, "the filter");
        }
        arguments(lowering.step(
                lowering.inputValue(1).isConstant() ? StepKind.CONV : StepKind.CONV_DYNAMIC,
                Lowering.list(lowering.in(0), lowering.in(1), lowering.in(2)),
                lowering.outs()));
    }

    /** Those of the step, channels last or first. */
    void arguments(PlanStep step) {
        step.ints(group)
                .ints(strides)
                .ints(dilations)
                .ints(padsBefore)
                .ints(epilogue.fn() == null ? 0 : epilogue.fn().ordinal() + 1)
                .floats(epilogue.alpha(), epilogue.beta());
    }

    /** One to three axes; general, pointwise, depthwise and grouped filters; padding, stride, dilation; tails. */
    public static List<OpCase> cases() {
        List<OpCase> cases = new ArrayList<>();
        Epilogue relu = Epilogue.of(UnaryFn.RELU, 0, 0);
        cases.add(conv(1, 1, 1, 1, relu, new long[] {1, 12, 5}, 7, 5, 3));
        cases.add(conv(1, 2, 2, 1, Epilogue.NONE, new long[] {2, 17, 4}, 8, 4, 3));
        cases.add(conv(1, 1, 1, 0, relu, new long[] {1, 5, 6, 33}, 17, 33, 1, 1));
        cases.add(conv(1, 2, 1, 1, relu, new long[] {1, 9, 8, 3}, 16, 3, 3, 3));
        cases.add(conv(6, 1, 1, 1, Epilogue.of(UnaryFn.CLIP, 0, 6), new long[] {1, 7, 7, 6}, 6, 1, 3, 3));
        cases.add(conv(40, 2, 2, 2, Epilogue.NONE, new long[] {1, 11, 9, 40}, 40, 1, 3, 3));
        cases.add(conv(2, 1, 1, 1, Epilogue.NONE, new long[] {1, 5, 5, 8}, 6, 4, 3, 3));
        cases.add(conv(3, 1, 1, 0, Epilogue.NONE, new long[] {1, 5, 5, 3}, 6, 1, 2, 2));
        cases.add(conv(1, 1, 1, 1, relu, new long[] {1, 4, 5, 6, 3}, 4, 3, 2, 3, 3));
        cases.add(conv(1, 1, 1, 1, relu, new long[] {1, 3, 2, 4, 3, 2}, 3, 2, 2, 2, 3, 1));
        cases.add(OpCase.of(same(1, 1, 1, 1, 1, Epilogue.NONE), OpCase.in(1, 8, 2), OpCase.weights(3, 2, 3)));
        cases.add(OpCase.of(
                same(2, 2, 2, 2, 1, relu), OpCase.in(5, 9, 8, 6), OpCase.in(4, 3, 3, 2), OpCase.in(4)));
        cases.add(OpCase.of(same(1, 1, 1, 1, 0, Epilogue.NONE), OpCase.in(1, 8, 2), OpCase.in(3, 2, 1)));
        for (OpCase.Input[] operands : new OpCase.Input[][] {
            {OpCase.in(2, 11, 4), OpCase.in(17, 4, 3), OpCase.in(17)},
            {OpCase.in(2, 9, 8, 1), OpCase.in(16, 1, 3, 3), OpCase.in(16)},
            {OpCase.in(1, 8, 6, 5), OpCase.in(3, 5, 2, 4)},
            {OpCase.in(3, 4, 4, 6, 2), OpCase.in(5, 2, 2, 2, 1), OpCase.in(5)}
        }) {
            int axes = operands[0].type().rank() - 2;
            for (int stride : new int[] {1, 2}) {
                cases.add(OpCase.of(
                        new Conv(1, Collections.nCopies(axes, stride), Collections.nCopies(axes, 3 - stride),
                                Collections.nCopies(axes, 2), Collections.nCopies(axes, 1), Epilogue.NONE),
                        operands));
            }
        }
        cases.add(OpCase.of(
                same(2, 3, 2, 1, 0, Epilogue.NONE), OpCase.in(4, 7, 8, 6), OpCase.in(3, 2, 3, 3), OpCase.in(3)));
        cases.add(OpCase.of(
                same(2, 19, 1, 1, 1, Epilogue.NONE), OpCase.in(2, 5, 6, 19), OpCase.in(19, 1, 3, 3), OpCase.in(19)));
        OpCase.Input f64 = OpCase.in(ValueType.of(DType.F64, 1, 4, 5, 6, 3), -1, 1);
        cases.add(OpCase.of(
                same(3, 1, 1, 1, 1, relu), f64, OpCase.in(ValueType.of(DType.F64, 2, 3, 2, 3, 3), -1, 1)));
        return cases;
    }

    private static OpCase conv(int group, int stride, int dilation, int pad, Epilogue epilogue, long[] x,
            int... filter) {
        return OpCase.of(
                same(filter.length - 2, group, stride, dilation, pad, epilogue), OpCase.in(x), OpCase.weights(filter),
                OpCase.weights(filter[0]));
    }

    /** The same along all axes. */
    private static Conv same(int axes, int group, int stride, int dilation, int pad, Epilogue epilogue) {
        List<Integer> pads = Collections.nCopies(axes, pad);
        return new Conv(group, Collections.nCopies(axes, stride), Collections.nCopies(axes, dilation), pads, pads,
                epilogue);
    }
}
