package dev.lanewise.compiler.export;

import dev.lanewise.formats.DType;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The types in which ONNX Runtime's processor kernels compute. ONNX allows more: an operator on a type that has no
 * kernel is exported in the next wider type that has one, between casts. That changes nothing but for two cases, where
 * nothing wider is left: f64 becomes f32, and u64 takes the bits of i64.
 */
final class KernelTypes {

    private static final Set<DType> FLOATS = EnumSet.of(DType.F32, DType.F64);
    private static final Set<DType> SINGLE = EnumSet.of(DType.F32);
    private static final Set<DType> USUAL = EnumSet.of(DType.F32, DType.F64, DType.I32, DType.I64);
    private static final Set<DType> ALL_INTEGERS = EnumSet.of(
            DType.I8, DType.I16, DType.I32, DType.I64, DType.U8, DType.U16, DType.U32, DType.U64);

    /** Operators to which the bits of i64 and of u64 are not the same. */
    private static final Set<String> ORDERED = Set.of(
            "Div", "Pow", "Mod", "Less", "LessOrEqual", "Greater", "GreaterOrEqual", "ReduceMax", "ReduceMin", "ArgMax",
            "ArgMin", "TopK", "ScatterReduced");

    private static final Map<String, Set<DType>> BY_OPERATOR = new HashMap<>();

    static {
        put(FLOATS, "Sqrt", "Reciprocal", "Exp", "Log", "Sin", "Tanh", "Sigmoid", "Floor", "Ceil", "Round", "Softmax",
                "LogSoftmax", "AveragePool", "RoiAlign");
        put(SINGLE, "Cos", "Tan", "Asin", "Acos", "Atan", "Sinh", "Cosh", "Asinh", "Acosh", "Atanh", "Erf", "LeakyRelu",
                "Elu", "Selu", "Celu", "Softplus", "Softsign", "HardSigmoid", "HardSwish", "Gelu", "Mish",
                "ThresholdedRelu", "PRelu", "Shrink", "LayerNormalization", "RMSNormalization", "Bernoulli");
        put(USUAL, "Add", "Sub", "Mul", "Div", "Pow", "Less", "LessOrEqual", "Greater", "GreaterOrEqual", "ReduceSum",
                "ReduceProd", "CumSum", "TopK", "Mod");
        put(EnumSet.of(DType.F32, DType.I32), "ReduceL1");
        put(EnumSet.of(DType.F32, DType.F64, DType.I32), "ReduceSumSquare");
        put(with(ALL_INTEGERS, DType.F32, DType.F64), "Abs");
        put(EnumSet.of(DType.F32, DType.F64, DType.I8, DType.I32, DType.I64), "Neg");
        put(EnumSet.of(DType.F32, DType.F64, DType.I8, DType.I32), "Relu");
        put(with(ALL_INTEGERS, DType.F32, DType.F64), "Sign");
        put(with(USUAL, DType.U32, DType.U64), "MatMul", "Min", "Max");
        put(with(USUAL, DType.U8, DType.I8, DType.U32, DType.U64), "Clip");
        put(with(USUAL, DType.U8), "Where");
        put(with(USUAL, DType.BOOL), "Equal");
        put(EnumSet.of(DType.F32, DType.F64, DType.I8, DType.U8, DType.I32, DType.I64), "ReduceMax", "ReduceMin");
        put(EnumSet.of(DType.F32, DType.F64, DType.I8, DType.U8, DType.I32), "ArgMax", "ArgMin");
        put(EnumSet.of(DType.U8, DType.U32, DType.U64), "BitShift");
        put(ALL_INTEGERS, "BitwiseAnd", "BitwiseOr", "BitwiseXor", "BitwiseNot");
        put(EnumSet.of(DType.F32, DType.F64, DType.I8, DType.U8), "MaxPool");
        put(with(ALL_INTEGERS, DType.F32, DType.F64, DType.BOOL), "Expand");
        put(EnumSet.of(DType.F32, DType.F64, DType.I8, DType.U8, DType.I32, DType.I64, DType.U32, DType.U64,
                DType.BOOL), "Pad");
        put(EnumSet.of(DType.F32, DType.F64, DType.I64), "Trilu");
        put(EnumSet.of(DType.F32, DType.F64, DType.I16, DType.I32, DType.I64), "Range");
        put(EnumSet.of(DType.F32, DType.I32, DType.I64, DType.U8, DType.BOOL), "NonZero");
        put(EnumSet.of(DType.F32, DType.I32, DType.I64), "OneHot");
        put(USUAL, "ScatterReduced");
    }

    private KernelTypes() {}

    private static void put(Set<DType> types, String... operators) {
        for (String operator : operators) {
            BY_OPERATOR.put(operator, types);
        }
    }

    private static Set<DType> with(Set<DType> types, DType... more) {
        Set<DType> all = EnumSet.copyOf(types);
        all.addAll(List.of(more));
        return all;
    }

    /** The type in which an operator is to be computed on elements of {@code type}; {@code null} where in none. */
    static DType of(String operator, DType type) {
        Set<DType> types = BY_OPERATOR.get(operator);
        if (types == null || types.contains(type)) {
            return type;
        }
        if (type == DType.U64 && ORDERED.contains(operator)) {
            return null;
        }
        for (DType wider : wider(type)) {
            if (types.contains(wider)) {
                return wider;
            }
        }
        return null;
    }

    private static List<DType> wider(DType type) {
        return switch (type) {
            case BOOL -> List.of(DType.U8, DType.I32, DType.F32);
            case I4, I8, U4, U8, I16, U16 -> List.of(DType.I32, DType.U32, DType.I64, DType.F32, DType.F64);
            case I32 -> List.of(DType.I64, DType.F64);
            case U32 -> List.of(DType.I64, DType.F64);
            case U64 -> List.of(DType.I64);
            case F16, BF16 -> List.of(DType.F32, DType.F64);
            case F64 -> List.of(DType.F32);
            case F32 -> List.of(DType.F64);
            case I64 -> List.of();
        };
    }
}
