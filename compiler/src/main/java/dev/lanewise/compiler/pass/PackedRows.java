package dev.lanewise.compiler.pass;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Binary;
import dev.lanewise.compiler.op.Cast;
import dev.lanewise.compiler.op.Cumulate;
import dev.lanewise.compiler.op.Extents;
import dev.lanewise.compiler.op.Gather;
import dev.lanewise.compiler.op.Range;
import dev.lanewise.compiler.op.Reduce;
import dev.lanewise.compiler.op.Reshape;
import dev.lanewise.compiler.op.ScatterNd;
import dev.lanewise.compiler.op.ScatterReduction;
import dev.lanewise.compiler.op.Where;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.ReduceFn;
import java.util.List;

/**
 * Sequences with gaps, a condition [T, B] telling which of their elements count: what counts is moved to the front, so
 * that a cell that knows lengths can run over it, and what comes out is handed back to where it belongs. A state that
 * stays over a gap is what it was after the last element that counts.
 */
final class PackedRows {

    private final Rewriting graph;
    private final String name;
    private final Dim steps;
    private final Dim batch;
    /** i64 [T, B], elements that count up to this one. */
    private final Value count;
    /** i64 [T, B], where each element goes, in [T · B]. */
    private final Value places;
    /** i64 [B], 0, 1, … */
    private final Value columns;
    private final Value lengths;

    /**
     * Adds what tells the places to a graph.
     *
     * @param running bool [T, B]
     * @param reverse whether the last element comes first
     */
    PackedRows(Rewriting graph, String name, Value running, boolean reverse) {
        this.graph = graph;
        this.name = name;
        steps = running.dim(0);
        batch = running.dim(1);
        Value counts = graph.add(name, Cast.to(DType.I64), running);
        Value others = binary(BinaryFn.SUB, number(1), counts);
        Cumulate sums = new Cumulate(0, false, reverse, false);
        count = graph.add(name, sums, counts);
        columns = graph.add(name, new Range(batch), number(0), extent(batch), number(1));
        // the others follow from the end, so that each place is taken once
        Value behind = binary(BinaryFn.SUB, extent(steps), graph.add(name, sums, others));
        places = flat(graph.add(name, new Where(), running, binary(BinaryFn.SUB, count, number(1)), behind));
        Reduce total = new Reduce(ReduceFn.SUM, List.of(0), false);
        lengths = graph.add(name, Cast.to(DType.I32), graph.add(name, total, counts));
    }

    /** i32 [B], how many elements of each sequence count. */
    Value lengths() {
        return lengths;
    }

    /** Moves what counts to the front of x [T, B, N], in the order in which it comes. */
    Value packed(Value x) {
        Value rows = rows(x);
        Value indices = graph.add(name, new Reshape(List.of(steps.times(batch), Dim.ONE)), places);
        Value scattered = graph.add(name, new ScatterNd(ScatterReduction.NONE), rows, indices, rows);
        return graph.add(name, new Reshape(x.shape()), scattered);
    }

    /**
     * For each element, what y [T, B, H] is for the last one up to it that counts.
     *
     * @param first [B, H], before any; {@code null} for zeros
     */
    Value unpacked(Value y, Value first) {
        Value last = binary(BinaryFn.MAX, binary(BinaryFn.SUB, count, number(1)), number(0));
        Value gathered = graph.add(name, new Gather(0), rows(y), flat(last));
        Value any = graph.add(name, new Reshape(List.of(steps, batch, Dim.ONE)),
                binary(BinaryFn.GREATER, count, number(0)));
        Value before = first != null
                ? first
                : Value.constant(name, Literal.of(y.type().type(), new double[] {0}).reshape());
        return graph.add(name, new Where(), any, gathered, before);
    }

    /** [T · B, N] of [T, B, N]. */
    private Value rows(Value x) {
        return graph.add(name, new Reshape(List.of(steps.times(batch), x.dim(2))), x);
    }

    /** Positions along T as positions along T · B. */
    private Value flat(Value positions) {
        return binary(BinaryFn.ADD, binary(BinaryFn.MUL, positions, extent(batch)), columns);
    }

    private Value extent(Dim dim) {
        return graph.add(name, new Extents(List.of(dim), true));
    }

    private Value number(long value) {
        return Value.constant(name, Literal.scalar(value));
    }

    private Value binary(BinaryFn fn, Value a, Value b) {
        return graph.add(name, new Binary(fn), a, b);
    }
}
