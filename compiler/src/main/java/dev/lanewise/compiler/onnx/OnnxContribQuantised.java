package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.op.Concat;
import dev.lanewise.compiler.op.Softmax;
import dev.lanewise.compiler.op.Unary;
import dev.lanewise.compiler.op.Where;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.ReduceFn;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** com.microsoft's operators on quantised tensors: each is the operator on the real numbers, quantised again. */
final class OnnxContribQuantised {

    /** The version of ONNX's pooling that the quantised one follows. */
    private static final int POOLING = 11;

    private OnnxContribQuantised() {}

    static void register(Map<String, OnnxOp> ops) {
        ops.put("com.microsoft:QLinearAdd", node -> binary(node, BinaryFn.ADD));
        ops.put("com.microsoft:QLinearMul", node -> binary(node, BinaryFn.MUL));
        ops.put("com.microsoft:QLinearSigmoid", node -> unary(node, UnaryFn.SIGMOID, 0));
        ops.put("com.microsoft:QLinearLeakyRelu", node -> unary(node, UnaryFn.LEAKY_RELU, node.number("alpha", 0.01f)));
        ops.put("com.microsoft:QLinearSoftmax", OnnxContribQuantised::softmax);
        ops.put("com.microsoft:QLinearReduceMean", OnnxContribQuantised::reduceMean);
        ops.put("com.microsoft:QLinearConcat", OnnxContribQuantised::concat);
        ops.put("com.microsoft:QLinearWhere", OnnxContribQuantised::where);
        ops.put("com.microsoft:QLinearAveragePool", node -> pool(node, ops.get(":AveragePool")));
        ops.put("com.microsoft:QLinearGlobalAveragePool", OnnxContribQuantised::globalPool);
    }

    /** Inputs: A, its scale and zero point, B, its own, those of the result. */
    private static void binary(OnnxNode node, BinaryFn fn) {
        Formula f = new Formula(node);
        QuantisedParts parts = new QuantisedParts(f);
        Value y = f.apply(fn, parts.real(0, 1, 2), parts.real(3, 4, 5));
        node.out(parts.quantisedToEven(y, 6, 7, node.in(0).type().type()));
    }

    /** Inputs, as of all that follow unless they say otherwise: x, its scale and zero point, those of the result. */
    private static void unary(OnnxNode node, UnaryFn fn, float alpha) {
        QuantisedParts parts = new QuantisedParts(new Formula(node));
        Value y = node.add(new Unary(fn, alpha, 0), parts.real(0, 1, 2));
        node.out(parts.quantised(y, 3, 4, node.in(0).type().type()));
    }

    /** Before opset 13, which is an attribute here, all axes from {@code axis} are taken as one. */
    private static void softmax(OnnxNode node) {
        Formula f = new Formula(node);
        QuantisedParts parts = new QuantisedParts(f);
        Value x = parts.real(0, 1, 2);
        boolean flattens = node.integer("opset", 13) < 13;
        int axis = OnnxMovement.axis(node, node.integer("axis", flattens ? 1 : -1), x.rank());
        Value y;
        if (flattens) {
            Dim rows = ValueType.product(x.shape().subList(0, axis));
            Dim columns = ValueType.product(x.shape().subList(axis, x.rank()));
            y = f.reshape(node.add(new Softmax(false), f.reshape(x, List.of(rows, columns))), x.shape());
        } else {
            y = f.axisBack(node.add(new Softmax(false), f.axisLast(x, axis)), axis);
        }
        node.out(parts.quantised(y, 3, 4, node.in(0).type().type()));
    }

    private static void reduceMean(OnnxNode node) {
        Formula f = new Formula(node);
        QuantisedParts parts = new QuantisedParts(f);
        Value x = parts.real(0, 1, 2);
        long[] given = node.integers("axes");
        List<Integer> axes = Formula.axes(0, x.rank());
        if (given != null && given.length > 0) {
            axes = new ArrayList<>();
            for (long axis : given) {
                axes.add(OnnxMovement.axis(node, axis, x.rank()));
            }
        }
        Value mean = f.mean(x, axes, node.flag("keepdims", true));
        node.out(parts.quantised(mean, 3, 4, node.in(0).type().type()));
    }

    /** Inputs: scale and zero point of the result, then each tensor with its own. */
    private static void concat(OnnxNode node) {
        QuantisedParts parts = new QuantisedParts(new Formula(node));
        List<Value> values = new ArrayList<>();
        for (int i = 2; i + 1 < node.inputCount(); i += 3) {
            values.add(parts.real(i, i + 1, i + 2));
        }
        if (values.isEmpty()) {
            throw node.misfit("nothing to put together");
        }
        int axis = OnnxMovement.axis(node, node.integer("axis", 0), values.get(0).rank());
        Value y = node.add(new Concat(axis), values.toArray(new Value[0]));
        node.out(parts.quantised(y, 0, 1, node.in(2).type().type()));
    }

    /** Inputs: the condition, x with scale and zero point, y with its own, those of the result. */
    private static void where(OnnxNode node) {
        QuantisedParts parts = new QuantisedParts(new Formula(node));
        Value y = node.add(new Where(), node.in(0), parts.real(1, 2, 3), parts.real(4, 5, 6));
        node.out(parts.quantised(y, 7, 8, node.in(1).type().type()));
    }

    private static void pool(OnnxNode node, OnnxOp pool) {
        QuantisedParts parts = new QuantisedParts(new Formula(node));
        OnnxNode real = node.with(List.of(parts.real(0, 1, 2)));
        OnnxOp op = inner -> pool.convert(inner.following(POOLING));
        if (node.flag("channels_last", false)) {
            OnnxContribConvolutions.channelsLast(real, op, 0);
        } else {
            op.convert(real);
        }
        node.out(parts.quantisedToEven(real.outputs().get(0), 3, 4, node.in(0).type().type()));
    }

    /** The sum of integers is exact, and scaled once: of whole and half results none is missed. */
    private static void globalPool(OnnxNode node) {
        Formula f = new Formula(node);
        QuantisedParts parts = new QuantisedParts(f);
        Value x = parts.withoutZero(node.in(0), 2);
        if (x.rank() < 3) {
            throw node.misfit("the input is " + x.type() + "; expected [N, C, spatial...]");
        }
        boolean last = node.flag("channels_last", false);
        List<Integer> axes = last ? Formula.axes(1, x.rank() - 1) : Formula.axes(2, x.rank());
        Value sums = f.reduce(ReduceFn.SUM, x, axes, true);
        Value scale = f.over(parts.number(1), f.times(parts.number(3), f.count(x, axes)));
        node.out(parts.rounded(f.times(sums, scale), 4, node.in(0).type().type()));
    }
}
