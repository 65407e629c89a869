package dev.lanewise.compiler.pass;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Folding;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Attention;
import dev.lanewise.compiler.op.Binary;
import dev.lanewise.compiler.op.Expand;
import dev.lanewise.compiler.op.MatMul;
import dev.lanewise.compiler.op.Reshape;
import dev.lanewise.compiler.op.Softmax;
import dev.lanewise.compiler.op.Transpose;
import dev.lanewise.compiler.op.Unary;
import dev.lanewise.compiler.op.Where;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.Epilogue;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Attention that exporters wrote out, {@code softmax(scale · q · kᵀ + mask) · v}, becomes one node: of {@code
 * [B, heads, T, d]} or {@code [B · heads, T, d]}, scaled anywhere, masked by a sum or by a choice, with heads of
 * keys that several heads of queries share.
 *
 * <p>The numbers stay what they were, but for queries from which a mask hides every key: masks of −∞ give them
 * zeros, where the formula gives NaN; and finite ones beside a causal mask the mean of their past, where the
 * formula gives that of all values. A choice of a finite number is taken for a sum only where that gives
 * the same: where the number is so low that a score added to it is lost, or where every query sees a key.
 */
final class FuseAttention implements Pass {

    /** A score added to this is rounded away in f32. */
    private static final double LOWEST = -1e30;

    @Override
    public Graph apply(Graph graph, Folding folding) {
        return new Rewriting(graph, folding) {
            private final CausalMask.Reader causalMasks = new CausalMask.Reader();

            @Override
            List<Value> node(Node node, List<Value> inputs) {
                boolean weighs = node.op() instanceof MatMul matMul && !matMul.transA() && !matMul.transB()
                        && matMul.epilogue() == Epilogue.NONE && node.input(2) == null
                        && node.output().type().type() == DType.F32;
                Value weights = weighs ? softmax(node.input(0)) : null;
                Scores scores = weights == null ? null : Scores.of(weights.producer().input(0));
                boolean complete = scores != null && !scores.capping()
                        && scores.product().output().type().type() == DType.F32;
                Value y = complete ? attention(node, scores) : null;
                return y == null ? null : List.of(y);
            }

            /** The softmax that a product weighs values with, if for nothing else; {@code null} for none. */
            private Value softmax(Value value) {
                Value weights = withoutGuard(value);
                if (producer(weights, Reshape.class) != null && usedOnce(weights)
                        && Scores.joinsHeads(weights, weights.producer().input(0))) {
                    weights = withoutGuard(weights.producer().input(0));
                }
                Softmax softmax = producer(weights, Softmax.class);
                boolean own = usedOnce(weights) || weights != value && usedOnce(value);
                return softmax != null && !softmax.log() && own ? weights : null;
            }

            private Value attention(Node node, Scores scores) {
                Heads heads = Heads.of(scores, node);
                double[] scale = {scores.scale()};
                boolean transB = ((MatMul) scores.product().op()).transB();
                Value q = unscaled(scores.product().input(0), scale);
                Value k = unscaled(scores.product().input(1), scale);
                k = transB ? k : swapped(node, k);
                Value v = now(node.input(1));
                if (q.rank() != k.rank() || q.rank() != v.rank() || !sameBatch(q, k) || !sameBatch(q, v)) {
                    return null;
                }
                q = byTime(node, heads, q);
                k = byTime(node, heads, single(node, k));
                v = byTime(node, heads, single(node, v));
                boolean fits = sizesKnown(q) && sizesKnown(k) && sizesKnown(v) && k.dim(2).equals(v.dim(2))
                        && !k.dim(2).is(0) && q.dim(2).constant() % k.dim(2).constant() == 0;
                if (!fits) {
                    return null;
                }
                Masks masks = masks(node, heads, scores, q.dim(1), k.dim(1));
                if (masks == null) {
                    return null;
                }
                Dim offset = masks.offset == null ? Dim.ZERO : masks.offset;
                Attention attention = new Attention(
                        masks.offset != null, offset, (float) scale[0], (float) scores.softcap());
                Value y = add(node.name(), attention, q, k, v, masks.bias);
                Value byHead = heads == null ? y : add(node.name(), Transpose.of(0, 2, 1, 3), y);
                return byHead.type().equals(node.output().type())
                        ? byHead
                        : add(node.name(), new Reshape(node.output().shape()), byHead);
            }

            private boolean sameBatch(Value a, Value b) {
                int leading = a.rank() - 2;
                return a.shape().subList(0, leading).equals(b.shape().subList(0, leading));
            }

            private boolean sizesKnown(Value x) {
                return x.dim(2).isConstant() && x.dim(3).isConstant();
            }

            /** A value without the factors that it was multiplied by, before or after it was moved about. */
            private Value unscaled(Value value, double[] scale) {
                Node node = value.producer();
                if (node != null && (node.op() instanceof Transpose || node.op() instanceof Reshape)) {
                    double before = scale[0];
                    Value source = unscaled(node.input(0), scale);
                    return scale[0] == before ? now(value) : add(node.name(), node.op(), source);
                }
                if (node != null && node.op() instanceof Binary binary) {
                    for (int side = 0; side < 2; side++) {
                        Double c = Terms.numberOf(node.input(1 - side));
                        boolean times = binary.fn() == BinaryFn.MUL;
                        boolean over = binary.fn() == BinaryFn.DIV && side == 0;
                        if (c != null && c != 0 && (times || over) && node.input(side).type().equals(value.type())) {
                            scale[0] = times ? scale[0] * c : scale[0] / c;
                            return unscaled(node.input(side), scale);
                        }
                    }
                }
                return now(value);
            }

            private Value swapped(Node node, Value k) {
                return add(node.name(), k.rank() == 3 ? Transpose.of(0, 2, 1) : Transpose.of(0, 1, 3, 2), k);
            }

            /** Heads of keys before each was repeated for the queries' heads that share it. */
            private Value single(Node node, Value x) {
                Value repeated = x;
                while (isSwap(repeated) && isSwap(repeated.producer().input(0))) {
                    repeated = repeated.producer().input(0).producer().input(0);
                }
                Value expanded = producer(repeated, Reshape.class) == null ? null : repeated.producer().input(0);
                if (repeated.rank() != 4 || producer(expanded, Expand.class) == null || expanded.rank() != 5) {
                    return x;
                }
                Value one = expanded.producer().input(0); // [B, kvHeads, 1, S, d]
                List<Dim> shape = expanded.shape();
                boolean alongHeads = one.rank() == 5 && one.dim(2).is(1)
                        && one.shape().subList(0, 2).equals(shape.subList(0, 2))
                        && one.shape().subList(3, 5).equals(shape.subList(3, 5))
                        && repeated.dim(0).equals(shape.get(0))
                        && repeated.dim(1).equals(shape.get(1).times(shape.get(2)))
                        && repeated.shape().subList(2, 4).equals(shape.subList(3, 5));
                if (!alongHeads) {
                    return x;
                }
                List<Dim> once = List.of(shape.get(0), shape.get(1), shape.get(3), shape.get(4));
                return add(node.name(), new Reshape(once), one);
            }

            private boolean isSwap(Value x) {
                Transpose transpose = producer(x, Transpose.class);
                return transpose != null && transpose.equals(Transpose.of(0, 1, 3, 2));
            }

            /** {@code [B, heads, n, d]} or {@code [B · heads, n, d]} as {@code [B, n, heads, d]}. */
            private Value byTime(Node node, Heads heads, Value x) {
                Value byHead = x;
                if (heads == null) {
                    return add(node.name(), new Reshape(List.of(x.dim(0), x.dim(1), Dim.ONE, x.dim(2))), x);
                }
                if (x.rank() == 3) {
                    List<Dim> shape = List.of(heads.batch, heads.count, x.dim(1), x.dim(2));
                    byHead = add(node.name(), new Reshape(shape), x);
                }
                return add(node.name(), Transpose.of(0, 2, 1, 3), byHead);
            }

            /**
             * Splits off that one mask is causal, and adds up all else that the masks do; {@code null} if they
             * cannot be.
             */
            private Masks masks(Node node, Heads heads, Scores scores, Dim queries, Dim keys) {
                Dim offset = null;
                Value bias = null;
                for (Scores.Mask mask : scores.masks()) {
                    CausalMask causal = offset == null ? causal(mask, queries, keys) : null;
                    if (causal != null) {
                        offset = causal.offset();
                        if (causal.near() != null) {
                            continue;
                        }
                    }
                    Value value = causal == null ? now(mask.value()) : causal.rest().addTo(this);
                    Value more = bias(node, heads, mask, value, keys);
                    if (more == null) {
                        return null;
                    }
                    bias = bias == null ? more : add(node.name(), new Binary(BinaryFn.ADD), bias, more);
                }
                return new Masks(offset, bias);
            }

            /** The mask's causal form, where it alone leaves every query a key; {@code null} where it has none. */
            private CausalMask causal(Scores.Mask mask, Dim queries, Dim keys) {
                CausalMask causal = causalMasks.of(mask.value());
                boolean fits = causal != null && causal.queries().equals(queries) && causal.keys().equals(keys)
                        && causal.offset().min() >= 0;
                return fits && hides(mask, causal.hidden()) && (causal.near() == null || shows(mask, causal.near()))
                        ? causal
                        : null;
            }

            /**
             * What a mask adds to the scores, as {@code [B or 1, heads or 1, T or 1, S]}; {@code null} if it cannot.
             */
            private Value bias(Node node, Heads heads, Scores.Mask mask, Value given, Dim keys) {
                Value value = given;
                if (mask.condition()) {
                    if (mask.masked() > LOWEST) {
                        return null;
                    }
                    Value none = Value.constant(node.name(), Literal.scalar(0f).reshape());
                    Value low = Value.constant(node.name(), Literal.scalar((float) mask.masked()).reshape());
                    value = mask.visible()
                            ? add(node.name(), new Where(), value, none, low)
                            : add(node.name(), new Where(), value, low, none);
                }
                if (value.rank() == 0 || value.rank() > 4 || !value.dim(value.rank() - 1).equals(keys)
                        && (value.dim(value.rank() - 1).isConstant() || keys.isConstant())) {
                    return null;
                }
                List<Dim> shape = new ArrayList<>(value.shape());
                if (heads == null && shape.size() == 3) {
                    shape.add(1, Dim.ONE); // one head each
                }
                shape.addAll(0, Collections.nCopies(4 - shape.size(), Dim.ONE));
                return add(node.name(), new Reshape(shape), value);
            }
        }.run();
    }

    /**
     * What all masks of some scores do.
     *
     * @param offset of the last key that the first query sees, from the first; {@code null} if not causal
     * @param bias {@code [B or 1, heads or 1, T or 1, S]} or {@code null}
     */
    private record Masks(Dim offset, Value bias) {}

    /**
     * How batch and heads are told apart.
     *
     * @param batch extent
     * @param count of the queries' heads
     */
    private record Heads(Dim batch, Dim count) {

        /** From the scores, or from how three axes were made of four; {@code null} where nothing tells. */
        static Heads of(Scores scores, Node node) {
            Value four = scores.byHead();
            for (Value operand : List.of(scores.product().input(0), node.input(1))) {
                if (four == null && Rewriting.producer(operand, Reshape.class) != null
                        && Scores.joinsHeads(operand, operand.producer().input(0))) {
                    four = operand.producer().input(0);
                }
            }
            return four == null ? null : new Heads(four.dim(0), four.dim(1));
        }
    }

    /** The softmax behind {@code isNaN(p) ? 0 : p}, as exporters write it for queries that see no key. */
    private static Value withoutGuard(Value value) {
        if (Rewriting.producer(value, Where.class) == null) {
            return value;
        }
        Node where = value.producer();
        Value p = where.input(2);
        Double none = Terms.numberOf(where.input(1));
        Unary not = Rewriting.producer(where.input(0), Unary.class);
        boolean isNaN = not != null && not.fn() == UnaryFn.NOT && isSelfEqual(where.input(0).producer().input(0), p);
        return isNaN && none != null && none == 0 && p.type().equals(value.type()) ? p : value;
    }

    private static boolean isSelfEqual(Value equal, Value p) {
        Binary binary = Rewriting.producer(equal, Binary.class);
        return binary != null && binary.fn() == BinaryFn.EQUAL
                && equal.producer().input(0) == p && equal.producer().input(1) == p;
    }

    private static boolean hides(Scores.Mask mask, Literal element) {
        return mask.condition()
                ? mask.masked() <= CausalMask.LOW && element.doubleAt(0) != 0 != mask.visible()
                : element.doubleAt(0) <= CausalMask.LOW;
    }

    private static boolean shows(Scores.Mask mask, Literal element) {
        return mask.condition() ? element.doubleAt(0) != 0 == mask.visible() : element.doubleAt(0) == 0;
    }
}
