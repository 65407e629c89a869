package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Binary;
import dev.lanewise.compiler.op.Unary;
import dev.lanewise.compiler.op.Where;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** ONNX's arithmetic, comparisons and logic. */
final class OnnxElementwise {

    private OnnxElementwise() {}

    static void register(Map<String, OnnxOp> ops) {
        ops.put(":Abs", unary(UnaryFn.ABS));
        ops.put(":Neg", unary(UnaryFn.NEG));
        ops.put(":Sqrt", unary(UnaryFn.SQRT));
        ops.put(":Reciprocal", unary(UnaryFn.RECIPROCAL));
        ops.put(":Exp", unary(UnaryFn.EXP));
        ops.put(":Log", unary(UnaryFn.LOG));
        ops.put(":Sin", unary(UnaryFn.SIN));
        ops.put(":Cos", unary(UnaryFn.COS));
        ops.put(":Tan", unary(UnaryFn.TAN));
        ops.put(":Asin", unary(UnaryFn.ASIN));
        ops.put(":Acos", unary(UnaryFn.ACOS));
        ops.put(":Atan", unary(UnaryFn.ATAN));
        ops.put(":Sinh", unary(UnaryFn.SINH));
        ops.put(":Cosh", unary(UnaryFn.COSH));
        ops.put(":Asinh", unary(UnaryFn.ASINH));
        ops.put(":Acosh", unary(UnaryFn.ACOSH));
        ops.put(":Atanh", unary(UnaryFn.ATANH));
        ops.put(":Erf", unary(UnaryFn.ERF));
        ops.put(":Floor", unary(UnaryFn.FLOOR));
        ops.put(":Ceil", unary(UnaryFn.CEIL));
        ops.put(":Round", unary(UnaryFn.ROUND));
        ops.put(":Sign", unary(UnaryFn.SIGN));
        ops.put(":Not", unary(UnaryFn.NOT));
        ops.put(":BitwiseNot", unary(UnaryFn.BITWISE_NOT));
        ops.put(":IsNaN", OnnxElementwise::isNan);
        ops.put(":IsInf", OnnxElementwise::isInf);

        ops.put(":Add", binary(BinaryFn.ADD));
        ops.put(":Sub", binary(BinaryFn.SUB));
        ops.put(":Mul", binary(BinaryFn.MUL));
        ops.put(":Div", binary(BinaryFn.DIV));
        ops.put(":Pow", OnnxElementwise::pow);
        ops.put(":Mod", node -> combine(node, node.flag("fmod", false) ? BinaryFn.FMOD : BinaryFn.MOD));
        ops.put(":BitShift", OnnxElementwise::shift);
        ops.put(":BitwiseAnd", binary(BinaryFn.BITWISE_AND));
        ops.put(":BitwiseOr", binary(BinaryFn.BITWISE_OR));
        ops.put(":BitwiseXor", binary(BinaryFn.BITWISE_XOR));
        ops.put(":And", binary(BinaryFn.AND));
        ops.put(":Or", binary(BinaryFn.OR));
        ops.put(":Xor", binary(BinaryFn.XOR));
        ops.put(":Equal", binary(BinaryFn.EQUAL));
        ops.put(":Less", binary(BinaryFn.LESS));
        ops.put(":LessOrEqual", binary(BinaryFn.LESS_OR_EQUAL));
        ops.put(":Greater", binary(BinaryFn.GREATER));
        ops.put(":GreaterOrEqual", binary(BinaryFn.GREATER_OR_EQUAL));

        ops.put(":Max", all(BinaryFn.MAX));
        ops.put(":Min", all(BinaryFn.MIN));
        ops.put(":Sum", all(BinaryFn.ADD));
        ops.put(":Mean", OnnxElementwise::mean);
        ops.put(":Clip", OnnxElementwise::clip);
        ops.put(":Where", node -> node.out(node.add(new Where(), node.in(0), node.in(1), node.in(2))));
    }

    private static OnnxOp unary(UnaryFn fn) {
        return node -> {
            node.ignore("consumed_inputs"); // opset 1: a hint about memory
            node.out(node.add(Unary.of(fn), node.in(0)));
        };
    }

    private static void isNan(OnnxNode node) {
        Formula f = new Formula(node);
        node.out(f.apply(UnaryFn.NOT, f.apply(BinaryFn.EQUAL, node.in(0), node.in(0))));
    }

    private static void isInf(OnnxNode node) {
        Formula f = new Formula(node);
        Value x = node.in(0);
        boolean negative = node.flag("detect_negative", true);
        boolean positive = node.flag("detect_positive", true);
        if (negative && positive) {
            node.out(f.apply(BinaryFn.EQUAL, f.apply(UnaryFn.ABS, x), Double.POSITIVE_INFINITY));
        } else if (negative || positive) {
            node.out(f.apply(BinaryFn.EQUAL, x, positive ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY));
        } else {
            node.out(f.apply(BinaryFn.LESS, x, x)); // never
        }
    }

    private static OnnxOp binary(BinaryFn fn) {
        return node -> combine(node, fn);
    }

    private static void combine(OnnxNode node, BinaryFn fn) {
        node.out(new Formula(node).apply(fn, node.in(0), right(node)));
    }

    /** The right operand, which before opset 7 broadcasts only where attributes say so, and from an axis. */
    private static Value right(OnnxNode node) {
        Value a = node.in(0);
        Value b = node.in(1);
        if (node.opset() >= 7) {
            return b;
        }
        node.ignore("consumed_inputs");
        boolean broadcast = node.flag("broadcast", false);
        long axis = node.integer("axis", a.rank() - b.rank());
        if (!broadcast || b.rank() == 0) {
            return b;
        }
        int from = OnnxMovement.axis(node, axis, a.rank());
        List<Dim> shape = new ArrayList<>(b.shape());
        while (shape.size() < a.rank() - from) {
            shape.add(Dim.ONE);
        }
        return OnnxMovement.reshaped(node, b, shape);
    }

    /** Base and exponent may differ in type; the result has the base's. */
    private static void pow(OnnxNode node) {
        Formula f = new Formula(node);
        Value base = node.in(0);
        Value exponent = right(node);
        DType type = base.type().type();
        DType other = exponent.type().type();
        if (type == other || type.isFloating()) {
            node.out(f.apply(BinaryFn.POW, base, f.cast(exponent, type)));
        } else {
            DType common = other.isFloating() ? DType.F64 : DType.I64;
            node.out(f.cast(f.apply(BinaryFn.POW, f.cast(base, common), f.cast(exponent, common)), type));
        }
    }

    private static void shift(OnnxNode node) {
        String direction = node.oneOf("direction", "", "LEFT", "RIGHT");
        combine(node, direction.equals("LEFT") ? BinaryFn.SHIFT_LEFT : BinaryFn.SHIFT_RIGHT);
    }

    private static OnnxOp all(BinaryFn fn) {
        return node -> node.out(folded(node, fn));
    }

    private static Value folded(OnnxNode node, BinaryFn fn) {
        node.ignore("consumed_inputs");
        Value result = node.in(0);
        for (int i = 1; i < node.inputCount(); i++) {
            result = node.add(new Binary(fn), result, node.in(i));
        }
        return result;
    }

    private static void mean(OnnxNode node) {
        Formula f = new Formula(node);
        node.out(f.apply(BinaryFn.DIV, folded(node, BinaryFn.ADD), node.inputCount()));
    }

    /** Bounds are attributes before opset 11, then optional inputs. */
    private static void clip(OnnxNode node) {
        Value x = node.in(0);
        if (node.opset() < 11) {
            node.ignore("consumed_inputs");
            float min = node.number("min", -Float.MAX_VALUE);
            float max = node.number("max", Float.MAX_VALUE);
            node.out(node.add(new Unary(UnaryFn.CLIP, min, max), x));
            return;
        }
        Value min = node.inOrNull(1);
        Value max = node.inOrNull(2);
        boolean known = (min == null || min.isConstant()) && (max == null || max.isConstant());
        if (known && x.type().type() == DType.F32 && (min != null || max != null)) {
            float low = min == null ? Float.NEGATIVE_INFINITY : (float) min.constant().doubleAt(0);
            float high = max == null ? Float.POSITIVE_INFINITY : (float) max.constant().doubleAt(0);
            node.out(node.add(new Unary(UnaryFn.CLIP, low, high), x));
            return;
        }
        Value y = min == null ? x : node.add(new Binary(BinaryFn.MAX), x, min);
        node.out(max == null ? y : node.add(new Binary(BinaryFn.MIN), y, max));
    }
}
