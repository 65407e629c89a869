package dev.lanewise.compiler.pass;

import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Op;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Gru;
import dev.lanewise.compiler.op.Lstm;
import dev.lanewise.compiler.op.Reshape;
import dev.lanewise.compiler.op.Rnn;
import java.util.Arrays;
import java.util.List;

/**
 * A node that is one step of a recurrent cell: an {@link Lstm}, {@link Gru} or {@link Rnn} on a sequence of
 * one element. All states are [B, H].
 *
 * @param x [1, B, I]
 * @param w [gates·H, I]
 * @param r [gates·H, H]
 * @param bias [2·gates·H] or {@code null}
 * @param h {@code null} where it is zero
 * @param c {@code null} where there is none, or where it is zero
 */
record CellStep(Node node, Value x, Value w, Value r, Value bias, Value h, Value c) {

    /** The step that a node is, {@code null} where it is none. */
    static CellStep of(Node node) {
        boolean cell = node.op() instanceof Lstm || node.op() instanceof Gru || node.op() instanceof Rnn;
        return cell && node.input(0).dim(0).is(1) && node.input(4) == null
                ? new CellStep(node, node.input(0), node.input(1), node.input(2), node.input(3), node.input(5),
                        node.input(6))
                : null;
    }

    boolean hasCellState() {
        return node.op() instanceof Lstm;
    }

    Value nextH() {
        return node.outputs().get(1);
    }

    Value nextC() {
        return node.outputs().get(2);
    }

    /**
     * The ways to see the step: an LSTM and a simple cell treat x and h alike, so that where both are as
     * wide, either may be the state.
     */
    List<CellStep> readings() {
        boolean alike = !(node.op() instanceof Gru) && h != null && x.dim(2).equals(h.dim(1));
        return alike ? List.of(this, new CellStep(node, h, r, w, bias, x, c)) : List.of(this);
    }

    /** The operation over a sequence. */
    Op over(boolean reverse) {
        if (node.op() instanceof Gru gru) {
            return new Gru(reverse, gru.linearBeforeReset());
        }
        return node.op() instanceof Rnn rnn ? new Rnn(reverse, rnn.fn()) : new Lstm(reverse);
    }

    /**
     * The operands of {@link #over} for other sequences and states.
     *
     * @param lengths i32 [B], or {@code null} where all sequences are as long
     */
    List<Value> operands(Value sequence, Value lengths, Value firstH, Value firstC) {
        List<Value> operands = Arrays.asList(sequence, w, r, bias, lengths, firstH, firstC);
        return hasCellState() ? operands : operands.subList(0, 6);
    }

    /** What a value is a reshape of. */
    static Value viewed(Value value) {
        Value source = value;
        while (source != null && Rewriting.producer(source, Reshape.class) != null) {
            source = source.producer().input(0);
        }
        return source;
    }
}
