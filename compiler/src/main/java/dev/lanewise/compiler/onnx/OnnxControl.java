package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.onnx.proto.GraphProto;
import dev.lanewise.compiler.op.Branch;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** ONNX's If. Loops: {@link OnnxLoops}. */
final class OnnxControl {

    private OnnxControl() {}

    static void register(Map<String, OnnxOp> ops) {
        ops.put(":If", OnnxControl::branch);
        ops.put(":Loop", OnnxLoops::loop);
        ops.put(":Scan", OnnxLoops::scan);
    }

    /** A condition that is known leaves the branch that is taken; the other is not even read. */
    private static void branch(OnnxNode node) {
        Value condition = node.in(0);
        if (condition.contents() == null || condition.contents().size() != 1
                || !condition.contents().get(0).isConstant()) {
            unknown(node, condition);
            return;
        }
        boolean taken = !condition.contents().get(0).is(0);
        node.ignore("then_branch", "else_branch");
        GraphProto body = node.graph(taken ? "then_branch" : "else_branch");
        OnnxScope scope = node.importer().readInline(body, node.scope(), inner -> { });
        for (int i = 0; i < body.getOutputCount(); i++) {
            OnnxSequence sequence = scope.findSequence(body.getOutput(i).getName());
            if (sequence != null) {
                node.out(sequence);
            } else {
                node.out(node.importer().result(body, i, scope));
            }
        }
    }

    private static void unknown(OnnxNode node, Value condition) {
        OnnxScope whenTrue = node.importer().readBody(node.graph("then_branch"), node.scope(), List.of());
        OnnxScope whenFalse = node.importer().readBody(node.graph("else_branch"), node.scope(), List.of());
        Graph a = whenTrue.builder().build().withoutUnused();
        Graph b = whenFalse.builder().build().withoutUnused();
        if (a.outputs().size() != b.outputs().size() || a.outputs().size() < node.outputCount()) {
            throw node.misfit("the branches give " + a.outputs().size() + " and " + b.outputs().size() + " outputs");
        }
        List<ValueType> types = new ArrayList<>();
        for (int i = 0; i < a.outputs().size(); i++) {
            types.add(common(node, i, a.outputs().get(i).value().type(), b.outputs().get(i).value().type()));
        }
        List<Value> inputs = new ArrayList<>();
        inputs.add(condition);
        inputs.addAll(whenTrue.captures().keySet());
        inputs.addAll(whenFalse.captures().keySet());
        node.addAll(new Branch(a, b, types), inputs.toArray(new Value[0])).forEach(node::out);
    }

    /** Where extents differ, the branch that is taken decides. */
    private static ValueType common(OnnxNode node, int output, ValueType a, ValueType b) {
        if (a.type() != b.type()) {
            throw node.misfit("output " + output + " is " + a + " in one branch and " + b + " in the other");
        }
        if (a.rank() != b.rank()) {
            throw node.unsupported("output " + output + " is " + a + " in one branch and " + b
                    + " in the other; a rank that data decide cannot be planned (pin the condition)");
        }
        List<Dim> shape = new ArrayList<>();
        for (int axis = 0; axis < a.rank(); axis++) {
            Dim x = a.dim(axis);
            Dim y = b.dim(axis);
            boolean settled = x.equals(y) && x.isConstant() || x.equals(y) && !OnnxLoops.isLearnt(x);
            shape.add(settled ? x : node.learnt(output, axis, Math.max(x.max(), y.max())));
        }
        return new ValueType(a.type(), shape);
    }
}
