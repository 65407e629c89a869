package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Gather;
import java.util.Map;

/** ONNX's operators that choose elements by index. */
final class OnnxIndexing {

    private OnnxIndexing() {}

    static void register(Map<String, OnnxOp> ops) {
        ops.put(":Gather", OnnxIndexing::gather);
    }

    private static void gather(OnnxNode node) {
        Value x = node.in(0);
        int axis = OnnxMovement.axis(node, node.integer("axis", 0), x.rank());
        node.out(node.add(new Gather(axis), x, node.in(1)));
    }
}
