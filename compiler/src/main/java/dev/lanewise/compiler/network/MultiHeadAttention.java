package dev.lanewise.compiler.network;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.op.Attention;
import dev.lanewise.compiler.op.Unary;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Scaled dot-product attention of several heads (Vaswani et al. 2017), with layers {@code q}, {@code k}, {@code v} and
 * {@code out} of the query's size. Begins as PyTorch's: q, k and v within {@code √(6 / (4 · size))}, biases zeros.
 *
 * <p>{@link #cached} takes a sequence call by call and keeps keys and values of all that came before.
 *
 * <p>{@link #weigh} also gives the weights, which are then kept for all pairs of steps; otherwise they never are.
 *
 * @param causal whether a query sees only keys up to its own place
 * @param others whether a query sees no key of its own place
 * @param rotary positions of queries and keys; {@code null} for none
 */
public record MultiHeadAttention(String name, int heads, boolean causal, boolean others, Rotary rotary)
        implements Layer {

    private static final double NOT_SEEN = -1e30;

    /**
     * What attention gives.
     *
     * @param output {@code [batch, time, size]}
     * @param weights of each step of the memory, by head and step of the query: {@code [batch, heads, time, steps]};
     *     their sum over the steps is 1, or 0 where a query sees none
     */
    public record Result(Tensor output, Tensor weights) implements HasOutput {}

    /**
     * What is attended to.
     *
     * @param keys {@code [batch, steps, heads, size / heads]}
     * @param values {@code [batch, steps, heads, size / heads]}
     * @param lengths {@code [batch]} of steps that are seen; {@code null} for all
     */
    public record Memory(Tensor keys, Tensor values, Tensor lengths) {}

    public static MultiHeadAttention of(String name, int heads) {
        return new MultiHeadAttention(name, heads, false, false, null);
    }

    public MultiHeadAttention causally() {
        return new MultiHeadAttention(name, heads, true, others, rotary);
    }

    /** No step attends to itself: j ≠ i. One that sees no other gets zeros. */
    public MultiHeadAttention toOthers() {
        return new MultiHeadAttention(name, heads, causal, true, rotary);
    }

    /** Turns queries and keys by their positions. */
    public MultiHeadAttention rotary(int most) {
        return new MultiHeadAttention(name, heads, causal, others, Rotary.of("rotary", most));
    }

    @Override
    public Tensor forward(Tensor x) {
        return fused(query(x, rotary), keysAndValues(x, Expect.features(x), null, rotary));
    }

    /**
     * Of a sequence to itself.
     *
     * @param x {@code [batch, time, size]}
     * @param lengths {@code [batch]} of steps that are seen; {@code null} for all
     */
    public Tensor apply(Tensor x, Tensor lengths) {
        return attend(x, x, lengths);
    }

    /**
     * Of a sequence to another.
     *
     * @param query {@code [batch, time, size]}
     * @param memory {@code [batch, steps, any size]}
     * @param lengths {@code [batch]} of the memory's steps that are seen; {@code null} for all
     */
    public Tensor attend(Tensor query, Tensor memory, Tensor lengths) {
        int size = Expect.features(query);
        return query.net().within(
                this, () -> fused(query(query, rotary), keysAndValues(memory, size, lengths, rotary)));
    }

    /** The same as {@link #attend(Tensor, Tensor, Tensor)}, with the weights. */
    public Result weigh(Tensor query, Tensor memory, Tensor lengths) {
        int size = Expect.features(query);
        return query.net().within(
                this, () -> weighed(query(query, rotary), keysAndValues(memory, size, lengths, rotary)));
    }

    /**
     * Causal attention of a sequence to itself, some steps in each call: keys and values of those before are states
     * {@code keys} and {@code values} of the network, which grow. All calls together give what {@link #apply} gives of
     * the whole sequence, with the same weights.
     *
     * @param x {@code [batch, time, size]}, the steps of this call; a batch of fixed extent
     * @param past how many steps came before, a symbol such as {@code Dim.symbol("past", 0, 256)}; its bound is that
     *     of the whole sequence
     */
    public Tensor cached(Tensor x, Dim past) {
        return x.net().within(this, () -> {
            if (!causal || others) {
                throw x.net().misfit("attention to later steps, or none to a step itself", "causally() alone");
            }
            Rotary turning = rotary == null ? null : rotary.from(past);
            Tensor q = query(x, turning);
            Memory now = keysAndValues(x, Expect.features(x), null, turning);
            Tensor keys = remembered("keys", past, now.keys);
            Tensor values = remembered("values", past, now.values);
            return joined(x.net().add(new Attention(true, past, scale(q), 0), q, keys, values));
        });
    }

    /** A state of all there was, and what is new behind it: {@code [batch, past + time, heads, size / heads]}. */
    private static Tensor remembered(String what, Dim past, Tensor added) {
        NetworkBuilder net = added.net();
        String name = net.path(what);
        Tensor before = net.state(name, added.type(), added.dim(0), past, added.dim(2), added.dim(3));
        Tensor all = Tensor.concat(1, before, added);
        net.next(name, before, all);
        return all;
    }

    /**
     * Computes what depends on the memory alone, for a decoder that attends to it at each of its steps.
     *
     * @param memory {@code [batch, steps, size]}, of the queries' size
     * @param lengths {@code [batch]} of steps that are seen; {@code null} for all
     */
    public Memory memory(Tensor memory, Tensor lengths) {
        return memory.net().within(this, () -> keysAndValues(memory, Expect.features(memory), lengths, rotary));
    }

    /** Of a sequence {@code [batch, time, size]} to a memory. */
    public Tensor attend(Tensor query, Memory memory) {
        return query.net().within(this, () -> fused(query(query, rotary), memory));
    }

    /** The same as {@link #attend(Tensor, Memory)}, with the weights. */
    public Result weigh(Tensor query, Memory memory) {
        return query.net().within(this, () -> weighed(query(query, rotary), memory));
    }

    /** @param q {@code [batch, time, heads, size / heads]} */
    private Tensor fused(Tensor q, Memory memory) {
        List<Tensor> operands = new ArrayList<>(List.of(q, memory.keys, memory.values));
        Tensor seen = seen(q, memory);
        if (seen != null) {
            Tensor zero = q.net().constant(Literal.scalar(0f));
            operands.add(zero.where(seen, Double.NEGATIVE_INFINITY));
        }
        Attention op = new Attention(causal, Dim.ZERO, scale(q), 0);
        return joined(q.net().add(op, operands.toArray(Tensor[]::new)));
    }

    /** @param q {@code [batch, time, heads, size / heads]} */
    private Result weighed(Tensor q, Memory memory) {
        List<Tensor> headsFirst = Stream.of(q, memory.keys, memory.values)
                .map(operand -> operand.transpose(0, 2, 1, 3))
                .toList();
        Tensor scores = headsFirst.get(0).matmulTransposed(headsFirst.get(1)).times(scale(q));
        Tensor seen = seen(q, memory);
        if (causal) {
            Tensor past = places(q, memory.keys, BinaryFn.GREATER_OR_EQUAL);
            seen = seen == null ? past : seen.with(BinaryFn.AND, past);
        }
        // not −∞: a row of it alone has no softmax
        Tensor weights = seen == null ? scores.softmax() : scores.where(seen, NOT_SEEN).softmax().where(seen, 0);
        return new Result(joined(weights.matmul(headsFirst.get(2)).transpose(0, 2, 1, 3)), weights);
    }

    private Tensor query(Tensor x, Rotary turning) {
        Expect.rank(x, 3, "[batch, time, size]");
        return turned(split("q", x, Expect.features(x)), turning);
    }

    private Memory keysAndValues(Tensor memory, int size, Tensor lengths, Rotary turning) {
        Expect.rank(memory, 3, "[batch, steps, size]");
        return new Memory(turned(split("k", memory, size), turning), split("v", memory, size), lengths);
    }

    /** Which keys count, but for being causal: bool, broadcast to {@code [batch, heads, time, steps]}. */
    private Tensor seen(Tensor q, Memory memory) {
        Tensor inside = memory.lengths == null
                ? null
                : Sequences.mask(memory.lengths, memory.keys.dim(1)).insertAxis(1).insertAxis(1);
        if (!others) {
            return inside;
        }
        Tensor elsewhere = places(q, memory.keys, BinaryFn.EQUAL).apply(Unary.of(UnaryFn.NOT));
        return inside == null ? elsewhere : inside.with(BinaryFn.AND, elsewhere);
    }

    /** The query's places against the memory's: {@code [1, 1, time, steps]}. */
    private static Tensor places(Tensor q, Tensor keys, BinaryFn compared) {
        Tensor queries = Sequences.counting(q, q.dim(1)).insertAxis(1);
        return queries.with(compared, Sequences.counting(keys, keys.dim(1))).insertAxis(0).insertAxis(0);
    }

    private static float scale(Tensor q) {
        return (float) (1 / Math.sqrt(Expect.features(q)));
    }

    /** @param y {@code [batch, time, heads, size / heads]} */
    private static Tensor joined(Tensor y) {
        Tensor rows = y.mergeAxes(2);
        return rows.then(Dense.of("out", Expect.features(rows)).init(Init.fanInUniform(), Init.zeros()));
    }

    private Tensor split(String which, Tensor x, int size) {
        if (size % heads != 0) {
            throw x.net().misfit("a size of " + size + " in " + x, "one that " + heads + " heads divide");
        }
        // PyTorch has q, k and v in one matrix, whose fan-out is 3 · size
        Dense layer = Dense.of(which, size).init(Init.xavierUniform(Math.sqrt(0.5)), Init.zeros());
        return x.then(layer).splitAxis(2, Dim.of(heads), Dim.of(size / heads));
    }

    private static Tensor turned(Tensor x, Rotary turning) {
        return turning == null ? x : x.then(turning);
    }
}
