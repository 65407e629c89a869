package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.onnx.proto.GraphProto;
import dev.lanewise.formats.DType;
import java.util.ArrayList;
import java.util.List;

/**
 * A Loop written out: its body read once per iteration, with the iteration as a constant. For bodies that
 * cannot be repeated as they are, because the iteration decides shapes or because they carry sequences.
 */
final class OnnxUnrolling {

    private static final int MOST_ITERATIONS = 256;

    private final OnnxNode node;
    private final GraphProto body;
    private final int carried;
    /** What is carried: a {@link Value} or an {@link OnnxSequence}. */
    private final List<Object> values = new ArrayList<>();
    private final List<List<Value>> collected = new ArrayList<>();

    private OnnxUnrolling(OnnxNode node) {
        this.node = node;
        this.body = node.graph("body");
        this.carried = node.inputCount() - 2;
    }

    /** Whether the number of iterations is known and small enough. */
    static boolean isPossible(OnnxNode node) {
        return (!node.has(0) || number(node.in(0)) >= 0 && number(node.in(0)) <= MOST_ITERATIONS)
                && (!node.has(1) || number(node.in(1)) >= 0)
                && (node.has(0) || node.has(1));
    }

    private static long number(Value value) {
        List<Dim> contents = value.contents();
        return contents != null && contents.size() == 1 && contents.get(0).isConstant() ? contents.get(0).constant()
                : -1;
    }

    static void unroll(OnnxNode node) {
        new OnnxUnrolling(node).run();
    }

    private void run() {
        if (carried < 0 || body.getInputCount() != 2 + carried || body.getOutputCount() < 1 + carried) {
            throw node.misfit("a body of " + body.getInputCount() + " inputs and " + body.getOutputCount()
                    + " outputs for " + carried + " carried values");
        }
        for (int i = 0; i < carried; i++) {
            values.add(node.has(2 + i) ? node.in(2 + i) : node.sequence(2 + i));
        }
        for (int i = 1 + carried; i < body.getOutputCount(); i++) {
            collected.add(new ArrayList<>());
        }
        long count = node.has(0) ? number(node.in(0)) : Long.MAX_VALUE;
        boolean goOn = !node.has(1) || number(node.in(1)) != 0;
        for (int t = 0; goOn && t < count; t++) {
            if (t == MOST_ITERATIONS) {
                throw node.unsupported("a loop of more than " + MOST_ITERATIONS
                        + " iterations that has to be written out");
            }
            goOn = iterate(t);
        }
        for (Object value : values) {
            if (value instanceof Value tensor) {
                node.out(tensor);
            } else {
                node.out((OnnxSequence) value);
            }
        }
        for (List<Value> slices : collected) {
            if (slices.isEmpty()) {
                throw node.unsupported("a loop without iterations that collects tensors");
            }
            node.out(OnnxSequences.concat(node, slices, 0, true));
        }
    }

    private boolean iterate(int t) {
        OnnxScope scope = node.importer().readInline(body, node.scope(), inner -> {
            inner.define(body.getInput(0).getName(), node.constant(Literal.scalar((long) t)));
            inner.define(body.getInput(1).getName(), node.constant(Literal.splat(DType.BOOL, 1)));
            for (int i = 0; i < carried; i++) {
                String name = body.getInput(2 + i).getName();
                if (values.get(i) instanceof Value tensor) {
                    inner.define(name, tensor);
                } else {
                    inner.define(name, (OnnxSequence) values.get(i));
                }
            }
        });
        Value condition = node.importer().result(body, 0, scope);
        if (number(condition) < 0) {
            throw node.unsupported("a loop that has to be written out, with a condition known only at run time");
        }
        for (int i = 0; i < carried; i++) {
            OnnxSequence sequence = scope.findSequence(body.getOutput(1 + i).getName());
            values.set(i, sequence != null ? sequence : node.importer().result(body, 1 + i, scope));
        }
        for (int i = 0; i < collected.size(); i++) {
            collected.get(i).add(node.importer().result(body, 1 + carried + i, scope));
        }
        return number(condition) != 0;
    }
}
