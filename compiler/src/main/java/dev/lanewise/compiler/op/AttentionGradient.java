package dev.lanewise.compiler.op;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Evaluation;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Op;
import dev.lanewise.compiler.graph.Signature;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.plan.Lowering;
import dev.lanewise.compiler.plan.PlanStep;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.proto.StepKind;
import dev.lanewise.runtime.kernel.AttentionKernels;
import java.util.ArrayList;
import java.util.List;

/**
 * The gradients of an {@link Attention}, which compute its weights anew in blocks (Dao, Fu, Ermon, Rudra, Ré 2022):
 * neither forwards nor backwards are there T · S of anything. Inputs q, k, v, bias or none, what it gave (y and the
 * logarithms L [B, heads, T]), dy; outputs dq, dk, dv:
 *
 * <pre>
 * p = e^(scores − L)    dv = pᵀ · dy    ds = p ∘ (dy · vᵀ − Σ dy ∘ y) ∘ cap'
 * dq = scale · ds · k   dk = scale · dsᵀ · q
 * </pre>
 *
 * @param of whose gradients; all its keys are in k
 */
public record AttentionGradient(Attention of) implements Op {

    static final int Y = 4;
    static final int LOG_SUMS = 5;
    static final int DY = 6;

    @Override
    public List<Dim> extents() {
        return of.extents();
    }

    @Override
    public List<ValueType> infer(Signature in) {
        of.requireHeads(in);
        of.requireBias(in, in.dim(1, of.layout().keyAxis()));
        require(in, Y, Attention.rows(in));
        require(in, LOG_SUMS, Attention.sums(in));
        require(in, DY, Attention.rows(in));
        return List.of(in.type(0), in.type(1), in.type(2));
    }

    private static void require(Signature in, int i, ValueType expected) {
        in.requireSameType(0, i);
        in.requireRank(i, expected.rank());
        for (int axis = 0; axis < expected.rank(); axis++) {
            in.requireEqual(in.dim(i, axis), expected.dim(axis), "extent " + axis + " of " + in.type(i));
        }
    }

    @Override
    public List<Literal> evaluate(Evaluation in) {
        AttentionReference reference = new AttentionReference(of, in, in.in(1), in.in(2));
        Literal y = in.in(Y);
        Literal dy = in.in(DY);
        int d = reference.headDim;
        int valueDim = reference.valueDim;
        double[] dq = new double[reference.q.size()];
        double[] dk = new double[reference.k.size()];
        double[] dv = new double[reference.v.size()];
        for (int row = 0; row < reference.rows; row++) {
            double product = 0;
            for (int i = 0; i < valueDim; i++) {
                product += dy.doubleAt(row * valueDim + i) * y.doubleAt(row * valueDim + i);
            }
            for (int s = 0; s < reference.keys; s++) {
                double score = reference.score(row, s);
                if (score == Double.NEGATIVE_INFINITY) {
                    continue;
                }
                int key = reference.key(row, s);
                double weight = Math.exp(score - in.in(LOG_SUMS).doubleAt(reference.number(row)));
                double ofWeight = 0;
                for (int i = 0; i < valueDim; i++) {
                    ofWeight += dy.doubleAt(row * valueDim + i) * reference.v.doubleAt(key * valueDim + i);
                    dv[key * valueDim + i] += weight * dy.doubleAt(row * valueDim + i);
                }
                double tanh = of.softcap() == 0 ? 0 : reference.capped(row, s) / of.softcap();
                double ofProduct = weight * (ofWeight - product) * (1 - tanh * tanh) * of.scale();
                for (int i = 0; i < d; i++) {
                    dq[row * d + i] += ofProduct * reference.k.doubleAt(key * d + i);
                    dk[key * d + i] += ofProduct * reference.q.doubleAt(row * d + i);
                }
            }
        }
        return List.of(
                Literal.of(y.type(), dq, reference.q.shape()), Literal.of(y.type(), dk, reference.k.shape()),
                Literal.of(y.type(), dv, reference.v.shape()));
    }

    @Override
    public void lower(Lowering lowering) {
        lowering.requireType(0, DType.F32);
        AttentionKernels.AttentionShape shape = of.shape(lowering);
        // grows by the same amount with each query
        int none = AttentionKernels.gradientScratchFloats(shape, 0);
        int more = AttentionKernels.gradientScratchFloats(shape, 1) - none;
        Dim floats = lowering.inputValue(0).dim(1).times(more).plus(none);
        PlanStep step = lowering.step(
                StepKind.ATTENTION_GRAD,
                lowering.ins(),
                Lowering.list(lowering.out(0), lowering.out(1), lowering.out(2),
                        lowering.scratch(DType.F32, floats)));
        of.arguments(lowering, step);
    }

    /** The sizes, masks and layouts of {@link Attention}'s own cases. */
    public static List<OpCase> cases() {
        List<OpCase> cases = new ArrayList<>();
        for (OpCase forward : Attention.cases()) {
            Attention of = (Attention) forward.op();
            if (of.logSums() || forward.inputs().size() > Attention.PAST) {
                continue;
            }
            OpCase.Input q = forward.inputs().get(0);
            OpCase.Input bias = forward.inputs().size() > 3 ? forward.inputs().get(3) : OpCase.absent();
            ValueType v = forward.inputs().get(2).type();
            Dim[] rows = {q.type().dim(0), q.type().dim(1), q.type().dim(2), v.dim(3)};
            OpCase.Input y = OpCase.in(new ValueType(DType.F32, List.of(rows)), -1, 1);
            OpCase.Input sums = OpCase.in(new ValueType(DType.F32, List.of(rows[0], rows[2], rows[1])), 2, 5);
            cases.add(OpCase.of(
                    new AttentionGradient(of), q, forward.inputs().get(1), forward.inputs().get(2), bias, y, sums, y));
        }
        return cases;
    }
}
