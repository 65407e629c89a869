package dev.lanewise.compiler.diff;

import dev.lanewise.compiler.graph.Arithmetic;
import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.formats.ShapeException;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the double-precision reference of each operation gave.
 *
 * @param values of the inputs, and of the outputs of the nodes that were evaluated
 * @param evaluated how many nodes, from the first
 */
public record Reference(Map<Value, Literal> values, int evaluated) {

    public Reference {
        values = Collections.unmodifiableMap(values);
    }

    /**
     * Evaluates node by node, until the watch ends it.
     *
     * @throws ShapeException where the inputs' extents are none that the model can have, as where it reshapes to a
     *     constant
     */
    public static Reference of(Graph graph, DiffInputs inputs, Watch watch) {
        Map<Value, Literal> values = new HashMap<>();
        graph.inputs().forEach(port -> values.put(port.value(), inputs.data().get(port.name())));
        Map<String, Long> known = new HashMap<>(inputs.symbols());
        List<Node> nodes = graph.nodes();
        for (int i = 0; i < nodes.size(); i++) {
            Node node = nodes.get(i);
            if (!watch.goesOn(i, nodes.size(), node)) {
                return new Reference(values, i);
            }
            try {
                Graph.evaluate(node, values, known, Arithmetic.REFERENCE);
            } catch (IllegalArgumentException | IndexOutOfBoundsException | ArithmeticException e) {
                throw misfit(node, inputs, e.getMessage());
            }
            for (Value output : node.outputs()) {
                requireShape(node, output, values.get(output), known, inputs);
            }
        }
        return new Reference(values, nodes.size());
    }

    private static void requireShape(
            Node node, Value output, Literal found, Map<String, Long> known, DiffInputs inputs) {
        boolean fits = found.rank() == output.rank();
        for (int axis = 0; fits && axis < found.rank(); axis++) {
            Dim dim = output.dim(axis);
            fits = found.extent(axis) == (dim.isConstant() ? dim.constant() : dim.evaluate(known));
        }
        if (!fits) {
            throw misfit(node, inputs, "gives " + found.describe() + ", expected " + output.type());
        }
    }

    private static ShapeException misfit(Node node, DiffInputs inputs, String problem) {
        return new ShapeException("node '" + node.name() + "' (" + node.op().name() + ") does not take the extents "
                + inputs.symbols() + ": " + problem + "; others are had by --dim or --input");
    }
}
