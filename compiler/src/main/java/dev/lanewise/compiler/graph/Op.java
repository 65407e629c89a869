package dev.lanewise.compiler.graph;

import dev.lanewise.compiler.plan.Lowering;
import dev.lanewise.compiler.train.Gradient;
import java.util.List;
import java.util.Map;

/**
 * An operation with its attributes: all that the compiler knows about it stands in the one class that
 * implements this, in {@code dev.lanewise.compiler.op}. Implementations are records, so that equal
 * attributes mean equal operations.
 *
 * <p>Layouts are Lanewise's own: channels last, time first for recurrent layers. What other formats
 * have differently, their importers put right with transposes, which the passes then remove.
 */
public interface Op {

    /** The operation's name in messages, plans and documentation. */
    default String name() {
        return getClass().getSimpleName();
    }

    /**
     * Checks the inputs and gives the types of the outputs.
     *
     * @throws dev.lanewise.formats.ShapeException by {@link Signature#fail}, where inputs do not fit
     */
    List<ValueType> infer(Signature in);

    /**
     * The elements of the outputs as integers that follow from extents, a list or {@code null} per
     * output; {@code null} where the operation does not keep such knowledge.
     */
    default List<List<Dim>> contents(Signature in) {
        return null;
    }

    /**
     * The reference: computes the outputs in double precision (floating point) or 64-bit integers,
     * rounding once to the output's type. Constant folding and tests use it.
     */
    List<Literal> evaluate(Evaluation in);

    /** Emits the steps that execute this operation. */
    void lower(Lowering lowering);

    /**
     * The operation that training runs in this one's place: with the same inputs it gives the same outputs, and
     * behind them what its gradient needs, such as the gates of a recurrent cell.
     */
    default Op recording() {
        return this;
    }

    /**
     * Adds to a graph what training runs in this one's place, and gives its outputs: the first ones are this
     * operation's. Here: {@link #recording}. Overridden where training computes something else, as dropout does.
     *
     * @param differentiated whether its gradient will be asked for, as is not what comes before all that is trained
     */
    default List<Value> train(GraphBuilder graph, String name, List<Value> inputs, boolean differentiated) {
        return graph.addAll(name, differentiated ? recording() : this, inputs);
    }

    /**
     * Inputs that are not trained but replaced after each step of training, as running statistics are, and which of
     * the outputs of {@link #train} replaces each.
     */
    default Map<Integer, Integer> running() {
        return Map.of();
    }

    /**
     * The gradient rule: gives the gradients of the inputs that are {@linkplain Gradient#needs needed}, computed
     * from the gradients of the outputs by nodes that it adds. Here: there is none, which is an error.
     */
    default void gradient(Gradient gradient) {
        throw gradient.unsupported("rule");
    }

    /**
     * A rough count of the elementary operations of {@link #evaluate}, so that folding a hostile model's
     * constants does not take for ever. Here: one per element.
     */
    default double work(Signature in) {
        double work = 0;
        for (int i = 0; i < in.count(); i++) {
            work += in.has(i) ? in.type(i).size().max() : 0;
        }
        for (ValueType type : infer(in)) {
            work += type.size().max();
        }
        return work;
    }

    /**
     * Whether each element of the output comes from the inputs' elements at its place, broadcast. Inputs
     * that are one value everywhere then give an output that is, and are computed once.
     */
    default boolean isElementwise() {
        return false;
    }

    /** Whether the output's elements are elements of the first input, so that one value stays one value. */
    default boolean onlyMoves() {
        return false;
    }

    /** Whether equal inputs always give equal outputs, so that it may be folded. */
    default boolean isPure() {
        return true;
    }

    /** The extents that this has for attributes. */
    default List<Dim> extents() {
        return List.of();
    }

    /** The graphs that this runs, as loops and branches do. */
    default List<Graph> bodies() {
        return List.of();
    }

    /**
     * This with other bodies.
     *
     * @param bodies as many, with the same inputs and outputs
     */
    default Op withBodies(List<Graph> bodies) {
        return this;
    }
}
