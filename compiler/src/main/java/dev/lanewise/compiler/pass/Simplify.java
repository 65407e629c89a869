package dev.lanewise.compiler.pass;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Folding;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Binary;
import dev.lanewise.compiler.op.Concat;
import dev.lanewise.compiler.op.Reduce;
import dev.lanewise.compiler.op.Reshape;
import dev.lanewise.compiler.op.Slice;
import dev.lanewise.compiler.op.Unary;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.ReduceFn;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.List;

/**
 * Arithmetic that exporters leave behind: adding 0, multiplying by 1, squares written as powers,
 * reductions over axes of one element, reshapes of reshapes and of
 * means, parts of what was just put together.
 */
final class Simplify implements Pass {

    private final boolean keepsWeights;

    Simplify() {
        this(false);
    }

    private Simplify(boolean keepsWeights) {
        this.keepsWeights = keepsWeights;
    }

    /** Leaves alone what adds zeros or multiplies by ones that training may change: arrays of floating point. */
    static Simplify keepingWeights() {
        return new Simplify(true);
    }

    @Override
    public Graph apply(Graph graph, Folding folding) {
        return new Rewriting(graph, folding) {
            @Override
            List<Value> node(Node node, List<Value> inputs) {
                Value simpler = null;
                if (node.op() instanceof Binary binary) {
                    simpler = binary(node, binary.fn(), inputs);
                } else if (node.op() instanceof Reduce reduce) {
                    simpler = reduce(node, reduce, inputs.get(0));
                } else if (node.op() instanceof Reshape reshape) {
                    simpler = reshape(node, reshape, inputs.get(0));
                } else if (node.op() instanceof Slice slice) {
                    simpler = slice(slice, inputs.get(0));
                }
                return simpler == null ? null : List.of(simpler);
            }

            private Value binary(Node node, BinaryFn fn, List<Value> inputs) {
                Value x = inputs.get(0);
                Double right = isKept(inputs.get(1)) ? null : oneValue(inputs.get(1));
                if (right != null && keepsShape(node, x)) {
                    if (isNeutral(fn, right)) {
                        return x;
                    }
                    if (fn == BinaryFn.POW && x.type().type().isFloating() && right == 2) {
                        return add(node.name(), Unary.of(UnaryFn.SQUARE), x);
                    }
                    if (fn == BinaryFn.POW && x.type().type().isFloating() && right == 0.5) {
                        return add(node.name(), Unary.of(UnaryFn.SQRT), x);
                    }
                    if (fn == BinaryFn.POW && x.type().type().isFloating() && right == -0.5) {
                        Value root = add(node.name(), Unary.of(UnaryFn.SQRT), x);
                        return add(node.name(), Unary.of(UnaryFn.RECIPROCAL), root);
                    }
                }
                Double left = isKept(x) ? null : oneValue(x);
                boolean commutes = fn == BinaryFn.ADD || fn == BinaryFn.MUL;
                return left != null && commutes && isNeutral(fn, left) && keepsShape(node, inputs.get(1))
                        ? inputs.get(1)
                        : null;
            }

            /** Whether {@code x} has the result's extents, so that nothing is broadcast. */
            private boolean keepsShape(Node node, Value x) {
                return x.type().equals(node.output().type());
            }

            private Value reduce(Node node, Reduce reduce, Value x) {
                boolean ofOne = reduce.axes().stream().allMatch(axis -> x.dim(axis).is(1));
                boolean identity = reduce.fn() == ReduceFn.SUM || reduce.fn() == ReduceFn.PROD
                        || reduce.fn() == ReduceFn.MAX || reduce.fn() == ReduceFn.MIN;
                return ofOne && identity ? add(node.name(), new Reshape(node.output().shape()), x) : null;
            }

            private Value reshape(Node node, Reshape reshape, Value x) {
                if (x.shape().equals(reshape.shape())) {
                    return x;
                }
                if (producer(x, Binary.class) != null) {
                    return ofMean(node, reshape, x.producer());
                }
                return producer(x, Reshape.class) == null
                        ? null
                        : add(node.name(), reshape, x.producer().input(0));
            }

            /** One of the parts that were put together. */
            private Value slice(Slice slice, Value x) {
                Concat concat = producer(x, Concat.class);
                if (concat == null) {
                    return null;
                }
                Dim start = Dim.ZERO;
                for (Value part : x.producer().inputs()) {
                    if (slice.equals(Slice.along(concat.axis(), start, part.dim(concat.axis()), x.shape()))) {
                        return part;
                    }
                    start = start.plus(part.dim(concat.axis()));
                }
                return null;
            }

            /** A sum that is divided and then gets its axes back has them back before: means are one form. */
            private Value ofMean(Node node, Reshape reshape, Node quotient) {
                Value sum = quotient.input(0);
                Value count = quotient.input(1);
                boolean mean = producer(sum, Reduce.class) != null && count.isConstant() && count.type().size().is(1);
                return mean && count.rank() <= Math.min(sum.rank(), reshape.shape().size())
                        ? add(node.name(), quotient.op(), add(node.name(), reshape, sum), count)
                        : null;
            }
        }.run();
    }

    private boolean isKept(Value value) {
        return keepsWeights && value.isConstant() && value.type().type().isFloating() && value.constant().size() > 1;
    }

    private static boolean isNeutral(BinaryFn fn, double value) {
        return switch (fn) {
            case ADD, SUB -> value == 0;
            case MUL, DIV, POW -> value == 1;
            default -> false;
        };
    }

    /** The value that all elements of a constant have, {@code null} where they differ. */
    private static Double oneValue(Value value) {
        if (!value.isConstant() || value.constant().size() == 0) {
            return null;
        }
        Literal literal = value.constant();
        double first = literal.doubleAt(0);
        if (!literal.isSplat()) {
            for (int i = 1; i < literal.size(); i++) {
                if (literal.doubleAt(i) != first) {
                    return null;
                }
            }
        }
        return first;
    }
}
