package dev.lanewise.compiler.pass;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Folding;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.op.Binary;
import dev.lanewise.compiler.op.Conv;
import dev.lanewise.compiler.op.Extents;
import dev.lanewise.compiler.op.Gather;
import dev.lanewise.compiler.op.MatMul;
import dev.lanewise.compiler.op.Pad;
import dev.lanewise.compiler.op.Range;
import dev.lanewise.compiler.op.Reshape;
import dev.lanewise.compiler.op.Transpose;
import dev.lanewise.compiler.op.Unary;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.Epilogue;
import java.util.ArrayList;
import java.util.List;

/**
 * A convolution that is not of f32, or whose filter's extents are not fixed, as a product: the elements under
 * each window in a row ({@code im2col}; Chellapilla, Puri, Simard 2006), times the filter. The step for
 * convolutions knows f32 alone, and prepares for one filter's extents.
 */
final class ConvolutionsAsProducts implements Pass {

    @Override
    public Graph apply(Graph graph, Folding folding) {
        return new Rewriting(graph, folding) {
            @Override
            List<Value> node(Node node, List<Value> inputs) {
                return node.op() instanceof Conv conv && !conv.hasStep(inputs.get(0), inputs.get(1))
                        ? List.of(product(node.name(), conv, inputs))
                        : null;
            }

            private Value product(String name, Conv conv, List<Value> inputs) {
                Value w = inputs.get(1);
                List<Dim> y = new ArrayList<>(conv.resultShape(inputs.get(0).shape(), w.shape()));
                int axes = conv.strides().size();
                Dim pixels = ValueType.product(y.subList(1, axes + 1));
                Dim taps = ValueType.product(w.shape().subList(2, axes + 2)).times(w.dim(1));
                Dim perGroup = w.dim(0).floorDiv(conv.group());
                Value windows = windows(name, conv, padded(name, conv, inputs.get(0)), w, y);
                Value rows = reshape(name, windows, List.of(y.get(0), Dim.of(conv.group()), pixels, taps));
                // [O, C / group, kernel...] with the channels last, as the windows have them
                Value last = add(name, new Transpose(channelsLast(axes)), w);
                Value filter = reshape(name, last, List.of(Dim.of(conv.group()), perGroup, taps));
                Value sums = add(name, new MatMul(true, Epilogue.NONE), rows, filter); // [N, group, pixels, perGroup]
                Value together = add(name, Transpose.of(0, 2, 1, 3), sums);
                Value result = reshape(name, together, y);
                if (inputs.size() > 2 && inputs.get(2) != null) {
                    result = add(name, new Binary(BinaryFn.ADD), result,
                            reshape(name, inputs.get(2), List.of(w.dim(0))));
                }
                Epilogue then = conv.epilogue();
                return then == Epilogue.NONE
                        ? result
                        : add(name, new Unary(then.fn(), then.alpha(), then.beta()), result);
            }

            private Value padded(String name, Conv conv, Value x) {
                List<Dim> before = new ArrayList<>(List.of(Dim.ZERO));
                List<Dim> after = new ArrayList<>(List.of(Dim.ZERO));
                conv.padsBefore().forEach(pad -> before.add(Dim.of(pad)));
                conv.padsAfter().forEach(pad -> after.add(Dim.of(pad)));
                before.add(Dim.ZERO);
                after.add(Dim.ZERO);
                boolean none = before.stream().allMatch(pad -> pad.is(0)) && after.stream().allMatch(pad -> pad.is(0));
                return none ? x : add(name, new Pad(Pad.Mode.CONSTANT, before, after), x);
            }

            /** [N, spatial..., C] as [N, group, outputs..., kernel..., C / group]. */
            private Value windows(String name, Conv conv, Value x, Value w, List<Dim> y) {
                int axes = conv.strides().size();
                Value windows = x;
                for (int axis = 0; axis < axes; axis++) {
                    Value positions = positions(name, y.get(axis + 1), conv.strides().get(axis), w.dim(axis + 2),
                            conv.dilations().get(axis));
                    windows = add(name, new Gather(1 + 2 * axis), windows, positions);
                }
                List<Dim> split = new ArrayList<>(windows.shape().subList(0, 1 + 2 * axes));
                split.add(Dim.of(conv.group()));
                split.add(w.dim(1));
                List<Integer> order = new ArrayList<>(List.of(0, 1 + 2 * axes));
                for (int axis = 0; axis < axes; axis++) {
                    order.add(1 + 2 * axis);
                }
                for (int axis = 0; axis < axes; axis++) {
                    order.add(2 + 2 * axis);
                }
                order.add(2 + 2 * axes);
                return add(name, new Transpose(order), reshape(name, windows, split));
            }

            /** [outputs, kernel]: {@code output · stride + tap · dilation}. */
            private Value positions(String name, Dim outputs, int stride, Dim kernel, int dilation) {
                Value first = reshape(name, counting(name, outputs, stride), List.of(outputs, Dim.ONE));
                return add(name, new Binary(BinaryFn.ADD), first, counting(name, kernel, dilation));
            }

            /** [n]: 0, step, 2 · step, … */
            private Value counting(String name, Dim n, int step) {
                Value limit = add(name, new Extents(List.of(n.times(step)), true));
                return add(name, new Range(n), scalar(name, 0), limit, scalar(name, step));
            }

            private Value scalar(String name, long value) {
                return Value.constant(name, Literal.of(DType.I64, new long[] {value}));
            }

            private Value reshape(String name, Value x, List<Dim> shape) {
                return x.shape().equals(shape) ? x : add(name, new Reshape(shape), x);
            }
        }.run();
    }

    /** 0, 2, 3, …, 1. */
    private static List<Integer> channelsLast(int axes) {
        List<Integer> order = new ArrayList<>(List.of(0));
        for (int axis = 0; axis < axes; axis++) {
            order.add(axis + 2);
        }
        order.add(1);
        return order;
    }
}
