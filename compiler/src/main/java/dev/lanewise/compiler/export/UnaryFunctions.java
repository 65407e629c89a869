package dev.lanewise.compiler.export;

import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.UnaryFn;

/** Elementwise functions of one argument as ONNX nodes. */
final class UnaryFunctions {

    private UnaryFunctions() {}

    /** {@code fn(x)}, of x's type. */
    static OnnxValue apply(LaneStep step, UnaryFn fn, float alpha, float beta, OnnxValue x) {
        Arithmetic arithmetic = new Arithmetic(step);
        if (!x.type().isFloating()) {
            return ofIntegers(step, arithmetic, fn, x);
        }
        DType in = arithmetic.computed(operator(fn), x.type());
        OnnxValue y = ofFloats(step.graph(), arithmetic, fn, alpha, beta, step.graph().cast(x, in));
        return step.graph().cast(y, x.type());
    }

    private static OnnxValue ofIntegers(LaneStep step, Arithmetic arithmetic, UnaryFn fn, OnnxValue x) {
        return switch (fn) {
            case NOT -> step.graph().node("Not", x).out();
            case BITWISE_NOT -> arithmetic.apply("BitwiseNot", x);
            case ABS, NEG, SIGN -> arithmetic.apply(operator(fn), x);
            case SQUARE -> arithmetic.apply("Mul", x, x);
            case RELU -> arithmetic.apply("Max", x, 0);
            case FLOOR, CEIL, ROUND -> x;
            default -> throw step.unsupported(fn + " of " + x.type());
        };
    }

    /** The operator that decides about the type in which a function is computed. */
    private static String operator(UnaryFn fn) {
        return switch (fn) {
            case ABS -> "Abs";
            case NEG -> "Neg";
            case SQRT -> "Sqrt";
            case RECIPROCAL -> "Reciprocal";
            case SQUARE, AFFINE -> "Mul";
            case EXP -> "Exp";
            case LOG -> "Log";
            case SIN -> "Sin";
            case COS -> "Cos";
            case TAN -> "Tan";
            case ASIN -> "Asin";
            case ACOS -> "Acos";
            case ATAN -> "Atan";
            case SINH -> "Sinh";
            case COSH -> "Cosh";
            case TANH, SCALED_TANH -> "Tanh";
            case ASINH -> "Asinh";
            case ACOSH -> "Acosh";
            case ATANH -> "Atanh";
            case SIGMOID, SWISH -> "Sigmoid";
            case ERF -> "Erf";
            case FLOOR -> "Floor";
            case CEIL -> "Ceil";
            case ROUND -> "Round";
            case SIGN -> "Sign";
            case RELU -> "Relu";
            case LEAKY_RELU -> "LeakyRelu";
            case CLIP -> "Clip";
            case ELU -> "Elu";
            case SELU -> "Selu";
            case CELU -> "Celu";
            case SOFTPLUS -> "Softplus";
            case SOFTSIGN -> "Softsign";
            case HARD_SIGMOID -> "HardSigmoid";
            case HARD_SWISH -> "HardSwish";
            case GELU, GELU_TANH -> "Gelu";
            case MISH -> "Mish";
            case THRESHOLDED_RELU -> "ThresholdedRelu";
            case SHRINK -> "Shrink";
            case NOT -> "Not";
            case BITWISE_NOT -> "BitwiseNot";
        };
    }

    private static OnnxValue ofFloats(
            GraphDraft graph, Arithmetic arithmetic, UnaryFn fn, float alpha, float beta, OnnxValue x) {
        String operator = operator(fn);
        return switch (fn) {
            case SQUARE -> arithmetic.apply("Pow", x, 2);
            case AFFINE -> affine(arithmetic, alpha, beta, x);
            case SCALED_TANH -> arithmetic.apply("Mul",
                    graph.node("Tanh", arithmetic.apply("Mul", x, beta)).out(), alpha);
            case SWISH -> swish(graph, arithmetic, alpha, x);
            case CLIP -> graph.node("Clip", x, arithmetic.constant(x.type(), alpha),
                    arithmetic.constant(x.type(), beta)).out();
            case LEAKY_RELU, ELU, CELU, THRESHOLDED_RELU -> graph.node(operator, x).number("alpha", alpha).out();
            case SELU -> graph.node(operator, x).number("alpha", alpha).number("gamma", beta).out();
            case HARD_SIGMOID -> graph.node(operator, x).number("alpha", alpha).number("beta", beta).out();
            case SHRINK -> graph.node(operator, x).number("lambd", alpha).number("bias", beta).out();
            case GELU -> graph.node(operator, x).out();
            case GELU_TANH -> graph.node(operator, x).text("approximate", "tanh").out();
            default -> graph.node(operator, x).out();
        };
    }

    /** ONNX Runtime joins the usual form to one operator, for which it has no kernel of f64. */
    private static OnnxValue swish(GraphDraft graph, Arithmetic arithmetic, float alpha, OnnxValue x) {
        if (alpha != 1 && x.type() == DType.F64) {
            OnnxValue power = graph.node("Exp", arithmetic.apply("Mul", x, -alpha)).out();
            return graph.node("Div", x, arithmetic.apply("Add", power, 1)).out();
        }
        OnnxValue scaled = alpha == 1 ? x : arithmetic.apply("Mul", x, alpha);
        return graph.node("Mul", x, graph.node("Sigmoid", scaled).out()).out();
    }

    /** {@code alpha · x + beta}, without what changes nothing. */
    private static OnnxValue affine(Arithmetic arithmetic, float alpha, float beta, OnnxValue x) {
        OnnxValue scaled = alpha == 1 && beta != 0 ? x : arithmetic.apply("Mul", x, alpha);
        return beta == 0 ? scaled : arithmetic.apply("Add", scaled, beta);
    }
}
