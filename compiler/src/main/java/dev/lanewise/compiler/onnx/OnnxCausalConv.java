package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Concat;
import dev.lanewise.compiler.op.Conv;
import dev.lanewise.compiler.op.Expand;
import dev.lanewise.compiler.op.Slice;
import dev.lanewise.compiler.op.Transpose;
import dev.lanewise.compiler.op.Unary;
import dev.lanewise.runtime.kernel.Epilogue;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.List;
import java.util.Map;

/**
 * CausalConvWithState, of ONNX from opset 27 on and of com.microsoft: each channel is filtered on its own,
 * over the current and earlier elements; the last of these are kept for the next call.
 */
final class OnnxCausalConv {

    private OnnxCausalConv() {}

    static void register(Map<String, OnnxOp> ops) {
        ops.put(":CausalConvWithState", OnnxCausalConv::convert);
        ops.put("com.microsoft:CausalConvWithState", node -> {
            if (node.integer("ndim", 1) != 1) {
                throw node.unsupported("attribute 'ndim' other than 1");
            }
            convert(node);
        });
    }

    /** Inputs: x [B, C, T], filter [C, 1, k], bias [C]?, past [B, C, k − 1]?. */
    private static void convert(OnnxNode node) {
        Formula f = new Formula(node);
        Value x = node.in(0);
        Value filter = f.wide(node.in(1));
        if (x.rank() != 3 || filter.rank() != 3 || !filter.dim(1).is(1) || !filter.dim(0).isConstant()) {
            throw node.misfit("the input is " + x.type() + " and the filter " + filter.type()
                    + "; expected [N, C, T] and [C, 1, k]");
        }
        String activation = node.oneOf("activation", "none", "none", "silu", "swish");
        Dim kept = filter.dim(2).minus(1);
        List<Dim> pastShape = List.of(x.dim(0), x.dim(1), kept);
        Value past = node.has(3)
                ? node.in(3)
                : node.add(new Expand(pastShape), f.number(0, x.type().type()));
        if (!past.shape().equals(pastShape)) {
            throw node.misfit("past_state " + past.type() + "; expected " + pastShape);
        }
        Value padded = kept.is(0) ? x : node.add(new Concat(2), past, x);
        Conv conv = new Conv(
                Math.toIntExact(filter.dim(0).constant()), List.of(1), List.of(1), List.of(0), List.of(0),
                Epilogue.NONE);
        Value bias = node.has(2) ? f.wide(node.in(2)) : null;
        Value y = node.add(conv, node.add(Transpose.of(0, 2, 1), f.wide(padded)), filter, bias);
        if (!activation.equals("none")) {
            y = node.add(new Unary(UnaryFn.SWISH, 1, 0), y);
        }
        node.out(f.cast(node.add(Transpose.of(0, 2, 1), y), x.type().type()));
        node.out(node.add(Slice.along(2, x.dim(2), kept, padded.shape()), padded));
    }
}
