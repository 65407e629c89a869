package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.MatMul;
import dev.lanewise.compiler.op.Transpose;
import dev.lanewise.compiler.op.Unary;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.Epilogue;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** ONNX's matrix products. */
final class OnnxProducts {

    private OnnxProducts() {}

    static void register(Map<String, OnnxOp> ops) {
        ops.put(":MatMul", node -> node.out(matMul(node, node.in(0), node.in(1))));
        ops.put(":Gemm", node -> node.out(gemm(node)));
    }

    /**
     * As numpy: a vector on the left is a row, on the right a column, and the result loses that axis.
     * Types of 16 bits are computed in f32.
     */
    static Value matMul(OnnxNode node, Value a, Value b) {
        if (a.rank() == 0 || b.rank() == 0) {
            throw node.misfit("operands " + a.type() + " and " + b.type() + " must not be scalars");
        }
        Formula f = new Formula(node);
        Value left = f.wide(a.rank() > 1 ? a : f.reshape(a, List.of(Dim.ONE, a.dim(0))));
        Value right = f.wide(b.rank() > 1 ? b : f.reshape(b, List.of(b.dim(0), Dim.ONE)));
        int rank = Math.max(left.rank(), right.rank());
        if (right.rank() > 2 && right.isConstant() && right.shape().subList(0,
                right.rank() - 2).stream().allMatch(d -> d.is(1))) {
            // one matrix for all: weights
            right = f.reshape(right, right.shape().subList(right.rank() - 2, right.rank()));
        }
        Value product = node.add(MatMul.PLAIN, left, right);
        List<Dim> shape = new ArrayList<>(product.shape());
        while (shape.size() < rank) {
            shape.add(0, Dim.ONE);
        }
        if (b.rank() == 1) {
            shape.remove(shape.size() - 1);
        }
        if (a.rank() == 1) {
            shape.remove(shape.size() - (b.rank() == 1 ? 1 : 2));
        }
        return f.cast(f.reshape(product, shape), a.type().type());
    }

    /**
     * {@code alpha · A' · B' + beta · C}. Of integers by whole numbers it is in integers, which wrap; by others
     * it is computed in f64 and cut off towards zero, as ONNX's reference does.
     */
    static Value gemm(OnnxNode node) {
        Formula f = new Formula(node);
        node.ignore("broadcast"); // before opset 7; what does not broadcast then is not valid
        float alpha = node.number("alpha", 1);
        float beta = node.number("beta", 1);
        boolean transB = node.flag("transB", false);
        Value a = f.wide(node.in(0));
        if (a.rank() != 2 || node.in(1).rank() != 2) {
            throw node.misfit("operands " + a.type() + " and " + node.in(1).type() + " must be matrices");
        }
        if (node.flag("transA", false)) {
            a = node.add(Transpose.of(1, 0), a);
        }
        Value product = node.add(new MatMul(transB, Epilogue.NONE), a, f.wide(node.in(1)));
        boolean whole = alpha == Math.rint(alpha) && beta == Math.rint(beta);
        DType type = whole || a.type().type().isFloating() ? a.type().type() : DType.F64;
        Value y = scaled(f, f.cast(product, type), alpha);
        if (node.has(2) && beta != 0) {
            y = f.plus(y, scaled(f, f.cast(node.in(2), type), beta));
        }
        if (!y.shape().equals(product.shape())) {
            throw node.misfit("C " + node.in(2).type() + " does not broadcast to " + product.type());
        }
        return f.cast(y, node.in(0).type().type());
    }

    static Value scaled(Formula f, Value x, float factor) {
        if (factor == 1) {
            return x;
        }
        return x.type().type().isFloating()
                ? f.node().add(new Unary(UnaryFn.AFFINE, factor, 0), x)
                : f.apply(BinaryFn.MUL, x, factor);
    }

    /** {@code [N, C, spatial...]} to {@code [N, spatial..., C]}. */
    static Value channelsLast(OnnxNode node, Value x) {
        return new Formula(node).axisLast(x, 1);
    }

    /** {@code [N, spatial..., C]} to {@code [N, C, spatial...]}. */
    static Value channelsFirst(OnnxNode node, Value x) {
        return new Formula(node).axisBack(x, 1);
    }
}
