package dev.lanewise.compiler.op;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Evaluation;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Op;
import dev.lanewise.compiler.graph.Signature;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.plan.Lowering;
import dev.lanewise.compiler.plan.PlanStep;
import dev.lanewise.compiler.train.Gradient;
import dev.lanewise.formats.proto.StepKind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;

/**
 * x with elements added around it. Inputs: x, the value (one element; absent: 0; for {@code CONSTANT}
 * only).
 *
 * @param before elements added in front of each axis, not below zero
 * @param after elements added behind each axis, not below zero
 */
public record Pad(Mode mode, List<Dim> before, List<Dim> after) implements Op {

    /** Where the added elements come from; in the order of the step's argument. */
    public enum Mode {
        CONSTANT,
        /** The nearest element. */
        EDGE,
        /** x mirrored, its border not repeated. */
        REFLECT,
        /** x over again. */
        WRAP
    }

    public Pad {
        before = List.copyOf(before);
        after = List.copyOf(after);
    }

    @Override
    public List<Dim> extents() {
        return Stream.concat(before.stream(), after.stream()).toList();
    }

    @Override
    public List<ValueType> infer(Signature in) {
        in.requireRank(0, before.size());
        in.requireRank(0, after.size());
        if (in.has(1)) {
            in.requireSameType(0, 1);
            in.requireEqual(in.type(1).size(), Dim.ONE, "the size of the padding value");
        }
        List<Dim> shape = new ArrayList<>();
        for (int axis = 0; axis < before.size(); axis++) {
            if (before.get(axis).max() < 0 || after.get(axis).max() < 0) {
                throw in.fail("pads " + before + " and " + after + " below zero");
            }
            if (mode != Mode.CONSTANT && in.dim(0, axis).is(0) && !(before.get(axis).is(0) && after.get(axis).is(0))) {
                throw in.fail("axis " + axis + " of " + in.type(0) + " is empty: nothing to pad with");
            }
            shape.add(in.dim(0, axis).plus(before.get(axis)).plus(after.get(axis)));
        }
        return List.of(new ValueType(in.dtype(0), shape));
    }

    @Override
    public List<Literal> evaluate(Evaluation in) {
        // the value stands behind x's elements, where the index x.size() finds it
        Literal x = in.in(0);
        Literal value = in.has(1) ? in.in(1) : Literal.splat(x.type(), 0, 1);
        int[] from = x.shape();
        int[] to = in.outputShape(0);
        int[] first = in.values(before);
        int[] strides = Strides.of(from);
        Literal both = Concat.evaluate(0, List.of(x.reshape(x.size()), value.reshape(1)));
        return List.of(both.select(
                i -> {
                    int rest = i;
                    int at = 0;
                    for (int axis = to.length - 1; axis >= 0; axis--) {
                        int source = source(rest % to[axis] - first[axis], from[axis]);
                        if (source < 0) {
                            return x.size();
                        }
                        at += source * strides[axis];
                        rest /= to[axis];
                    }
                    return at;
                },
                to));
    }

    /** Where position {@code i} of an axis of {@code n} comes from; -1 for the constant. */
    private int source(int i, int n) {
        if (i >= 0 && i < n) {
            return i;
        }
        return switch (mode) {
            case CONSTANT -> -1;
            case EDGE -> i < 0 ? 0 : n - 1;
            case WRAP -> Math.floorMod(i, n);
            case REFLECT -> {
                int period = Math.max(1, 2 * (n - 1));
                int phase = Math.floorMod(i, period);
                yield phase < n ? phase : period - phase;
            }
        };
    }

    @Override
    public boolean isPure() {
        return before.stream().allMatch(Dim::isConstant) && after.stream().allMatch(Dim::isConstant);
    }

    @Override
    public void gradient(Gradient g) {
        if (mode != Mode.CONSTANT) {
            throw g.unsupported("for padding of mode " + mode);
        }
        if (g.needs(0)) {
            g.give(0, inner(g));
        }
        if (g.needs(1)) {
            List<Integer> all = Gradient.axesFrom(0, g.of());
            Value outer = g.minus(g.sum(g.of(), all), g.sum(inner(g), all));
            g.give(1, g.reshape(outer, g.in(1).shape()));
        }
    }

    private Value inner(Gradient g) {
        return g.add(new Slice(before, Collections.nCopies(before.size(), 1), g.in(0).shape()), g.of());
    }

    @Override
    public void lower(Lowering lowering) {
        PlanStep step = lowering.step(
                StepKind.PAD, Lowering.list(lowering.in(0), lowering.in(1)), lowering.outs());
        step.ints(mode.ordinal());
        before.forEach(pad -> step.ints(lowering.dim(pad)));
    }

    static List<OpCase> cases() {
        List<OpCase> cases = new ArrayList<>();
        for (Mode mode : Mode.values()) {
            cases.add(OpCase.of(new Pad(mode, Expand.dims(1, 2), Expand.dims(0, 3)), OpCase.in(3, 5)));
        }
        cases.add(OpCase.of(
                new Pad(Mode.CONSTANT, Expand.dims(0, 1, 0), Expand.dims(2, 0, 0)), OpCase.in(2, 3, 4), OpCase.in()));
        return cases;
    }
}
