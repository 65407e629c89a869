package dev.lanewise.compiler.pass;

import dev.lanewise.compiler.graph.Folding;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Op;
import dev.lanewise.compiler.graph.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Computes once what several nodes compute from the same operands. */
final class ShareEqual implements Pass {

    private final boolean equalNumbers;

    /** Constants count as the same only where they are one object, by which a weight is known that is trained. */
    ShareEqual() {
        this(false);
    }

    private ShareEqual(boolean equalNumbers) {
        this.equalNumbers = equalNumbers;
    }

    /** Numbers of the same bits count as the same too: each layer of a network brings its own. */
    static ShareEqual withEqualNumbers() {
        return new ShareEqual(true);
    }

    /** Values are equal only where they are the same one; operations where their attributes are. */
    private record Computation(Op op, List<Value> inputs) {}

    @Override
    public Graph apply(Graph graph, Folding folding) {
        Map<Computation, List<Value>> known = new HashMap<>();
        List<Value> numbers = new ArrayList<>();
        return new Rewriting(graph, folding) {
            @Override
            List<Value> node(Node node, List<Value> inputs) {
                if (!node.op().isPure()) {
                    return null;
                }
                List<Value> same = new ArrayList<>(inputs);
                if (equalNumbers) {
                    same.replaceAll(this::first);
                }
                return known.computeIfAbsent(
                        new Computation(node.op(), same), c -> addAll(node.name(), node.op(), same));
            }

            /** The first number of the same type, shape and bits. */
            private Value first(Value value) {
                if (value == null || !value.isConstant() || value.constant().size() != 1) {
                    return value;
                }
                for (Value number : numbers) {
                    if (number.constant().sameAs(value.constant())) {
                        return number;
                    }
                }
                numbers.add(value);
                return value;
            }
        }.run();
    }
}
