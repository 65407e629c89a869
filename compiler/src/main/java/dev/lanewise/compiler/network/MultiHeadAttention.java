package dev.lanewise.compiler.network;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.op.Attention;
import dev.lanewise.compiler.op.Unary;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.ArrayList;
import java.util.List;

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
        return fused(x, x, null);
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
        return query.net().within(this, () -> fused(query, memory, lengths));
    }

    /** The same as {@link #attend}, with the weights. */
    public Result weigh(Tensor query, Tensor memory, Tensor lengths) {
        return query.net().within(this, () -> weighed(query, memory, lengths));
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
            List<Tensor> now = operands(x, x, turning);
            Tensor keys = remembered("keys", past, now.get(1));
            Tensor values = remembered("values", past, now.get(2));
            return joined(x.net().add(new Attention(true, past, scale(x), 0), now.get(0), keys, values));
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

    private Tensor fused(Tensor query, Tensor memory, Tensor lengths) {
        List<Tensor> operands = new ArrayList<>(operands(query, memory, rotary));
        Tensor seen = seen(query, memory, lengths);
        if (seen != null) {
            Tensor zero = query.net().constant(Literal.scalar(0f));
            operands.add(zero.where(seen, Double.NEGATIVE_INFINITY));
        }
        Attention op = new Attention(causal, Dim.ZERO, scale(query), 0);
        return joined(query.net().add(op, operands.toArray(Tensor[]::new)));
    }

    private Result weighed(Tensor query, Tensor memory, Tensor lengths) {
        List<Tensor> headsFirst =
                operands(query, memory, rotary).stream().map(operand -> operand.transpose(0, 2, 1, 3)).toList();
        Tensor scores = headsFirst.get(0).matmulTransposed(headsFirst.get(1)).times(scale(query));
        Tensor seen = seen(query, memory, lengths);
        if (causal) {
            Tensor past = places(query, memory, BinaryFn.GREATER_OR_EQUAL);
            seen = seen == null ? past : seen.with(BinaryFn.AND, past);
        }
        // not −∞: a row of it alone has no softmax
        Tensor weights = seen == null ? scores.softmax() : scores.where(seen, NOT_SEEN).softmax().where(seen, 0);
        return new Result(joined(weights.matmul(headsFirst.get(2)).transpose(0, 2, 1, 3)), weights);
    }

    /** q, k and v: {@code [batch, time or steps, heads, size / heads]}. */
    private List<Tensor> operands(Tensor query, Tensor memory, Rotary turning) {
        Expect.rank(query, 3, "[batch, time, size]");
        Expect.rank(memory, 3, "[batch, steps, size]");
        int size = Expect.features(query);
        if (size % heads != 0) {
            throw query.net().misfit("a size of " + size + " in " + query, "one that " + heads + " heads divide");
        }
        Tensor q = split("q", query, size);
        Tensor k = split("k", memory, size);
        Tensor v = split("v", memory, size);
        return turning == null ? List.of(q, k, v) : List.of(q.then(turning), k.then(turning), v);
    }

    /** Which keys count, but for being causal: bool, broadcast to {@code [batch, heads, time, steps]}. */
    private Tensor seen(Tensor query, Tensor memory, Tensor lengths) {
        Tensor inside = lengths == null
                ? null
                : Sequences.mask(lengths, memory.dim(1)).insertAxis(1).insertAxis(1);
        if (!others) {
            return inside;
        }
        Tensor elsewhere = places(query, memory, BinaryFn.EQUAL).apply(Unary.of(UnaryFn.NOT));
        return inside == null ? elsewhere : inside.with(BinaryFn.AND, elsewhere);
    }

    /** The query's places against the memory's: {@code [1, 1, time, steps]}. */
    private static Tensor places(Tensor query, Tensor memory, BinaryFn compared) {
        Tensor queries = Sequences.counting(query, query.dim(1)).insertAxis(1);
        return queries.with(compared, Sequences.counting(memory, memory.dim(1))).insertAxis(0).insertAxis(0);
    }

    private float scale(Tensor query) {
        return (float) (1 / Math.sqrt((double) Expect.features(query) / heads));
    }

    /** @param y {@code [batch, time, heads, size / heads]} */
    private static Tensor joined(Tensor y) {
        Tensor rows = y.mergeAxes(2);
        return rows.then(Dense.of("out", Expect.features(rows)).init(Init.fanInUniform(), Init.zeros()));
    }

    private Tensor split(String which, Tensor x, int size) {
        // PyTorch has q, k and v in one matrix, whose fan-out is 3 · size
        Dense layer = Dense.of(which, size).init(Init.xavierUniform(Math.sqrt(0.5)), Init.zeros());
        return x.then(layer).splitAxis(2, Dim.of(heads), Dim.of(size / heads));
    }
}
