package dev.lanewise.compiler.op;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Evaluation;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Op;
import dev.lanewise.compiler.graph.Signature;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.plan.Lowering;
import dev.lanewise.compiler.plan.PlanStep;
import dev.lanewise.compiler.plan.PlanTensor;
import dev.lanewise.compiler.train.Gradient;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.PlanException;
import dev.lanewise.formats.proto.StepKind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A body run again and again. Inputs: trip count (i64 or i32, or absent), condition (bool, or absent),
 * carried values, scanned tensors, and what the body uses from outside. The body's inputs: iteration
 * (i64), condition, carried values, a slice of each scanned tensor, what it uses from outside; its
 * outputs: condition, carried values, a slice for each collected tensor. Outputs: carried values,
 * collected tensors.
 *
 * @param body see above
 * @param carried number of carried values
 * @param trips number of iterations
 * @param open whether the trip count or the condition decides how many there are; then trips is learnt here, a bound
 * @param scanned one per scanned tensor
 * @param collected one per collected tensor
 * @param types of the outputs
 */
public record Repeat(
        Graph body, int carried, Dim trips, boolean open, List<Walk> scanned, List<Walk> collected,
        List<ValueType> types)
        implements Op {

    /** The axis along which slices are taken or put together, and whether from its end. */
    public record Walk(int axis, boolean reverse) {}

    public Repeat {
        scanned = List.copyOf(scanned);
        collected = List.copyOf(collected);
        types = List.copyOf(types);
    }

    /** Of as many iterations as {@code trips} says. */
    public Repeat(
            Graph body, int carried, Dim trips, List<Walk> scanned, List<Walk> collected, List<ValueType> types) {
        this(body, carried, trips, false, scanned, collected, types);
    }

    @Override
    public List<Dim> extents() {
        return List.of(trips);
    }

    @Override
    public List<ValueType> infer(Signature in) {
        int captures = body.inputs().size() - 2 - carried - scanned.size();
        if (captures < 0 || in.count() != 2 + carried + scanned.size() + captures
                || body.outputs().size() != 1 + carried + collected.size()
                || types.size() != carried + collected.size()) {
            throw in.fail("a body of " + body.inputs().size() + " inputs and " + body.outputs().size()
                    + " outputs for " + carried + " carried, " + scanned.size() + " scanned and " + collected.size()
                    + " collected values");
        }
        for (int i = 0; i < carried; i++) {
            ValueType before = body.inputs().get(2 + i).value().type();
            ValueType after = body.outputs().get(1 + i).value().type();
            if (before.type() != after.type() || before.rank() != after.rank()
                    || before.type() != in.dtype(2 + i) || before.rank() != in.rank(2 + i)) {
                throw in.fail("carried value " + i + " begins as " + in.type(2 + i) + ", and the body makes " + after
                        + " of " + before);
            }
        }
        return types;
    }

    @Override
    public List<Literal> evaluate(Evaluation in) {
        long wanted = in.has(0) ? in.in(0).longAt(0) : open ? Long.MAX_VALUE : in.value(trips);
        boolean goOn = !in.has(1) || in.in(1).longAt(0) != 0;
        List<Literal> state = new ArrayList<>();
        for (int i = 0; i < carried; i++) {
            state.add(in.in(2 + i));
        }
        List<List<Literal>> slices = new ArrayList<>();
        collected.forEach(walk -> slices.add(new ArrayList<>()));
        long done = 0;
        for (; goOn && done < wanted; done++) {
            if (done >= trips.max()) {
                throw new PlanException("node '" + in.node().name() + "': the loop does not end within " + trips.max()
                        + " iterations");
            }
            List<Literal> results = in.results(body, arguments(in, done, goOn, wanted, state));
            goOn = results.get(0).longAt(0) != 0;
            for (int i = 0; i < carried; i++) {
                state.set(i, results.get(1 + i));
            }
            for (int i = 0; i < slices.size(); i++) {
                slices.get(i).add(results.get(1 + carried + i));
            }
        }
        List<Literal> outputs = new ArrayList<>(state);
        for (int i = 0; i < slices.size(); i++) {
            outputs.add(collect(slices.get(i), collected.get(i), types.get(carried + i), in));
        }
        return outputs;
    }

    /** Whether data decide the number of iterations, here or before. */
    boolean learnt() {
        return trips.asSymbol() != null && trips.asSymbol().learnt();
    }

    private Map<Value, Literal> arguments(Evaluation in, long t, boolean goOn, long wanted, List<Literal> state) {
        Map<Value, Literal> values = new HashMap<>();
        for (int i = 0; i < body.inputs().size(); i++) {
            Literal literal;
            if (i == 0) {
                literal = Literal.scalar(t);
            } else if (i == 1) {
                literal = Literal.splat(DType.BOOL, goOn ? 1 : 0);
            } else if (i < 2 + carried) {
                literal = state.get(i - 2);
            } else if (i < 2 + carried + scanned.size()) {
                Walk walk = scanned.get(i - 2 - carried);
                literal = slice(in.in(i), walk, (int) t);
            } else {
                literal = in.in(i);
            }
            values.put(body.inputs().get(i).value(), literal);
        }
        return values;
    }

    private static Literal slice(Literal x, Walk walk, int t) {
        int n = x.extent(walk.axis);
        int at = walk.reverse ? n - 1 - t : t;
        int inner = GatherNd.width(x.shape(), walk.axis + 1);
        return x.select(i -> (i / inner * n + at) * inner + i % inner, without(x.shape(), walk.axis));
    }

    private static int[] without(int[] shape, int axis) {
        int[] rest = new int[shape.length - 1];
        for (int a = 0; a < rest.length; a++) {
            rest[a] = shape[a < axis ? a : a + 1];
        }
        return rest;
    }

    private static Literal collect(List<Literal> slices, Walk walk, ValueType type, Evaluation in) {
        if (slices.isEmpty()) {
            int[] shape = new int[type.rank()];
            for (int axis = 0; axis < shape.length; axis++) {
                Dim dim = type.dim(axis);
                shape[axis] = axis == walk.axis || dim.asSymbol() != null && dim.asSymbol().learnt()
                        ? 0
                        : (int) in.value(dim);
            }
            return Literal.of(type.type(), new long[0], shape);
        }
        List<Literal> parts = new ArrayList<>();
        for (Literal slice : slices) {
            int[] shape = new int[slice.rank() + 1];
            for (int axis = 0; axis < shape.length; axis++) {
                shape[axis] = axis == walk.axis ? 1 : slice.extent(axis < walk.axis ? axis : axis - 1);
            }
            parts.add(walk.reverse ? 0 : parts.size(), slice.reshape(shape));
        }
        return Concat.evaluate(walk.axis, parts);
    }

    @Override
    public double work(Signature in) {
        return trips.max() * (1 + body.work());
    }

    @Override
    public boolean isPure() {
        return body.isPure() && (trips.isConstant() || open);
    }

    @Override
    public Op recording() {
        return RepeatRule.recording(this);
    }

    @Override
    public void gradient(Gradient g) {
        new RepeatRule(g, this).give();
    }

    @Override
    public void lower(Lowering lowering) {
        int own = 2 + carried + scanned.size();
        Map<Value, PlanTensor> captures = new HashMap<>();
        for (int i = own; i < body.inputs().size(); i++) {
            captures.put(body.inputs().get(i).value(), lowering.in(i));
        }
        List<PlanTensor> operands = new ArrayList<>(lowering.ins().subList(0, own));
        if (learnt() && !open && operands.get(0) == null) {
            operands.set(0, count(lowering)); // to the step, a learnt extent alone is a bound
        }
        PlanStep step = lowering.step(StepKind.REPEAT, operands, lowering.outs());
        step.ints(carried, lowering.dim(trips));
        for (List<Walk> walks : List.of(scanned, collected)) {
            for (Walk walk : walks) {
                step.ints(walk.axis).flag(walk.reverse);
            }
        }
        step.block(lowering.body(body, captures));
    }

    private PlanTensor count(Lowering lowering) {
        PlanTensor count = lowering.temporary(ValueType.of(DType.I64));
        lowering.step(StepKind.DIMS, List.of(), List.of(count)).ints(lowering.dim(trips));
        return count;
    }

    @Override
    public List<Graph> bodies() {
        return List.of(body);
    }

    @Override
    public Op withBodies(List<Graph> bodies) {
        return new Repeat(bodies.get(0), carried, trips, open, scanned, collected, types);
    }

    static List<OpCase> cases() {
        OpCase.Input s = OpCase.in(3);
        OpCase.Input w = OpCase.in(3);
        Dim learnt = SmallGraphs.learnt(9);
        return List.of(
                OpCase.of(
                        new Repeat(
                                SmallGraphs.decayingSum(false), 1, Dim.of(7), List.of(new Walk(0, false)),
                                List.of(new Walk(0, true)),
                                List.of(ValueType.of(DType.F32, 3), ValueType.of(DType.F32, 7, 3))),
                        OpCase.absent(), OpCase.absent(), s, OpCase.in(7, 3), w),
                OpCase.of(
                        new Repeat(
                                SmallGraphs.decayingSum(true), 1, learnt, true, List.of(new Walk(1, true)),
                                List.of(new Walk(1, false)),
                                List.of(ValueType.of(DType.F32, 3), new ValueType(DType.F32, List.of(Dim.of(3),
                                        learnt)))),
                        OpCase.in(ValueType.of(DType.I64), 9, 10), OpCase.absent(), s, OpCase.in(3, 9), w));
    }
}
