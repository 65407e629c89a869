package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.BitCast;
import dev.lanewise.compiler.op.Random;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.BinaryFn;
import java.util.List;
import java.util.Map;

/** ONNX's operators about element types, and those that leave elements as they are. */
final class OnnxTypes {

    private OnnxTypes() {}

    static void register(Map<String, OnnxOp> ops) {
        ops.put(":Cast", OnnxTypes::cast);
        ops.put(":CastLike", OnnxTypes::castLike);
        ops.put(":BitCast", OnnxTypes::bitCast);
        ops.put(":Dropout", OnnxTypes::dropout);
    }

    private static void cast(OnnxNode node) {
        node.ignore("saturate", "round_mode"); // they concern floating point of 8 bits alone
        DType type = node.dtype("to", null);
        if (type == null) {
            throw node.misfit("attribute 'to' is missing");
        }
        node.out(new Formula(node).cast(node.in(0), type));
    }

    private static void castLike(OnnxNode node) {
        node.ignore("saturate", "round_mode");
        node.out(new Formula(node).cast(node.in(0), node.in(1).type().type()));
    }

    private static void bitCast(OnnxNode node) {
        DType type = node.dtype("to", null);
        if (type == null) {
            throw node.misfit("attribute 'to' is missing");
        }
        node.out(node.add(new BitCast(type), node.in(0)));
    }

    /** The identity, but where the model itself says that it is being trained: from opset 12 on, and by data too. */
    private static void dropout(OnnxNode node) {
        Formula f = new Formula(node);
        node.ignore("is_test", "consumed_inputs", "ratio");
        Value x = node.in(0);
        boolean canTrain = node.opset() >= 12;
        long seed = canTrain ? node.integer("seed", node.name().hashCode()) : 0;
        Value ratio = canTrain && node.has(2) ? ratio(f, node.in(2), f.wide(x).type().type()) : null;
        if (ratio == null || ratio.isConstant() && ratio.constant().doubleAt(0) == 0) {
            node.out(x);
            // the mask had been of what is dropped, and before opset 10 of x's type
            node.out(f.expand(f.number(canTrain ? 1 : 0, node.opset() < 10 ? x.type().type() : DType.BOOL), x.shape()));
            return;
        }
        Value uniform = node.add(new Random(Random.Distribution.UNIFORM, seed, 0, 1, x.shape()));
        Value kept = f.apply(BinaryFn.GREATER_OR_EQUAL, f.cast(uniform, ratio.type().type()), ratio);
        Value scaled = f.over(f.wide(x), f.minus(f.number(1, ratio.type().type()), ratio));
        node.out(f.cast(f.where(kept, scaled, f.number(0, ratio.type().type())), x.type().type()));
        node.out(kept);
    }

    /** How much is dropped, a scalar: input 1, or 0 unless training. */
    private static Value ratio(Formula f, Value training, DType type) {
        OnnxNode node = f.node();
        Value given = node.has(1) ? f.cast(f.reshape(node.in(1), List.of()), type) : f.number(0.5, type);
        Value ratio = f.where(f.reshape(training, List.of()), given, f.number(0, type));
        if (ratio.isConstant() && !(ratio.constant().doubleAt(0) >= 0 && ratio.constant().doubleAt(0) < 1)) {
            throw node.misfit("a ratio of " + ratio.constant().doubleAt(0) + "; expected 0 up to, and without, 1");
        }
        return ratio;
    }
}
