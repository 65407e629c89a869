package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Operators of com.microsoft that ONNX has by now, and others that move elements. */
final class OnnxContribMovement {

    private OnnxContribMovement() {}

    static void register(Map<String, OnnxOp> ops) {
        copy(ops, "Trilu", 14);
        copy(ops, "Pad", 13);
        copy(ops, "Range", 11);
        copy(ops, "GatherND", 12);
        copy(ops, "GridSample", 16);
        ops.put("com.microsoft:ExpandDims", OnnxContribMovement::expandDims);
    }

    /** An operator that is the one of ONNX in that version. */
    private static void copy(Map<String, OnnxOp> ops, String type, int opset) {
        ops.put("com.microsoft:" + type, node -> ops.get(":" + type).convert(node.following(opset)));
    }

    /** A new axis of one element, counted from the end of the result where below zero. */
    private static void expandDims(OnnxNode node) {
        Value x = node.in(0);
        long[] axis = node.longs(1);
        if (axis.length != 1) {
            throw node.misfit("axis " + node.in(1).type() + "; expected one number");
        }
        List<Dim> shape = new ArrayList<>(x.shape());
        shape.add(OnnxMovement.axis(node, axis[0], x.rank() + 1), Dim.ONE);
        node.out(OnnxMovement.reshaped(node, x, shape));
    }
}
