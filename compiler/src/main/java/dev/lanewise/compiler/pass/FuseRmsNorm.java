package dev.lanewise.compiler.pass;

import dev.lanewise.compiler.graph.Folding;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Binary;
import dev.lanewise.compiler.op.RmsNorm;
import dev.lanewise.runtime.kernel.ReduceFn;
import java.util.List;

/** Root mean square normalisation written out: {@code x / √(mean(x²) + ε) · scale}. */
final class FuseRmsNorm implements Pass {

    @Override
    public Graph apply(Graph graph, Folding folding) {
        return new Rewriting(graph, folding) {
            @Override
            List<Value> node(Node node, List<Value> inputs) {
                return node.op() instanceof Binary ? rmsNorm(node) : null;
            }

            private List<Value> rmsNorm(Node node) {
                for (InverseRoot root : InverseRoot.in(node.output())) {
                    for (InverseRoot.RowSum sum : InverseRoot.RowSum.in(root.squared())) {
                        Float epsilon = root.epsilon(sum.mean(), sum.value());
                        for (Value x : epsilon == null ? List.<Value>of() : Terms.operands(sum.x())) {
                            ScaleAndBias after = isSquareSum(sum, x) && x.type().equals(node.output().type())
                                    ? after(node.output(), root, x, sum.axes())
                                    : null;
                            if (after != null && after.bias() == null) {
                                RmsNorm norm = new RmsNorm(sum.first(), epsilon);
                                return List.of(sum.normed(this, node.name(), norm, now(x), now(after.scale())));
                            }
                        }
                    }
                }
                return null;
            }
        }.run();
    }

    private static boolean isSquareSum(InverseRoot.RowSum sum, Value x) {
        Terms summed = Terms.of(sum.x(), x);
        return summed.are(sum.fn() == ReduceFn.SUM_SQUARE ? Terms.atom(x) : Terms.atom(x).power(2));
    }

    private static ScaleAndBias after(Value result, InverseRoot root, Value x, List<Integer> axes) {
        Terms normalised = Terms.atom(x).times(Terms.atom(root.root()).power(-1));
        return ScaleAndBias.of(Terms.of(result, x, root.root()), normalised, x, root.root(), x, axes);
    }
}
