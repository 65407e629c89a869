package dev.lanewise.compiler.onnx;

import static dev.lanewise.formats.DType.BF16;
import static dev.lanewise.formats.DType.BOOL;
import static dev.lanewise.formats.DType.F16;
import static dev.lanewise.formats.DType.F32;
import static dev.lanewise.formats.DType.F64;
import static dev.lanewise.formats.DType.I16;
import static dev.lanewise.formats.DType.I32;
import static dev.lanewise.formats.DType.I64;
import static dev.lanewise.formats.DType.I8;
import static dev.lanewise.formats.DType.U16;
import static dev.lanewise.formats.DType.U32;
import static dev.lanewise.formats.DType.U64;
import static dev.lanewise.formats.DType.U8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.onnxruntime.OrtException;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.LanewiseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/**
 * Every operator on every type that its specification (the version named) gives its first operand. The
 * truth is ONNX Runtime's: on that type, or where it has not got it, on a wider one with the same values.
 */
@Tag("once")
class OnnxTypesTest {

    private static final Set<DType> FLOATS = EnumSet.of(F32, F64, F16, BF16);
    private static final Set<DType> INTEGERS = EnumSet.of(I8, I16, I32, I64, U8, U16, U32, U64);
    private static final Set<DType> UNSIGNED = EnumSet.of(U8, U16, U32, U64);
    private static final Set<DType> NUMBERS = union(FLOATS, INTEGERS);
    private static final Set<DType> SIGNED = union(FLOATS, EnumSet.of(I8, I16, I32, I64));
    /** What sums and products are of. */
    private static final Set<DType> SUMS = union(FLOATS, EnumSet.of(I32, I64, U32, U64));
    private static final Set<DType> ALL = union(NUMBERS, EnumSet.of(BOOL));

    /** Operands of the type in question. */
    private interface Operands {
        /** From a seed that is its shape, integers without the upper end. */
        Literal of(double low, double high, int... shape);
    }

    private final List<DynamicTest> rows = new ArrayList<>();

    private static Set<DType> union(Set<DType> a, Set<DType> b) {
        Set<DType> union = EnumSet.copyOf(a);
        union.addAll(b);
        return union;
    }

    private void row(String op, int opset, Set<DType> types, BiFunction<OneNode, Operands, OneNode> inputs) {
        rows.add(DynamicTest.dynamicTest(op + "-" + opset, () -> {
            List<String> problems = new ArrayList<>();
            for (DType type : types) {
                problems.addAll(problems(type, as -> inputs.apply(new OneNode(op, opset), (low, high, shape) ->
                        Literal.of(as, OneNode.uniform(type, low, high, 1, shape).toDoubles(), shape))));
            }
            assertEquals(List.of(), problems);
        }));
    }

    /** A node on one operand. */
    private void unary(Set<DType> types, double low, double high, String... opsAndVersions) {
        for (String op : opsAndVersions) {
            String[] parts = op.split("-");
            row(parts[0], Integer.parseInt(parts[1]), types, (n, t) -> n.in(t.of(low, high, 2, 3, 5)));
        }
    }

    /** A node on two operands that broadcast. */
    private void binary(Set<DType> types, double low, double high, String... opsAndVersions) {
        for (String op : opsAndVersions) {
            String[] parts = op.split("-");
            row(parts[0], Integer.parseInt(parts[1]), types,
                    (n, t) -> n.in(t.of(low, high, 2, 3, 5)).in(t.of(Math.max(low, 1), high, 3, 1)));
        }
    }

    private interface Built {
        OneNode as(DType type);
    }

    private static List<String> problems(DType type, Built node) {
        List<DType> candidates = new ArrayList<>();
        if (type != F16) {
            candidates.add(type); // halves are less exact there
        }
        candidates.addAll(type.isFloating() ? List.of(F64, F32, F16) : List.of(I64, I32, F64, F32, U8));
        Map<String, Literal> truth = null;
        DType of = null;
        for (DType candidate : candidates) {
            try {
                truth = node.as(candidate).truth();
                of = candidate;
                break;
            } catch (OrtException | IllegalArgumentException e) {
                continue; // not on this type
            }
        }
        if (truth == null) {
            return List.of(type + ": ONNX Runtime has it on no type");
        }
        Map<String, Literal> found;
        try {
            found = node.as(type).run();
        } catch (LanewiseException e) {
            return List.of(type + ": " + e.getMessage());
        }
        List<String> problems = new ArrayList<>();
        for (Map.Entry<String, Literal> entry : truth.entrySet()) {
            String problem = difference(type, of, entry.getValue(), found.get(entry.getKey()));
            if (!problem.isEmpty()) {
                problems.add(type + " (truth of " + of + "): " + problem);
            }
        }
        return problems;
    }

    /** Where the truth is of a wider integer type, what it has too much is what wraps. */
    private static String difference(DType type, DType of, Literal expected, Literal found) {
        DType wanted = expected.type() == of ? type : expected.type();
        boolean rightType = found.type() == wanted || found.type() == expected.type();
        if (!rightType || !Arrays.equals(found.shape(), expected.shape())) {
            return found.describe() + "; expected " + expected.describe() + " in " + wanted;
        }
        Literal value = wanted.isFloating() ? expected : Literal.of(wanted, expected.toLongs(), expected.shape());
        double squares = Arrays.stream(expected.toDoubles()).filter(Double::isFinite).map(v -> v * v).sum();
        double rms = Math.sqrt(squares / Math.max(1, expected.size()));
        for (int i = 0; i < expected.size(); i++) {
            double e = value.doubleAt(i);
            double f = found.doubleAt(i);
            double allowed = relative(found.type(), of) * Math.max(rms, Math.abs(e));
            if (!(e == f || Double.isNaN(e) && Double.isNaN(f) || Math.abs(e - f) <= allowed)) {
                return "element " + i + " is " + f + "; expected " + e;
            }
        }
        return "";
    }

    private static double relative(DType found, DType truth) {
        return switch (found) {
            case F16 -> 0x1p-9;
            case BF16 -> 0x1p-6;
            case F32 -> 1e-5;
            case F64 -> truth == F64 ? 1e-6 : 1e-5;
            default -> 0;
        };
    }

    @TestFactory
    List<DynamicTest> elementwise() {
        unary(FLOATS, -0.9, 0.9, "Ceil-13", "Floor-13", "Round-11", "Exp-13", "Sin-7", "Cos-7", "Tan-7", "Asin-7",
                "Acos-7", "Atan-7", "Sinh-9", "Cosh-9", "Tanh-13", "Asinh-9", "Atanh-9", "Erf-13", "Sigmoid-13",
                "Softplus-1", "Softsign-1", "Elu-6", "Selu-6", "HardSigmoid-6", "HardSwish-14", "LeakyRelu-16",
                "ThresholdedRelu-10", "Gelu-20", "Mish-18", "IsNaN-13", "IsInf-20", "Celu-12");
        unary(FLOATS, 0.1, 3, "Log-13", "Sqrt-13", "Reciprocal-13");
        unary(FLOATS, 1, 3, "Acosh-9");
        unary(NUMBERS, 0, 9, "Abs-13", "Sign-13", "Shrink-9");
        unary(SIGNED, -5, 5, "Neg-13", "Relu-14");
        unary(INTEGERS, 0, 100, "BitwiseNot-18");
        unary(EnumSet.of(BOOL), 0, 2, "Not-1");
        binary(NUMBERS, 1, 6, "Add-14", "Sub-14", "Mul-14", "Div-14", "Less-13", "Greater-13", "LessOrEqual-16",
                "GreaterOrEqual-16");
        binary(INTEGERS, 1, 20, "Mod-13", "BitwiseAnd-18", "BitwiseOr-18", "BitwiseXor-18");
        binary(EnumSet.of(BOOL), 0, 2, "And-7", "Or-7", "Xor-7");
        binary(ALL, 0, 2, "Equal-19");
        binary(NUMBERS, 0, 9, "Max-13", "Min-13");
        binary(FLOATS, 0, 9, "Sum-13", "Mean-13");
        binary(union(FLOATS, EnumSet.of(I32, I64, U32, U64)), 0, 9, "PRelu-16");
        binary(EnumSet.of(F32, F64, F16, BF16, I32, I64), 1, 4, "Pow-15");
        row("Pow", 15, NUMBERS, (n, t) -> n.in(1, 3).in(t.of(1, 4, 1, 3))); // types need not be the same
        row("Mod", 13, FLOATS, (n, t) -> n.in(t.of(-9, 9, 7)).in(t.of(1, 4, 7)).set("fmod", 1));
        row("BitShift", 11, UNSIGNED, (n, t) -> n.in(t.of(0, 9, 7)).in(t.of(0, 4, 7)).set("direction", "LEFT"));
        row("Clip", 13, NUMBERS, (n, t) -> n.in(t.of(0, 9, 7)).in(t.of(2, 3)).in(t.of(5, 6)));
        row("Where", 16, ALL, (n, t) -> n.in(OneNode.uniform(BOOL, 0, 2, 1, 7)).in(t.of(0, 2, 7)).in(t.of(1, 2, 1)));
        return rows;
    }

    @TestFactory
    List<DynamicTest> reductions() {
        unary(SUMS, 1, 3, "ReduceSum-13", "ReduceSumSquare-18", "ReduceL1-18", "ReduceL2-18",
                "ReduceLogSum-18", "ReduceLogSumExp-18", "ReduceMean-18");
        row("ReduceProd", 18, SUMS, (n, t) -> n.in(t.of(1, 3, 2, 3)));
        unary(union(SUMS, EnumSet.of(I8, U8)), 0, 9, "ReduceMax-18", "ReduceMin-18");
        unary(NUMBERS, 0, 100, "ArgMax-13", "ArgMin-13");
        unary(FLOATS, -2, 2, "Softmax-13", "LogSoftmax-13", "Hardmax-13", "LpNormalization-1");
        row("CumSum", 14, SUMS, (n, t) -> n.in(t.of(0, 9, 2, 7)).known(1));
        row("TopK", 11, NUMBERS, (n, t) -> n.in(t.of(0, 100, 2, 7)).known(3).outputs(2));
        return rows;
    }

    @TestFactory
    List<DynamicTest> movement() {
        unary(ALL, 0, 2, "Identity-21", "Flatten-21", "Transpose-21", "Shape-21", "Size-21", "NonZero-13");
        row("Reshape", 21, ALL, (n, t) -> n.in(t.of(0, 2, 2, 6)).known(3, 4));
        row("Concat", 13, ALL, (n, t) -> n.in(t.of(0, 2, 2, 6)).in(t.of(0, 2, 3, 6)).set("axis", 0));
        row("Split", 13, ALL, (n, t) -> n.in(t.of(0, 2, 2, 6)).known(2, 4).set("axis", 1).outputs(2));
        row("Slice", 13, ALL, (n, t) -> n.in(t.of(0, 2, 2, 6)).known(0, 1).known(2, 5));
        row("Gather", 13, ALL, (n, t) -> n.in(t.of(0, 2, 5, 6)).known(0, 3));
        row("GatherElements", 13, ALL, (n, t) -> n.in(t.of(0, 2, 5)).known(0, 3));
        row("GatherND", 13, ALL, (n, t) -> n.in(t.of(0, 2, 5)).known(3));
        row("ScatterElements", 18, ALL, (n, t) -> n.in(t.of(0, 2, 5)).known(3).in(t.of(0, 2, 1)));
        row("ScatterElements", 18, NUMBERS,
                (n, t) -> n.in(t.of(0, 2, 5)).known(3).in(t.of(0, 2, 1)).set("reduction", "add"));
        row("Expand", 13, ALL, (n, t) -> n.in(t.of(0, 2, 2, 1)).known(2, 3));
        row("Tile", 13, ALL, (n, t) -> n.in(t.of(0, 2, 2, 3)).known(2, 1));
        row("Squeeze", 21, ALL, (n, t) -> n.in(t.of(0, 2, 2, 1)).known(1));
        row("Unsqueeze", 21, ALL, (n, t) -> n.in(t.of(0, 2, 2, 3)).known(1));
        row("Pad", 21, ALL, (n, t) -> n.in(t.of(0, 2, 2, 3)).known(1, 0, 0, 2).in(t.of(1, 2)));
        row("Trilu", 14, ALL, (n, t) -> n.in(t.of(0, 2, 4, 4)));
        row("DepthToSpace", 13, ALL, (n, t) -> n.in(t.of(0, 2, 1, 8, 2, 3)).set("blocksize", 2));
        row("SpaceToDepth", 13, ALL, (n, t) -> n.in(t.of(0, 2, 1, 2, 4, 6)).set("blocksize", 2));
        row("Compress", 11, ALL, (n, t) -> n.in(t.of(0, 2, 6)).in(OneNode.uniform(BOOL, 0, 2, 1, 6)));
        row("ReverseSequence", 10, ALL, (n, t) -> n.in(t.of(0, 2, 4, 2)).known(3, 4));
        row("ScatterND", 18, ALL, (n, t) -> n.in(t.of(0, 2, 5)).known(Literal.of(new long[] {3}, 1, 1))
                .in(t.of(0, 2, 1)));
        row("Col2Im", 18, ALL, (n, t) -> n.in(t.of(0, 2, 1, 4, 6)).known(3, 4).known(2, 2));
        row("CenterCropPad", 18, ALL, (n, t) -> n.in(t.of(0, 2, 3, 4)).known(2, 6));
        row("Range", 11, EnumSet.of(F32, F64, I16, I32, I64),
                (n, t) -> n.known(t.of(1, 2)).known(t.of(9, 10)).known(t.of(2, 3)));
        row("OneHot", 11, ALL, (n, t) -> n.known(0, 3).known(5).in(t.of(0, 2, 2)));
        row("Resize", 19, NUMBERS, (n, t) -> n.in(t.of(0, 9, 1, 1, 2, 3)).none().none().known(1, 1, 4, 6));
        return rows;
    }

    @TestFactory
    List<DynamicTest> productsAndWindows() {
        row("MatMul", 13, SUMS, (n, t) -> n.in(t.of(0, 4, 3, 4)).in(t.of(0, 4, 4, 5)));
        row("MatMul", 13, SUMS, (n, t) -> n.in(t.of(0, 4, 3, 4)).known(t.of(0, 4, 4, 5)));
        row("Gemm", 13, SUMS, (n, t) -> n.in(t.of(0, 4, 3, 4)).in(t.of(0, 4, 4, 5)).in(t.of(0, 4, 5)));
        row("Conv", 11, FLOATS, (n, t) -> n.in(t.of(-1, 1, 1, 2, 5, 6)).known(t.of(-1, 1, 3, 2, 2, 3)));
        row("ConvTranspose", 11, FLOATS, (n, t) -> n.in(t.of(-1, 1, 1, 2, 5, 6)).known(t.of(-1, 1, 2, 3, 2, 3)));
        long[] window = {2, 2};
        row("MaxPool", 12, union(FLOATS, EnumSet.of(I8, U8)),
                (n, t) -> n.in(t.of(0, 9, 1, 2, 5, 6)).set("kernel_shape", window));
        row("AveragePool", 11, FLOATS, (n, t) -> n.in(t.of(0, 9, 1, 2, 5, 6)).set("kernel_shape", window));
        row("LpPool", 11, FLOATS, (n, t) -> n.in(t.of(0, 9, 1, 2, 5, 6)).set("kernel_shape", window));
        for (String op : List.of("GlobalAveragePool", "GlobalMaxPool", "GlobalLpPool")) {
            row(op, 2, FLOATS, (n, t) -> n.in(t.of(0, 9, 1, 2, 5, 6)));
        }
        return rows;
    }

    @TestFactory
    List<DynamicTest> normsAndCells() {
        row("LayerNormalization", 17, FLOATS, (n, t) -> n.in(t.of(-1, 1, 2, 7)).in(t.of(-1, 1, 7)).in(t.of(-1, 1, 7)));
        row("InstanceNormalization", 6, FLOATS,
                (n, t) -> n.in(t.of(-1, 1, 2, 3, 5)).in(t.of(-1, 1, 3)).in(t.of(-1, 1, 3)));
        row("BatchNormalization", 15, FLOATS, (n, t) -> n.in(t.of(-1, 1, 2, 3, 5)).in(t.of(-1, 1, 3))
                .in(t.of(-1, 1, 3)).in(t.of(-1, 1, 3)).in(t.of(1, 2, 3)));
        row("LRN", 13, FLOATS, (n, t) -> n.in(t.of(-1, 1, 2, 5, 3, 2)).set("size", 3L));
        row("MeanVarianceNormalization", 13, FLOATS, (n, t) -> n.in(t.of(-1, 1, 2, 5, 3, 2)));
        row("LSTM", 14, FLOATS, (n, t) -> n.in(t.of(-1, 1, 3, 2, 4)).known(t.of(-1, 1, 1, 12, 4))
                .known(t.of(-1, 1, 1, 12, 3)).set("hidden_size", 3).outputs(3));
        row("GRU", 14, FLOATS, (n, t) -> n.in(t.of(-1, 1, 3, 2, 4)).known(t.of(-1, 1, 1, 9, 4))
                .known(t.of(-1, 1, 1, 9, 3)).set("hidden_size", 3).outputs(2));
        row("RNN", 14, FLOATS, (n, t) -> n.in(t.of(-1, 1, 3, 2, 4)).known(t.of(-1, 1, 1, 3, 4))
                .known(t.of(-1, 1, 1, 3, 3)).set("hidden_size", 3).outputs(2));
        row("Attention", 23, FLOATS, (n, t) -> n.in(t.of(-1, 1, 1, 2, 3, 4)).in(t.of(-1, 1, 1, 2, 5, 4))
                .in(t.of(-1, 1, 1, 2, 5, 4)));
        row("RotaryEmbedding", 23, EnumSet.of(F32, F16, BF16), (n, t) -> n.in(t.of(-1, 1, 1, 2, 3, 4))
                .in(t.of(-1, 1, 5, 2)).in(t.of(-1, 1, 5, 2)).known(Literal.of(new long[] {4, 0, 2}, 1, 3)));
        row("NegativeLogLikelihoodLoss", 13, FLOATS, (n, t) -> n.in(t.of(-2, 0, 3, 4)).known(1, 0, 3));
        row("Det", 11, FLOATS, (n, t) -> n.in(t.of(-1, 1, 3, 3)));
        row("GridSample", 16, FLOATS, (n, t) -> n.in(t.of(-1, 1, 1, 2, 4, 4)).in(1, 2, 3, 2));
        row("GroupNormalization", 21, EnumSet.of(F32, F64, F16, BF16),
                (n, t) -> n.in(t.of(-1, 1, 2, 4, 5)).in(t.of(-1, 1, 4)).in(t.of(-1, 1, 4)).set("num_groups", 2L));
        row("RMSNormalization", 23, FLOATS, (n, t) -> n.in(t.of(-1, 1, 2, 7)).in(t.of(-1, 1, 7)));
        row("SoftmaxCrossEntropyLoss", 13, FLOATS, (n, t) -> n.in(t.of(-2, 2, 3, 4)).known(1, 0, 3));
        row("Dropout", 13, FLOATS, (n, t) -> n.in(t.of(-2, 2, 3, 4)));
        row("Einsum", 12, SUMS, (n, t) -> n.in(t.of(0, 4, 3, 4)).in(t.of(0, 4, 4, 5)).set("equation", "ij,jk->ik"));
        row("DFT", 17, FLOATS, (n, t) -> n.in(t.of(-1, 1, 1, 6, 1)));
        return rows;
    }

    @TestFactory
    List<DynamicTest> typesInAndOut() {
        row("Cast", 19, ALL, (n, t) -> n.in(t.of(0, 2, 2, 3)).set("to", SmallModel.elementType(F32)));
        row("CastLike", 19, ALL, (n, t) -> n.in(t.of(0, 2, 2, 3)).in(1));
        row("EyeLike", 9, ALL, (n, t) -> n.in(t.of(0, 2, 3, 4)).set("k", 1));
        row("QuantizeLinear", 21, EnumSet.of(F32, F16, I32),
                (n, t) -> n.in(t.of(-50, 50, 3, 4)).in(t.of(2, 3)).in(Literal.of(I8, new long[] {3})));
        row("DequantizeLinear", 21, EnumSet.of(I8, U8, I16, U16, I32),
                (n, t) -> n.in(t.of(0, 100, 3, 4)).in(Literal.scalar(0.5f)));
        row("MatMulInteger", 10, EnumSet.of(I8, U8), (n, t) -> n.in(t.of(0, 100, 3, 4)).in(t.of(0, 100, 4, 2)));
        row("ConvInteger", 10, EnumSet.of(U8), (n, t) -> n.in(t.of(0, 100, 1, 2, 5)).in(t.of(0, 100, 3, 2, 2)));
        for (String window : List.of("HannWindow", "HammingWindow", "BlackmanWindow")) {
            row(window, 17, EnumSet.of(I32, I64), (n, t) -> n.known(t.of(9, 10)));
        }
        return rows;
    }

    @TestFactory
    List<DynamicTest> places() {
        row("Unique", 11, NUMBERS, (n, t) -> n.in(t.of(0, 5, 9)).outputs(4));
        row("Scatter", 9, ALL, (n, t) -> n.in(t.of(0, 2, 5)).known(3).in(t.of(0, 2, 1)));
        row("TensorScatter", 24, ALL, (n, t) -> n.in(t.of(0, 2, 2, 4, 3)).in(t.of(0, 2, 2, 1, 3)).known(2, 0));
        row("Upsample", 9, NUMBERS, (n, t) -> n.in(t.of(0, 9, 1, 1, 2, 3))
                .known(Literal.of(new float[] {1, 1, 2, 3}, 4)));
        row("AffineGrid", 20, FLOATS, (n, t) -> n.in(t.of(-1, 1, 1, 2, 3)).known(1, 1, 3, 4));
        row("RoiAlign", 16, FLOATS, (n, t) -> n.in(t.of(-1, 1, 1, 2, 5, 5)).in(t.of(0, 3, 2, 4)).known(0, 0)
                .set("output_height", 2).set("output_width", 2).set("sampling_ratio", 2));
        row("MaxUnpool", 11, FLOATS, (n, t) -> n.in(t.of(0, 9, 1, 1, 2, 2))
                .known(Literal.of(new long[] {0, 3, 8, 15}, 1, 1, 2, 2))
                .set("kernel_shape", new long[] {2, 2}).set("strides", new long[] {2, 2}));
        row("DeformConv", 19, FLOATS, (n, t) -> n.in(t.of(-1, 1, 1, 2, 5, 5)).in(t.of(-1, 1, 3, 2, 2, 2))
                .in(t.of(-1, 1, 1, 8, 4, 4)));
        row("STFT", 17, FLOATS,
                (n, t) -> n.in(t.of(-1, 1, 1, 16, 1)).known(Literal.scalar(2L)).in(t.of(0, 1, 4)));
        return rows;
    }
}
