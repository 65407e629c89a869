package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.BitCast;
import dev.lanewise.compiler.op.Random;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.UnaryFn;
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

    /** The identity, but where the model itself says that it is being trained. */
    private static void dropout(OnnxNode node) {
        Formula f = new Formula(node);
        node.ignore("is_test", "consumed_inputs");
        Value x = node.in(0);
        boolean inputs = node.opset() >= 12;
        double ratio = inputs ? 0.5 : node.number("ratio", 0.5f);
        boolean training = false;
        long seed = inputs ? node.integer("seed", node.name().hashCode()) : 0;
        if (inputs && node.has(2)) {
            training = node.literal(2).longAt(0) != 0;
        }
        if (inputs && training && node.has(1)) {
            ratio = node.literal(1).doubleAt(0);
        }
        if (training && !(ratio >= 0 && ratio < 1)) {
            throw node.misfit("a ratio of " + ratio + "; expected 0 up to, and without, 1");
        }
        if (!training || ratio == 0) {
            node.out(x);
            node.out(f.apply(UnaryFn.NOT, f.apply(BinaryFn.LESS, x, x))); // true everywhere
            return;
        }
        Value uniform = node.add(new Random(Random.Distribution.UNIFORM, seed, 0, 1, x.shape()));
        Value kept = f.apply(BinaryFn.GREATER_OR_EQUAL, uniform, ratio);
        Value scaled = f.apply(BinaryFn.MUL, f.wide(x), 1 / (1 - ratio));
        node.out(f.cast(f.times(scaled, f.cast(kept, scaled.type().type())), x.type().type()));
        node.out(kept);
    }
}
