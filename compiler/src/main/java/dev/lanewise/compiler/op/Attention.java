package dev.lanewise.compiler.op;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Evaluation;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Op;
import dev.lanewise.compiler.graph.Signature;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.plan.Lowering;
import dev.lanewise.compiler.plan.PlanStep;
import dev.lanewise.compiler.plan.PlanTensor;
import dev.lanewise.compiler.train.Gradient;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.proto.StepKind;
import dev.lanewise.runtime.kernel.AttentionKernels;
import java.util.ArrayList;
import java.util.List;

/**
 * Scaled dot-product attention (Vaswani et al. 2017) of floating point: {@code q [B, T, heads, d], k [B, S, kvHeads,
 * d], v [B, S, kvHeads, dv], bias [B or 1, heads or 1, T or 1, S]?} give {@code y [B, T, heads, dv]}:
 *
 * <pre>
 * y = softmax(cap(scale · q · kᵀ) + bias) · v        cap(s) = softcap · tanh(s / softcap)
 * </pre>
 *
 * <p>Two more inputs may give keys and values before k and v; S then is the number of all.
 *
 * <p>Several heads of q share a head of k and v where there are fewer of these. A query that sees no key,
 * all being masked by −∞, gives zeros.
 *
 * @param causal whether query i sees only keys up to {@code i + offset}
 * @param softcap 0 for none
 * @param layout the order of the axes of k and v
 * @param logSums whether it also gives log Σ e^score of each query, [B, heads, T], +∞ of one that sees no key: all that
 *     its {@linkplain AttentionGradient gradient} needs to know of the weights
 */
public record Attention(boolean causal, Dim offset, float scale, float softcap, Layout layout, boolean logSums)
        implements Op {

    /** How keys and values lie; the number of each is what the file says. */
    public enum Layout {
        /** {@code [B, S, kvHeads, d]}. */
        BATCH_FIRST(0, 1, 2),
        /** {@code [S, B, kvHeads, d]}, as a cache that grows has them. */
        KEYS_FIRST(1, 0, 2),
        /** {@code [B, kvHeads, S, d]}, as exporters have them. */
        HEADS_FIRST(0, 2, 1);

        private final int batch;
        private final int key;
        private final int head;

        Layout(int batch, int key, int head) {
            this.batch = batch;
            this.key = key;
            this.head = head;
        }

        public int keyAxis() {
            return key;
        }

        public int headAxis() {
            return head;
        }

        /** What makes {@code [B, kvHeads, S, d]} of it. */
        Transpose headsFirst() {
            return Transpose.of(batch, head, key, 3);
        }

        /** What it is made of {@code [B, kvHeads, S, d]} by. */
        Transpose ofHeadsFirst() {
            int[] order = new int[4];
            order[batch] = 0;
            order[head] = 1;
            order[key] = 2;
            order[3] = 3;
            return Transpose.of(order);
        }
    }

    /** Keys and values are in q's order of axes. */
    public Attention(boolean causal, Dim offset, float scale, float softcap) {
        this(causal, offset, scale, softcap, Layout.BATCH_FIRST, false);
    }

    /** Each query sees every key that the bias does not mask. */
    public static Attention open(float scale, float softcap) {
        return new Attention(false, Dim.ZERO, scale, softcap);
    }

    public Attention with(Layout keyLayout) {
        return new Attention(causal, offset, scale, softcap, keyLayout, logSums);
    }

    /** The input from which keys before k are; values before v follow. */
    static final int PAST = 4;

    @Override
    public List<Dim> extents() {
        return List.of(offset);
    }

    @Override
    public List<ValueType> infer(Signature in) {
        requireHeads(in);
        int keyAxis = layout.key;
        Dim keys = in.dim(1, keyAxis);
        if (in.has(PAST)) {
            requirePast(in, PAST, 1);
            requirePast(in, PAST + 1, 2);
            in.requireEqual(in.dim(PAST, keyAxis), in.dim(PAST + 1, keyAxis), "the keys of " + in.type(PAST + 1));
            keys = keys.plus(in.dim(PAST, keyAxis));
        }
        requireBias(in, keys);
        return logSums ? List.of(rows(in), sums(in)) : List.of(rows(in));
    }

    /** That q, k and v fit each other. */
    void requireHeads(Signature in) {
        int keyAxis = layout.key;
        int headAxis = layout.head;
        for (int i = 0; i < 3; i++) {
            in.requireRank(i, 4);
            in.requireFloating(i);
            in.requireSameType(0, i);
            in.requireEqual(in.dim(i, i == 0 ? 0 : layout.batch), in.dim(0, 0), "the batch of " + in.type(i));
            if (!in.dim(i, i == 0 ? 2 : headAxis).isConstant() || !in.dim(i, 3).isConstant()) {
                throw in.fail("the heads of " + in.type(i) + " must be of fixed number and size");
            }
        }
        in.requireEqual(in.dim(1, 3), in.dim(0, 3), "the head size of k " + in.type(1));
        in.requireEqual(in.dim(2, keyAxis), in.dim(1, keyAxis), "the number of keys of v " + in.type(2));
        in.requireEqual(in.dim(2, headAxis), in.dim(1, headAxis), "the number of heads of v " + in.type(2));
        if (in.dim(1, headAxis).is(0) || in.dim(0, 2).constant() % in.dim(1, headAxis).constant() != 0) {
            throw in.fail(in.dim(0, 2) + " heads of q cannot share " + in.dim(1, headAxis) + " heads of k");
        }
    }

    /** That a bias, if there is one, has as many keys. */
    void requireBias(Signature in, Dim keys) {
        if (in.has(3)) {
            in.requireRank(3, 4);
            in.requireSameType(0, 3);
            in.requireEqual(in.dim(3, 3), keys, "the last extent of the bias " + in.type(3));
        }
    }

    /** The type of y. */
    static ValueType rows(Signature in) {
        return new ValueType(in.dtype(0), List.of(in.dim(0, 0), in.dim(0, 1), in.dim(0, 2), in.dim(2, 3)));
    }

    /** The type of the logarithms. */
    static ValueType sums(Signature in) {
        return new ValueType(in.dtype(0), List.of(in.dim(0, 0), in.dim(0, 2), in.dim(0, 1)));
    }

    /** What comes before input {@code later} is like it but for the number of keys. */
    private void requirePast(Signature in, int past, int later) {
        in.requireRank(past, 4);
        in.requireSameType(0, past);
        for (int axis = 0; axis < 4; axis++) {
            if (axis != layout.key) {
                in.requireEqual(in.dim(past, axis), in.dim(later, axis), "extent " + axis + " of " + in.type(past));
            }
        }
    }

    @Override
    public List<Literal> evaluate(Evaluation in) {
        AttentionReference reference = new AttentionReference(this, in, all(in, 1), all(in, 2));
        int keys = reference.keys;
        int valueDim = reference.valueDim;
        double[] y = new double[reference.rows * valueDim];
        double[] sums = new double[reference.rows];
        for (int row = 0; row < reference.rows; row++) {
            double[] weights = new double[keys];
            double max = Double.NEGATIVE_INFINITY;
            for (int s = 0; s < keys; s++) {
                weights[s] = reference.score(row, s);
                max = Math.max(max, weights[s]);
            }
            double total = 0;
            for (int s = 0; s < keys; s++) {
                weights[s] = max == Double.NEGATIVE_INFINITY ? 0 : Math.exp(weights[s] - max);
                total += weights[s];
            }
            for (int s = 0; s < keys; s++) {
                for (int i = 0; i < valueDim && weights[s] != 0; i++) {
                    double value = reference.v.doubleAt(reference.key(row, s) * valueDim + i);
                    y[row * valueDim + i] += weights[s] / total * value;
                }
            }
            sums[reference.number(row)] = total == 0 ? Double.POSITIVE_INFINITY : max + Math.log(total);
        }
        int[] shape = in.in(0).shape().clone();
        Literal numbers = Literal.of(in.in(0).type(), sums, shape[0], shape[2], shape[1]);
        shape[3] = valueDim;
        Literal result = Literal.of(in.in(0).type(), y, shape);
        return logSums ? List.of(result, numbers) : List.of(result);
    }

    /** Keys or values, those before them first. */
    private Literal all(Evaluation in, int i) {
        Literal past = in.inOrNull(PAST + i - 1);
        return past == null ? in.in(i) : Concat.evaluate(layout.key, List.of(past, in.in(i)));
    }

    @Override
    public Op recording() {
        return new Attention(causal, offset, scale, softcap, layout, true);
    }

    @Override
    public void gradient(Gradient g) {
        new AttentionRule(g, this).give();
    }

    @Override
    public void lower(Lowering lowering) {
        lowering.requireType(0, DType.F32);
        AttentionKernels.AttentionShape shape = shape(lowering);
        // grows by the same amount with each query
        int none = AttentionKernels.scratchFloats(shape, 0);
        int more = AttentionKernels.scratchFloats(shape, 1) - none;
        Dim floats = lowering.inputValue(0).dim(1).times(more).plus(none);
        PlanTensor scratch = lowering.scratch(DType.F32, floats);
        arguments(lowering, lowering.step(
                StepKind.ATTENTION,
                lowering.ins(),
                logSums
                        ? Lowering.list(lowering.out(0), scratch, lowering.out(1))
                        : Lowering.list(lowering.out(0), scratch)));
    }

    /** The sizes of the heads of a node that has q, k and v first. */
    AttentionKernels.AttentionShape shape(Lowering lowering) {
        return new AttentionKernels.AttentionShape(
                Math.toIntExact(lowering.inputValue(0).dim(3).constant()),
                Math.toIntExact(lowering.inputValue(2).dim(3).constant()), scale, softcap);
    }

    /** What the steps of attention and of its gradients are told. */
    void arguments(Lowering lowering, PlanStep step) {
        step.flag(causal).ints(lowering.dim(offset)).ints(layout.ordinal()).floats(scale, softcap);
    }

    /** Tails in each extent; more keys than a block; shared heads; causal from the start and after a past. */
    public static List<OpCase> cases() {
        List<OpCase> cases = new ArrayList<>();
        cases.add(OpCase.of(open(0.5f, 0), heads(1, 1, 1, 4), heads(1, 1, 1, 4), heads(1, 1, 1, 4)));
        cases.add(OpCase.of(open(0.25f, 0), heads(2, 5, 2, 16), heads(2, 7, 2, 16), heads(2, 7, 2, 9)));
        cases.add(OpCase.of(open(0.2f, 3), heads(1, 3, 4, 33), heads(1, 130, 2, 33), heads(1, 130, 2, 40)));
        Attention fromStart = new Attention(true, Dim.ZERO, 0.3f, 0);
        cases.add(OpCase.of(fromStart, heads(1, 70, 1, 8), heads(1, 70, 1, 8), heads(1, 70, 1, 8)));
        Attention later = new Attention(true, Dim.of(6), 0.3f, 0);
        cases.add(OpCase.of(later, heads(1, 4, 2, 8), heads(1, 10, 2, 8), heads(1, 10, 2, 8)));
        cases.add(OpCase.of(
                open(0.3f, 0), heads(2, 3, 2, 8), heads(2, 10, 2, 8), heads(2, 10, 2, 8), OpCase.in(2, 1, 1, 10)));
        cases.add(OpCase.of(
                fromStart, heads(1, 3, 2, 8), heads(1, 10, 2, 8), heads(1, 10, 2, 8), OpCase.in(1, 2, 3, 10)));
        cases.add(OpCase.of(
                later.with(Layout.KEYS_FIRST), heads(2, 4, 4, 8), heads(10, 2, 2, 8), heads(10, 2, 2, 5),
                OpCase.in(2, 1, 1, 10)));
        cases.add(OpCase.of(
                later.with(Layout.HEADS_FIRST), heads(2, 4, 4, 8), heads(2, 2, 10, 8), heads(2, 2, 10, 5)));
        cases.add(OpCase.of(
                later.with(Layout.HEADS_FIRST), heads(2, 4, 4, 8), heads(2, 2, 3, 8), heads(2, 2, 3, 5),
                OpCase.in(2, 1, 1, 10), heads(2, 2, 7, 8), heads(2, 2, 7, 5)));
        cases.add(OpCase.of(
                open(0.2f, 0), heads(1, 1, 4, 32), heads(1, 1, 2, 32), heads(1, 1, 2, 48), heads(1, 1, 1, 131),
                heads(1, 130, 2, 32), heads(1, 130, 2, 48)));
        cases.add(OpCase.of(
                later.recording(), heads(2, 5, 4, 8), heads(2, 11, 2, 8), heads(2, 11, 2, 8), OpCase.in(2, 1, 1, 11)));
        cases.add(OpCase.of(open(0.3f, 2).recording(), heads(1, 33, 2, 9), heads(1, 65, 1, 9), heads(1, 65, 1, 9)));
        return cases;
    }

    private static OpCase.Input heads(long... shape) {
        return OpCase.in(shape);
    }
}
