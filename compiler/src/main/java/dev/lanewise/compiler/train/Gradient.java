package dev.lanewise.compiler.train;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.GraphBuilder;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Op;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.op.Binary;
import dev.lanewise.compiler.op.Cast;
import dev.lanewise.compiler.op.Expand;
import dev.lanewise.compiler.op.Extents;
import dev.lanewise.compiler.op.Reduce;
import dev.lanewise.compiler.op.Reshape;
import dev.lanewise.compiler.op.Unary;
import dev.lanewise.formats.UnsupportedOpException;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.ReduceFn;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * One node as its gradient rule sees it: the values that went in and came out, the gradients of what came
 * out, and room for those of what went in. Each operation's {@code gradient} is handed one of these and
 * {@linkplain #give gives} what it {@linkplain #needs needs to}, as ordinary nodes.
 */
public final class Gradient {

    private final GraphBuilder graph;
    private final Node recorded;
    private final Node node;
    private final List<Value> ofOutputs;
    private final Predicate<Value> wanted;
    private final Map<Value, Value> watched;
    private final Value[] given;

    /**
     * @param recorded the node of the forward pass
     * @param node the one that gives its values now: itself, or one that computes them anew
     * @param ofOutputs gradients of the node's outputs, {@code null} for those that the loss does not depend on
     * @param wanted the values whose gradients somebody needs
     * @param watched see {@link Differentiate#watch}; filled by {@link #show}
     */
    Gradient(
            GraphBuilder graph, Node recorded, Node node, List<Value> ofOutputs, Predicate<Value> wanted,
            Map<Value, Value> watched) {
        this.graph = graph;
        this.recorded = recorded;
        this.node = node;
        this.ofOutputs = ofOutputs;
        this.wanted = wanted;
        this.watched = watched;
        this.given = new Value[node.inputs().size()];
    }

    /** What gradients were given, by input; {@code null} for none. */
    Value[] given() {
        return given;
    }

    /** For rules that add nodes in ways of their own. */
    public GraphBuilder graph() {
        return graph;
    }

    public Node node() {
        return node;
    }

    /** Input {@code i}, {@code null} where absent. */
    public Value in(int i) {
        return node.input(i);
    }

    public Value out(int i) {
        return node.outputs().get(i);
    }

    public Value out() {
        return out(0);
    }

    /** The gradient of output {@code i}; {@code null} where the loss does not depend on it. */
    public Value of(int i) {
        return ofOutputs.get(i);
    }

    /** The gradient of the first output, of which there must be one. */
    public Value of() {
        return of(0);
    }

    /** The gradient of output {@code i}; zeros where the loss does not depend on it. */
    public Value ofOrZeros(int i) {
        return of(i) == null ? zeros(out(i).type()) : of(i);
    }

    /** Whether somebody needs the gradient of input {@code i}. */
    public boolean needs(int i) {
        return in(i) != null && wanted.test(recorded.input(i));
    }

    /**
     * Says what the gradient of input {@code i} is; what broadcasting had repeated is summed, and what was given
     * before is added to.
     */
    public void give(int i, Value gradient) {
        Value fitting = sumTo(gradient, in(i).type());
        given[i] = given[i] == null ? fitting : plus(given[i], fitting);
    }

    /** Whether somebody wants to see the gradient of output {@code i} at each step of time. */
    public boolean isWatched(int i) {
        return watched.containsKey(recorded.outputs().get(i));
    }

    /** Says what that is. */
    public void show(int i, Value gradient) {
        watched.put(recorded.outputs().get(i), gradient);
    }

    /** Adds a node with one output. */
    public Value add(Op op, Value... inputs) {
        return graph.add(name(), op, inputs);
    }

    /** Adds a node. */
    public List<Value> addAll(Op op, List<Value> inputs) {
        return graph.addAll(name(), op, inputs);
    }

    private String name() {
        return recorded.name() + "/gradient";
    }

    public Value plus(Value a, Value b) {
        return add(new Binary(BinaryFn.ADD), a, b);
    }

    public Value minus(Value a, Value b) {
        return add(new Binary(BinaryFn.SUB), a, b);
    }

    public Value times(Value a, Value b) {
        return add(new Binary(BinaryFn.MUL), a, b);
    }

    public Value over(Value a, Value b) {
        return add(new Binary(BinaryFn.DIV), a, b);
    }

    public Value apply(UnaryFn fn, Value x) {
        return add(Unary.of(fn), x);
    }

    /** {@code a · x + b} */
    public Value affine(double a, Value x, double b) {
        return add(new Unary(UnaryFn.AFFINE, (float) a, (float) b), x);
    }

    /** A number, of the type of {@code like}, that broadcasts against anything. */
    public Value number(double value, Value like) {
        return Value.constant(name(), Literal.splat(like.type().type(), value));
    }

    /** 1 where a predicate holds, else 0, of the type of the first output. */
    public Value indicator(BinaryFn predicate, Value a, Value b) {
        return add(Cast.to(a.type().type()), add(new Binary(predicate), a, b));
    }

    public Value zeros(ValueType type) {
        return add(new Expand(type.shape()), Value.constant(name(), Literal.splat(type.type(), 0)));
    }

    /** Sums over axes, which stay. */
    public Value sum(Value x, List<Integer> axes) {
        return axes.isEmpty() ? x : add(new Reduce(ReduceFn.SUM, axes, true), x);
    }

    /** Means over axes, which stay. */
    public Value mean(Value x, List<Integer> axes) {
        List<Dim> reduced = axes.stream().map(x::dim).toList();
        Dim count = ValueType.product(reduced);
        Value sum = sum(x, axes);
        return count.isConstant() ? affine(1.0 / count.constant(), sum, 0) : over(sum, count(count, x));
    }

    /** How many, as a number of the type of {@code like}. */
    public Value count(Dim count, Value like) {
        Value integer = add(new Extents(List.of(count), true));
        return add(Cast.to(like.type().type()), integer);
    }

    /** The axes from {@code first} on. */
    public static List<Integer> axesFrom(int first, Value x) {
        List<Integer> axes = new ArrayList<>();
        for (int axis = first; axis < x.rank(); axis++) {
            axes.add(axis);
        }
        return axes;
    }

    /** The same elements under other extents. */
    public Value reshape(Value x, List<Dim> shape) {
        return x.shape().equals(shape) ? x : add(new Reshape(shape), x);
    }

    /** Sums what broadcasting had repeated to become {@code x}. */
    public Value sumTo(Value x, ValueType type) {
        if (x.shape().equals(type.shape())) {
            return x;
        }
        int more = x.rank() - type.rank();
        List<Integer> axes = new ArrayList<>();
        for (int axis = 0; axis < x.rank(); axis++) {
            if (axis < more || type.dim(axis - more).is(1) && !x.dim(axis).is(1)) {
                axes.add(axis);
            }
        }
        return reshape(sum(x, axes), type.shape());
    }

    /** The error for a rule that does not cover what is asked; to be thrown. */
    public UnsupportedOpException unsupported(String reason) {
        return new UnsupportedOpException(
                node.name(), node.op().name(), "has no gradient " + reason + "; freeze what comes before it");
    }
}
