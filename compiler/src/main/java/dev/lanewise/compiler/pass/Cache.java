package dev.lanewise.compiler.pass;

import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Concat;
import java.util.ArrayList;
import java.util.List;

/**
 * A state that grows: its successor is itself with something behind it, as a cache of keys and values is.
 *
 * @param state the state
 * @param append the node that makes the successor; its first input is the state's value
 * @param axis the axis along which it grows
 */
record Cache(Graph.StatePair state, Node append, int axis) {

    /** The cache that a state is; {@code null} where it is none. */
    static Cache of(Graph.StatePair state) {
        Node append = state.next().producer();
        boolean grows = append != null && append.op() instanceof Concat && append.input(0) == state.value();
        return grows ? new Cache(state, append, ((Concat) append.op()).axis()) : null;
    }

    static List<Cache> in(Graph graph) {
        List<Cache> caches = new ArrayList<>();
        for (Graph.StatePair state : graph.states()) {
            Cache cache = of(state);
            if (cache != null) {
                caches.add(cache);
            }
        }
        return caches;
    }

    Value value() {
        return state.value();
    }

    /** Whether what is appended lies behind all that is there: nothing is outside the axis. */
    boolean growsAtItsEnd() {
        return value().shape().subList(0, axis).stream().allMatch(dim -> dim.is(1));
    }
}
