package dev.lanewise.compiler.pass;

import dev.lanewise.compiler.graph.Folding;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Binary;
import dev.lanewise.compiler.op.LayerNorm;
import dev.lanewise.runtime.kernel.ReduceFn;
import java.util.List;

/**
 * Layer normalisation, written out in any order: {@code (x − m) / √(v + ε) · scale +
 * bias} with {@code v = mean((x − m)²)} or {@code mean(x²) − m²}; also folded as TensorFlow does, {@code x ·
 * r + (bias − m · r)} with {@code r = scale / √(v + ε)}.
 */
final class FuseLayerNorm implements Pass {

    @Override
    public Graph apply(Graph graph, Folding folding) {
        return new Rewriting(graph, folding) {
            @Override
            List<Value> node(Node node, List<Value> inputs) {
                return node.op() instanceof Binary ? layerNorm(node) : null;
            }

            private List<Value> layerNorm(Node node) {
                for (InverseRoot root : InverseRoot.in(node.output())) {
                    for (InverseRoot.RowSum squares : InverseRoot.RowSum.in(root.squared())) {
                        Value centred = squares.x();
                        for (InverseRoot.RowSum sum : InverseRoot.RowSum.in(node.output())) {
                            LayerNorm norm = norm(root, squares, sum, centred);
                            Value x = sum.x();
                            if (norm == null || !x.type().equals(node.output().type())) {
                                continue;
                            }
                            Terms normalised = Terms.atom(x).minus(sum.mean()).times(Terms.atom(root.root()).power(-1));
                            Terms result = Terms.of(node.output(), x, sum.value(), root.root());
                            ScaleAndBias after = ScaleAndBias.of(result, normalised, x, root.root(), x, sum.axes());
                            if (after != null) {
                                Value bias = after.bias() == null ? null : now(after.bias());
                                return List.of(sum.normed(
                                        this, node.name(), norm, now(x), now(after.scale()), bias));
                            }
                        }
                    }
                }
                return null;
            }
        }.run();
    }

    /** The normalisation by {@code root} where that is of the variance of what {@code sum} adds up. */
    private static LayerNorm norm(
            InverseRoot root, InverseRoot.RowSum squares, InverseRoot.RowSum sum, Value squared) {
        if (!sum.alongside(squares)) {
            return null;
        }
        Terms x = Terms.atom(sum.x());
        Terms summed = Terms.of(squared, sum.x(), sum.value());
        boolean squaring = squares.fn() == ReduceFn.SUM_SQUARE;
        Terms terms = squaring ? summed.times(summed) : summed;
        Float epsilon = null;
        if (terms.are(x.minus(sum.mean()).power(2))) {
            epsilon = root.epsilon(squares.mean(), squares.value());
        } else if (terms.are(x.power(2))) {
            epsilon = root.epsilon(
                    squares.mean().minus(sum.mean().power(2)), squares.value(), sum.value());
        }
        boolean plainSum = sum.fn() == ReduceFn.SUM;
        return epsilon == null || !plainSum ? null : new LayerNorm(sum.first(), epsilon, false);
    }
}
