package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.ReduceFn;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * ONNX's losses over classes: scores {@code [N, C, d...]}, targets {@code [N, d...]}, weights {@code [C]}
 * or none. The score of the target is picked by comparing all classes with it, so that a target outside
 * (such as the ignored one) picks nothing.
 */
final class OnnxLosses {

    private OnnxLosses() {}

    static void register(Map<String, OnnxOp> ops) {
        ops.put(":NegativeLogLikelihoodLoss", node -> node.out(loss(node, node.in(0))));
        ops.put(":SoftmaxCrossEntropyLoss", OnnxLosses::crossEntropy);
    }

    private static void crossEntropy(OnnxNode node) {
        Formula f = new Formula(node);
        Value x = node.in(0);
        Value log = f.axisBack(OnnxSoftmax.softmax(f, f.axisLast(x, 1), true), 1);
        node.out(loss(node, log));
        node.out(log);
    }

    private static Value loss(OnnxNode node, Value log) {
        Formula f = new Formula(node);
        String reduction = node.oneOf("reduction", "mean", "mean", "sum", "none");
        Value target = node.in(1);
        int rank = log.rank();
        if (rank < 2 || target.rank() != rank - 1) {
            throw node.misfit("scores " + log.type() + " and targets " + target.type()
                    + "; expected [N, C, d...] and [N, d...]");
        }
        Value wide = f.wide(log);
        DType type = wide.type().type();
        Value zero = f.number(0, type);
        Value targets = f.cast(target, DType.I64);
        List<Dim> shape = new ArrayList<>(target.shape());
        shape.add(1, Dim.ONE);
        Value classes = f.counting(log.dim(1), 1, rank);
        Value chosen = f.apply(BinaryFn.EQUAL, classes, f.reshape(targets, shape));
        Value picked = f.reduce(ReduceFn.SUM, f.where(chosen, wide, zero), List.of(1), false);
        Value weight = weights(f, targets, chosen, rank, type);
        Value losses = f.apply(UnaryFn.NEG, weight == null ? picked : f.times(picked, weight));
        if (reduction.equals("none")) {
            return f.cast(losses, log.type().type());
        }
        List<Integer> all = Formula.axes(0, losses.rank());
        Value sum = f.reduce(ReduceFn.SUM, losses, all, false);
        if (reduction.equals("mean")) {
            sum = f.over(sum, weight == null ? f.count(losses, all) : f.reduce(ReduceFn.SUM, weight, all, false));
        }
        return f.cast(sum, log.type().type());
    }

    /** The weight of each target, 0 for the ignored one; {@code null} where all are 1. */
    private static Value weights(Formula f, Value targets, Value chosen, int rank, DType type) {
        OnnxNode node = f.node();
        Value weight = null;
        if (node.has(2)) {
            Value perClass = f.along(f.cast(node.in(2), type), 1, rank);
            weight = f.reduce(ReduceFn.SUM, f.where(chosen, perClass, f.number(0, type)), List.of(1), false);
        }
        if (node.hasAttribute("ignore_index")) {
            long ignored = node.integer("ignore_index", 0);
            Value kept = f.cast(f.apply(UnaryFn.NOT, f.apply(BinaryFn.EQUAL, targets, ignored)), type);
            weight = weight == null ? kept : f.times(weight, kept);
        }
        return weight;
    }
}
