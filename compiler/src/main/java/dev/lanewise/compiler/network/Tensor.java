package dev.lanewise.compiler.network;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.op.ArgExtreme;
import dev.lanewise.compiler.op.Binary;
import dev.lanewise.compiler.op.Cast;
import dev.lanewise.compiler.op.Concat;
import dev.lanewise.compiler.op.Expand;
import dev.lanewise.compiler.op.Extents;
import dev.lanewise.compiler.op.Gather;
import dev.lanewise.compiler.op.MatMul;
import dev.lanewise.compiler.op.Reduce;
import dev.lanewise.compiler.op.Reshape;
import dev.lanewise.compiler.op.Slice;
import dev.lanewise.compiler.op.Softmax;
import dev.lanewise.compiler.op.Transpose;
import dev.lanewise.compiler.op.Unary;
import dev.lanewise.compiler.op.Where;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.ShapeException;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.Epilogue;
import dev.lanewise.runtime.kernel.ReduceFn;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A tensor of a network that is being built: what it will be when the network runs. Immutable; every function gives
 * another. Operands broadcast against each other as numpy's do and have one element type; axes below zero count from
 * the end.
 */
public final class Tensor {

    private final NetworkBuilder net;
    private final Value value;

    Tensor(NetworkBuilder net, Value value) {
        this.net = net;
        this.value = value;
    }

    /** The network that this belongs to. */
    public NetworkBuilder net() {
        return net;
    }

    /** The value in the network's graph. */
    public Value value() {
        return value;
    }

    public List<Dim> shape() {
        return value.shape();
    }

    public int rank() {
        return value.rank();
    }

    /** An extent. */
    public Dim dim(int axis) {
        return value.dim(axis(axis));
    }

    public DType type() {
        return value.type().type();
    }

    /** What a layer makes of this. */
    public Tensor then(Layer layer) {
        return layer.apply(this);
    }

    // Arithmetic

    public Tensor plus(Tensor other) {
        return with(BinaryFn.ADD, other);
    }

    public Tensor plus(double number) {
        return number(BinaryFn.ADD, 1, number);
    }

    public Tensor minus(Tensor other) {
        return with(BinaryFn.SUB, other);
    }

    public Tensor minus(double number) {
        return number(BinaryFn.ADD, 1, -number);
    }

    public Tensor times(Tensor other) {
        return with(BinaryFn.MUL, other);
    }

    public Tensor times(double number) {
        return number(BinaryFn.MUL, number, 0);
    }

    public Tensor over(Tensor other) {
        return with(BinaryFn.DIV, other);
    }

    public Tensor negated() {
        return apply(Unary.of(UnaryFn.NEG));
    }

    /** By an elementwise function of two operands. */
    public Tensor with(BinaryFn fn, Tensor other) {
        return net.add(new Binary(fn), this, other);
    }

    /** One fused multiply-add for floating point. */
    private Tensor number(BinaryFn fn, double factor, double summand) {
        return type().isFloating()
                ? apply(new Unary(UnaryFn.AFFINE, (float) factor, (float) summand))
                : with(fn, net.constant(Literal.of(type(), new double[] {fn == BinaryFn.MUL ? factor : summand})));
    }

    /** Matrix product of the last two axes, {@code [..., m, k]} by {@code [..., k, n]}. */
    public Tensor matmul(Tensor other) {
        return net.add(MatMul.PLAIN, this, other);
    }

    /** Matrix product with the other transposed, {@code [..., m, k]} by {@code [..., n, k]}. */
    public Tensor matmulTransposed(Tensor other) {
        return net.add(new MatMul(true, Epilogue.NONE), this, other);
    }

    /** By an elementwise function; {@link Activations} has the usual ones. */
    public Tensor apply(Unary fn) {
        return net.add(fn, this);
    }

    public Tensor relu() {
        return apply(Activations.RELU);
    }

    public Tensor tanh() {
        return apply(Activations.TANH);
    }

    public Tensor sigmoid() {
        return apply(Activations.SIGMOID);
    }

    public Tensor gelu() {
        return apply(Activations.GELU);
    }

    public Tensor exp() {
        return apply(Unary.of(UnaryFn.EXP));
    }

    public Tensor log() {
        return apply(Unary.of(UnaryFn.LOG));
    }

    public Tensor sqrt() {
        return apply(Unary.of(UnaryFn.SQRT));
    }

    public Tensor square() {
        return apply(Unary.of(UnaryFn.SQUARE));
    }

    public Tensor abs() {
        return apply(Unary.of(UnaryFn.ABS));
    }

    /** Over the last axis. */
    public Tensor softmax() {
        return net.add(new Softmax(false), this);
    }

    /** Over the last axis. */
    public Tensor logSoftmax() {
        return net.add(new Softmax(true), this);
    }

    // Reductions

    /** Over axes, which go; over all where none are named. */
    public Tensor sum(int... axes) {
        return reduce(ReduceFn.SUM, axes);
    }

    /** Over axes, which go; over all where none are named. */
    public Tensor max(int... axes) {
        return reduce(ReduceFn.MAX, axes);
    }

    /** Over axes, which go; over all where none are named. */
    public Tensor mean(int... axes) {
        Dim count = ValueType.product(reduced(axes).stream().map(this::dim).toList());
        Tensor sum = sum(axes);
        return count.isConstant() ? sum.times(1.0 / count.constant()) : sum.over(extent(count));
    }

    /** Where the largest element of the last axis is, i64. */
    public Tensor argMax() {
        return net.add(new ArgExtreme(rank() - 1, false, true, false), this);
    }

    private Tensor reduce(ReduceFn fn, int... axes) {
        return net.add(new Reduce(fn, reduced(axes), false), this);
    }

    private List<Integer> reduced(int... axes) {
        IntStream named = axes.length == 0 ? IntStream.range(0, rank()) : Arrays.stream(axes).map(this::axis);
        return named.boxed().toList();
    }

    /** An extent as a scalar of this type. */
    Tensor extent(Dim dim) {
        return net.add(new Extents(List.of(dim), true)).cast(type());
    }

    // Movement

    public Tensor reshape(Dim... shape) {
        return net.add(new Reshape(List.of(shape)), this);
    }

    /** An axis and the next as one. */
    public Tensor mergeAxes(int axis) {
        int at = axis(axis);
        if (at + 1 >= rank()) {
            throw new ShapeException("merging axes: found " + this + "; expected an axis after " + at);
        }
        List<Dim> shape = new ArrayList<>(shape());
        shape.set(at, shape.get(at).times(shape.remove(at + 1)));
        return reshape(shape.toArray(Dim[]::new));
    }

    /** An axis as two, of which the product is its extent. */
    public Tensor splitAxis(int axis, Dim outer, Dim inner) {
        List<Dim> shape = new ArrayList<>(shape());
        shape.set(axis(axis), inner);
        shape.add(axis(axis), outer);
        return reshape(shape.toArray(Dim[]::new));
    }

    /** With a new axis of extent 1 before axis {@code axis} of the result. */
    public Tensor insertAxis(int axis) {
        List<Dim> shape = new ArrayList<>(shape());
        shape.add(axis < 0 ? axis + rank() + 1 : axis, Dim.ONE);
        return reshape(shape.toArray(Dim[]::new));
    }

    /** Without an axis of extent 1. */
    public Tensor dropAxis(int axis) {
        List<Dim> shape = new ArrayList<>(shape());
        shape.remove(axis(axis));
        return reshape(shape.toArray(Dim[]::new));
    }

    /** Axis {@code i} of the result is axis {@code order[i]} of this. */
    public Tensor transpose(int... order) {
        return net.add(Transpose.of(order), this);
    }

    /** Elements {@code [from, to)} of an axis; either may count from the end, and a {@code to} of 0 is the end. */
    public Tensor slice(int axis, long from, long to) {
        return slice(axis, place(axis, from), to == 0 ? dim(axis) : place(axis, to));
    }

    /** Elements {@code [from, to)} of an axis. */
    public Tensor slice(int axis, Dim from, Dim to) {
        return net.add(Slice.along(axis(axis), from, to.minus(from), shape()), this);
    }

    /** One element of an axis, which goes; an index below zero counts from the end. */
    public Tensor at(int axis, long index) {
        Dim from = place(axis, index);
        return slice(axis, from, from.plus(1)).dropAxis(axis);
    }

    private Dim place(int axis, long index) {
        return index < 0 ? dim(axis).plus(index) : Dim.of(index);
    }

    /** Slices by index: {@code [outer..., indices..., inner...]}. */
    public Tensor gather(int axis, Tensor indices) {
        return net.add(new Gather(axis(axis)), this, indices);
    }

    /** Axes of extent 1, and new outer ones, repeated. */
    public Tensor expand(Dim... shape) {
        return net.add(new Expand(List.of(shape)), this);
    }

    /** One after another along an axis. */
    public static Tensor concat(int axis, Tensor... parts) {
        return parts[0].net.add(new Concat(parts[0].axis(axis)), parts);
    }

    /** In another element type; this where it has that already. */
    public Tensor cast(DType type) {
        return type() == type ? this : net.add(Cast.to(type), this);
    }

    /** Elements of this where {@code condition} holds, else {@code otherwise}. */
    public Tensor where(Tensor condition, double otherwise) {
        return net.add(new Where(), condition, this, net.constant(Literal.of(type(), new double[] {otherwise})));
    }

    /** An axis counted from the start. */
    int axis(int axis) {
        int positive = axis < 0 ? axis + rank() : axis;
        if (positive < 0 || positive >= rank()) {
            throw new ShapeException("axis " + axis + " of " + this);
        }
        return positive;
    }

    @Override
    public String toString() {
        return value.type().toString();
    }
}
