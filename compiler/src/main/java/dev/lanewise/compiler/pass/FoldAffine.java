package dev.lanewise.compiler.pass;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Folding;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Binary;
import dev.lanewise.compiler.op.Conv;
import dev.lanewise.compiler.op.MatMul;
import dev.lanewise.compiler.op.Reshape;
import dev.lanewise.compiler.op.Unary;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.Epilogue;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Takes factors and summands per channel, as batch normalisation leaves them, into the weights and bias
 * of the product or convolution before them: {@code (x · W + b) · s + t = x · (W · s) + (b · s + t)}.
 */
final class FoldAffine implements Pass {

    @Override
    public Graph apply(Graph graph, Folding folding) {
        return new Rewriting(graph, folding) {
            @Override
            List<Value> node(Node node, List<Value> inputs) {
                if (!(node.op() instanceof Binary binary)) {
                    return null;
                }
                boolean commutes = binary.fn() == BinaryFn.ADD || binary.fn() == BinaryFn.MUL;
                Value folded = fold(node, binary.fn(), inputs, 0);
                if (folded == null && commutes) {
                    folded = fold(node, binary.fn(), inputs, 1);
                }
                return folded == null ? null : List.of(folded);
            }

            private Value fold(Node node, BinaryFn fn, List<Value> inputs, int side) {
                Value product = inputs.get(side);
                Node made = product.producer();
                Value vector = vector(node, product, inputs.get(1 - side));
                if (made == null || vector == null || !usedOnce(node.input(side)) || !takes(made)) {
                    return null;
                }
                return switch (fn) {
                    case MUL -> scaled(node, made, vector);
                    case DIV -> scaled(node, made, add(node.name(), Unary.of(UnaryFn.RECIPROCAL), vector));
                    case ADD -> shifted(node, made, vector);
                    case SUB -> shifted(node, made, add(node.name(), Unary.of(UnaryFn.NEG), vector));
                    default -> null;
                };
            }

            /** A constant that changes along channels alone, as [channels]; else {@code null}. */
            private Value vector(Node node, Value product, Value constant) {
                Dim channels = product.rank() == 0 ? Dim.ZERO : product.dim(product.rank() - 1);
                if (!constant.isConstant() || !channels.isConstant() || constant.rank() > product.rank()
                        || constant.type().type() != DType.F32) {
                    return null;
                }
                Literal literal = constant.constant();
                int n = Math.toIntExact(channels.constant());
                if (literal.size() == 1) {
                    return Value.constant(constant.name(), literal.spread(n));
                }
                // of no elements, a constant may still have rows, which the product would not get
                boolean alongLast = n > 0 && literal.rank() > 0 && literal.size() == n
                        && literal.extent(literal.rank() - 1) == n;
                return alongLast ? add(node.name(), new Reshape(List.of(channels)), constant) : null;
            }

            private boolean takes(Node made) {
                if (made.op() instanceof MatMul matMul) {
                    return matMul.epilogue() == Epilogue.NONE && matMul.hasWeights(made) && known(made.input(2));
                }
                return made.op() instanceof Conv conv && conv.epilogue() == Epilogue.NONE
                        && made.input(1).isConstant() && made.input(0).type().type() == DType.F32
                        && known(made.input(2));
            }

            private boolean known(Value bias) {
                return bias == null || bias.isConstant();
            }

            private Value scaled(Node node, Node made, Value factors) {
                Value weights = made.input(1);
                // the axis of outputs is the last of [k, n], the first of all others
                boolean last = made.op() instanceof MatMul matMul && !matMul.transB();
                List<Dim> shape = new ArrayList<>(Collections.nCopies(weights.rank(), Dim.ONE));
                shape.set(last ? weights.rank() - 1 : 0, factors.dim(0));
                Value spread = add(node.name(), new Reshape(shape), factors);
                Value scaled = add(node.name(), new Binary(BinaryFn.MUL), weights, spread);
                if (!scaled.isConstant() || weights.constant().isSplat() && !scaled.constant().isSplat()) {
                    return null; // beyond the budget of folding, or weights of one value, which stay small
                }
                Value bias = made.input(2) == null
                        ? null
                        : add(node.name(), new Binary(BinaryFn.MUL), flat(node, made.input(2)), factors);
                return known(bias) ? remade(node, made, scaled, bias) : null;
            }

            private Value shifted(Node node, Node made, Value summands) {
                Value bias = made.input(2) == null
                        ? summands
                        : add(node.name(), new Binary(BinaryFn.ADD), flat(node, made.input(2)), summands);
                return known(bias) ? remade(node, made, made.input(1), bias) : null;
            }

            private Value flat(Node node, Value bias) {
                return add(node.name(), new Reshape(List.of(bias.type().size())), bias);
            }

            private Value remade(Node node, Node made, Value weights, Value bias) {
                return add(node.name(), made.op(), made.input(0), weights, bias);
            }
        }.run();
    }
}
