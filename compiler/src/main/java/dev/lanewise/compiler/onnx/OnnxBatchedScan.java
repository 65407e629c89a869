package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.onnx.proto.GraphProto;
import dev.lanewise.compiler.op.Concat;
import dev.lanewise.compiler.op.GatherNd;
import dev.lanewise.compiler.op.Repeat;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.BinaryFn;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Scan of operator set 8: lengths of the sequences in front of its inputs, and a batch axis before all others,
 * over which the scan is repeated. Shorter sequences are scanned to the end of the longest; then their states
 * are taken from where they end, and what was collected behind that is 0.
 */
final class OnnxBatchedScan {

    private OnnxBatchedScan() {}

    static void scan(OnnxNode node) {
        Formula f = new Formula(node);
        GraphProto body = node.graph("body");
        int scans = OnnxLoops.scans(node, 1);
        int states = node.inputCount() - 1 - scans;
        int collected = OnnxLoops.collected(node, body, states);
        long[] directions = OnnxLoops.list(node, "directions", scans);
        List<Value> carried = new ArrayList<>();
        for (int i = 0; i < states; i++) {
            carried.add(batched(node, 1 + i, 1));
        }
        Value lengths = node.inOrNull(0);
        List<Value> scanned = new ArrayList<>();
        List<Repeat.Walk> in = new ArrayList<>();
        for (int i = 0; i < scans; i++) {
            Value x = batched(node, 1 + states + i, 2);
            boolean backwards = directions[i] != 0;
            scanned.add(backwards && lengths != null ? reversed(f, x, lengths(f, lengths, x)) : x);
            in.add(new Repeat.Walk(0, backwards && lengths == null));
        }
        if (lengths == null) {
            overBatch(node, body, carried, scanned, in, walks(collected)).forEach(node::out);
            return;
        }
        GraphProto.Builder collecting = body.toBuilder();
        body.getOutputList().subList(0, states).forEach(collecting::addOutput);
        List<Value> results =
                overBatch(node, collecting.build(), carried, scanned, in, walks(collected + states));
        Value ends = lengths(f, lengths, scanned.get(0));
        for (int i = 0; i < states; i++) {
            node.out(at(f, carried.get(i), results.get(states + collected + i), ends));
        }
        for (Value all : results.subList(states, states + collected)) {
            node.out(f.where(within(f, all, ends), all, f.number(0, all.type().type())));
        }
    }

    private static Value batched(OnnxNode node, int i, int leastRank) {
        Value x = node.in(i);
        if (x.rank() < leastRank) {
            throw node.misfit("input " + i + " is " + x.type() + "; expected rank " + leastRank + " or more, with a"
                    + " batch axis");
        }
        return x;
    }

    private static List<Repeat.Walk> walks(int count) {
        return Collections.nCopies(count, new Repeat.Walk(0, false));
    }

    /** @return [batch, 1] between 0 and the extent of x [batch, time, ...] */
    private static Value lengths(Formula f, Value lengths, Value x) {
        Value column = f.reshape(f.cast(lengths, DType.I64), List.of(x.dim(0), Dim.ONE));
        return f.apply(BinaryFn.MIN, f.apply(BinaryFn.MAX, column, 0), f.extent(x.dim(1), DType.I64));
    }

    /** Each sequence of x [batch, time, ...] from its end to its beginning, what lies behind it as it is. */
    private static Value reversed(Formula f, Value x, Value ends) {
        Value time = f.counting(x.dim(1), 1, 2);
        Value backwards = f.minus(f.apply(BinaryFn.SUB, ends, 1), time);
        Value from = f.where(f.apply(BinaryFn.LESS, time, ends), backwards, time);
        return f.node().add(new GatherNd(1), x, f.reshape(from, List.of(x.dim(0), x.dim(1), Dim.ONE)));
    }

    /**
     * A state [batch, ...] after as many iterations as each sequence has.
     *
     * @param after the state after each iteration, [batch, time, ...]
     */
    private static Value at(Formula f, Value before, Value after, Value ends) {
        List<Dim> shape = new ArrayList<>(before.shape());
        shape.add(1, Dim.ONE);
        Value all = f.node().add(new Concat(1), f.reshape(before, shape), after);
        return f.node().add(new GatherNd(1), all, ends);
    }

    /** Which iterations of x [batch, time, ...] belong to a sequence: bool [batch, time, 1...]. */
    private static Value within(Formula f, Value x, Value ends) {
        Value inside = f.apply(BinaryFn.LESS, f.counting(x.dim(1), 1, 2), ends);
        List<Dim> shape = new ArrayList<>(Collections.nCopies(x.rank(), Dim.ONE));
        shape.set(0, x.dim(0));
        shape.set(1, x.dim(1));
        return f.reshape(inside, shape);
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
        Dim trips = OnnxLoops.trips(node, innerScanned, in);
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
}
