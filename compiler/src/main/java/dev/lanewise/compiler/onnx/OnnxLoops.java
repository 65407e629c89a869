package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.onnx.proto.GraphProto;
import dev.lanewise.compiler.op.Repeat;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.PlanException;
import dev.lanewise.formats.ShapeException;
import dev.lanewise.formats.UnsupportedOpException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** ONNX's Loop and Scan, both as {@link Repeat}. */
final class OnnxLoops {

    private OnnxLoops() {}

    /**
     * Inputs: trip count or absent, condition or absent, carried values. A body that the iteration decides
     * shapes of, or that carries sequences, is written out where the loop is short.
     */
    static void loop(OnnxNode node) {
        try {
            repeat(node);
        } catch (PlanException | UnsupportedOpException | ShapeException e) {
            if (OnnxUnrolling.isPossible(node)) {
                OnnxUnrolling.unroll(node);
                return;
            }
            Set<String> sources = new LinkedHashSet<>();
            for (int i = 0; i < 2; i++) {
                if (node.has(i)) {
                    sources.addAll(node.in(i).sources());
                }
            }
            if (sources.isEmpty()) {
                throw e;
            }
            throw new PlanException(e.getMessage() + "; this loop could be written out if its number of iterations were"
                    + " known: pin " + String.join(", ", sources), List.copyOf(sources));
        }
    }

    private static void repeat(OnnxNode node) {
        GraphProto body = node.graph("body");
        Value tripCount = scalar(node, 0, DType.I64);
        Value condition = scalar(node, 1, DType.BOOL);
        List<Value> carried = new ArrayList<>();
        for (int i = 2; i < node.inputCount(); i++) {
            carried.add(node.in(i));
        }
        int collected = body.getOutputCount() - 1 - carried.size();
        if (collected < 0) {
            throw node.misfit("its body gives " + body.getOutputCount() + " outputs for " + carried.size()
                    + " carried values and a condition");
        }
        List<Repeat.Walk> walks = new ArrayList<>();
        for (int i = 0; i < collected; i++) {
            walks.add(new Repeat.Walk(0, false));
        }
        Dim count = null;
        if (tripCount != null && tripCount.contents() != null) {
            count = tripCount.contents().get(0).max(Dim.ZERO);
        }
        OnnxRepeat repeat = new OnnxRepeat(node, node.scope(), body, true, tripCount, condition, carried);
        repeat.read(count, List.of(), List.of(), walks).forEach(node::out);
    }

    private static Value scalar(OnnxNode node, int i, DType type) {
        Value value = node.inOrNull(i);
        if (value == null) {
            return null;
        }
        if (value.type().type() != type || !value.type().size().is(1)) {
            throw node.misfit("input " + i + " is " + value.type() + "; expected one element of " + type);
        }
        return OnnxMovement.reshaped(node, value, List.of());
    }

    /**
     * Inputs: states, then scanned tensors. Operator set 8 has lengths in front, and a batch axis before
     * all others, over which the scan is repeated.
     */
    static void scan(OnnxNode node) {
        boolean batched = node.opset() < 9;
        GraphProto body = node.graph("body");
        int first = batched ? 1 : 0;
        long count = node.integer("num_scan_inputs", -1);
        int states = (int) (node.inputCount() - first - count);
        if (count < 1 || states < 0) {
            throw node.misfit(count + " scanned tensors among " + (node.inputCount() - first) + " inputs");
        }
        if (batched && node.has(0)) {
            throw node.unsupported("sequence lengths of Scan are not supported");
        }
        int scans = (int) count;
        int collected = body.getOutputCount() - states;
        if (collected < 0) {
            throw node.misfit("its body gives " + body.getOutputCount() + " outputs for " + states + " states");
        }
        List<Value> carried = new ArrayList<>();
        List<Value> scanned = new ArrayList<>();
        List<Repeat.Walk> in = new ArrayList<>();
        for (int i = 0; i < states + scans; i++) {
            (i < states ? carried : scanned).add(node.in(first + i));
        }
        long[] directions = list(node, batched ? "directions" : "scan_input_directions", scans);
        long[] axes = batched ? new long[scans] : list(node, "scan_input_axes", scans);
        int hidden = batched ? 1 : 0; // the batch axis, which an inner scan does not see
        for (int i = 0; i < scans; i++) {
            int rank = scanned.get(i).rank() - hidden;
            if (rank < 1) {
                throw node.misfit("scanned tensor " + i + " is " + scanned.get(i).type());
            }
            in.add(new Repeat.Walk(OnnxMovement.axis(node, axes[i], rank), directions[i] != 0));
        }
        long[] outDirections = batched ? new long[collected] : list(node, "scan_output_directions", collected);
        long[] outAxes = batched ? new long[collected] : list(node, "scan_output_axes", collected);
        List<Repeat.Walk> out = new ArrayList<>();
        for (int i = 0; i < collected; i++) {
            // the rank is known once the body has been read; axes from the end are resolved then
            out.add(new Repeat.Walk(Math.toIntExact(outAxes[i]), outDirections[i] != 0));
        }
        if (batched) {
            overBatch(node, body, carried, scanned, in, out).forEach(node::out);
        } else {
            Dim trips = trips(node, scanned, in, 0);
            new OnnxRepeat(node, node.scope(), body, false, null, null, carried)
                    .read(trips, scanned, in, out)
                    .forEach(node::out);
        }
    }

    private static Dim trips(OnnxNode node, List<Value> scanned, List<Repeat.Walk> walks, int hidden) {
        Dim trips = scanned.get(0).dim(walks.get(0).axis() + hidden);
        for (int i = 1; i < scanned.size(); i++) {
            Dim other = scanned.get(i).dim(walks.get(i).axis() + hidden);
            if (trips.isConstant() && other.isConstant() && !trips.equals(other)) {
                throw node.misfit("scanned tensors of " + trips + " and " + other + " slices");
            }
        }
        return trips;
    }

    private static long[] list(OnnxNode node, String name, int count) {
        long[] values = node.integers(name);
        if (values == null) {
            return new long[count];
        }
        if (values.length != count) {
            throw node.misfit("attribute '" + name + "' has " + values.length + " elements; expected " + count);
        }
        return values;
    }

    /** A loop over the batch, whose body is the scan of one sequence. */
    private static List<Value> overBatch(
            OnnxNode node, GraphProto body, List<Value> carried, List<Value> scanned, List<Repeat.Walk> in,
            List<Repeat.Walk> out) {
        OnnxScope middle = new OnnxScope(node.scope());
        middle.builder().input("batch", ValueType.of(DType.I64));
        middle.builder().input("go on", ValueType.of(DType.BOOL));
        List<Value> all = new ArrayList<>(carried);
        all.addAll(scanned);
        List<Value> inner = new ArrayList<>();
        for (Value value : all) {
            if (value.rank() < 1) {
                throw node.misfit("an input " + value.type() + " without a batch axis");
            }
            ValueType type = new ValueType(value.type().type(), value.shape().subList(1, value.rank()));
            inner.add(middle.builder().input(value.name(), type));
        }
        List<Value> innerScanned = inner.subList(carried.size(), inner.size());
        Dim trips = trips(node, innerScanned, in, 0);
        List<Value> results = new OnnxRepeat(node, middle, body, false, null, null, inner.subList(0, carried.size()))
                .read(trips, innerScanned, in, out);
        middle.builder().output("go on", Value.constant("go on", Literal.splat(DType.BOOL, 1)));
        results.forEach(result -> middle.builder().output(result.name(), result));
        List<Value> operands = new ArrayList<>();
        operands.add(null);
        operands.add(null);
        operands.addAll(all);
        operands.addAll(middle.captures().keySet());
        List<Repeat.Walk> walks = all.stream().map(value -> new Repeat.Walk(0, false)).toList();
        List<ValueType> types = new ArrayList<>();
        for (Value result : results) {
            List<Dim> shape = new ArrayList<>(result.shape());
            shape.add(0, all.get(0).dim(0));
            types.add(new ValueType(result.type().type(), shape));
        }
        Graph graph = middle.builder().build().withoutUnused();
        List<Repeat.Walk> outer = results.stream().map(result -> new Repeat.Walk(0, false)).toList();
        return node.addAll(
                new Repeat(graph, 0, all.get(0).dim(0), walks, outer, types), operands.toArray(new Value[0]));
    }

    static boolean isLearnt(Dim dim) {
        Set<Dim.Symbol> symbols = new HashSet<>();
        dim.collectSymbols(symbols);
        return symbols.stream().anyMatch(Dim.Symbol::learnt);
    }
}
