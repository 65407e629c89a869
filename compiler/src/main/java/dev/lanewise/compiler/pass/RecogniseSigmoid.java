package dev.lanewise.compiler.pass;

import static dev.lanewise.compiler.pass.Pattern.any;
import static dev.lanewise.compiler.pass.Pattern.number;
import static dev.lanewise.compiler.pass.Pattern.oneOf;
import static dev.lanewise.compiler.pass.Pattern.op;
import static dev.lanewise.compiler.pass.Pattern.product;
import static dev.lanewise.compiler.pass.Pattern.quotient;
import static dev.lanewise.compiler.pass.Pattern.sum;
import static dev.lanewise.compiler.pass.Pattern.unary;

import dev.lanewise.compiler.graph.Folding;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Unary;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.List;

/** Makes one function of logistic functions written out: {@code 1 / (1 + e⁻ˣ)} and {@code (1 + tanh(x/2)) / 2}. */
final class RecogniseSigmoid implements Pass {

    private static final Pattern X = any();
    private static final Pattern MINUS_X = oneOf(unary(UnaryFn.NEG, X), product(number(-1), X));
    private static final Pattern ONE_PLUS_EXP = sum(number(1), unary(UnaryFn.EXP, MINUS_X));
    private static final Pattern HALF_X = oneOf(
            product(number(0.5), X),
            quotient(X, number(2)),
            op(op -> op.equals(new Unary(UnaryFn.AFFINE, 0.5f, 0)), X));
    private static final Pattern HALF_TANH = unary(UnaryFn.TANH, HALF_X);

    private static final Pattern SIGMOID = oneOf(
            quotient(number(1), ONE_PLUS_EXP),
            unary(UnaryFn.RECIPROCAL, ONE_PLUS_EXP),
            sum(number(0.5), product(number(0.5), HALF_TANH)),
            product(number(0.5), sum(number(1), HALF_TANH)),
            quotient(sum(number(1), HALF_TANH), number(2)));

    @Override
    public Graph apply(Graph graph, Folding folding) {
        return new Rewriting(graph, folding) {
            @Override
            List<Value> node(Node node, List<Value> inputs) {
                Match found = node.outputs().size() == 1 ? SIGMOID.in(node.output()) : null;
                boolean fits = found != null && found.get(X).type().equals(node.output().type());
                return fits ? List.of(add(node.name(), Unary.of(UnaryFn.SIGMOID), now(found.get(X)))) : null;
            }
        }.run();
    }
}
