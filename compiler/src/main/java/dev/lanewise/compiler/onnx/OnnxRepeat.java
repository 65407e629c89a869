package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.onnx.proto.GraphProto;
import dev.lanewise.compiler.op.Repeat;
import dev.lanewise.formats.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Reads the body of a loop. Carried values begin with the shapes that they have outside; where the body
 * changes an extent, that extent becomes a learnt one and the body is read again. Its bound: where it
 * grows by a constant, what it can grow to; else what the model declares or an option says.
 */
final class OnnxRepeat {

    /** Enough for extents that change because others do. */
    private static final int READINGS = 6;

    /** Bound of an extent while it is found out what the body does to it. */
    private static final long ANY_EXTENT = 1 << 20;

    /** Bound of the iterations of a loop where nothing is as long as they are many. */
    private static final long UNBOUNDED = Integer.MAX_VALUE - 1;

    /** What is known of an extent of a carried value. */
    private enum Phase {
        /** So far, that the body leaves it as it is outside. */
        AS_OUTSIDE,
        /** The body changes it: it is read with an extent of its own. */
        ANY,
        BOUNDED
    }

    private final OnnxNode node;
    private final OnnxScope outer;
    private final GraphProto body;
    /** Whether the body takes an iteration and a condition, and gives a condition, as Loop's does. */
    private final boolean conditional;
    private final Value tripCount;
    private final Value condition;
    private final List<Value> carried;

    OnnxRepeat(
            OnnxNode node, OnnxScope outer, GraphProto body, boolean conditional, Value tripCount, Value condition,
            List<Value> carried) {
        this.node = node;
        this.outer = outer;
        this.body = body;
        this.conditional = conditional;
        this.tripCount = tripCount;
        this.condition = condition;
        this.carried = carried;
    }

    /**
     * Reads the body and adds the loop.
     *
     * @param count iterations unless the condition ends them earlier, {@code null} where data decide
     * @param collect axes may be counted from the end
     * @return the last carried values, then the collected tensors
     */
    List<Value> read(Dim count, List<Value> scanned, List<Repeat.Walk> scan, List<Repeat.Walk> collect) {
        int mark = node.importer().learntCount();
        List<ValueType> types = new ArrayList<>();
        List<Phase[]> phases = new ArrayList<>();
        for (Value value : carried) {
            Phase[] axes = new Phase[value.rank()];
            Arrays.fill(axes, Phase.AS_OUTSIDE);
            types.add(value.type());
            phases.add(axes);
        }
        long most = count == null ? UNBOUNDED : Math.min(count.max(), UNBOUNDED);
        for (int reading = 1; reading <= READINGS; reading++) {
            OnnxScope scope = readBody(types, scanned, scan);
            Graph graph = graph(scope);
            boolean changed = false;
            for (int i = 0; i < types.size(); i++) {
                ValueType adapted = adapt(i, types.get(i), graph.outputs().get(1 + i).value().type(), phases.get(i),
                        most);
                changed |= !adapted.equals(types.get(i));
                types.set(i, adapted);
            }
            if (!changed) {
                return add(count, scanned, scan, collect, scope, graph, mark);
            }
        }
        throw node.unsupported("the shapes of its carried values keep changing as its body is read");
    }

    private OnnxScope readBody(List<ValueType> types, List<Value> scanned, List<Repeat.Walk> scan) {
        List<ValueType> inputs = new ArrayList<>();
        if (conditional) {
            inputs.add(ValueType.of(DType.I64));
            inputs.add(ValueType.of(DType.BOOL));
        }
        inputs.addAll(types);
        for (int i = 0; i < scanned.size(); i++) {
            List<Dim> shape = new ArrayList<>(scanned.get(i).shape());
            shape.remove(scan.get(i).axis());
            inputs.add(new ValueType(scanned.get(i).type().type(), shape));
        }
        return node.importer().readBody(body, outer, inputs);
    }

    /** The body with iteration and condition, which Scan's has not. */
    private Graph graph(OnnxScope scope) {
        Graph read = scope.builder().build().withoutUnused();
        if (conditional) {
            return read;
        }
        List<Graph.Port> inputs = new ArrayList<>();
        inputs.add(new Graph.Port("iteration", Value.of("iteration", ValueType.of(DType.I64), null)));
        inputs.add(new Graph.Port("go on", Value.of("go on", ValueType.of(DType.BOOL), null)));
        inputs.addAll(read.inputs());
        List<Graph.Port> outputs = new ArrayList<>();
        outputs.add(new Graph.Port("go on", Value.constant("go on", Literal.splat(DType.BOOL, 1))));
        outputs.addAll(read.outputs());
        return new Graph(inputs, outputs, List.of(), read.nodes());
    }

    /** The type that a carried value needs in the next reading: the same where this one was right. */
    private ValueType adapt(int i, ValueType in, ValueType out, Phase[] phases, long trips) {
        if (in.type() != out.type() || in.rank() != out.rank()) {
            throw node.unsupported("carried value " + i + " begins as " + in + " and becomes " + out
                    + "; type and rank must stay");
        }
        List<Dim> shape = new ArrayList<>(in.shape());
        for (int axis = 0; axis < in.rank(); axis++) {
            Dim from = in.dim(axis);
            Dim to = out.dim(axis);
            long begin = carried.get(i).dim(axis).max();
            if (phases[axis] == Phase.AS_OUTSIDE && !from.equals(to)) {
                phases[axis] = Phase.ANY;
                shape.set(axis, learnt(i, axis, Math.max(ANY_EXTENT, 4 * begin)));
            } else if (phases[axis] == Phase.ANY) {
                phases[axis] = Phase.BOUNDED;
                Dim growth = to.minus(from);
                if (growth.isConstant() && growth.constant() >= 0) {
                    shape.set(axis, node.learnt(i, axis, grown(begin, growth.constant(), trips)));
                } else if (to.max() < from.max()) {
                    shape.set(axis, learnt(i, axis, Math.max(begin, to.max()))); // it does not follow from itself
                } else {
                    shape.set(axis, node.learnt(i, axis, Long.MAX_VALUE));
                }
            }
        }
        return new ValueType(in.type(), shape);
    }

    private Dim learnt(int output, int axis, long bound) {
        return node.importer().learnt(node.name() + "." + output + "." + axis, bound);
    }

    private static long grown(long begin, long growth, long trips) {
        return growth > 0 && trips > (Integer.MAX_VALUE - begin) / growth ? Long.MAX_VALUE : begin + growth * trips;
    }

    private List<Value> add(
            Dim count, List<Value> scanned, List<Repeat.Walk> scan, List<Repeat.Walk> collect, OnnxScope scope,
            Graph graph, int mark) {
        Value goOn = graph.outputs().get(0).value();
        if (goOn.type().type() != DType.BOOL || !goOn.type().size().is(1)) {
            throw node.misfit("the body's condition is " + goOn.type());
        }
        boolean startsTrue = condition == null || condition.contents() != null && condition.contents().get(0).is(1);
        boolean staysTrue = goOn == graph.inputs().get(1).value()
                || goOn.contents() != null && goOn.contents().get(0).is(1);
        boolean uninterrupted = count != null && startsTrue && staysTrue;
        Dim counted = uninterrupted || tripCount != null && count == null
                ? null
                : new CountingCondition(graph, carried).trips(condition, startsTrue);
        int states = carried.size();
        Dim trips;
        if (uninterrupted) {
            trips = count;
        } else if (counted != null) {
            trips = count == null ? counted : count.min(counted);
        } else if (collect.isEmpty()) {
            trips = node.importer().learnt(
                    node.name() + ".iterations", count == null ? UNBOUNDED : Math.min(count.max(), UNBOUNDED));
        } else {
            trips = node.learnt(states, collect.get(0).axis() < 0 ? 0 : collect.get(0).axis(),
                    count == null ? Long.MAX_VALUE : count.max());
        }
        List<ValueType> types = new ArrayList<>();
        for (int i = 0; i < states; i++) {
            types.add(outside(i, graph.inputs().get(2 + i).value().type(), mark));
        }
        List<Repeat.Walk> walks = new ArrayList<>();
        for (int i = 0; i < collect.size(); i++) {
            ValueType slice = graph.outputs().get(1 + states + i).value().type();
            int axis = OnnxMovement.axis(node, collect.get(i).axis(), slice.rank() + 1);
            List<Dim> shape = new ArrayList<>(outside(states + i, slice, mark).shape());
            shape.add(axis, trips);
            types.add(new ValueType(slice.type(), shape));
            walks.add(new Repeat.Walk(axis, collect.get(i).reverse()));
        }
        List<Value> operands = new ArrayList<>();
        operands.add(counted == null ? tripCount : null);
        operands.add(startsTrue || counted != null ? null : condition);
        operands.addAll(carried);
        operands.addAll(scanned);
        operands.addAll(scope.captures().keySet());
        Graph repeated = counted == null ? graph : unconditional(graph);
        boolean open = !uninterrupted && counted == null;
        return outer.builder().addAll(
                node.name(), new Repeat(repeated, states, trips, open, scan, walks, types), operands);
    }

    /** A body whose condition has been seen through. */
    private static Graph unconditional(Graph body) {
        List<Graph.Port> outputs = new ArrayList<>(body.outputs());
        outputs.set(0, new Graph.Port("go on", Value.constant("go on", Literal.splat(DType.BOOL, 1))));
        return new Graph(body.inputs(), outputs, List.of(), body.nodes()).withoutUnused();
    }

    /** A type as it is seen after the loop: extents that the loop learns have another life there. */
    private ValueType outside(int output, ValueType type, int mark) {
        List<Dim> shape = new ArrayList<>();
        for (int axis = 0; axis < type.rank(); axis++) {
            Dim dim = type.dim(axis);
            Set<Dim.Symbol> symbols = new HashSet<>();
            dim.collectSymbols(symbols);
            boolean own = symbols.stream().anyMatch(
                    symbol -> symbol.learnt() && node.importer().learntAfter(symbol.name(), mark));
            shape.add(own ? learnt(output, axis, dim.max()) : dim);
        }
        return new ValueType(type.type(), shape);
    }
}
