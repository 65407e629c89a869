package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Transpose;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.List;
import java.util.Map;

/** com.microsoft's matrix products of quantised numbers: sums are exact, in 32-bit integers. */
final class OnnxContribIntegerProducts {

    private OnnxContribIntegerProducts() {}

    static void register(Map<String, OnnxOp> ops) {
        ops.put("com.microsoft:MatMulIntegerToFloat", OnnxContribIntegerProducts::toFloat);
        ops.put("com.microsoft:DynamicQuantizeMatMul", OnnxContribIntegerProducts::dynamic);
        ops.put("com.microsoft:QGemm", OnnxContribIntegerProducts::gemm);
    }

    /** Inputs: A, B, their scales, their zero points?, bias?. */
    private static void toFloat(OnnxNode node) {
        Formula f = new Formula(node);
        Value a = node.in(0);
        Value b = node.in(1);
        Value product = OnnxIntegerProducts.product(f, a, b, node.inOrNull(4), node.inOrNull(5));
        Value scale = f.times(scalar(f, f.cast(node.in(2), DType.F32)), scalar(f, f.cast(node.in(3), DType.F32)));
        node.out(f.cast(scaled(f, product, scale, node.inOrNull(6)), node.in(2).type().type()));
    }

    /** Inputs: A, which is quantised here, B, its scale, its zero point?, bias?. */
    private static void dynamic(OnnxNode node) {
        Formula f = new Formula(node);
        List<Value> a = OnnxQuantisation.dynamic(f, f.cast(node.in(0), DType.F32));
        Value product = OnnxIntegerProducts.product(f, a.get(0), node.in(1), a.get(2), node.inOrNull(3));
        Value scale = f.times(a.get(1), scalar(f, node.in(2)));
        node.out(scaled(f, product, scale, node.inOrNull(4)));
    }

    private static Value scaled(Formula f, Value product, Value scale, Value bias) {
        Value y = f.times(f.cast(product, DType.F32), scale);
        return bias == null ? y : f.plus(y, f.cast(bias, DType.F32));
    }

    /**
     * {@code alpha · A' · B' + C}. Inputs: A, its scale and zero point, B, its own, C of i32 in units of
     * {@code alpha · aScale · bScale}?, and, unless the result is to be f32, its scale and zero point.
     */
    private static void gemm(OnnxNode node) {
        Formula f = new Formula(node);
        Value a = oriented(node, node.in(0), node.flag("transA", false));
        Value b = oriented(node, node.in(3), node.flag("transB", false));
        Value product = OnnxIntegerProducts.product(f, a, b, node.in(2), node.in(5));
        Value sum = node.has(6) ? f.plus(product, node.in(6)) : product;
        Value scale = OnnxProducts.scaled(
                f, f.times(scalar(f, node.in(1)), scalar(f, node.in(4))), node.number("alpha", 1));
        if (!node.has(8)) {
            node.out(f.times(f.cast(sum, DType.F32), scale));
            return;
        }
        Value factor = f.over(scale, scalar(f, node.in(7)));
        Value rounded = f.apply(UnaryFn.ROUND, f.times(f.cast(sum, DType.F32), factor));
        node.out(new QuantisedParts(f).shifted(rounded, 8));
    }

    private static Value oriented(OnnxNode node, Value x, boolean transposed) {
        if (x.rank() != 2) {
            throw node.misfit("an operand " + x.type() + "; expected a matrix");
        }
        return transposed ? node.add(Transpose.of(1, 0), x) : x;
    }

    /** A single number as a scalar, so that it does not add axes. */
    private static Value scalar(Formula f, Value x) {
        return x.type().size().is(1) ? f.reshape(x, List.of()) : x;
    }
}
