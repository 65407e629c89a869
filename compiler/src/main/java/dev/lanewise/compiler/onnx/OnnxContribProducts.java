package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Transpose;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Matrix products of com.microsoft, with the transposes and activations that ONNX Runtime fuses into them. */
final class OnnxContribProducts {

    private OnnxContribProducts() {}

    static void register(Map<String, OnnxOp> ops) {
        ops.put("com.microsoft:FusedMatMul", node -> node.out(product(node)));
        ops.put("com.microsoft:TransposeMatMul", node -> node.out(product(node)));
        ops.put("com.microsoft:FusedMatMulActivation", node ->
                node.out(FusedActivation.byNames(node, product(node))));
        ops.put("com.microsoft:FusedGemm", node ->
                node.out(FusedActivation.byNames(node, OnnxProducts.gemm(node))));
        ops.put("com.microsoft:GemmFastGelu", node -> {
            Formula f = new Formula(node);
            Value y = OnnxProducts.matMul(node, f.wide(node.in(0)), node.in(1));
            Value sum = node.has(2) ? f.plus(y, f.wide(node.in(2))) : y;
            node.out(f.cast(f.apply(UnaryFn.GELU_TANH, sum), node.in(0).type().type()));
        });
    }

    /** A product whose operands may be transposed in their last two axes, or over the batch. */
    private static Value product(OnnxNode node) {
        Value a = oriented(node, node.in(0), node.flag("transA", false), node.flag("transBatchA", false));
        Value b = oriented(node, node.in(1), node.flag("transB", false), node.flag("transBatchB", false));
        return OnnxProducts.scaled(new Formula(node), OnnxProducts.matMul(node, a, b), node.number("alpha", 1));
    }

    private static Value oriented(OnnxNode node, Value x, boolean transposed, boolean batch) {
        int rank = x.rank();
        if (rank < 2 || !transposed && !batch) {
            return x;
        }
        // the batch flag takes the first axes' last one to the back: [m, b..., k] is a batch of [m, k]
        List<Integer> order = new ArrayList<>(Formula.axes(0, rank));
        if (batch) {
            order.add(rank - 2, order.remove(0));
        }
        if (transposed) {
            order.add(rank - 2, order.remove(rank - 1));
        }
        return node.add(new Transpose(order), x);
    }
}
