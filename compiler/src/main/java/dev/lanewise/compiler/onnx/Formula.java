package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.op.Binary;
import dev.lanewise.compiler.op.Cast;
import dev.lanewise.compiler.op.Expand;
import dev.lanewise.compiler.op.Extents;
import dev.lanewise.compiler.op.Range;
import dev.lanewise.compiler.op.Reduce;
import dev.lanewise.compiler.op.Slice;
import dev.lanewise.compiler.op.Transpose;
import dev.lanewise.compiler.op.Unary;
import dev.lanewise.compiler.op.Where;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.ReduceFn;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Writes formulas as nodes of the graph: converters decompose operators with it. Operands broadcast
 * against each other and must be of one type.
 */
record Formula(OnnxNode node) {

    /** A scalar. */
    Value number(double value, DType type) {
        return node.constant(Literal.of(type, new double[] {value}));
    }

    Value apply(UnaryFn fn, Value x) {
        return node.add(Unary.of(fn), x);
    }

    Value apply(BinaryFn fn, Value a, Value b) {
        return node.add(new Binary(fn), a, b);
    }

    /** With a number on the right. */
    Value apply(BinaryFn fn, Value a, double b) {
        return apply(fn, a, number(b, a.type().type()));
    }

    Value plus(Value a, Value b) {
        return apply(BinaryFn.ADD, a, b);
    }

    Value minus(Value a, Value b) {
        return apply(BinaryFn.SUB, a, b);
    }

    Value times(Value a, Value b) {
        return apply(BinaryFn.MUL, a, b);
    }

    Value over(Value a, Value b) {
        return apply(BinaryFn.DIV, a, b);
    }

    Value where(Value condition, Value a, Value b) {
        return node.add(new Where(), condition, a, b);
    }

    /** In another type; the value itself where it has that already. */
    Value cast(Value x, DType type) {
        return x.type().type() == type ? x : node.add(Cast.to(type), x);
    }

    /** The type to compute in: f64 for f64, f32 for all others. */
    static DType wide(DType type) {
        return type == DType.F64 ? DType.F64 : DType.F32;
    }

    /** Types of 16 bits in f32, so that a formula of many operations rounds to them once, at its end. */
    Value wide(Value x) {
        DType type = x.type().type();
        return type == DType.F16 || type == DType.BF16 ? cast(x, DType.F32) : x;
    }

    /** As {@link #wide}, and integers in f64: for functions with fractions, which are cut off at the formula's end. */
    Value real(Value x) {
        return x.type().type().isFloating() ? wide(x) : cast(x, DType.F64);
    }

    Value reduce(ReduceFn fn, Value x, List<Integer> axes, boolean keepDims) {
        return node.add(new Reduce(fn, axes, keepDims), x);
    }

    /** The mean over axes. */
    Value mean(Value x, List<Integer> axes, boolean keepDims) {
        return over(reduce(ReduceFn.SUM, x, axes, keepDims), count(x, axes));
    }

    /** The product of the extents of axes, as a scalar of x's type. */
    Value count(Value x, List<Integer> axes) {
        return extent(ValueType.product(axes.stream().map(x::dim).toList()), x.type().type());
    }

    /** An extent as a scalar. */
    Value extent(Dim n, DType type) {
        return n.isConstant()
                ? number(n.constant(), type)
                : cast(node.add(new Extents(List.of(n), true)), type);
    }

    /** Under other extents; the value itself where it has those already. */
    Value reshape(Value x, List<Dim> shape) {
        return OnnxMovement.reshaped(node, x, shape);
    }

    /** The elements {@code [from, from + size)} of one axis. */
    Value part(Value x, int axis, long from, long size) {
        boolean whole = from == 0 && x.dim(axis).is(size);
        return whole ? x : node.add(Slice.along(axis, Dim.of(from), Dim.of(size), x.shape()), x);
    }

    /** With {@code axis} moved to be the last, the others in order. */
    Value axisLast(Value x, int axis) {
        if (axis == x.rank() - 1) {
            return x;
        }
        int[] order = new int[x.rank()];
        for (int i = 0; i < order.length - 1; i++) {
            order[i] = i < axis ? i : i + 1;
        }
        order[order.length - 1] = axis;
        return node.add(Transpose.of(order), x);
    }

    /** The reverse of {@link #axisLast}. */
    Value axisBack(Value x, int axis) {
        if (axis == x.rank() - 1) {
            return x;
        }
        int[] order = new int[x.rank()];
        for (int i = 0; i < order.length; i++) {
            order[i] = i < axis ? i : i == axis ? order.length - 1 : i - 1;
        }
        return node.add(Transpose.of(order), x);
    }

    /** A vector made to broadcast along {@code axis} of a tensor of {@code rank}. */
    Value along(Value vector, int axis, int rank) {
        if (vector.rank() == 0) {
            return vector;
        }
        List<Dim> shape = new ArrayList<>(Collections.nCopies(rank, Dim.ONE));
        shape.set(axis, vector.type().size());
        return reshape(vector, shape);
    }

    /** 0, 1, 2, … along {@code axis} of a tensor of {@code rank}, as i64. */
    Value counting(Dim n, int axis, int rank) {
        Value limit = node.add(new Extents(List.of(n), true));
        Value vector =
                node.add(new Range(n), node.constant(Literal.scalar(0L)), limit, node.constant(Literal.scalar(1L)));
        return along(vector, axis, rank);
    }

    /** Repeated along axes of extent 1, and along new outer ones; the value itself where it has that shape. */
    Value expand(Value x, List<Dim> shape) {
        return x.shape().equals(shape) ? x : node.add(new Expand(shape), x);
    }

    /** Zeros. */
    Value zeros(DType type, List<Dim> shape) {
        return expand(number(0, type), shape);
    }

    /** The axes {@code from} (inclusive) to {@code to} (exclusive). */
    static List<Integer> axes(int from, int to) {
        List<Integer> axes = new ArrayList<>();
        for (int axis = from; axis < to; axis++) {
            axes.add(axis);
        }
        return axes;
    }
}
