package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Unary;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.Map;

/** ONNX's activation functions, their parameters with the defaults of the specification. */
final class OnnxActivations {

    private static final float SELU_ALPHA = 1.67326319217681884765625f;
    private static final float SELU_GAMMA = 1.05070102214813232421875f;

    private OnnxActivations() {}

    static void register(Map<String, OnnxOp> ops) {
        ops.put(":Relu", node -> map(node, UnaryFn.RELU, 0, 0));
        ops.put(":Sigmoid", node -> map(node, UnaryFn.SIGMOID, 0, 0));
        ops.put(":Tanh", node -> map(node, UnaryFn.TANH, 0, 0));
        ops.put(":Softplus", node -> map(node, UnaryFn.SOFTPLUS, 0, 0));
        ops.put(":Softsign", node -> map(node, UnaryFn.SOFTSIGN, 0, 0));
        ops.put(":HardSwish", node -> map(node, UnaryFn.HARD_SWISH, 0, 0));
        ops.put(":Mish", node -> map(node, UnaryFn.MISH, 0, 0));
        ops.put(":LeakyRelu", node -> map(node, UnaryFn.LEAKY_RELU, node.number("alpha", 0.01f), 0));
        ops.put(":ThresholdedRelu", node -> map(node, UnaryFn.THRESHOLDED_RELU, node.number("alpha", 1), 0));
        ops.put(":Elu", node -> map(node, UnaryFn.ELU, node.number("alpha", 1), 0));
        ops.put(":Celu", node -> map(node, UnaryFn.CELU, node.number("alpha", 1), 0));
        ops.put(":Selu", OnnxActivations::selu);
        ops.put(":HardSigmoid",
                node -> map(node, UnaryFn.HARD_SIGMOID, node.number("alpha", 0.2f), node.number("beta", 0.5f)));
        ops.put(":Shrink", node -> {
            Formula f = new Formula(node);
            Value x = node.in(0);
            Value real = x.type().type().isFloating() ? x : f.real(x);
            Unary shrink = new Unary(UnaryFn.SHRINK, node.number("lambd", 0.5f), node.number("bias", 0));
            node.out(f.cast(node.add(shrink, real), x.type().type()));
        });
        ops.put(":Swish", node -> map(node, UnaryFn.SWISH, node.number("alpha", 1), 0));
        ops.put(":SwiGLU", OnnxActivations::swiGlu);
        ops.put(":Gelu", OnnxActivations::gelu);
        ops.put(":PRelu", OnnxActivations::prelu);
    }

    private static void map(OnnxNode node, UnaryFn fn, float alpha, float beta) {
        node.ignore("consumed_inputs");
        node.out(node.add(new Unary(fn, alpha, beta), node.in(0)));
    }

    /** Opset 1 had the constants to five digits. */
    private static void selu(OnnxNode node) {
        boolean first = node.opset() < 6;
        map(node, UnaryFn.SELU, node.number("alpha", first ? 1.6732f : SELU_ALPHA),
                node.number("gamma", first ? 1.0507f : SELU_GAMMA));
    }

    private static void gelu(OnnxNode node) {
        boolean tanh = node.oneOf("approximate", "none", "none", "tanh").equals("tanh");
        map(node, tanh ? UnaryFn.GELU_TANH : UnaryFn.GELU, 0, 0);
    }

    /** {@code swish(a) · b} */
    private static void swiGlu(OnnxNode node) {
        Value swish = node.add(new Unary(UnaryFn.SWISH, node.number("alpha", 1), 0), node.in(0));
        node.out(new Formula(node).times(swish, node.in(1)));
    }

    /** Before opset 7 a slope of one axis belongs to the channels, the second axis. */
    private static void prelu(OnnxNode node) {
        node.ignore("consumed_inputs");
        Formula f = new Formula(node);
        Value x = node.in(0);
        Value slope = node.in(1);
        if (node.opset() < 7 && slope.rank() == 1 && x.rank() > 2) {
            slope = f.along(slope, 1, x.rank());
        }
        node.out(f.apply(BinaryFn.PRELU, x, slope));
    }
}
