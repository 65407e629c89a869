package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.op.Softmax;
import dev.lanewise.compiler.op.Unary;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.List;
import java.util.Map;

/** Activations of com.microsoft, and sums that ONNX Runtime fuses with what follows. */
final class OnnxContribActivations {

    private OnnxContribActivations() {}

    static void register(Map<String, OnnxOp> ops) {
        ops.put("com.microsoft:Gelu", node -> biased(node, UnaryFn.GELU, 0));
        ops.put("com.microsoft:BiasGelu", node -> biased(node, UnaryFn.GELU, 0));
        ops.put("com.microsoft:FastGelu", node -> biased(node, UnaryFn.GELU_TANH, 0));
        ops.put("com.microsoft:QuickGelu", node -> biased(node, UnaryFn.SWISH, node.number("alpha", 1.702f)));
        ops.put("com.microsoft:BiasSplitGelu", OnnxContribActivations::splitGelu);
        ops.put("com.microsoft:BiasAdd", OnnxContribActivations::add);
        ops.put("com.microsoft:BiasSoftmax", OnnxContribActivations::softmax);
        ops.put("com.microsoft:BiasDropout", OnnxContribActivations::dropout);
    }

    /** {@code fn(x + bias)}. */
    private static void biased(OnnxNode node, UnaryFn fn, float alpha) {
        Formula f = new Formula(node);
        Value x = f.wide(node.in(0));
        Value sum = node.has(1) ? f.plus(x, f.wide(node.in(1))) : x;
        node.out(f.cast(node.add(new Unary(fn, alpha, 0), sum), node.in(0).type().type()));
    }

    /** The first half of {@code x + bias} times the Gelu of the second. */
    private static void splitGelu(OnnxNode node) {
        Formula f = new Formula(node);
        Value sum = f.plus(f.wide(node.in(0)), f.wide(node.in(1)));
        int last = sum.rank() - 1;
        if (last < 0 || !sum.dim(last).isConstant() || sum.dim(last).constant() % 2 != 0) {
            throw node.misfit("the input is " + sum.type() + "; its last extent must be two halves");
        }
        long half = sum.dim(last).constant() / 2;
        Value gate = f.apply(UnaryFn.GELU, f.part(sum, last, half, half));
        node.out(f.cast(f.times(f.part(sum, last, 0, half), gate), node.in(0).type().type()));
    }

    /** {@code x + bias + skip}. */
    private static void add(OnnxNode node) {
        Formula f = new Formula(node);
        Value sum = f.plus(f.plus(f.wide(node.in(0)), f.wide(node.in(1))), f.wide(node.in(2)));
        node.out(f.cast(sum, node.in(0).type().type()));
    }

    /** {@code softmax(x + bias)}, all axes from {@code axis} on taken as one. */
    private static void softmax(OnnxNode node) {
        Formula f = new Formula(node);
        node.ignore("is_inner_broadcast"); // follows from the shapes
        Value x = f.cast(node.in(0), DType.F32);
        int axis = OnnxMovement.axis(node, node.integer("axis", 1), x.rank());
        Value sum = f.plus(x, f.cast(node.in(1), DType.F32));
        if (!sum.shape().equals(x.shape())) {
            throw node.misfit("a bias " + node.in(1).type() + " for " + x.type());
        }
        Dim rows = ValueType.product(x.shape().subList(0, axis));
        Dim columns = ValueType.product(x.shape().subList(axis, x.rank()));
        Value y = node.add(new Softmax(false), f.reshape(sum, List.of(rows, columns)));
        node.out(f.cast(f.reshape(y, x.shape()), node.in(0).type().type()));
    }

    /** {@code x + bias + residual}: a model that runs drops nothing. */
    private static void dropout(OnnxNode node) {
        Formula f = new Formula(node);
        node.ignore("seed");
        if (node.has(4) && node.literal(4).longAt(0) != 0) {
            throw node.unsupported("training_mode");
        }
        Value x = node.in(0);
        Value sum = f.plus(f.wide(x), f.wide(node.in(1)));
        Value y = node.has(2) ? f.plus(sum, f.wide(node.in(2))) : sum;
        node.out(f.cast(y, x.type().type()));
        node.out(f.apply(UnaryFn.NOT, f.apply(BinaryFn.LESS, x, x))); // true everywhere
    }
}
