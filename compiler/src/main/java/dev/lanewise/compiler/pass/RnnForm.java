package dev.lanewise.compiler.pass;

import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Rnn;
import dev.lanewise.compiler.op.Unary;
import dev.lanewise.compiler.pass.RecurrentCell.Gate;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.List;

/** How a step of {@link Rnn} is written: {@code fn(x · W + h · R + b)}, as are dense layers that are none. */
final class RnnForm {

    private RnnForm() {}

    /** What would be a cell if one of its inputs were its state; {@code null} where the form is another. */
    static RecurrentCell in(Value value) {
        boolean fits = value.producer() != null && value.producer().op() instanceof Unary unary
                && (unary.fn() == UnaryFn.TANH || unary.fn() == UnaryFn.RELU);
        if (!fits) {
            return null;
        }
        UnaryFn fn = ((Unary) value.producer().op()).fn();
        AffineMap sum = RecurrentCell.argument(fn, value);
        return sum == null || !sum.isProducts()
                ? null
                : new RecurrentCell(new Rnn(false, fn), List.of(new Gate(sum)), null, null, value, null, sum.nodes());
    }
}
