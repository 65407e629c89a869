package dev.lanewise.compiler.op;

import dev.lanewise.compiler.graph.Evaluation;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Op;
import dev.lanewise.compiler.graph.Signature;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.plan.Lowering;
import dev.lanewise.formats.proto.StepKind;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.List;

/**
 * An elementwise function: {@code y[...] = fn(x[...])}, of x's type.
 *
 * @param alpha parameter of {@code fn}, see {@link UnaryFn}
 * @param beta parameter of {@code fn}
 */
public record Unary(UnaryFn fn, float alpha, float beta) implements Op {

    public static Unary of(UnaryFn fn) {
        return new Unary(fn, 0f, 0f);
    }

    @Override
    public String name() {
        return fn.name().toLowerCase(java.util.Locale.ROOT);
    }

    @Override
    public List<ValueType> infer(Signature in) {
        return List.of(in.type(0));
    }

    @Override
    public List<Literal> evaluate(Evaluation in) {
        Literal x = in.in(0);
        if (x.type().isFloating()) {
            double[] y = x.toDoubles();
            for (int i = 0; i < y.length; i++) {
                y[i] = Functions.unary(fn, alpha, beta, y[i]);
            }
            return List.of(Literal.of(x.type(), y, x.shape()));
        }
        long[] y = x.toLongs();
        for (int i = 0; i < y.length; i++) {
            y[i] = Functions.unary(fn, alpha, beta, y[i], x.type());
        }
        return List.of(Literal.of(x.type(), y, x.shape()));
    }

    @Override
    public void lower(Lowering lowering) {
        lowering.step(StepKind.UNARY).ints(fn.ordinal()).floats(alpha, beta);
    }
}
