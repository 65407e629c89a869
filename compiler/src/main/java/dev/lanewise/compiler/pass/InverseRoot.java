package dev.lanewise.compiler.pass;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Reduce;
import dev.lanewise.compiler.op.Reshape;
import dev.lanewise.compiler.op.Unary;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.ReduceFn;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.ArrayList;
import java.util.Collections;
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
     * A sum over the last axes, which stay as extents of 1.
     *
     * @param value the sum
     * @param x what is summed
     * @param axis the first of the axes
     * @param count elements in a row
     * @param fn SUM or SUM_SQUARE
     */
    record RowSum(Value value, Value x, int axis, long count, ReduceFn fn) {

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
            int axis = x.rank() - reduce.axes().size();
            long count = 1;
            for (int i = axis; i < x.rank(); i++) {
                if (!reduce.axes().contains(i) || !x.dim(i).isConstant()) {
                    return null;
                }
                count *= x.dim(i).constant();
            }
            List<Dim> kept = new ArrayList<>(x.shape().subList(0, axis));
            kept.addAll(Collections.nCopies(x.rank() - axis, Dim.ONE));
            return kept.equals(value.shape()) ? new RowSum(value, x, axis, count, reduce.fn()) : null;
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
            return axis == other.axis && count == other.count && x.rank() == other.x.rank();
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
