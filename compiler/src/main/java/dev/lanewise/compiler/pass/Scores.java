package dev.lanewise.compiler.pass;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Binary;
import dev.lanewise.compiler.op.MatMul;
import dev.lanewise.compiler.op.Reshape;
import dev.lanewise.compiler.op.Unary;
import dev.lanewise.compiler.op.Where;
import dev.lanewise.runtime.kernel.Epilogue;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.ArrayList;
import java.util.List;

/**
 * What a softmax of attention is of: {@code cap(scale · q · kᵀ)} and the masks that come on top of it.
 *
 * @param product the node that multiplies q by kᵀ
 * @param softcap 0 for none
 * @param capping whether the last thing done is a tanh, whose factor is still to come
 * @param masks in their order
 * @param byHead the scores' form where they are {@code [B, heads, T, S]}; {@code null} where none is
 */
record Scores(Node product, double scale, double softcap, boolean capping, List<Mask> masks, Value byHead) {

    /**
     * What hides keys.
     *
     * @param value what is added to the scores; or a condition
     * @param condition whether {@code value} is a condition
     * @param visible what the condition is where the score stays
     * @param masked what the score becomes elsewhere
     */
    record Mask(Value value, boolean condition, boolean visible, double masked) {}

    /** Reads scores; {@code null} where a value is none. */
    static Scores of(Value value) {
        Node node = value.producer();
        if (node == null || value.rank() < 3 || value.rank() > 4) {
            return null;
        }
        Scores scores = of(value, node);
        boolean byHead = scores != null && scores.byHead == null && value.rank() == 4;
        return byHead ? scores.with(value) : scores;
    }

    private static Scores of(Value value, Node node) {
        if (node.op() instanceof MatMul matMul) {
            boolean plain = !matMul.transA() && matMul.epilogue() == Epilogue.NONE && node.input(2) == null
                    && !matMul.hasWeights(node);
            return plain ? new Scores(node, 1, 0, false, List.of(), null) : null;
        }
        if (node.op() instanceof Reshape) {
            return joinsHeads(value, node.input(0)) || joinsHeads(node.input(0), value) ? of(node.input(0)) : null;
        }
        if (node.op() instanceof Unary unary) {
            Scores inner = unary.fn() == UnaryFn.TANH ? of(node.input(0)) : null;
            return inner == null ? null : inner.tanh();
        }
        if (node.op() instanceof Binary binary) {
            return switch (binary.fn()) {
                case ADD -> sum(node);
                case MUL -> {
                    Scores left = scaled(node.input(0), node.input(1), false);
                    yield left != null ? left : scaled(node.input(1), node.input(0), false);
                }
                case DIV -> scaled(node.input(0), node.input(1), true);
                default -> null;
            };
        }
        return node.op() instanceof Where ? chosen(node) : null;
    }

    /** Whether {@code three [B · heads, T, S]} is {@code four [B, heads, T, S]} with two axes taken as one. */
    static boolean joinsHeads(Value three, Value four) {
        return three.rank() == 3 && four.rank() == 4
                && three.shape().subList(1, 3).equals(four.shape().subList(2, 4))
                && three.dim(0).equals(four.dim(0).times(four.dim(1)));
    }

    private static Scores sum(Node node) {
        for (int side = 0; side < 2; side++) {
            Scores inner = of(node.input(side));
            if (inner != null && !inner.capping && fits(node.input(side), node.output())) {
                return inner.with(new Mask(node.input(1 - side), false, true, 0));
            }
        }
        return null;
    }

    private static Scores chosen(Node node) {
        for (int side = 1; side <= 2; side++) {
            Scores inner = of(node.input(side));
            Double masked = Terms.numberOf(node.input(3 - side));
            if (inner != null && masked != null && !inner.capping && fits(node.input(side), node.output())) {
                return inner.with(new Mask(node.input(0), true, side == 1, masked));
            }
        }
        return null;
    }

    /** Whether a mask left the scores' extents as they were; two symbols may stand for one extent. */
    private static boolean fits(Value before, Value after) {
        boolean same = before.rank() == after.rank();
        for (int axis = 0; same && axis < before.rank(); axis++) {
            Dim x = before.dim(axis);
            Dim y = after.dim(axis);
            same = x.equals(y) || !x.isConstant() && !y.isConstant();
        }
        return same;
    }

    private static Scores scaled(Value value, Value factor, boolean inverse) {
        Double c = Terms.numberOf(factor);
        Scores inner = c == null || c == 0 ? null : of(value);
        if (inner == null || !inner.masks.isEmpty()) {
            return null;
        }
        double times = inverse ? 1 / c : c;
        if (inner.capping) {
            // times · tanh(s) is a cap of times · s
            return new Scores(inner.product, inner.scale * times, times, false, inner.masks, inner.byHead);
        }
        return inner.softcap != 0
                ? null
                : new Scores(inner.product, inner.scale * times, 0, false, inner.masks, inner.byHead);
    }

    private Scores tanh() {
        return softcap != 0 || capping || !masks.isEmpty()
                ? null
                : new Scores(product, scale, 0, true, masks, byHead);
    }

    private Scores with(Mask mask) {
        List<Mask> more = new ArrayList<>(masks);
        more.add(mask);
        return new Scores(product, scale, softcap, capping, List.copyOf(more), byHead);
    }

    private Scores with(Value newByHead) {
        return new Scores(product, scale, softcap, capping, masks, newByHead);
    }
}
