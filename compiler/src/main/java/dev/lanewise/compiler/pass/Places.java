package dev.lanewise.compiler.pass;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Binary;
import dev.lanewise.compiler.op.Cast;
import dev.lanewise.compiler.op.Expand;
import dev.lanewise.compiler.op.Range;
import dev.lanewise.compiler.op.Reshape;
import dev.lanewise.compiler.op.Slice;
import dev.lanewise.compiler.op.Transpose;
import dev.lanewise.formats.DType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Numbers that say where they stand: {@code first + Σ steps[axis] · index[axis]}, as counts of positions do however
 * they were turned, shifted and subtracted from each other. Immutable.
 *
 * @param steps per axis
 */
record Places(Dim first, List<Long> steps) {

    Places {
        steps = List.copyOf(steps);
    }

    private static Places single(Dim value, int rank) {
        return new Places(value, Collections.nCopies(rank, 0L));
    }

    private Places plus(Places other, long sign) {
        List<Long> sums = new ArrayList<>();
        for (int axis = 0; axis < steps.size(); axis++) {
            sums.add(steps.get(axis) + sign * other.steps.get(axis));
        }
        return new Places(first.plus(other.first.times(sign)), sums);
    }

    /** Which axis of {@code from} each axis of {@code to} is, −1 for new ones of extent 1; {@code null} if mixed. */
    static int[] sources(List<Dim> from, List<Dim> to) {
        int[] sources = new int[to.size()];
        int next = 0;
        for (int axis = 0; axis < sources.length; axis++) {
            while (next < from.size() && from.get(next).is(1) && !to.get(axis).is(1)) {
                next++;
            }
            boolean same = next < from.size() && from.get(next).equals(to.get(axis));
            if (!same && !to.get(axis).is(1)) {
                return null;
            }
            sources[axis] = same ? next++ : -1;
        }
        return from.subList(next, from.size()).stream().allMatch(dim -> dim.is(1)) ? sources : null;
    }

    /** Reads values of a graph, each once. Not thread-safe. */
    static final class Reader {

        /** Of nodes one behind another. */
        private static final int DEEPEST = 64;

        private static final int LARGEST_CONSTANT = 1 << 22;

        private final Map<Value, Places> known = new HashMap<>();
        private int depth;

        /** {@code null} where a value's elements are not known to be places. */
        Places of(Value value) {
            if (value == null || depth == DEEPEST) {
                return null;
            }
            if (!known.containsKey(value)) {
                depth++;
                known.put(value, read(value));
                depth--;
            }
            return known.get(value);
        }

        private Places read(Value value) {
            if (!counts(value.type().type())) {
                return null;
            }
            if (value.contents() != null && value.contents().size() == 1) {
                return single(value.contents().get(0), value.rank());
            }
            if (value.isConstant()) {
                return ofConstant(value.constant());
            }
            Node node = value.producer();
            if (node == null) {
                return null;
            }
            if (node.op() instanceof Range) {
                return ofRange(node);
            }
            if (node.op() instanceof Binary binary) {
                return ofBinary(node, binary);
            }
            Places x = of(node.input(0));
            List<Dim> from = x == null ? null : node.input(0).shape();
            if (x == null || node.op() instanceof Cast) {
                return x;
            }
            if (node.op() instanceof Expand) {
                return broadcast(x, from, value.shape());
            }
            if (node.op() instanceof Reshape) {
                return reshaped(x, from, value.shape());
            }
            if (node.op() instanceof Transpose transpose) {
                return new Places(x.first, transpose.permutation().stream().map(x.steps::get).toList());
            }
            return node.op() instanceof Slice slice ? sliced(x, slice) : null;
        }

        /** Types in which counting to any length that a mask can have is exact. */
        private static boolean counts(DType type) {
            return type == DType.I32 || type == DType.I64 || type == DType.F32 || type == DType.F64;
        }

        private static Places ofConstant(Literal literal) {
            int size = literal.size();
            if (size == 0 || size > LARGEST_CONSTANT || literal.doubleAt(0) != Math.rint(literal.doubleAt(0))) {
                return null;
            }
            double first = literal.doubleAt(0);
            List<Long> steps = new ArrayList<>(Collections.nCopies(literal.rank(), 0L));
            int stride = 1;
            for (int axis = literal.rank() - 1; axis >= 0; axis--) {
                if (literal.extent(axis) > 1) {
                    steps.set(axis, (long) (literal.doubleAt(stride) - first));
                }
                stride *= literal.extent(axis);
            }
            for (int i = 0; i < size; i++) {
                double expected = first;
                int rest = i;
                for (int axis = literal.rank() - 1; axis >= 0; axis--) {
                    expected += (double) steps.get(axis) * (rest % literal.extent(axis));
                    rest /= literal.extent(axis);
                }
                if (literal.doubleAt(i) != expected) {
                    return null;
                }
            }
            return Math.abs(first) > Integer.MAX_VALUE ? null : new Places(Dim.of((long) first), steps);
        }

        private Places ofRange(Node node) {
            Places start = of(node.input(0));
            Places delta = of(node.input(2));
            return start == null || delta == null || !delta.first.isConstant()
                    ? null
                    : new Places(start.first, List.of(delta.first.constant()));
        }

        private Places ofBinary(Node node, Binary binary) {
            return switch (binary.fn()) {
                case ADD -> sum(node, 0, 1);
                case SUB -> difference(node, false);
                default -> null;
            };
        }

        /** A node's first operand without its second, or the other way round; {@code null} if not known. */
        Places difference(Node node, boolean turned) {
            return sum(node, turned ? 1 : 0, -1);
        }

        private Places sum(Node node, int left, long sign) {
            Value a = node.input(left);
            Value b = node.input(1 - left);
            Places x = broadcast(of(a), a.shape(), node.output().shape());
            Places y = broadcast(of(b), b.shape(), node.output().shape());
            return x == null || y == null ? null : x.plus(y, sign);
        }

        private static Places sliced(Places x, Slice slice) {
            Dim first = x.first;
            List<Long> steps = new ArrayList<>();
            for (int axis = 0; axis < x.steps.size(); axis++) {
                first = first.plus(slice.starts().get(axis).times(x.steps.get(axis)));
                steps.add(x.steps.get(axis) * slice.strides().get(axis));
            }
            return new Places(first, steps);
        }

        private static Places reshaped(Places x, List<Dim> from, List<Dim> to) {
            int[] sources = sources(from, to);
            List<Long> steps = new ArrayList<>();
            for (int axis = 0; sources != null && axis < sources.length; axis++) {
                steps.add(sources[axis] < 0 ? 0 : x.steps.get(sources[axis]));
            }
            return sources == null ? null : new Places(x.first, steps);
        }

        /** The same numbers over the axes that they are broadcast to; {@code null} for {@code null}. */
        static Places broadcast(Places x, List<Dim> from, List<Dim> to) {
            if (x == null || x.steps.size() > to.size()) {
                return null;
            }
            int more = to.size() - from.size();
            List<Long> steps = new ArrayList<>(Collections.nCopies(more, 0L));
            for (int axis = 0; axis < from.size(); axis++) {
                boolean repeated = from.get(axis).is(1);
                if (!repeated && !from.get(axis).equals(to.get(more + axis))) {
                    return null;
                }
                steps.add(repeated ? 0 : x.steps.get(axis));
            }
            return new Places(x.first, steps);
        }
    }
}
