package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.GraphBuilder;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.op.Concat;
import dev.lanewise.compiler.op.Expand;
import dev.lanewise.compiler.op.Extents;
import dev.lanewise.compiler.op.Repeat;
import dev.lanewise.compiler.op.Unary;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * com.microsoft's DynamicQuantizeLSTM: the weights are of 8 bits, W [directions, I, 4H] and R [directions, H,
 * 4H]; the whole input, and in each step the whole of h, are quantised by their own range, so that products
 * are of integers. ONNX Runtime takes some rows of a batch on their own; a batch of 1 is the same in both.
 */
final class OnnxDynamicLstm {

    private static final int LENGTHS = 4;
    private static final int PEEPHOLES = 7;
    private static final int GATES = 4;

    private final OnnxNode node;
    private final Formula f;
    private final OnnxCells cells;
    private final int direction;
    private final boolean reverse;
    private final Dim hidden;
    /** What the body uses from outside, and its own inputs for that. */
    private final Map<Value, Value> captures = new LinkedHashMap<>();

    private OnnxDynamicLstm(OnnxNode node, OnnxCells cells, int direction, boolean reverse) {
        this.node = node;
        this.cells = cells;
        f = new Formula(node);
        this.direction = direction;
        this.reverse = reverse;
        hidden = node.in(2).dim(1);
    }

    static void register(Map<String, OnnxOp> ops) {
        ops.put("com.microsoft:DynamicQuantizeLSTM", OnnxDynamicLstm::convert);
    }

    private static void convert(OnnxNode node) {
        Formula f = new Formula(node);
        String way = node.oneOf("direction", "forward", "forward", "reverse", "bidirectional");
        int directions = way.equals("bidirectional") ? 2 : 1;
        requireSizes(node, directions);
        OnnxCells cells = OnnxCells.read(node, directions);
        List<List<Value>> results = new ArrayList<>();
        for (int d = 0; d < directions; d++) {
            results.add(new OnnxDynamicLstm(node, cells, d, way.equals("reverse") || d == 1).results());
        }
        node.out(joined(f, results, 2, 1));
        node.out(joined(f, results, 0, 0));
        node.out(joined(f, results, 1, 0));
    }

    private static void requireSizes(OnnxNode node, int directions) {
        for (int i = 0; i < 3; i++) {
            if (node.in(i).rank() != 3) {
                throw node.misfit("input " + i + " is " + node.in(i).type() + "; expected rank 3");
            }
        }
        Dim hidden = node.in(2).dim(1);
        if (!hidden.isConstant()) {
            throw node.unsupported("a hidden size that is not fixed: " + hidden);
        }
        if (!hidden.is(node.integer("hidden_size", hidden.max())) || !node.in(2).dim(2).equals(hidden.times(GATES))
                || !node.in(1).dim(2).equals(hidden.times(GATES)) || !node.in(2).dim(0).is(directions)) {
            throw node.misfit("W " + node.in(1).type() + " and R " + node.in(2).type() + "; expected [" + directions
                    + ", inputs, 4 · hidden_size] and [" + directions + ", hidden_size, 4 · hidden_size]");
        }
    }

    /** Result {@code i} of all directions, along a new axis. */
    private static Value joined(Formula f, List<List<Value>> results, int i, int axis) {
        Value[] parts = new Value[results.size()];
        for (int d = 0; d < parts.length; d++) {
            Value part = results.get(d).get(i);
            List<Dim> shape = new ArrayList<>(part.shape());
            shape.add(axis, Dim.ONE);
            parts[d] = f.reshape(part, shape);
        }
        return parts.length == 1 ? parts[0] : f.node().add(new Concat(axis), parts);
    }

    /** The last h and c [B, H], and h of each step [T, B, H]. */
    private List<Value> results() {
        Value x = node.in(0);
        Dim batch = x.dim(1);
        Value sums = product(f, x, own(1), own(8), own(9));
        if (node.has(3)) {
            Value bias = own(3);
            Value both = f.reshape(bias, List.of(Dim.of(2), hidden.times(GATES)));
            Value first = f.reshape(f.part(both, 0, 0, 1), List.of(hidden.times(GATES)));
            Value second = f.reshape(f.part(both, 0, 1, 1), List.of(hidden.times(GATES)));
            sums = f.plus(sums, f.plus(first, second));
        }
        ValueType state = new ValueType(DType.F32, List.of(batch, hidden));
        OnnxScope scope = new OnnxScope(node.scope());
        GraphBuilder builder = scope.builder();
        Value iteration = builder.input("iteration", ValueType.of(DType.I64));
        builder.input("go on", ValueType.of(DType.BOOL));
        Value h = builder.input("h", state);
        Value c = builder.input("c", state);
        Value now = builder.input("sums", new ValueType(DType.F32, List.of(batch, hidden.times(GATES))));
        step(scope, iteration, h, c, now);
        List<Value> operands = new ArrayList<>();
        operands.add(null);
        operands.add(null);
        operands.add(initial(5, state));
        operands.add(initial(6, state));
        operands.add(sums);
        operands.addAll(captures.keySet());
        Repeat.Walk walk = new Repeat.Walk(0, reverse);
        Repeat repeat = new Repeat(
                builder.build(), 2, x.dim(0), List.of(walk), List.of(walk),
                List.of(state, state, new ValueType(DType.F32, List.of(x.dim(0), batch, hidden))));
        return node.addAll(repeat, operands.toArray(new Value[0]));
    }

    private Value initial(int input, ValueType state) {
        return node.has(input)
                ? own(input)
                : node.add(new Expand(state.shape()), f.number(0, DType.F32));
    }

    /** This direction's part of an input. */
    private Value own(int input) {
        Value all = node.in(input);
        List<Dim> shape = new ArrayList<>(all.shape());
        shape.remove(0);
        return f.reshape(f.part(all, 0, direction, 1), shape);
    }

    /** {@code x · weights}, x quantised by its own range; scale and zero point are one number, or one per column. */
    private static Value product(Formula f, Value x, Value weights, Value scale, Value zeroPoint) {
        List<Value> q = OnnxQuantisation.dynamic(f, x);
        Value sums = OnnxIntegerProducts.product(f, q.get(0), weights, q.get(2), zeroPoint);
        return f.times(f.cast(sums, DType.F32), f.times(q.get(1), scale));
    }

    private void step(OnnxScope scope, Value iteration, Value h, Value c, Value now) {
        Formula body = new Formula(node.inside(scope));
        Value r = capture(scope, own(2));
        Value sums = body.plus(
                now, product(body, h, r, capture(scope, own(10)), capture(scope, own(11))));
        Value input = gate(body, scope, sums, 0, 0, c, 0);
        Value forget = cells.inputForget()
                ? body.node().add(new Unary(UnaryFn.AFFINE, -1, 1), input)
                : gate(body, scope, sums, 2, 2, c, 0);
        Value candidate = gate(body, scope, sums, 3, -1, null, 1);
        Value cell = body.plus(body.times(forget, c), body.times(input, candidate));
        Value output = gate(body, scope, sums, 1, 1, cell, 0);
        Value next = body.times(output, activated(body, 2, cell));
        Value read = next;
        if (node.has(LENGTHS)) { // beyond its length a sequence keeps its state and gives zeros
            Value lengths = capture(scope, f.cast(node.in(LENGTHS), DType.I64));
            Value t = reverse
                    ? body.minus(body.node().add(new Extents(List.of(node.in(0).dim(0).minus(1)), true)), iteration)
                    : iteration;
            Value running = body.apply(BinaryFn.LESS, t, body.reshape(lengths, List.of(lengths.dim(0), Dim.ONE)));
            read = body.where(running, next, body.number(0, DType.F32));
            next = body.where(running, next, h);
            cell = body.where(running, cell, c);
        }
        scope.builder().output("go on", scope.builder().constant("true", Literal.splat(DType.BOOL, 1)));
        scope.builder().output("h", next);
        scope.builder().output("c", cell);
        scope.builder().output("read", read);
    }

    /**
     * @param peephole the part of the peepholes that weighs {@code c} here, -1 for none
     * @param function number of the activation
     */
    private Value gate(Formula body, OnnxScope scope, Value sums, int part, int peephole, Value c, int function) {
        long h = hidden.constant();
        Value sum = body.part(sums, 1, part * h, h);
        if (peephole >= 0 && node.has(PEEPHOLES)) {
            Value weights = capture(scope, f.part(own(PEEPHOLES), 0, peephole * h, h));
            sum = body.plus(sum, body.times(weights, c));
        }
        float clip = cells.clip();
        Value clipped = clip == 0 ? sum : body.node().add(new Unary(UnaryFn.CLIP, -clip, clip), sum);
        return activated(body, function, clipped);
    }

    private Value activated(Formula body, int function, Value x) {
        OnnxRecurrent.Activation fn = cells.activation(direction, function);
        return body.node().add(new Unary(fn.fn(), fn.alpha(), fn.beta()), x);
    }

    private Value capture(OnnxScope scope, Value outside) {
        return outside.isConstant()
                ? outside
                : captures.computeIfAbsent(outside, value -> scope.builder().inputLike(value.name(), value));
    }
}
