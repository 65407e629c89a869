package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Value;
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

    /** Inputs: states, then scanned tensors. Operator set 8 has another one: {@link OnnxBatchedScan}. */
    static void scan(OnnxNode node) {
        if (node.opset() < 9) {
            OnnxBatchedScan.scan(node);
            return;
        }
        GraphProto body = node.graph("body");
        int scans = scans(node, 0);
        int states = node.inputCount() - scans;
        int collected = collected(node, body, states);
        List<Value> carried = new ArrayList<>();
        List<Value> scanned = new ArrayList<>();
        for (int i = 0; i < states + scans; i++) {
            (i < states ? carried : scanned).add(node.in(i));
        }
        long[] directions = list(node, "scan_input_directions", scans);
        long[] axes = list(node, "scan_input_axes", scans);
        List<Repeat.Walk> in = new ArrayList<>();
        for (int i = 0; i < scans; i++) {
            int rank = scanned.get(i).rank();
            if (rank < 1) {
                throw node.misfit("scanned tensor " + i + " is " + scanned.get(i).type());
            }
            in.add(new Repeat.Walk(OnnxMovement.axis(node, axes[i], rank), directions[i] != 0));
        }
        long[] outDirections = list(node, "scan_output_directions", collected);
        long[] outAxes = list(node, "scan_output_axes", collected);
        List<Repeat.Walk> out = new ArrayList<>();
        for (int i = 0; i < collected; i++) {
            // the rank is known once the body has been read; axes from the end are resolved then
            out.add(new Repeat.Walk(Math.toIntExact(outAxes[i]), outDirections[i] != 0));
        }
        new OnnxRepeat(node, node.scope(), body, false, null, null, carried)
                .read(trips(node, scanned, in), scanned, in, out)
                .forEach(node::out);
    }

    /** How many of the inputs after {@code first} are scanned; those before them are states. */
    static int scans(OnnxNode node, int first) {
        long count = node.integer("num_scan_inputs", -1);
        if (count < 1 || node.inputCount() - first < count) {
            throw node.misfit(count + " scanned tensors among " + (node.inputCount() - first) + " inputs");
        }
        return (int) count;
    }

    /** How many of the body's outputs are collected; those before them are states. */
    static int collected(OnnxNode node, GraphProto body, int states) {
        int collected = body.getOutputCount() - states;
        if (collected < 0) {
            throw node.misfit("its body gives " + body.getOutputCount() + " outputs for " + states + " states");
        }
        return collected;
    }

    /** Iterations over scanned tensors, each along its own walk. */
    static Dim trips(OnnxNode node, List<Value> scanned, List<Repeat.Walk> walks) {
        Dim trips = scanned.get(0).dim(walks.get(0).axis());
        for (int i = 1; i < scanned.size(); i++) {
            Dim other = scanned.get(i).dim(walks.get(i).axis());
            if (trips.isConstant() && other.isConstant() && !trips.equals(other)) {
                throw node.misfit("scanned tensors of " + trips + " and " + other + " slices");
            }
        }
        return trips;
    }

    static long[] list(OnnxNode node, String name, int count) {
        long[] values = node.integers(name);
        if (values == null) {
            return new long[count];
        }
        if (values.length != count) {
            throw node.misfit("attribute '" + name + "' has " + values.length + " elements; expected " + count);
        }
        return values;
    }

    static boolean isLearnt(Dim dim) {
        Set<Dim.Symbol> symbols = new HashSet<>();
        dim.collectSymbols(symbols);
        return symbols.stream().anyMatch(Dim.Symbol::learnt);
    }
}
