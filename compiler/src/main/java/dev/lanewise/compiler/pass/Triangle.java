package dev.lanewise.compiler.pass;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Evaluation;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Binary;
import dev.lanewise.compiler.op.Concat;
import dev.lanewise.compiler.op.Expand;
import dev.lanewise.compiler.op.Reshape;
import dev.lanewise.compiler.op.Slice;
import dev.lanewise.compiler.op.Trilu;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.BinaryFn;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A value {@code [..., rows, columns]} that is one number, {@code near}, where {@code column ≤ row + offset}, and
 * another, {@code far}, elsewhere. One number everywhere is a triangle without an offset. Immutable.
 *
 * @param near scalar
 * @param far scalar of the same type
 * @param offset {@code null} where both are the same
 */
record Triangle(Literal near, Literal far, Dim offset) {

    private static Triangle uniform(Literal number) {
        return new Triangle(number, number, null);
    }

    private static Triangle of(Literal near, Literal far, Dim offset) {
        return same(near, far) ? uniform(near) : new Triangle(near, far, offset);
    }

    boolean isUniform() {
        return offset == null;
    }

    static boolean same(Literal a, Literal b) {
        return a.type() == b.type() && a.doubleAt(0) == b.doubleAt(0);
    }

    /** What an elementwise operation gives for scalars. */
    static Literal apply(Node node, List<Literal> scalars) {
        return node.op().evaluate(new Evaluation(node, scalars, Map.of())).get(0);
    }

    /** Reads values of a graph, each once. Not thread-safe. */
    static final class Reader {

        /** Of nodes one behind another. */
        private static final int DEEPEST = 64;

        private final Map<Value, Triangle> known = new HashMap<>();
        private final Places.Reader places = new Places.Reader();
        private int depth;

        /** {@code null} where a value is not known to be a triangle. */
        Triangle of(Value value) {
            if (value == null || depth == DEEPEST) {
                return null;
            }
            if (!known.containsKey(value)) {
                depth++;
                known.put(value, value.isConstant() ? ofConstant(value.constant()) : read(value));
                depth--;
            }
            return known.get(value);
        }

        private Triangle read(Value value) {
            Node node = value.producer();
            if (node == null || node.outputs().size() != 1) {
                return null;
            }
            if (node.op() instanceof Trilu trilu) {
                return ofTrilu(node, trilu);
            }
            if (node.op() instanceof Concat concat) {
                return joined(node, concat);
            }
            if (node.op().isElementwise()) {
                Triangle compared = node.op() instanceof Binary binary ? compared(node, binary) : null;
                return compared != null ? compared : elementwise(node);
            }
            Triangle x = node.op().onlyMoves() ? of(node.input(0)) : null;
            if (x == null || x.isUniform()) {
                return x;
            }
            if (node.op() instanceof Slice slice) {
                return sliced(x, slice);
            }
            boolean kept = node.op() instanceof Expand
                    || node.op() instanceof Reshape && Places.sources(node.input(0).shape(), value.shape()) != null;
            return kept && keepsLastAxes(node.input(0), value) ? x : null;
        }

        /** A constant, all of whose axes but the last two have one element where it is not uniform. */
        private static Triangle ofConstant(Literal literal) {
            if (literal.size() == 0) {
                return null;
            }
            Literal first = scalar(literal, 0);
            if (literal.isSplat() || literal.size() == 1) {
                return uniform(first);
            }
            int rank = literal.rank();
            int columns = literal.extent(rank - 1);
            int rows = rank < 2 ? 1 : literal.extent(rank - 2);
            double near = literal.doubleAt((rows - 1) * columns);
            double far = literal.doubleAt(columns - 1);
            Long offset = near == far ? Long.valueOf(columns) : offset(literal, near, rows, columns);
            boolean plane = near == far || rank >= 2 && literal.size() == rows * columns;
            for (int i = 0; offset != null && plane && i < literal.size(); i++) {
                boolean sees = near == far || i % columns <= i / columns + offset;
                plane = literal.doubleAt(i) == (sees ? near : far);
            }
            return offset == null || !plane
                    ? null
                    : Triangle.of(scalar(literal, (rows - 1) * columns), scalar(literal, columns - 1), Dim.of(offset));
        }

        /** Of the first row that begins with what is near. */
        private static Long offset(Literal literal, double near, int rows, int columns) {
            for (int row = 0; row < rows; row++) {
                int seen = 0;
                while (seen < columns && literal.doubleAt(row * columns + seen) == near) {
                    seen++;
                }
                if (seen > 0) {
                    return seen - 1L - row;
                }
            }
            return null;
        }

        private static Literal scalar(Literal literal, int i) {
            return literal.reshape(literal.size()).select(at -> i);
        }

        private Triangle ofTrilu(Node node, Trilu trilu) {
            Triangle x = of(node.input(0));
            Places k = node.input(1) == null ? null : places.of(node.input(1));
            if (x == null || !x.isUniform() || node.input(1) != null && k == null) {
                return null;
            }
            Dim shift = k == null ? Dim.ZERO : k.first();
            Literal none = Literal.splat(x.near.type(), 0, 1).reshape();
            return trilu.upper()
                    ? Triangle.of(none, x.near, shift.minus(1))
                    : Triangle.of(x.near, none, shift);
        }

        /** Columns that are near in every row, before a triangle. */
        private Triangle joined(Node node, Concat concat) {
            int last = node.output().rank() - 1;
            Triangle all = concat.axis() == last ? of(node.input(node.inputs().size() - 1)) : null;
            for (int i = node.inputs().size() - 2; all != null && i >= 0; i--) {
                Triangle before = of(node.input(i));
                boolean fits = before != null && before.isUniform() && same(before.near, all.near);
                Dim width = node.input(i).dim(last);
                all = !fits ? null : all.isUniform() ? all : Triangle.of(all.near, all.far, all.offset.plus(width));
            }
            return all;
        }

        private static Triangle sliced(Triangle x, Slice slice) {
            int rows = slice.shape().size() - 2;
            boolean connected = slice.strides().subList(rows, rows + 2).stream().allMatch(stride -> stride == 1);
            Dim shift = slice.starts().get(rows).minus(slice.starts().get(rows + 1));
            return connected ? Triangle.of(x.near, x.far, x.offset.plus(shift)) : null;
        }

        /** A comparison of the row's place with the column's. */
        private Triangle compared(Node node, Binary binary) {
            boolean turned = binary.fn() == BinaryFn.GREATER || binary.fn() == BinaryFn.GREATER_OR_EQUAL;
            boolean orEqual = binary.fn() == BinaryFn.LESS_OR_EQUAL || binary.fn() == BinaryFn.GREATER_OR_EQUAL;
            boolean compares = turned || orEqual || binary.fn() == BinaryFn.LESS;
            Places d = compares ? places.difference(node, turned) : null;
            int rank = node.output().rank();
            if (d == null || rank < 2 || !d.steps().subList(0, rank - 2).stream().allMatch(step -> step == 0)) {
                return null;
            }
            long row = d.steps().get(rank - 2);
            long column = d.steps().get(rank - 1);
            Literal yes = Literal.of(DType.BOOL, new long[] {1}, 1).reshape();
            Literal no = Literal.of(DType.BOOL, new long[] {0}, 1).reshape();
            if (row == 1 && column == -1) { // row − column + c < 0
                return Triangle.of(no, yes, orEqual ? d.first().minus(1) : d.first());
            }
            if (row == -1 && column == 1) { // column − row + c < 0
                Dim c = d.first().times(-1);
                return Triangle.of(yes, no, orEqual ? c : c.minus(1));
            }
            return null;
        }

        /** Triangles of two offsets leave three regions, of which two neighbours may turn out equal. */
        private Triangle elementwise(Node node) {
            List<Triangle> operands = new ArrayList<>();
            Dim low = null;
            Dim high = null;
            for (Value input : node.inputs()) {
                Triangle x = of(input);
                if (x == null || !x.isUniform() && !keepsLastAxes(input, node.output())) {
                    return null;
                }
                operands.add(x);
                if (!x.isUniform() && !x.offset.equals(low) && !x.offset.equals(high)) {
                    if (low != high) {
                        return null;
                    }
                    boolean below = low != null && low.minus(x.offset).min() >= 0;
                    if (low != null && !below && x.offset.minus(low).min() < 0) {
                        return null;
                    }
                    low = low == null || below ? x.offset : low;
                    high = high == null || !below ? x.offset : high;
                }
            }
            Dim first = low;
            Dim second = high;
            Literal near = apply(node, operands.stream().map(x -> x.near).toList());
            Literal far = apply(node, operands.stream().map(x -> x.far).toList());
            if (first == second) {
                return first == null ? uniform(near) : Triangle.of(near, far, first);
            }
            Literal between = apply(node, operands.stream()
                    .map(x -> !x.isUniform() && x.offset.equals(first) ? x.far : x.near)
                    .toList());
            return same(near, between) ? Triangle.of(near, far, second)
                    : same(between, far) ? Triangle.of(near, far, first) : null;
        }

        /** Whether rows and columns are not repeated or moved; two symbols may stand for one extent. */
        static boolean keepsLastAxes(Value from, Value to) {
            boolean keeps = from.rank() >= 2 && to.rank() >= 2;
            for (int back = 1; keeps && back <= 2; back++) {
                Dim x = from.dim(from.rank() - back);
                Dim y = to.dim(to.rank() - back);
                keeps = x.equals(y) || !x.isConstant() && !y.isConstant();
            }
            return keeps;
        }
    }
}
