package dev.lanewise.compiler.export;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.BinaryFn;
import java.util.List;

/** Elementwise functions of two arguments as ONNX nodes. */
final class BinaryFunctions {

    private BinaryFunctions() {}

    /** {@code fn(a, b)}: for predicates BOOL, else of the type of both. */
    static OnnxValue apply(LaneStep step, BinaryFn fn, OnnxValue a, OnnxValue b) {
        Arithmetic arithmetic = new Arithmetic(step);
        DType type = a.type();
        return switch (fn) {
            case ADD -> arithmetic.apply("Add", a, b);
            case SUB -> arithmetic.apply("Sub", a, b);
            case MUL -> arithmetic.apply("Mul", a, b);
            case DIV -> arithmetic.apply("Div", a, b);
            case MIN -> arithmetic.apply("Min", a, b);
            case MAX -> arithmetic.apply("Max", a, b);
            case POW -> arithmetic.apply("Pow", a, b);
            case MOD -> type.isFloating() ? floored(arithmetic, step, a, b) : remainder(step, a, b, 0);
            case FMOD -> remainder(step, a, b, 1);
            case PRELU -> prelu(step, arithmetic, a, b);
            case GATE -> gate(step, arithmetic, a, b);
            case SHIFT_LEFT -> shift(step, arithmetic, "LEFT", a, b);
            case SHIFT_RIGHT -> shift(step, arithmetic, "RIGHT", a, b);
            case BITWISE_AND -> arithmetic.apply("BitwiseAnd", a, b);
            case BITWISE_OR -> arithmetic.apply("BitwiseOr", a, b);
            case BITWISE_XOR -> arithmetic.apply("BitwiseXor", a, b);
            case AND -> arithmetic.apply("And", a, b);
            case OR -> arithmetic.apply("Or", a, b);
            case XOR -> arithmetic.apply("Xor", a, b);
            case EQUAL -> arithmetic.apply("Equal", a, b);
            case LESS -> less(step, arithmetic, a, b);
            case GREATER -> type == DType.U64
                    ? less(step, arithmetic, b, a)
                    : arithmetic.apply("Greater", a, b);
            case LESS_OR_EQUAL -> type == DType.U64
                    ? not(step, less(step, arithmetic, b, a))
                    : arithmetic.apply("LessOrEqual", a, b);
            case GREATER_OR_EQUAL -> type == DType.U64
                    ? not(step, less(step, arithmetic, a, b))
                    : arithmetic.apply("GreaterOrEqual", a, b);
        };
    }

    /** ONNX Runtime compares u64 only to find the smaller one. */
    private static OnnxValue less(LaneStep step, Arithmetic arithmetic, OnnxValue a, OnnxValue b) {
        if (a.type() != DType.U64) {
            return arithmetic.apply("Less", a, b);
        }
        OnnxValue least = arithmetic.apply("Min", a, b);
        return not(step, arithmetic.apply("Equal", least, b));
    }

    private static OnnxValue not(LaneStep step, OnnxValue condition) {
        return step.graph().node("Not", condition).out();
    }

    /** @param likeC 1 for the sign of a, which floats need; 0 for that of b */
    private static OnnxValue remainder(LaneStep step, OnnxValue a, OnnxValue b, int likeC) {
        DType type = a.type();
        DType in = type == DType.BF16 ? DType.F32 : type;
        GraphDraft graph = step.graph();
        return graph.cast(
                graph.node("Mod", graph.cast(a, in), graph.cast(b, in)).integer("fmod", likeC).out(), type);
    }

    /** The remainder of floats with the sign of b, which ONNX has for integers alone. */
    private static OnnxValue floored(Arithmetic arithmetic, LaneStep step, OnnxValue a, OnnxValue b) {
        OnnxValue rest = remainder(step, a, b, 1);
        OnnxValue apart = arithmetic.apply("Less", arithmetic.apply("Mul", arithmetic.apply("Sign", rest),
                arithmetic.apply("Sign", b)), 0);
        return arithmetic.where(apart, arithmetic.apply("Add", rest, b), rest);
    }

    private static OnnxValue gate(LaneStep step, Arithmetic arithmetic, OnnxValue x, OnnxValue open) {
        OnnxValue zero = arithmetic.constant(x.type(), 0);
        return arithmetic.where(less(step, arithmetic, zero, open), x, zero);
    }

    private static OnnxValue prelu(LaneStep step, Arithmetic arithmetic, OnnxValue x, OnnxValue slope) {
        if (x.type().isFloating() && reaches(step.shape(1), step.shape(0))) {
            return arithmetic.apply("PRelu", x, slope);
        }
        OnnxValue below = less(step, arithmetic, x, arithmetic.constant(x.type(), 0));
        return arithmetic.where(below, arithmetic.apply("Mul", x, slope), x);
    }

    /** Whether one shape can be spread to another without the other growing. */
    private static boolean reaches(List<Dim> shape, List<Dim> to) {
        int more = to.size() - shape.size();
        for (int axis = 0; axis < shape.size() && more >= 0; axis++) {
            if (!shape.get(axis).is(1) && !shape.get(axis).equals(to.get(axis + more))) {
                return false;
            }
        }
        return more >= 0;
    }

    private static OnnxValue shift(
            LaneStep step, Arithmetic arithmetic, String direction, OnnxValue a, OnnxValue b) {
        if (!a.type().isUnsigned()) {
            throw step.unsupported("shifts " + a.type() + "; ONNX shifts types without a sign alone");
        }
        DType in = switch (a.type()) {
            case U8, U32, U64 -> a.type();
            default -> DType.U32;
        };
        GraphDraft graph = step.graph();
        OnnxValue y = graph.node("BitShift", graph.cast(a, in), graph.cast(b, in)).text("direction", direction).out();
        return graph.cast(y, a.type());
    }
}
