package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.GraphBuilder;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.op.Expand;
import dev.lanewise.compiler.op.Repeat;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * ONNX's LinearAttention, opset 27 on, and the one of com.microsoft: a state S [d, dv] per head, to which
 * each element of the sequence adds the outer product of its key and value, and which its query reads:
 *
 * <pre>
 * gated   S ← exp(g) · S          delta   v ← beta · (v − Sᵀ (erase · k))          S ← S + k vᵀ;  y = scale · Sᵀ q
 * </pre>
 *
 * Computed in f32, one element after another.
 */
final class OnnxLinearAttention {

    private static final int PAST = 3;
    private static final int DECAY = 4;
    private static final int BETA = 5;
    private static final int ERASE = 6;

    private OnnxLinearAttention() {}

    static void register(Map<String, OnnxOp> ops) {
        ops.put(":LinearAttention", OnnxLinearAttention::convert);
        ops.put("com.microsoft:LinearAttention", OnnxLinearAttention::convert);
    }

    private static void convert(OnnxNode node) {
        Formula f = new Formula(node);
        AttentionParts parts = new AttentionParts(f);
        node.ignore("chunk_size"); // how others compute it
        if (node.integer("state_window", 0) != 0) {
            throw node.unsupported("attribute 'state_window'");
        }
        long heads = node.integer("q_num_heads", 0);
        long kvHeads = node.integer("kv_num_heads", 0);
        if (heads < 1 || kvHeads < 1 || heads % kvHeads != 0) {
            throw node.misfit(heads + " heads of q cannot share " + kvHeads + " heads of k");
        }
        requireRule(node);
        List<Value> scanned = new ArrayList<>();
        Value q = parts.splitHeads(f.cast(node.in(0), DType.F32), heads);
        scanned.add(f.reshape(q, List.of(q.dim(0), q.dim(1), Dim.of(kvHeads), Dim.of(heads / kvHeads), q.dim(3))));
        Value k = parts.splitHeads(f.cast(node.in(1), DType.F32), kvHeads);
        scanned.add(k);
        Value v = parts.splitHeads(f.cast(node.in(2), DType.F32), kvHeads);
        scanned.add(v);
        if (node.has(DECAY)) {
            scanned.add(f.apply(UnaryFn.EXP, parts.splitHeads(f.cast(node.in(DECAY), DType.F32), kvHeads)));
        }
        if (node.has(BETA)) {
            Value beta = f.cast(node.in(BETA), DType.F32);
            scanned.add(parts.splitHeads(beta, beta.rank() == 3 && beta.dim(2).is(1) ? 1 : kvHeads));
        }
        if (node.has(ERASE)) {
            scanned.add(parts.splitHeads(f.cast(node.in(ERASE), DType.F32), kvHeads));
        }
        List<Dim> stateShape = List.of(q.dim(0), Dim.of(kvHeads), k.dim(3), v.dim(3));
        Value past = node.has(PAST)
                ? f.cast(node.in(PAST), DType.F32)
                : node.add(new Expand(stateShape), f.number(0, DType.F32));
        if (!past.shape().equals(stateShape)) {
            throw node.misfit("past_state " + past.type() + "; expected " + stateShape);
        }
        List<Value> results = repeat(node, q.dim(1), past, scanned);
        float scale = node.number("scale", 0);
        float usual = q.dim(3).isConstant() ? (float) (1 / Math.sqrt(q.dim(3).constant())) : 1;
        Value y = OnnxProducts.scaled(f, results.get(1), scale == 0 ? usual : scale);
        DType type = node.in(0).type().type();
        List<Dim> shape = List.of(q.dim(0), q.dim(1), v.dim(3).times(heads));
        node.out(f.cast(f.reshape(y, shape), type));
        node.out(f.cast(results.get(0), node.has(PAST) ? node.in(PAST).type().type() : type));
    }

    /** The rule says no more than which inputs there are; that is checked. */
    private static void requireRule(OnnxNode node) {
        String rule = node.oneOf("update_rule", "gated_delta", "linear", "gated", "delta", "gated_delta");
        boolean gated = rule.startsWith("gated");
        boolean delta = rule.endsWith("delta");
        if (gated != node.has(DECAY) || delta != node.has(BETA) || node.has(ERASE) && !delta) {
            throw node.misfit("update_rule '" + rule + "' with" + (node.has(DECAY) ? "" : "out") + " decay and with"
                    + (node.has(BETA) ? "" : "out") + " beta");
        }
    }

    /** The last state, and what each element read: [B, T, kvHeads, heads / kvHeads, dv]. */
    private static List<Value> repeat(OnnxNode node, Dim steps, Value past, List<Value> scanned) {
        OnnxScope scope = new OnnxScope(node.scope());
        GraphBuilder builder = scope.builder();
        builder.input("iteration", ValueType.of(DType.I64));
        builder.input("go on", ValueType.of(DType.BOOL));
        Value state = builder.input("state", past.type());
        List<Value> slices = new ArrayList<>();
        for (Value whole : scanned) {
            List<Dim> shape = new ArrayList<>(whole.shape());
            shape.remove(1);
            slices.add(builder.input("slice" + slices.size(), new ValueType(DType.F32, shape)));
        }
        builder.output("go on", builder.constant("true", Literal.splat(DType.BOOL, 1)));
        step(node, scope, state, slices);
        List<Value> operands = new ArrayList<>();
        operands.add(null);
        operands.add(null);
        operands.add(past);
        operands.addAll(scanned);
        Repeat.Walk walk = new Repeat.Walk(1, false);
        List<Dim> read = new ArrayList<>(scanned.get(0).shape());
        read.set(4, past.dim(3));
        Repeat repeat = new Repeat(
                builder.build(), 1, steps, Collections.nCopies(scanned.size(), walk), List.of(walk),
                List.of(past.type(), new ValueType(DType.F32, read)));
        return node.addAll(repeat, operands.toArray(new Value[0]));
    }

    private static void step(OnnxNode node, OnnxScope scope, Value before, List<Value> slices) {
        Formula f = new Formula(node.inside(scope));
        Value q = slices.get(0);
        Value k = slices.get(1);
        Value v = f.reshape(slices.get(2), List.of(before.dim(0), before.dim(1), Dim.ONE, before.dim(3)));
        int next = 3;
        Value state = before;
        if (node.has(DECAY)) {
            state = f.times(state, column(f, slices.get(next++)));
        }
        if (node.has(BETA)) {
            Value beta = column(f, slices.get(next++));
            Value key = node.has(ERASE) ? f.times(k, slices.get(next)) : k;
            Value row = f.reshape(key, List.of(key.dim(0), key.dim(1), Dim.ONE, key.dim(2)));
            v = f.times(beta, f.minus(v, OnnxProducts.matMul(f.node(), row, state)));
        }
        state = f.plus(state, f.times(column(f, k), v));
        scope.builder().output("state", state);
        scope.builder().output("read", OnnxProducts.matMul(f.node(), q, state));
    }

    /** {@code [B, heads, n]} as [B, heads, n, 1]. */
    private static Value column(Formula f, Value x) {
        return f.reshape(x, List.of(x.dim(0), x.dim(1), x.dim(2), Dim.ONE));
    }
}
