package dev.lanewise.compiler.pass;

import dev.lanewise.compiler.graph.Folding;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Binary;
import dev.lanewise.compiler.op.Conv;
import dev.lanewise.compiler.op.MatMul;
import dev.lanewise.compiler.op.Unary;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.Epilogue;
import java.util.List;

/**
 * Lets products and convolutions with weights add their bias and apply their activation before they
 * store: {@code act(x · W + b)} is one step.
 */
final class FuseEpilogues implements Pass {

    @Override
    public Graph apply(Graph graph, Folding folding) {
        return new Rewriting(graph, folding) {
            @Override
            List<Value> node(Node node, List<Value> inputs) {
                if (node.op() instanceof Binary binary && binary.fn() == BinaryFn.ADD) {
                    Value sum = bias(node, inputs, 0);
                    return one(sum != null ? sum : bias(node, inputs, 1));
                }
                if (node.op() instanceof Unary unary && usedOnce(node.input(0))) {
                    return one(activation(node, unary, inputs.get(0)));
                }
                return null;
            }

            private List<Value> one(Value value) {
                return value == null ? null : List.of(value);
            }

            /** {@code product + bias}, the bias being operand {@code 1 - side}. */
            private Value bias(Node node, List<Value> inputs, int side) {
                Value product = inputs.get(side);
                Value bias = inputs.get(1 - side);
                if (!bias.isConstant() || !usedOnce(node.input(side)) || product.producer() == null
                        || product.producer().input(2) != null) {
                    return null;
                }
                Node made = product.producer();
                int lanes = bias.constant().size();
                boolean alongRows = lanes > 0 && bias.rank() > 0 && bias.rank() <= product.rank()
                        && bias.dim(bias.rank() - 1).is(lanes) && product.dim(product.rank() - 1).is(lanes);
                if (!alongRows) {
                    return null;
                }
                Value row = bias.rank() == 1
                        ? bias // the same object, by which one knows a weight that is trained
                        : Value.constant(bias.name(), bias.constant().reshape(lanes));
                if (made.op() instanceof MatMul matMul && matMul.epilogue() == Epilogue.NONE
                        && matMul.hasWeights(made)) {
                    return add(node.name(), matMul, made.input(0), made.input(1), row);
                }
                if (made.op() instanceof Conv conv && conv.epilogue() == Epilogue.NONE
                        && conv.hasStep(made.input(0), made.input(1))) {
                    return add(node.name(), conv, made.input(0), made.input(1), row);
                }
                return null;
            }

            private Value activation(Node node, Unary unary, Value x) {
                Node made = x.producer();
                Epilogue epilogue = Epilogue.of(unary.fn(), unary.alpha(), unary.beta());
                if (made != null && made.op() instanceof MatMul matMul && matMul.epilogue() == Epilogue.NONE
                        && matMul.hasWeights(made)) {
                    return add(node.name(), matMul.with(epilogue), made.input(0), made.input(1), made.input(2));
                }
                if (made != null && made.op() instanceof Conv conv && conv.epilogue() == Epilogue.NONE
                        && conv.hasStep(made.input(0), made.input(1))) {
                    return add(node.name(), conv.with(epilogue), made.input(0), made.input(1), made.input(2));
                }
                return null;
            }
        }.run();
    }
}
