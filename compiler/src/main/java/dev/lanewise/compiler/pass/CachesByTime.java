package dev.lanewise.compiler.pass;

import dev.lanewise.compiler.graph.Folding;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.op.Concat;
import dev.lanewise.compiler.op.Transpose;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Lays caches out with the axis along which they grow outermost. What is appended then lies behind all that
 * is there, and the state is extended where it is: a call costs what it appends, however long the past. Nobody
 * sees the order of a state's elements. The transposes that its readers need are for later passes to take out.
 */
final class CachesByTime implements Pass {

    @Override
    public Graph apply(Graph graph, Folding folding) {
        Map<Node, Cache> turned = new HashMap<>(); // by the node that appends
        for (Cache cache : Cache.in(graph)) {
            if (!cache.growsAtItsEnd()) {
                turned.put(cache.append(), cache);
            }
        }
        Map<Cache, Value> values = new HashMap<>();
        Map<Cache, Value> successors = new HashMap<>();
        return new Rewriting(graph, folding) {
            @Override
            Value state(Graph.StatePair state) {
                Cache cache = turned.get(state.next().producer());
                if (cache == null || cache.state() != state) {
                    return super.state(state);
                }
                ValueType type = state.value().type();
                Value value = newState(
                        state.name(), new ValueType(type.type(), byTime(cache).stream().map(type::dim).toList()));
                values.put(cache, value);
                return add(state.name(), new Transpose(Permutation.inverse(byTime(cache))), value);
            }

            @Override
            List<Value> node(Node node, List<Value> inputs) {
                Cache cache = turned.get(node);
                if (cache == null) {
                    return null;
                }
                List<Value> rows = new ArrayList<>(List.of(values.get(cache)));
                for (Value appended : inputs.subList(1, inputs.size())) {
                    rows.add(add(node.name(), new Transpose(byTime(cache)), appended));
                }
                Value successor = addAll(node.name(), new Concat(0), rows).get(0);
                successors.put(cache, successor);
                return List.of(add(node.name(), new Transpose(Permutation.inverse(byTime(cache))), successor));
            }

            @Override
            void next(Graph.StatePair state) {
                Cache cache = turned.get(state.next().producer());
                if (cache == null || cache.state() != state) {
                    super.next(state);
                } else {
                    next(state.name(), values.get(cache), successors.get(cache));
                }
            }
        }.run();
    }

    /** The order of axes with the growing one first. */
    private static List<Integer> byTime(Cache cache) {
        List<Integer> order = new ArrayList<>(List.of(cache.axis()));
        for (int axis = 0; axis < cache.value().rank(); axis++) {
            if (axis != cache.axis()) {
                order.add(axis);
            }
        }
        return order;
    }
}
