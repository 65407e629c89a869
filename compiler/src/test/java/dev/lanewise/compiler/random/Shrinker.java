package dev.lanewise.compiler.random;

import dev.lanewise.compiler.onnx.proto.NodeProto;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Makes a graph that fails small, while it fails in the same kind. */
final class Shrinker {

    private final Outcome.Kind kind;
    private RandomGraph smallest;

    private Shrinker(RandomGraph failing, Outcome.Kind kind) {
        this.smallest = failing;
        this.kind = kind;
    }

    static RandomGraph shrink(RandomGraph failing, Outcome.Kind kind) {
        Shrinker shrinker = new Shrinker(failing, kind);
        int before;
        do {
            before = shrinker.smallest.nodes().size();
            shrinker.oneOutput();
            shrinker.cutInputs();
        } while (shrinker.smallest.nodes().size() < before);
        shrinker.fixExtents();
        return shrinker.smallest;
    }

    private boolean take(RandomGraph candidate) {
        if (Trial.of(candidate).kind() != kind) {
            return false;
        }
        smallest = candidate;
        return true;
    }

    private boolean isTensor(String name) {
        return smallest.values().containsKey(name);
    }

    /** Any value as the only output, the earliest that fails. */
    private void oneOutput() {
        for (NodeProto node : smallest.nodes()) {
            for (String output : node.getOutputList()) {
                if (isTensor(output) && take(smallest.with(smallest.nodes(), smallest.inputs(), List.of(output)))) {
                    return;
                }
            }
        }
    }

    /** Nodes give way to inputs of the shapes that they gave. */
    private void cutInputs() {
        for (NodeProto node : List.copyOf(smallest.nodes())) {
            if (!smallest.nodes().contains(node)
                    || !node.getOutputList().stream().allMatch(name -> name.isEmpty() || isTensor(name))
                    || node.getOutputList().stream().anyMatch(smallest.outputs()::contains)) {
                continue;
            }
            List<NodeProto> nodes = new ArrayList<>(smallest.nodes());
            nodes.remove(node);
            Set<String> inputs = new LinkedHashSet<>(smallest.inputs());
            node.getOutputList().stream().filter(name -> !name.isEmpty()).forEach(inputs::add);
            take(smallest.with(nodes, inputs, smallest.outputs()));
        }
    }

    /** All runs in the shape of one. */
    private void fixExtents() {
        for (int run = 0; run < Extent.RUNS && !smallest.symbols().isEmpty(); run++) {
            int chosen = run;
            Map<String, Operand> values = new LinkedHashMap<>();
            smallest.values().forEach((name, value) -> values.put(name, new Operand(name, value.type(),
                    value.shape().stream().map(extent -> Extent.of(extent.at(chosen))).toList(), value.limit())));
            take(new RandomGraph(smallest.seed(), smallest.opset(), values, smallest.inputs(), smallest.constants(),
                    smallest.nodes(), smallest.outputs()));
        }
    }
}
