package dev.lanewise.compiler.pass;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Folding;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Op;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Conv;
import dev.lanewise.compiler.op.Pad;
import dev.lanewise.compiler.op.Pool;
import dev.lanewise.compiler.op.Transpose;
import dev.lanewise.compiler.op.Unary;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.ArrayList;
import java.util.List;

/**
 * Padding by a constant, as a node of its own, becomes that of the convolution or the pooling behind it, where these
 * pad with the same: zeros for convolutions and for averages that count padding; for maxima −∞, or zeros around
 * what is not below zero. Windows that may lie in padding alone, and those that are cut off at the end
 * ({@code ceil}), would not be the same, and keep their padding.
 */
final class MergePads implements Pass {

    @Override
    public Graph apply(Graph graph, Folding folding) {
        return new Rewriting(graph, folding) {
            @Override
            List<Value> node(Node node, List<Value> inputs) {
                Padding padding = node.op() instanceof Conv || node.op() instanceof Pool
                        ? Padding.of(inputs.get(0))
                        : null;
                Op merged = padding == null ? null : padding.with(node.op());
                if (merged == null) {
                    return null;
                }
                List<Value> operands = new ArrayList<>(inputs);
                operands.set(0, padding.order == null
                        ? padding.x
                        : add(node.name(), padding.order, padding.x));
                return addAll(node.name(), merged, operands);
            }
        }.run();
    }

    /**
     * Constant padding of the spatial axes.
     *
     * @param x what is padded
     * @param order what makes [N, spatial..., C] of x; {@code null} where x is that
     * @param before elements per spatial axis
     * @param after elements per spatial axis
     */
    private record Padding(Value x, Transpose order, double value, List<Integer> before, List<Integer> after) {

        /** Elements that an axis is padded with at most: what is more deserves memory of its own. */
        private static final int MOST = 1 << 16;

        /** {@code null} where a value [N, spatial..., C] is not padded like that. */
        static Padding of(Value padded) {
            Transpose order = Rewriting.producer(padded, Transpose.class);
            Value result = order == null ? padded : padded.producer().input(0);
            Pad pad = Rewriting.producer(result, Pad.class);
            if (pad == null || pad.mode() != Pad.Mode.CONSTANT) {
                return null;
            }
            List<Integer> before = spatial(pad.before(), order);
            List<Integer> after = spatial(pad.after(), order);
            Value given = result.producer().input(1);
            Literal value = given == null ? Literal.scalar(0f) : given.constant();
            return before == null || after == null || value == null
                    ? null
                    : new Padding(result.producer().input(0), order, value.doubleAt(0), before, after);
        }

        /** Numbers for the spatial axes; {@code null} where others are padded or something is no number. */
        private static List<Integer> spatial(List<Dim> pads, Transpose order) {
            List<Integer> numbers = new ArrayList<>();
            for (int axis = 0; axis < pads.size(); axis++) {
                Dim pad = pads.get(order == null ? axis : order.permutation().get(axis));
                boolean spatial = axis > 0 && axis < pads.size() - 1;
                if (!pad.isConstant() || pad.constant() > (spatial ? MOST : 0)) {
                    return null;
                }
                if (spatial) {
                    numbers.add((int) pad.constant());
                }
            }
            return numbers;
        }

        /** A convolution or pooling that pads like this; {@code null} where it cannot. */
        Op with(Op window) {
            if (window instanceof Conv conv) {
                return value == 0 ? with(conv) : null;
            }
            return window instanceof Pool pool && suits(pool) ? with(pool) : null;
        }

        private Conv with(Conv conv) {
            return new Conv(conv.group(), conv.strides(), conv.dilations(), sum(before, conv.padsBefore()),
                    sum(after, conv.padsAfter()), conv.epilogue());
        }

        private Pool with(Pool pool) {
            boolean average = pool.kind() == Pool.Kind.AVERAGE;
            return new Pool(pool.kind(), pool.kernel(), pool.strides(), pool.dilations(),
                    sum(before, pool.padsBefore()), sum(after, pool.padsAfter()), false, average);
        }

        private boolean suits(Pool pool) {
            if (pool.ceil() || !everyWindowHasAnElement(pool)) {
                return false;
            }
            if (pool.kind() == Pool.Kind.MAX) {
                return value == Double.NEGATIVE_INFINITY || value == 0 && isNotNegative(x);
            }
            boolean unpadded = pool.padsBefore().stream().allMatch(pad -> pad == 0)
                    && pool.padsAfter().stream().allMatch(pad -> pad == 0);
            return value == 0 && (pool.countIncludePad() || unpadded);
        }

        /** Whether no window can lie in padding alone. */
        private boolean everyWindowHasAnElement(Pool pool) {
            List<Integer> first = sum(before, pool.padsBefore());
            List<Integer> last = sum(after, pool.padsAfter());
            for (int axis = 0; axis < first.size(); axis++) {
                int kernel = pool.kernel().get(axis);
                boolean dense = pool.dilations().get(axis) == 1 && extent(axis + 1).min() > 0;
                if (first.get(axis) + last.get(axis) > 0
                        && !(dense && first.get(axis) < kernel && last.get(axis) < kernel)) {
                    return false;
                }
            }
            return true;
        }

        private Dim extent(int axis) {
            return x.dim(order == null ? axis : order.permutation().get(axis));
        }

        private static boolean isNotNegative(Value x) {
            Unary unary = Rewriting.producer(x, Unary.class);
            return unary != null && (unary.fn() == UnaryFn.RELU || unary.fn() == UnaryFn.SIGMOID
                    || unary.fn() == UnaryFn.CLIP && unary.alpha() >= 0);
        }

        private static List<Integer> sum(List<Integer> a, List<Integer> b) {
            List<Integer> sum = new ArrayList<>();
            for (int axis = 0; axis < a.size(); axis++) {
                sum.add(a.get(axis) + b.get(axis));
            }
            return sum;
        }
    }
}
