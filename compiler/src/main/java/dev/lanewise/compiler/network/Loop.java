package dev.lanewise.compiler.network;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.op.Repeat;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.ShapeException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Steps over sequences where each needs what the one before it gave, such as a decoder's:
 *
 * <pre>
 * Loop.Result decoded = Loop.over(1, words)              // [batch, time, size], along axis 1
 *         .carrying(h, c)                                // what the first step gets
 *         .run((slices, states) -&gt; {
 *             Tensor word = slices.get(0);               // [batch, size]
 *             ...
 *             return Loop.step(nextH, nextC).giving(scores);
 *         });
 * decoded.outputs().get(0);                              // [batch, time, ...]
 * </pre>
 *
 * <p>The body is added once, whatever the number of steps; it may use tensors from outside. Immutable.
 */
public final class Loop {

    /** What one step computes. */
    public interface Body {

        /**
         * Adds the nodes of a step.
         *
         * @param slices one of each sequence, without the loop's axis
         * @param states what the step before gave
         */
        Step step(List<Tensor> slices, List<Tensor> states);
    }

    /**
     * What a step gives.
     *
     * @param states for the next step, of the types of those it got
     * @param outputs that are collected
     */
    public record Step(List<Tensor> states, List<Tensor> outputs) {

        /** What is collected of this step. */
        public Step giving(Tensor... collected) {
            return new Step(states, List.of(collected));
        }
    }

    /**
     * What a loop gives.
     *
     * @param outputs of all steps, along the loop's axis
     * @param states of the last step
     */
    public record Result(List<Tensor> outputs, List<Tensor> states) {}

    private final int axis;
    private final Dim steps;
    private final List<Tensor> sequences;
    private final List<Tensor> initial;

    private Loop(int axis, Dim steps, List<Tensor> sequences, List<Tensor> initial) {
        this.axis = axis;
        this.steps = steps;
        this.sequences = sequences;
        this.initial = initial;
    }

    /** Along an axis of sequences of one length. */
    public static Loop over(int axis, Tensor... sequences) {
        return new Loop(sequences[0].axis(axis), sequences[0].dim(axis), List.of(sequences), List.of());
    }

    /**
     * So many steps over no sequence, each from what the one before it gave, such as a decoder's that goes on from the
     * word it chose itself.
     *
     * @param axis of the outputs along which steps are collected, counted from the start
     */
    public static Loop times(int axis, Dim steps) {
        return new Loop(axis, steps, List.of(), List.of());
    }

    /** What goes from step to step, as the first one gets it. */
    public Loop carrying(Tensor... states) {
        return carrying(List.of(states));
    }

    /** What goes from step to step, as the first one gets it. */
    public Loop carrying(List<Tensor> states) {
        return new Loop(axis, steps, sequences, List.copyOf(states));
    }

    /** A step's states, in their order. */
    public static Step step(Tensor... states) {
        return new Step(List.of(states), List.of());
    }

    /** A step's states, in their order. */
    public static Step step(List<Tensor> states) {
        return new Step(List.copyOf(states), List.of());
    }

    /**
     * Adds the loop.
     *
     * @throws ShapeException where sequences differ in length, a state changes its type, or there is no such axis
     * @throws IllegalArgumentException where there are neither sequences nor states
     */
    public Result run(Body body) {
        if (sequences.isEmpty() && initial.isEmpty()) {
            throw new IllegalArgumentException("a loop over no sequence carries nothing; expected a state or more");
        }
        NetworkBuilder net = (sequences.isEmpty() ? initial : sequences).get(0).net();
        for (Tensor sequence : sequences) {
            if (!sequence.dim(axis).equals(steps)) {
                throw new ShapeException("a loop over axis " + axis + ": found " + sequence + "; expected " + steps
                        + " steps, as " + sequences.get(0) + " has");
            }
        }
        Frame outside = net.frame();
        Frame inside = new Frame(outside);
        inside.input("step", ValueType.of(DType.I64));
        inside.input("go on", ValueType.of(DType.BOOL));
        List<Tensor> states = new ArrayList<>();
        initial.forEach(state -> states.add(net.tensor(inside.input("state", state.value().type()))));
        List<Tensor> slices = new ArrayList<>();
        for (Tensor sequence : sequences) {
            List<Dim> shape = new ArrayList<>(sequence.shape());
            shape.remove(axis);
            slices.add(net.tensor(inside.input("slice", new ValueType(sequence.type(), shape))));
        }
        net.goTo(inside);
        Step step;
        try {
            step = body.step(List.copyOf(slices), List.copyOf(states));
        } finally {
            net.goTo(outside);
        }
        requireStates(step);
        inside.builder().output("go on", Value.constant("yes", Literal.splat(DType.BOOL, 1)));
        step.states.forEach(state -> inside.builder().output("state", inside.here(state.value())));
        step.outputs.forEach(output -> inside.builder().output("output", inside.here(output.value())));
        return add(net, inside, step);
    }

    private void requireStates(Step step) {
        if (step.states.size() != initial.size()) {
            throw new ShapeException("a loop's step: found " + step.states.size() + " states; expected "
                    + initial.size() + ", as it carries");
        }
        for (int i = 0; i < initial.size(); i++) {
            if (!step.states.get(i).value().type().equals(initial.get(i).value().type())) {
                throw new ShapeException("state " + i + " of a loop's step: found " + step.states.get(i)
                        + "; expected " + initial.get(i) + ", as the first step gets");
            }
        }
    }

    private Result add(NetworkBuilder net, Frame inside, Step step) {
        Graph graph = inside.builder().build().withoutUnused();
        List<ValueType> types = new ArrayList<>();
        initial.forEach(state -> types.add(state.value().type()));
        for (Tensor output : step.outputs) {
            if (axis < 0 || axis > output.rank()) {
                throw new ShapeException("a loop's output " + output + ": found axis " + axis
                        + " to collect it along; expected 0 to " + output.rank());
            }
            List<Dim> shape = new ArrayList<>(output.shape());
            shape.add(axis, steps);
            types.add(new ValueType(output.type(), shape));
        }
        Repeat.Walk walk = new Repeat.Walk(axis, false);
        Repeat repeat = new Repeat(graph, initial.size(), steps, Collections.nCopies(sequences.size(), walk),
                Collections.nCopies(step.outputs.size(), walk), types);
        List<Tensor> operands = new ArrayList<>();
        operands.add(null); // as many iterations as there are steps
        operands.add(null);
        operands.addAll(initial);
        operands.addAll(sequences);
        inside.captures().keySet().forEach(value -> operands.add(net.tensor(value)));
        List<Tensor> results = net.addAll(repeat, operands.toArray(Tensor[]::new));
        return new Result(results.subList(initial.size(), results.size()), results.subList(0, initial.size()));
    }
}
