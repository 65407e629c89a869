package dev.lanewise.compiler.pass;

import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Value;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The dense layers of a graph that are steps of simple recurrent cells: one follows another with its weights.
 * The first may have no state, as where that was zero and has been folded away: then it looks like any dense
 * layer, and only the second shows what it is. Immutable.
 */
final class SimpleChains {

    private final Map<Value, RecurrentCell> layers = new HashMap<>();
    /** States of steps, by the state that the step makes of them. */
    private final Map<Value, Value> states = new HashMap<>();
    private final Set<Value> firsts = new HashSet<>();

    SimpleChains(Graph graph) {
        for (Node node : graph.nodes()) {
            RecurrentCell layer = node.outputs().size() == 1 ? RnnForm.in(node.output()) : null;
            if (layer == null) {
                continue;
            }
            layers.put(node.output(), layer);
            for (Value state : layer.candidates()) {
                RecurrentCell before = layers.get(CellStep.viewed(state));
                if (before != null && layer.op().equals(before.op())) {
                    follow(before, layer.withH(state));
                }
            }
        }
    }

    /** Whether a value is what a simple cell makes of its first input and a state of zeros. */
    boolean isFirst(Value nextH) {
        return firsts.contains(nextH);
    }

    /** The input of a step that is its state; {@code null} where a value is not computed by such a step. */
    Value stateOf(Value nextH) {
        return states.get(nextH);
    }

    private void follow(RecurrentCell before, RecurrentCell step) {
        if (before.hidden() != step.hidden()) {
            return;
        }
        for (Value state : before.candidates()) {
            if (sameWeights(before.withH(state), step)) {
                states.putIfAbsent(before.nextH(), state);
                states.put(step.nextH(), step.h());
                return;
            }
        }
        if (sameWeights(before, step)) {
            firsts.add(before.nextH());
            states.put(step.nextH(), step.h());
        }
    }

    /** Whether two steps do the same with what they see; where {@code a} has no state, but for that. */
    private static boolean sameWeights(RecurrentCell a, RecurrentCell b) {
        AffineMap of = a.gates().get(0).input();
        AffineMap and = b.gates().get(0).input();
        for (int j = 0; j < a.hidden(); j++) {
            if ((float) of.biasAt(j) != (float) and.biasAt(j)) {
                return false;
            }
        }
        List<Value> inputs = a.inputs();
        List<Value> others = b.inputs();
        boolean same = inputs.size() == others.size()
                && (a.h() == null || sameBlock(of.term(a.h()), and.term(b.h()), a.hidden()));
        for (int i = 0; same && i < inputs.size(); i++) {
            same = sameBlock(of.term(inputs.get(i)), and.term(others.get(i)), a.hidden());
        }
        return same;
    }

    private static boolean sameBlock(AffineMap.Term a, AffineMap.Term b, int width) {
        if (a.size() != b.size()) {
            return false;
        }
        for (int k = 0; k < a.size() && !a.block().equals(b.block()); k++) {
            for (int n = 0; n < width; n++) {
                if ((float) a.block().at(k, n) != (float) b.block().at(k, n)) {
                    return false;
                }
            }
        }
        return true;
    }
}
