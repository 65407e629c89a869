package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Conv;
import dev.lanewise.compiler.op.MatMul;
import dev.lanewise.compiler.op.Transpose;
import dev.lanewise.runtime.kernel.Epilogue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** ONNX's matrix products and convolutions. */
final class OnnxProducts {

    private OnnxProducts() {}

    static void register(Map<String, OnnxOp> ops) {
        ops.put(":MatMul", OnnxProducts::matMul);
        ops.put(":Conv", OnnxProducts::conv);
    }

    /** As numpy: a vector on the left is a row, on the right a column, and the result loses that axis. */
    private static void matMul(OnnxNode node) {
        Value a = node.in(0);
        Value b = node.in(1);
        if (a.rank() == 0 || b.rank() == 0) {
            throw node.misfit("operands " + a.type() + " and " + b.type() + " must not be scalars");
        }
        Value left = a.rank() > 1 ? a : OnnxMovement.reshaped(node, a, List.of(Dim.ONE, a.dim(0)));
        Value right = b.rank() > 1 ? b : OnnxMovement.reshaped(node, b, List.of(b.dim(0), Dim.ONE));
        Value product = node.add(MatMul.PLAIN, left, right);
        List<Dim> shape = new ArrayList<>(product.shape());
        if (b.rank() == 1) {
            shape.remove(shape.size() - 1);
        }
        if (a.rank() == 1) {
            shape.remove(shape.size() - (b.rank() == 1 ? 1 : 2));
        }
        node.out(OnnxMovement.reshaped(node, product, shape));
    }

    /** ONNX has channels first; the graph has them last. */
    private static void conv(OnnxNode node) {
        Value x = node.in(0);
        Value w = node.in(1);
        int spatial = x.rank() - 2;
        if (spatial < 1) {
            throw node.misfit("the input is " + x.type() + "; expected [N, C, spatial...]");
        }
        long[] kernel = node.integers("kernel_shape");
        for (int axis = 0; kernel != null && axis < kernel.length; axis++) {
            if (axis >= spatial || w.rank() != x.rank() || !w.dim(axis + 2).is(kernel[axis])) {
                throw node.misfit("kernel_shape " + Arrays.toString(kernel) + " is not that of the filter " + w.type());
            }
        }
        OnnxWindow window = OnnxWindow.read(node, spatial, x.shape().subList(2, x.rank()), w.shape().subList(2, w.rank()));
        Conv conv = new Conv(Math.toIntExact(node.integer("group", 1)), window.strides(), window.dilations(),
                window.padsBefore(), window.padsAfter(), Epilogue.NONE);
        Value y = node.add(conv, channelsLast(node, x), w, node.inOrNull(2));
        node.out(channelsFirst(node, y));
    }

    /** {@code [N, C, spatial...]} to {@code [N, spatial..., C]}. */
    static Value channelsLast(OnnxNode node, Value x) {
        int rank = x.rank();
        int[] permutation = new int[rank];
        for (int axis = 1; axis < rank - 1; axis++) {
            permutation[axis] = axis + 1;
        }
        permutation[rank - 1] = 1;
        return node.add(Transpose.of(permutation), x);
    }

    /** {@code [N, spatial..., C]} to {@code [N, C, spatial...]}. */
    static Value channelsFirst(OnnxNode node, Value x) {
        int rank = x.rank();
        int[] permutation = new int[rank];
        permutation[1] = rank - 1;
        for (int axis = 2; axis < rank; axis++) {
            permutation[axis] = axis - 1;
        }
        return node.add(Transpose.of(permutation), x);
    }
}
