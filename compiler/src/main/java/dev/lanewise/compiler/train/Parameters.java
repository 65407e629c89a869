package dev.lanewise.compiler.train;

import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Op;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.BatchNorm;
import dev.lanewise.compiler.op.Binary;
import dev.lanewise.compiler.op.Conv;
import dev.lanewise.compiler.op.Expand;
import dev.lanewise.compiler.op.Gather;
import dev.lanewise.compiler.op.Gru;
import dev.lanewise.compiler.op.LayerNorm;
import dev.lanewise.compiler.op.Lstm;
import dev.lanewise.compiler.op.MatMul;
import dev.lanewise.compiler.op.Repeat;
import dev.lanewise.compiler.op.RmsNorm;
import dev.lanewise.compiler.op.Rnn;
import dev.lanewise.formats.DType;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The constants of a graph that training may change: f32, of more than one element, where an operation has its weights.
 * One literal is one parameter, however often it is used.
 */
final class Parameters {

    /**
     * A parameter.
     *
     * @param name unique among a graph's
     * @param uses the constants that hold it
     * @param running whether it is no weight but a running statistic, which training replaces
     */
    record Parameter(String name, Literal literal, List<Value> uses, boolean running) {}

    /** What is looked for among constants. */
    interface Choice {
        boolean takes(Op op, int input, Value constant);
    }

    private Parameters() {}

    /** What operations have as their weights. */
    static Choice byUse() {
        return Parameters::isParameter;
    }

    /** What somebody chose, and running statistics. */
    static Choice among(Set<Literal> chosen) {
        return (op, input, value) -> chosen.contains(value.constant()) || op.running().containsKey(input);
    }

    /** Those of a graph, loops' bodies apart, in the order of first use. */
    static List<Parameter> of(Graph graph, Choice choice) {
        Map<Literal, Parameter> byLiteral = new IdentityHashMap<>();
        Map<String, Parameter> byName = new LinkedHashMap<>();
        for (Node node : graph.nodes()) {
            for (int i = 0; i < node.inputs().size(); i++) {
                Value value = node.input(i);
                if (value != null && value.isConstant() && choice.takes(node.op(), i, value)) {
                    Parameter known = byLiteral.get(value.constant());
                    if (known == null) {
                        String name = unique(value.name(), byName);
                        boolean running = node.op().running().containsKey(i);
                        known = new Parameter(name, value.constant(), new ArrayList<>(), running);
                        byLiteral.put(value.constant(), known);
                        byName.put(name, known);
                    }
                    if (!known.uses.contains(value)) {
                        known.uses.add(value);
                    }
                }
            }
        }
        return new ArrayList<>(byName.values());
    }

    private static String unique(String name, Map<String, Parameter> taken) {
        String unique = name;
        for (int i = 2; taken.containsKey(unique); i++) {
            unique = name + "#" + i;
        }
        return unique;
    }

    /** Whether an operation has a constant among its weights. */
    private static boolean isParameter(Op op, int input, Value value) {
        return value.type().type() == DType.F32 && value.constant().size() > 1 && isWeight(op, input);
    }

    /** Whether an operation has weights there; a loop, where its body has them from outside. */
    private static boolean isWeight(Op op, int input) {
        if (op instanceof Repeat repeat) {
            return input >= 2 + repeat.carried() + repeat.scanned().size()
                    && isWeight(repeat.body(), repeat.body().inputs().get(input).value());
        }
        if (op instanceof BatchNorm) {
            return input > 0;
        }
        if (op instanceof MatMul || op instanceof Binary binary && !binary.fn().isPredicate()) {
            return true;
        }
        if (op instanceof Conv || op instanceof Lstm || op instanceof Gru || op instanceof Rnn
                || op instanceof LayerNorm || op instanceof RmsNorm) {
            return input == 1 || input == 2 || input == 3;
        }
        return (op instanceof Gather || op instanceof Expand) && input == 0;
    }

    private static boolean isWeight(Graph body, Value value) {
        for (Node node : body.nodes()) {
            for (int i = 0; i < node.inputs().size(); i++) {
                if (node.input(i) == value && isWeight(node.op(), i)) {
                    return true;
                }
            }
        }
        return false;
    }
}
