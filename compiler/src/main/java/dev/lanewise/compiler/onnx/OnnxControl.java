package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Value;
import java.util.List;
import java.util.Map;

/** ONNX's control flow. */
final class OnnxControl {

    private OnnxControl() {}

    static void register(Map<String, OnnxOp> ops) {
        ops.put(":If", OnnxControl::branch);
    }

    /** A condition that is known leaves the branch that is taken; the other is not even read. */
    private static void branch(OnnxNode node) {
        Value condition = node.in(0);
        if (condition.contents() == null || !condition.contents().get(0).isConstant()) {
            throw node.unsupported("a condition known only at run time");
        }
        boolean taken = !condition.contents().get(0).is(0);
        node.ignore("then_branch", "else_branch");
        List<Value> outputs =
                node.importer().readInline(node.graph(taken ? "then_branch" : "else_branch"), node.scope());
        outputs.forEach(node::out);
    }
}
