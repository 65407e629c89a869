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
import dev.lanewise.runtime.kernel.UpdateKernels;
import dev.lanewise.runtime.kernel.UpdateRule;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * An optimiser's step (formulas: {@link UpdateKernels}). Inputs p, its gradient, the learning rate and what the
 * gradient is scaled by (one element each), {@code beta1ᵗ, beta2ᵗ} (f64 [2]) or none, slots of p's extents; outputs
 * p' and the slots'. Where the scale is not finite, nothing changes.
 *
 * @param decay of the weights: an L2 penalty, but for {@link UpdateRule#ADAM_W}
 * @param rateFactor what the learning rate is multiplied by
 * @param first momentum of SGD and NESTEROV, beta1 of ADAM and ADAM_W, alpha of RMS_PROP
 * @param second beta2 of ADAM and ADAM_W, momentum of RMS_PROP
 */
public record Update(UpdateRule rule, float decay, float rateFactor, float first, float second, float epsilon)
        implements Op {

    private static final int P = 0;
    private static final int GRADIENT = 1;
    private static final int RATE = 2;
    private static final int SCALE = 3;
    static final int POWERS = 4;
    static final int SLOTS = 5;

    @Override
    public List<ValueType> infer(Signature in) {
        List<ValueType> types = new ArrayList<>(List.of(in.type(P)));
        requireLike(in, GRADIENT);
        in.requireEqual(in.type(RATE).size(), Dim.ONE, "the size of the learning rate");
        in.requireEqual(in.type(SCALE).size(), Dim.ONE, "the size of the gradient's scale");
        if (in.has(POWERS)) {
            in.requireType(POWERS, DType.F64);
        }
        for (int i = SLOTS; i < in.count(); i++) {
            requireLike(in, i);
            types.add(in.type(i));
        }
        return types;
    }

    static void requireLike(Signature in, int i) {
        in.requireType(i, DType.F32);
        in.requireRank(i, in.rank(P));
        for (int axis = 0; axis < in.rank(P); axis++) {
            in.requireEqual(in.dim(i, axis), in.dim(P, axis), "extent " + axis + " of input " + i);
        }
    }

    @Override
    public List<Literal> evaluate(Evaluation in) {
        List<double[]> values = new ArrayList<>(List.of(in.in(P).toDoubles()));
        for (int i = SLOTS; in.has(i); i++) {
            values.add(in.in(i).toDoubles());
        }
        apply(in, values, in.in(GRADIENT).toDoubles(), epsilon);
        return values.stream().map(each -> Literal.of(DType.F32, each, in.in(P).shape())).toList();
    }

    /**
     * Changes p and its slots, or as many elements of each, as their gradient has it.
     *
     * @param added to a root, so that nothing is divided by 0
     */
    void apply(Evaluation in, List<double[]> values, double[] gradient, double added) {
        double[] p = values.get(0);
        double[] m = values.size() > 1 ? values.get(1) : null;
        double[] v = values.size() > 2 ? values.get(2) : null;
        double scale = in.in(SCALE).doubleAt(0);
        double rate = in.in(RATE).doubleAt(0) * rateFactor;
        for (int i = 0; i < p.length && Double.isFinite(scale); i++) {
            boolean decoupled = rule == UpdateRule.ADAM_W;
            double g = scale * gradient[i] + (decoupled ? 0 : decay * p[i]);
            double step = switch (rule) {
                case SGD, NESTEROV -> {
                    if (m != null) {
                        m[i] = first * m[i] + g;
                    }
                    yield m == null ? g : rule == UpdateRule.NESTEROV ? g + first * m[i] : m[i];
                }
                case ADAM, ADAM_W -> {
                    m[i] = first * m[i] + (1 - first) * g;
                    v[i] = second * v[i] + (1 - second) * g * g;
                    double mean = m[i] / (1 - in.in(POWERS).doubleAt(0));
                    yield mean / (Math.sqrt(v[i] / (1 - in.in(POWERS).doubleAt(1))) + added);
                }
                case RMS_PROP -> {
                    m[i] = first * m[i] + (1 - first) * g * g;
                    double scaled = g / (Math.sqrt(m[i]) + added);
                    if (v != null) {
                        v[i] = second * v[i] + scaled;
                    }
                    yield v == null ? scaled : v[i];
                }
                case ADAGRAD -> {
                    m[i] += g * g;
                    yield g / (Math.sqrt(m[i]) + added);
                }
            };
            p[i] = (decoupled ? 1 - rate * decay : 1) * p[i] - rate * step;
        }
    }

    @Override
    public void lower(Lowering lowering) {
        arguments(lowering.step(StepKind.UPDATE));
    }

    void arguments(PlanStep step) {
        step.ints(rule.ordinal()).floats(decay, rateFactor, first, second, epsilon);
    }

    /** Each rule with the slots that it may have; sizes with a tail; a scale that is no number. */
    public static List<OpCase> cases() {
        List<OpCase> cases = new ArrayList<>();
        for (UpdateRule rule : UpdateRule.values()) {
            boolean adam = rule == UpdateRule.ADAM || rule == UpdateRule.ADAM_W;
            int least = adam ? 2 : rule == UpdateRule.SGD ? 0 : 1;
            int most = adam || rule == UpdateRule.RMS_PROP ? 2 : 1;
            for (int slots = least; slots <= most; slots++) {
                Update op = new Update(rule, 0.01f, 0.5f, 0.9f, 0.95f, 1e-3f);
                cases.add(of(op, 0.7f, adam, slots, 3, 41));
                cases.add(of(op, Float.NaN, adam, slots, 5));
            }
        }
        return cases;
    }

    private static OpCase of(Update op, float scale, boolean powers, int slots, long... shape) {
        List<OpCase.Input> inputs = new ArrayList<>(List.of(
                OpCase.in(shape), OpCase.in(shape), OpCase.constant(Literal.scalar(0.1f)),
                OpCase.constant(Literal.scalar(scale)),
                powers ? OpCase.in(ValueType.of(DType.F64, 2), 0.3, 0.8) : OpCase.absent()));
        inputs.addAll(Collections.nCopies(slots, OpCase.in(ValueType.of(DType.F32, shape), 0.1, 1)));
        return OpCase.of(op, inputs.toArray(new OpCase.Input[0]));
    }
}
