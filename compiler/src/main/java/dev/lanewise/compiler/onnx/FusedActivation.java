package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Unary;
import dev.lanewise.runtime.kernel.UnaryFn;

/** The activation that ONNX Runtime's fused operators name in an attribute. */
final class FusedActivation {

    private FusedActivation() {}

    /** Reads {@code activation} and, by their own names, its parameters. */
    static Value byNames(OnnxNode node, Value x) {
        node.ignore("activation_gamma", "activation_axis"); // of functions that are refused
        return apply(node, x, node.number("activation_alpha", Float.NaN), node.number("activation_beta", Float.NaN));
    }

    /** Reads {@code activation} and the list of its parameters. */
    static Value byList(OnnxNode node, Value x) {
        float[] p = node.numbers("activation_params");
        return apply(node, x, p == null || p.length < 1 ? Float.NaN : p[0],
                p == null || p.length < 2 ? Float.NaN : p[1]);
    }

    /** @param a {@code NaN} where not given, as is {@code b} */
    private static Value apply(OnnxNode node, Value x, float a, float b) {
        String name = node.text("activation", "");
        UnaryFn fn = switch (name) {
            case "" -> null;
            case "Relu" -> UnaryFn.RELU;
            case "Tanh" -> UnaryFn.TANH;
            case "Sigmoid" -> UnaryFn.SIGMOID;
            case "Softplus" -> UnaryFn.SOFTPLUS;
            case "Softsign" -> UnaryFn.SOFTSIGN;
            case "LeakyRelu" -> UnaryFn.LEAKY_RELU;
            case "ThresholdedRelu" -> UnaryFn.THRESHOLDED_RELU;
            case "Elu" -> UnaryFn.ELU;
            case "Clip" -> UnaryFn.CLIP;
            case "HardSigmoid" -> UnaryFn.HARD_SIGMOID;
            case "HardSwish" -> UnaryFn.HARD_SWISH;
            case "Gelu" -> UnaryFn.GELU;
            default -> throw node.unsupported("activation '" + name + "'");
        };
        if (fn == null) {
            return x;
        }
        float usualA = switch (fn) {
            case LEAKY_RELU -> 0.01f;
            case HARD_SIGMOID -> 0.2f;
            case CLIP -> -Float.MAX_VALUE;
            default -> 1;
        };
        float usualB = fn == UnaryFn.CLIP ? Float.MAX_VALUE : 0.5f;
        return node.add(new Unary(fn, Float.isNaN(a) ? usualA : a, Float.isNaN(b) ? usualB : b), x);
    }
}
