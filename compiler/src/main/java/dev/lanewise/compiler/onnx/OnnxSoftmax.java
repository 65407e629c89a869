package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.op.ArgExtreme;
import dev.lanewise.compiler.op.Softmax;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.ReduceFn;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.List;
import java.util.Map;

/** ONNX's Softmax, LogSoftmax and Hardmax. */
final class OnnxSoftmax {

    private OnnxSoftmax() {}

    /** Normalises the last axis. */
    private interface Body {
        Value of(Formula f, Value x);
    }

    static void register(Map<String, OnnxOp> ops) {
        ops.put(":Softmax", node -> alongAxis(node, (f, x) -> softmax(f, x, false)));
        ops.put(":LogSoftmax", node -> alongAxis(node, (f, x) -> softmax(f, x, true)));
        ops.put(":Hardmax", node -> alongAxis(node, OnnxSoftmax::hardmax));
    }

    /** Before opset 13 all axes from {@code axis} are taken as one; from then on it is one axis. */
    private static void alongAxis(OnnxNode node, Body body) {
        Formula f = new Formula(node);
        Value x = node.in(0);
        boolean flattens = node.opset() < 13;
        int axis = OnnxMovement.axis(node, node.integer("axis", flattens ? 1 : -1), x.rank());
        if (flattens) {
            Dim rows = ValueType.product(x.shape().subList(0, axis));
            Dim columns = ValueType.product(x.shape().subList(axis, x.rank()));
            node.out(f.reshape(body.of(f, f.reshape(x, List.of(rows, columns))), x.shape()));
        } else if (x.rank() == 0) {
            node.out(f.reshape(body.of(f, f.reshape(x, List.of(Dim.ONE))), List.of()));
        } else {
            node.out(f.axisBack(body.of(f, f.axisLast(x, axis)), axis));
        }
    }

    /** Over the last axis; f64 by its formula, since the operation is of f32. */
    static Value softmax(Formula f, Value x, boolean log) {
        DType type = x.type().type();
        if (type != DType.F64) {
            return f.cast(f.node().add(new Softmax(log), f.wide(x)), type);
        }
        List<Integer> last = List.of(x.rank() - 1);
        Value shifted = f.minus(x, f.reduce(ReduceFn.MAX, x, last, true));
        Value powers = f.apply(UnaryFn.EXP, shifted);
        Value sum = f.reduce(ReduceFn.SUM, powers, last, true);
        return log ? f.minus(shifted, f.apply(UnaryFn.LOG, sum)) : f.over(powers, sum);
    }

    /** 1 at the first of the largest elements, 0 elsewhere. */
    private static Value hardmax(Formula f, Value x) {
        int axis = x.rank() - 1;
        Value largest = f.node().add(new ArgExtreme(axis, true, true, false), x);
        Value positions = f.counting(x.dim(axis), axis, x.rank());
        return f.cast(f.apply(BinaryFn.EQUAL, positions, largest), x.type().type());
    }
}
