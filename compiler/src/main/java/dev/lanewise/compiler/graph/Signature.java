package dev.lanewise.compiler.graph;

import dev.lanewise.formats.DType;
import dev.lanewise.formats.ShapeException;
import java.util.List;
import java.util.Objects;

/** The inputs of an operation whose outputs are to be inferred, and its way to refuse them. */
public final class Signature {

    private final String node;
    private final String op;
    private final List<Value> inputs;

    Signature(String node, String op, List<Value> inputs) {
        this.node = node;
        this.op = op;
        this.inputs = inputs;
    }

    public int count() {
        return inputs.size();
    }

    public boolean has(int i) {
        return i < inputs.size() && inputs.get(i) != null;
    }

    /** Input {@code i}, which must be there. */
    public Value value(int i) {
        if (!has(i)) {
            throw fail("input " + i + " is missing");
        }
        return inputs.get(i);
    }

    public ValueType type(int i) {
        return value(i).type();
    }

    public DType dtype(int i) {
        return type(i).type();
    }

    public List<Dim> shape(int i) {
        return type(i).shape();
    }

    public int rank(int i) {
        return type(i).rank();
    }

    public Dim dim(int i, int axis) {
        return type(i).dim(axis);
    }

    /** Fails unless input {@code i} has this rank. */
    public void requireRank(int i, int rank) {
        if (rank(i) != rank) {
            throw fail("input " + i + " is " + type(i) + "; expected rank " + rank);
        }
    }

    public void requireType(int i, DType type) {
        if (dtype(i) != type) {
            throw fail("input " + i + " is " + type(i) + "; expected " + type);
        }
    }

    public void requireFloating(int i) {
        if (!dtype(i).isFloating()) {
            throw fail("input " + i + " is " + type(i) + "; expected a floating-point type");
        }
    }

    public void requireSameType(int i, int j) {
        if (dtype(i) != dtype(j)) {
            throw fail("inputs " + i + " and " + j + " are " + type(i) + " and " + type(j)
                    + "; expected one element type");
        }
    }

    /**
     * Fails where two extents are certainly different. Extents that may be equal pass: the runtime
     * checks actual ones.
     */
    public void requireEqual(Dim found, Dim expected, String what) {
        if (!mayEqual(found, expected)) {
            throw fail(what + " is " + found + "; expected " + expected);
        }
    }

    /** Whether two extents can be equal for some values of their symbols. */
    public static boolean mayEqual(Dim a, Dim b) {
        return Objects.equals(a, b) || !a.isConstant() && a.min() <= b.max() && b.min() <= a.max()
                || !b.isConstant() && a.min() <= b.max() && b.min() <= a.max();
    }

    /** Whether numbers of a type are exactly these integers, whatever the symbols are. */
    public static boolean areExact(List<Dim> integers, DType type) {
        long most = type == DType.F32 ? 1L << 24 : type == DType.F64 ? Long.MAX_VALUE : 0; // a Dim is below 2⁵³
        return integers.stream().allMatch(dim -> dim.min() >= -most && dim.max() <= most);
    }

    /**
     * Extents of two shapes broadcast against each other, as numpy does. Of two that may be equal it is the one that
     * can be larger, since the other may also be 1; of two that are not equal for any values of their symbols, one that
     * can be 1 is 1. The runtime checks actual ones.
     */
    public List<Dim> broadcast(List<Dim> a, List<Dim> b) {
        int rank = Math.max(a.size(), b.size());
        Dim[] result = new Dim[rank];
        for (int axis = 0; axis < rank; axis++) {
            int inA = axis - rank + a.size();
            int inB = axis - rank + b.size();
            Dim x = inA < 0 ? Dim.ONE : a.get(inA);
            Dim y = inB < 0 ? Dim.ONE : b.get(inB);
            if (x.is(1) || x.equals(y)) {
                result[axis] = y;
            } else if (y.is(1)) {
                result[axis] = x;
            } else if (mayEqual(x, y)) {
                result[axis] = x.isConstant() || !y.isConstant() && x.max() > y.max() ? x : y;
            } else if (mayEqual(x, Dim.ONE)) {
                result[axis] = y;
            } else if (mayEqual(y, Dim.ONE)) {
                result[axis] = x;
            } else {
                throw fail("extents " + a + " and " + b + " do not broadcast against each other");
            }
        }
        return List.of(result);
    }

    /** An axis of input {@code i}, which may be counted from the end. */
    public int axis(int axis, int rank) {
        int positive = axis < 0 ? axis + rank : axis;
        if (positive < 0 || positive >= Math.max(1, rank)) {
            throw fail("axis " + axis + " of a tensor of rank " + rank);
        }
        return positive;
    }

    /** The error for inputs that do not fit; to be thrown. */
    public ShapeException fail(String problem) {
        return new ShapeException("node '" + node + "' (" + op + "): " + problem);
    }
}
