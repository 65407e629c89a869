package dev.lanewise.compiler.pass;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Op;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Reduce;
import dev.lanewise.compiler.op.Reshape;
import dev.lanewise.compiler.op.Transpose;
import dev.lanewise.compiler.op.Unary;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.ReduceFn;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * What normalisations divide by, {@code √(… + ε)} over rows, and the sums in it.
 *
 * @param root the square root
 * @param squared what it is the root of
 */
record InverseRoot(Value root, Value squared) {

    /** The roots among what arithmetic leads to from a formula's result. */
    static List<InverseRoot> in(Value result) {
        List<InverseRoot> roots = new ArrayList<>();
        for (Value value : Terms.operands(result)) {
            Unary unary = Rewriting.producer(value, Unary.class);
            if (unary != null && unary.fn() == UnaryFn.SQRT && value.type().type() == DType.F32) {
                roots.add(new InverseRoot(value, value.producer().input(0)));
            }
        }
        return roots;
    }

    /**
     * A sum over some axes, which stay as extents of 1. What they hold is a row, wherever they lie.
     *
     * @param value the sum
     * @param x what is summed
     * @param axes from 0, ascending
     * @param count elements in a row
     * @param fn SUM or SUM_SQUARE
     */
    record RowSum(Value value, Value x, List<Integer> axes, long count, ReduceFn fn) {

        /** The sum that a value is; {@code null} where it is none. */
        static RowSum of(Value value) {
            Value reduced = value;
            if (Rewriting.producer(value, Reshape.class) != null) {
                reduced = value.producer().input(0); // an axis was dropped and put back
            }
            Reduce reduce = Rewriting.producer(reduced, Reduce.class);
            if (reduce == null || reduce.axes().isEmpty()
                    || reduce.fn() != ReduceFn.SUM && reduce.fn() != ReduceFn.SUM_SQUARE) {
                return null;
            }
            Value x = reduced.producer().input(0);
            long count = 1;
            List<Dim> kept = new ArrayList<>(x.shape());
            for (int axis : reduce.axes()) {
                if (!x.dim(axis).isConstant()) {
                    return null;
                }
                count *= x.dim(axis).constant();
                kept.set(axis, Dim.ONE);
            }
            return kept.equals(value.shape()) ? new RowSum(value, x, reduce.axes(), count, reduce.fn()) : null;
        }

        /** The sums among what arithmetic leads to. */
        static List<RowSum> in(Value value) {
            List<RowSum> sums = new ArrayList<>();
            for (Value operand : Terms.operands(value)) {
                RowSum sum = of(operand);
                if (sum != null) {
                    sums.add(sum);
                }
            }
            return sums;
        }

        Terms mean() {
            return Terms.atom(value).times(1.0 / count);
        }

        /** Whether these are sums over the same axes. */
        boolean alongside(RowSum other) {
            return axes.equals(other.axes) && count == other.count && x.rank() == other.x.rank();
        }

        /** The first of the axes when they are the last. */
        int first() {
            return x.rank() - axes.size();
        }

        /** Adds a norm over rows, which is over the last axes: around it, the axes of rows are the last. */
        Value normed(Rewriting graph, String name, Op norm, Value... operands) {
            List<Integer> order = new ArrayList<>();
            for (int axis = 0; axis < x.rank(); axis++) {
                order.add(axis);
            }
            order.removeAll(axes);
            order.addAll(axes);
            if (Permutation.isIdentity(order)) {
                return graph.addAll(name, norm, Arrays.asList(operands)).get(0);
            }
            Value[] moved = operands.clone();
            moved[0] = graph.add(name, new Transpose(order), operands[0]);
            Value y = graph.addAll(name, norm, Arrays.asList(moved)).get(0);
            return graph.add(name, new Transpose(Permutation.inverse(order)), y);
        }
    }

    /**
     * The ε where the root is of {@code expected + ε}; {@code null} where it is not.
     *
     * @param atoms what {@code expected} is made of
     */
    Float epsilon(Terms expected, Value... atoms) {
        Terms found = Terms.of(squared, atoms);
        double epsilon = found.coefficients().getOrDefault(Map.of(), 0.0);
        return epsilon >= 0 && found.are(expected.plus(Terms.number(epsilon))) ? (float) epsilon : null;
    }
}
