package dev.lanewise.compiler.pass;

import dev.lanewise.compiler.graph.Folding;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Binary;
import dev.lanewise.compiler.op.Unary;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.List;

/**
 * Activations that exporters write out become one function again, in every order of factors: sigmoid,
 * softplus and softsign by their exponentials and moduli, sigmoid by tanh too; SiLU and its scaled form, GELU
 * by erf and by tanh (Hendrycks, Gimpel 2016), hard swish (Howard et al. 2019) and Mish (Misra 2019) by their
 * gates. The gate must have no other use: it would be computed twice.
 */
final class FuseActivations implements Pass {

    private static final double SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);

    @Override
    public Graph apply(Graph graph, Folding folding) {
        // softplus first: Mish has one in it, which is only seen in a graph that has it as a node
        return fused(fused(graph, folding), folding);
    }

    private static Graph fused(Graph graph, Folding folding) {
        return new Rewriting(graph, folding) {
            @Override
            List<Value> node(Node node, List<Value> inputs) {
                if (!(node.op() instanceof Binary || node.op() instanceof Unary)
                        || node.output().isConstant() || !node.output().type().type().isFloating()) {
                    return null;
                }
                Fused fused = exponential(node);
                for (Value gate : fused == null ? Terms.operands(node.output()) : List.<Value>of()) {
                    Unary fn = producer(gate, Unary.class);
                    if (fused == null && fn != null && gate != node.output() && usedOnce(gate)) {
                        fused = gated(node.output(), gate, fn);
                    }
                }
                return fused == null ? null : List.of(add(node.name(), fused.fn, now(fused.x)));
            }
        }.run();
    }

    /** A function and what it is of. */
    private record Fused(Unary fn, Value x) {}

    /** {@code 1 / (1 + e⁻ˣ)}, {@code x / (1 + e⁻ᵃˣ)}, {@code ln(1 + eˣ)}, {@code x / (1 + |x|)}. */
    private static Fused exponential(Node node) {
        Terms one = Terms.number(1);
        if (node.op() instanceof Unary unary && unary.fn() == UnaryFn.LOG) {
            for (Value e : Terms.operands(node.input(0))) {
                if (isUnary(e, UnaryFn.EXP) && Terms.of(node.input(0), e).are(Terms.atom(e).plus(one))) {
                    return new Fused(Unary.of(UnaryFn.SOFTPLUS), e.producer().input(0));
                }
            }
            return null;
        }
        boolean reciprocal = node.op() instanceof Unary unary && unary.fn() == UnaryFn.RECIPROCAL;
        boolean quotient = node.op() instanceof Binary binary
                && binary.fn() == BinaryFn.DIV;
        if (!reciprocal && !quotient) {
            return null;
        }
        Value divisor = node.input(reciprocal ? 0 : 1);
        for (Value term : Terms.operands(divisor)) {
            Unary fn = Rewriting.producer(term, Unary.class);
            if (fn == null || !Terms.of(divisor, term).are(Terms.atom(term).plus(one))) {
                continue;
            }
            Value argument = term.producer().input(0);
            if (fn.fn() == UnaryFn.ABS && quotient && node.input(0) == argument) {
                return new Fused(Unary.of(UnaryFn.SOFTSIGN), argument);
            }
            if (fn.fn() != UnaryFn.EXP) {
                continue;
            }
            Double numerator = reciprocal ? Double.valueOf(1) : Terms.numberOf(node.input(0));
            for (Value x : Terms.operands(argument)) {
                Double slope = Terms.of(argument, x).multipleOf(x);
                if (slope != null && numerator != null && numerator == 1 && Terms.near(slope, -1)
                        && sameShape(x, node.output())) {
                    return new Fused(Unary.of(UnaryFn.SIGMOID), x);
                }
                if (slope != null && quotient && node.input(0) == x) {
                    return new Fused(swish(-slope), x);
                }
            }
        }
        return null;
    }

    /** {@code y} as an activation of what its gate, or its only factor, is of; {@code null} where it is none. */
    private static Fused gated(Value y, Value gate, Unary fn) {
        Value argument = gate.producer().input(0);
        if (isUnary(argument, UnaryFn.SOFTPLUS)) {
            Value x = argument.producer().input(0);
            boolean mish = fn.fn() == UnaryFn.TANH && sameShape(x, y)
                    && Terms.of(y, x, gate).are(Terms.atom(x).times(Terms.atom(gate)));
            return mish ? new Fused(Unary.of(UnaryFn.MISH), x) : null;
        }
        for (Value value : Terms.operands(argument)) {
            Unary activation = sameShape(value, y) ? gated(y, gate, fn, argument, value) : null;
            if (activation != null) {
                return new Fused(activation, value);
            }
        }
        return null;
    }

    private static Unary gated(Value y, Value gate, Unary fn, Value argument, Value value) {
        Terms x = Terms.atom(value);
        Terms inside = Terms.of(argument, value);
        Terms result = Terms.of(y, value, gate);
        Terms product = x.times(Terms.atom(gate));
        boolean half = result.are(x.plus(product).times(0.5));
        boolean whole = result.are(product);
        switch (fn.fn()) {
            case ERF:
                return half && inside.are(x.times(Math.sqrt(0.5))) ? Unary.of(UnaryFn.GELU) : null;
            case TANH:
                Terms cubic = x.plus(x.power(3).times(0.044715)).times(SQRT_2_OVER_PI);
                if (half && inside.are(cubic)) {
                    return Unary.of(UnaryFn.GELU_TANH);
                }
                boolean logistic = result.are(Terms.atom(gate).plus(Terms.number(1)).times(0.5));
                return logistic && inside.are(x.times(0.5)) ? Unary.of(UnaryFn.SIGMOID) : null;
            case SIGMOID:
                Double slope = inside.multipleOf(value);
                return whole && slope != null ? swish(slope) : null;
            case HARD_SIGMOID:
                boolean sixth = Terms.near(fn.alpha(), 1 / 6.0) && Terms.near(fn.beta(), 0.5);
                return whole && sixth && inside.are(x) ? Unary.of(UnaryFn.HARD_SWISH) : null;
            case CLIP:
                boolean six = fn.alpha() == 0 && fn.beta() == 6 && inside.are(x.plus(Terms.number(3)));
                return six && result.are(product.times(1 / 6.0)) ? Unary.of(UnaryFn.HARD_SWISH) : null;
            default:
                return null;
        }
    }

    private static Unary swish(double slope) {
        return new Unary(UnaryFn.SWISH, (float) (Terms.near(slope, 1) ? 1 : slope), 0);
    }

    private static boolean isUnary(Value value, UnaryFn fn) {
        Unary unary = Rewriting.producer(value, Unary.class);
        return unary != null && unary.fn() == fn;
    }

    /** Whether the function of {@code x} has y's extents, so that nothing was broadcast against x. */
    private static boolean sameShape(Value x, Value y) {
        return x.type().equals(y.type());
    }
}
