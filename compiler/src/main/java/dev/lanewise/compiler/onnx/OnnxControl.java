package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.onnx.proto.GraphProto;
import dev.lanewise.compiler.op.Branch;
import dev.lanewise.formats.LanewiseException;
import dev.lanewise.formats.PlanException;
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
        List<Dim> contents = condition.contents();
        if (contents != null && contents.size() == 1 && contents.get(0).isConstant()) {
            take(node, !contents.get(0).is(0));
            return;
        }
        LengthCondition byLength = LengthCondition.of(condition, node.builder().folding());
        if (byLength != null && byLength.isDecided()) {
            take(node, byLength.first());
            return;
        }
        try {
            unknown(node, condition);
        } catch (LanewiseException e) {
            if (byLength != null) {
                node.importer().divide(node, byLength);
            }
            throw e;
        }
    }

    private static void take(OnnxNode node, boolean taken) {
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

    /** Tensors of each output of a body: -1 for a tensor itself, else the length of a sequence. */
    private static List<Integer> lengths(GraphProto body, OnnxScope scope) {
        return body.getOutputList().stream()
                .map(output -> scope.findSequence(output.getName()))
                .map(sequence -> sequence == null ? -1 : sequence.size())
                .toList();
    }

    private static void unknown(OnnxNode node, Value condition) {
        GraphProto thenBranch = node.graph("then_branch");
        GraphProto elseBranch = node.graph("else_branch");
        OnnxScope whenTrue = node.importer().readBody(thenBranch, node.scope(), List.of());
        OnnxScope whenFalse = node.importer().readBody(elseBranch, node.scope(), List.of());
        List<Integer> lengths = lengths(thenBranch, whenTrue);
        if (lengths.size() < node.outputCount() || elseBranch.getOutputCount() != lengths.size()) {
            throw node.misfit("the branches give " + lengths.size() + " and " + elseBranch.getOutputCount()
                    + " outputs");
        }
        if (!lengths.equals(lengths(elseBranch, whenFalse))) {
            throw new PlanException("node '" + node.name() + "' (" + node.describe() + "): its branches give sequences"
                    + " of different lengths; pin the condition", List.copyOf(condition.sources()));
        }
        Graph a = whenTrue.builder().build().withoutUnused();
        Graph b = whenFalse.builder().build().withoutUnused();
        List<ValueType> types = new ArrayList<>();
        for (int i = 0; i < a.outputs().size(); i++) {
            types.add(common(node, i, a.outputs().get(i).value().type(), b.outputs().get(i).value().type()));
        }
        List<Value> inputs = new ArrayList<>();
        inputs.add(condition);
        inputs.addAll(whenTrue.captures().keySet());
        inputs.addAll(whenFalse.captures().keySet());
        List<Value> results = node.addAll(new Branch(a, b, types), inputs.toArray(new Value[0]));
        int at = 0;
        for (int length : lengths) {
            if (length < 0) {
                node.out(results.get(at++));
            } else {
                node.out(new OnnxSequence(results.subList(at, at + length)));
                at += length;
            }
        }
    }

    /** One of two ways to compute a value. */
    interface Side {
        /**
         * Adds the nodes.
         *
         * @param node with what the side is to use as its inputs
         */
        Value of(OnnxNode node);
    }

    /**
     * What one of two sides computes, by a condition known only when the model runs.
     *
     * @param condition bool, one element
     * @param used values that the sides are to see as the inputs of their nodes
     */
    static Value choose(OnnxNode node, Value condition, List<Value> used, Side whenTrue, Side whenFalse) {
        List<Value> inputs = new ArrayList<>(List.of(condition));
        List<Graph> bodies = new ArrayList<>();
        for (Side side : List.of(whenTrue, whenFalse)) {
            OnnxScope scope = new OnnxScope(node.scope());
            Value result = side.of(node.inside(scope).with(used.stream().map(scope::capture).toList()));
            scope.builder().output(result.name(), result);
            bodies.add(scope.builder().build().withoutUnused());
            inputs.addAll(scope.captures().keySet());
        }
        List<ValueType> types = bodies.stream().map(body -> body.outputs().get(0).value().type()).toList();
        ValueType type = common(node, 0, types.get(0), types.get(1));
        return node.add(new Branch(bodies.get(0), bodies.get(1), List.of(type)), inputs.toArray(new Value[0]));
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
