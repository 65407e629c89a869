package dev.lanewise.compiler.pass;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Folding;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.op.Concat;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes several caches of one that holds keys and values side by side, so that each can be used where it
 * lies: where what is appended was put together from parts along another axis, each part has a state of its
 * own.
 */
final class SplitCaches implements Pass {

    @Override
    public Graph apply(Graph graph, Folding folding) {
        Map<Node, Cache> split = new HashMap<>(); // by the node that appends
        for (Cache cache : Cache.in(graph)) {
            if (parts(cache) != null) {
                split.put(cache.append(), cache);
            }
        }
        Map<Cache, List<Value>> values = new HashMap<>();
        Map<Cache, List<Value>> successors = new HashMap<>();
        return new Rewriting(graph, folding) {
            @Override
            Value state(Graph.StatePair state) {
                Cache cache = split.get(state.next().producer());
                if (cache == null || cache.state() != state) {
                    return super.state(state);
                }
                Node parts = parts(cache);
                int axis = ((Concat) parts.op()).axis();
                List<Value> made = new ArrayList<>();
                for (Value part : parts.inputs()) {
                    List<Dim> shape = new ArrayList<>(state.value().shape());
                    shape.set(axis, part.dim(axis));
                    made.add(newState(name(state, made.size()), new ValueType(part.type().type(), shape)));
                }
                values.put(cache, made);
                return add(state.name(), parts.op(), made.toArray(new Value[0]));
            }

            @Override
            List<Value> node(Node node, List<Value> inputs) {
                Cache cache = split.get(node);
                if (cache == null) {
                    return null;
                }
                List<Value> made = new ArrayList<>();
                for (Value part : parts(cache).inputs()) {
                    made.add(add(node.name(), node.op(), values.get(cache).get(made.size()), now(part)));
                }
                successors.put(cache, made);
                return addAll(node.name(), parts(cache).op(), made);
            }

            @Override
            void next(Graph.StatePair state) {
                Cache cache = split.get(state.next().producer());
                if (cache == null || cache.state() != state) {
                    super.next(state);
                    return;
                }
                for (int i = 0; i < values.get(cache).size(); i++) {
                    next(name(state, i), values.get(cache).get(i), successors.get(cache).get(i));
                }
            }
        }.run();
    }

    private static String name(Graph.StatePair state, int part) {
        return state.name() + "." + part;
    }

    /** The node that puts together what is appended; {@code null} where it is in one piece. */
    private static Node parts(Cache cache) {
        Value appended = cache.append().input(1);
        Concat concat = cache.append().inputs().size() == 2 ? Rewriting.producer(appended, Concat.class) : null;
        return concat == null || concat.axis() == cache.axis() ? null : appended.producer();
    }
}
