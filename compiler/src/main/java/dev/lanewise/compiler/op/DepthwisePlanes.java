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
import dev.lanewise.formats.proto.StepKind;
import dev.lanewise.runtime.kernel.Epilogue;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.ArrayList;
import java.util.List;

/**
 * A depthwise convolution of images that lie plane by plane: {@code x[N, C, H, W]}, {@code filter[C, 1, kernel...]},
 * {@code bias[C]} or none. It mixes no channels, so that it need not have them last; where images come and go as
 * planes, {@link dev.lanewise.compiler.pass.Passes} has it in place of the same {@link Conv} between transposes.
 *
 * @param conv the same with channels last
 */
public record DepthwisePlanes(Conv conv) implements Op {

    /** [N, H, W, C] of planes. */
    private static final Transpose LAST = Transpose.of(0, 2, 3, 1);

    /** Planes of [N, H, W, C]. */
    private static final Transpose FIRST = Transpose.of(0, 3, 1, 2);

    /** The longest vectors: kernels go along rows that are wider. */
    private static final int LANES = 16;

    /** Whether kernels are as fast on planes: rows wider than a vector, 3 × 3 taps side by side. */
    public static boolean suits(Conv conv, Value filter, Value y) {
        List<Integer> ones = List.of(1, 1);
        return y.rank() == 4 && y.type().type() == DType.F32 && filter.type().isStatic()
                && filter.dim(0).is(conv.group()) && filter.dim(1).is(1) && filter.dim(2).is(3) && filter.dim(3).is(3)
                && conv.strides().equals(ones) && conv.dilations().equals(ones)
                && y.dim(2).isConstant() && y.dim(2).constant() > LANES;
    }

    /** The order of axes in which a {@link Transpose} of planes has channels last. */
    public static List<Integer> channelsLast() {
        return LAST.permutation();
    }

    @Override
    public List<ValueType> infer(Signature in) {
        in.requireRank(0, 4);
        in.requireRank(1, 4);
        in.requireSameType(0, 1);
        in.requireFloating(0);
        if (!in.type(1).isStatic()) {
            throw in.fail("a filter of " + in.type(1) + "; expected fixed extents");
        }
        Dim channels = in.dim(0, 1);
        in.requireEqual(in.dim(1, 0), channels, "the number of filters");
        in.requireEqual(channels, Dim.of(conv.group()), "the number of groups");
        in.requireEqual(in.dim(1, 1), Dim.ONE, "the number of channels of a filter");
        if (in.has(2)) {
            in.requireEqual(in.type(2).size(), channels, "the size of the bias");
        }
        List<Dim> last = conv.resultShape(ordered(LAST, in.shape(0)), in.shape(1));
        if (last.stream().anyMatch(dim -> dim.max() < 0)) {
            throw in.fail("a kernel that reaches beyond the padded input " + in.type(0));
        }
        return List.of(new ValueType(in.dtype(0), ordered(FIRST, last)));
    }

    private static List<Dim> ordered(Transpose order, List<Dim> shape) {
        return order.permutation().stream().map(shape::get).toList();
    }

    @Override
    public double work(Signature in) {
        return (double) infer(in).get(0).size().max() * in.type(1).size().max();
    }

    @Override
    public List<Literal> evaluate(Evaluation in) {
        Literal x = LAST.evaluate(in).get(0);
        return FIRST.evaluate(in.with(0, conv.evaluate(in.with(0, x)).get(0)));
    }

    /** As the convolution between transposes that it stands for, whose gradient rule it has. */
    @Override
    public List<Value> train(GraphBuilder graph, String name, List<Value> inputs, boolean differentiated) {
        List<Value> last = new ArrayList<>(inputs);
        last.set(0, graph.add(name, LAST, inputs.get(0)));
        return List.of(graph.add(name, FIRST, conv.train(graph, name, last, differentiated).get(0)));
    }

    @Override
    public void lower(Lowering lowering) {
        lowering.requireType(0, DType.F32);
        conv.arguments(lowering.step(
                StepKind.DEPTHWISE_PLANES, Lowering.list(lowering.in(0), lowering.in(1), lowering.in(2)),
                lowering.outs()));
    }

    /** Rows of a vector, of some and of less; padding or none; other filters, that no pass makes. */
    static List<OpCase> cases() {
        Epilogue relu = Epilogue.of(UnaryFn.RELU, 0, 0);
        List<OpCase> cases = new ArrayList<>();
        for (int width : new int[] {5, 17, 48}) {
            cases.add(planes(1, 1, 1, relu, 1, 2, 5, width));
            cases.add(planes(1, 1, 0, Epilogue.of(UnaryFn.TANH, 0, 0), 2, 3, 9, width));
        }
        cases.add(planes(2, 1, 1, Epilogue.NONE, 1, 5, 7, 20));
        cases.add(planes(1, 2, 2, relu, 1, 1, 7, 33));
        cases.add(OpCase.of(
                new DepthwisePlanes(conv(4, 1, 1, 1, relu)), OpCase.in(1, 4, 6, 18), OpCase.in(4, 1, 3, 3)));
        return cases;
    }

    private static OpCase planes(int stride, int dilation, int pad, Epilogue epilogue, long... x) {
        int channels = (int) x[1];
        return OpCase.of(
                new DepthwisePlanes(conv(channels, stride, dilation, pad, epilogue)), OpCase.in(x),
                OpCase.weights(channels, 1, 3, 3), OpCase.weights(channels));
    }

    private static Conv conv(int channels, int stride, int dilation, int pad, Epilogue epilogue) {
        List<Integer> pads = List.of(pad, pad);
        return new Conv(channels, List.of(stride, stride), List.of(dilation, dilation), pads, pads, epilogue);
    }
}
