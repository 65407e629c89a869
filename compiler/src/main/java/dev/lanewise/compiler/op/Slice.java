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
 * Part of a tensor: {@code y[i, j] = x[starts[0] + i · strides[0], starts[1] + j · strides[1]]}.
 *
 * @param starts first element per axis, from 0
 * @param strides per axis, not 0; negative ones walk backwards
 * @param shape extents of the result
 */
public record Slice(List<Dim> starts, List<Integer> strides, List<Dim> shape) implements Op {

    public Slice {
        starts = List.copyOf(starts);
        strides = List.copyOf(strides);
        shape = List.copyOf(shape);
    }

    /** The elements {@code [start, start + length)} of one axis. */
    public static Slice along(int axis, Dim start, Dim length, List<Dim> input) {
        List<Dim> starts = new ArrayList<>(Collections.nCopies(input.size(), Dim.ZERO));
        List<Dim> shape = new ArrayList<>(input);
        starts.set(axis, start);
        shape.set(axis, length);
        return new Slice(starts, Collections.nCopies(input.size(), 1), shape);
    }

    @Override
    public List<Dim> extents() {
        return Stream.concat(starts.stream(), shape.stream()).toList();
    }

    @Override
    public List<ValueType> infer(Signature in) {
        in.requireRank(0, shape.size());
        for (int axis = 0; axis < shape.size(); axis++) {
            Dim start = starts.get(axis);
            Dim last = start.plus(shape.get(axis).minus(1).times(strides.get(axis)));
            boolean some = shape.get(axis).min() > 0;
            if (start.max() < 0 || start.min() > in.dim(0, axis).max()
                    || some && (last.max() < 0 || last.min() >= in.dim(0, axis).max())) {
                throw in.fail("a slice of axis " + axis + " of " + in.type(0) + " takes elements " + start + " to "
                        + last);
            }
        }
        return List.of(new ValueType(in.dtype(0), shape));
    }

    @Override
    public List<List<Dim>> contents(Signature in) {
        List<Dim> x = in.value(0).contents();
        if (x == null || shape.size() != 1 || !shape.get(0).isConstant() || !starts.get(0).isConstant()) {
            return null;
        }
        List<Dim> part = new ArrayList<>();
        for (int i = 0; i < shape.get(0).constant(); i++) {
            part.add(x.get((int) starts.get(0).constant() + i * strides.get(0)));
        }
        return List.of(part);
    }

    @Override
    public boolean onlyMoves() {
        return true;
    }

    @Override
    public List<Literal> evaluate(Evaluation in) {
        Literal x = in.in(0);
        int[] extents = in.values(shape);
        int[] source = Strides.of(x.shape());
        int[] steps = new int[source.length];
        int offset = 0;
        for (int axis = 0; axis < source.length; axis++) {
            offset += (int) in.value(starts.get(axis)) * source[axis];
            steps[axis] = source[axis] * strides.get(axis);
        }
        int first = offset;
        return List.of(x.select(i -> first + Strides.index(i, extents, steps), extents));
    }

    @Override
    public boolean isPure() {
        return starts.stream().allMatch(Dim::isConstant) && shape.stream().allMatch(Dim::isConstant);
    }

    /** Puts the elements back where they were, zeros around them and between those of a stride. */
    @Override
    public void gradient(Gradient g) {
        Value spread = g.of();
        List<Dim> before = new ArrayList<>();
        List<Dim> after = new ArrayList<>();
        for (int axis = 0; axis < starts.size(); axis++) {
            int stride = strides.get(axis);
            Dim last = starts.get(axis).plus(shape.get(axis).minus(1).times(stride));
            if (stride < 0) {
                spread = g.add(backwards(axis, spread.shape()), spread);
            }
            if (Math.abs(stride) > 1) {
                spread = Spread.apart(g, spread, axis, Math.abs(stride));
            }
            before.add(stride < 0 ? last : starts.get(axis));
            after.add(g.in(0).dim(axis).minus(1).minus(stride < 0 ? starts.get(axis) : last));
        }
        boolean whole = before.stream().allMatch(dim -> dim.is(0)) && after.stream().allMatch(dim -> dim.is(0));
        g.give(0, whole ? spread : g.add(new Pad(Pad.Mode.CONSTANT, before, after), spread));
    }

    private static Slice backwards(int axis, List<Dim> shape) {
        List<Dim> starts = new ArrayList<>(Collections.nCopies(shape.size(), Dim.ZERO));
        List<Integer> strides = new ArrayList<>(Collections.nCopies(shape.size(), 1));
        starts.set(axis, shape.get(axis).minus(1));
        strides.set(axis, -1);
        return new Slice(starts, strides, shape);
    }

    @Override
    public void lower(Lowering lowering) {
        PlanStep step = lowering.step(StepKind.SLICE);
        starts.forEach(start -> step.ints(lowering.dim(start)));
        step.ints(strides);
    }

    static List<OpCase> cases() {
        return List.of(
                OpCase.of(new Slice(Expand.dims(1, 2), List.of(1, 1), Expand.dims(2, 3)), OpCase.in(4, 5)),
                OpCase.of(new Slice(Expand.dims(3, 0), List.of(-2, 3), Expand.dims(2, 2)), OpCase.in(4, 5)),
                OpCase.of(new Slice(Expand.dims(0), List.of(1), Expand.dims(0)), OpCase.in(4)));
    }
}
