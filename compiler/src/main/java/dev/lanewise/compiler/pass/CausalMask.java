package dev.lanewise.compiler.pass;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Binary;
import dev.lanewise.compiler.op.Expand;
import dev.lanewise.compiler.op.Reshape;
import dev.lanewise.compiler.op.Where;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A mask {@code [..., queries, keys]} that is one number, {@code hidden}, for all keys behind {@code query + offset},
 * whatever else it hides. Immutable.
 *
 * @param hidden scalar
 * @param near the mask up to there, scalar; {@code null} where it depends on more
 * @param rest adds to a graph what the mask is up to there; it may lack axes that it is the same along
 */
record CausalMask(Dim offset, Dim queries, Dim keys, Literal hidden, Literal near, Rest rest) {

    /** Scores masked by this or less have a weight of 0 beside any usual score. */
    static final double LOW = -1e4;

    /** What else a mask does. */
    interface Rest {

        /** Adds it, with operands that the mask had, as they are now. */
        Value addTo(Rewriting graph);
    }

    /** Reads masks of a graph, each once. Not thread-safe. */
    static final class Reader {

        /** Of nodes one behind another. */
        private static final int DEEPEST = 64;

        private final Map<Value, CausalMask> known = new HashMap<>();
        private final Triangle.Reader triangles = new Triangle.Reader();
        private int depth;

        /** {@code null} where a mask is not known to hide what lies behind. */
        CausalMask of(Value mask) {
            if (mask == null || mask.rank() < 2 || depth == DEEPEST) {
                return null;
            }
            if (!known.containsKey(mask)) {
                depth++;
                known.put(mask, read(mask));
                depth--;
            }
            return known.get(mask);
        }

        private CausalMask read(Value mask) {
            Triangle triangle = triangles.of(mask);
            Node node = mask.producer();
            if (triangle != null) {
                Dim queries = mask.dim(mask.rank() - 2);
                Dim keys = mask.dim(mask.rank() - 1);
                return triangle.isUniform()
                        ? null
                        : new CausalMask(triangle.offset(), queries, keys, triangle.far(), triangle.near(),
                                graph -> Value.constant(mask.name(), triangle.near()));
            }
            if (node == null) {
                return null;
            }
            if (node.op().isElementwise()) {
                return elementwise(node);
            }
            CausalMask inner = of(node.input(0));
            if (inner == null || !Triangle.Reader.keepsLastAxes(node.input(0), mask)) {
                return null;
            }
            if (node.op() instanceof Expand) {
                return inner; // broadcasting does that
            }
            int[] sources = node.op() instanceof Reshape
                    ? Places.sources(node.input(0).shape(), mask.shape())
                    : null;
            return sources == null
                    ? null
                    : inner.with(inner.hidden, inner.near,
                            graph -> reshaped(graph, node, inner.rest.addTo(graph), sources));
        }

        /** The rest of a reshaped mask, where new axes of extent 1 came in. */
        private static Value reshaped(Rewriting graph, Node node, Value rest, int[] sources) {
            List<Dim> from = new ArrayList<>(Collections.nCopies(node.input(0).rank() - rest.rank(), Dim.ONE));
            from.addAll(rest.shape());
            List<Dim> to = new ArrayList<>();
            for (int source : sources) {
                to.add(source < 0 ? Dim.ONE : from.get(source));
            }
            return graph.add(node.name(), new Reshape(to), rest);
        }

        /** One operand is causal, and its hidden part hides whatever the others are. */
        private CausalMask elementwise(Node node) {
            for (int i = 0; i < node.inputs().size(); i++) {
                CausalMask inner = of(node.input(i));
                Literal hidden = inner == null || !Triangle.Reader.keepsLastAxes(node.input(i), node.output())
                        ? null
                        : hidden(node, i, inner.hidden);
                if (hidden != null) {
                    List<Literal> near = scalars(node, i, inner.near);
                    int at = i;
                    return inner.with(hidden, near.contains(null) ? null : Triangle.apply(node, near), graph -> {
                        List<Value> operands = new ArrayList<>();
                        for (int k = 0; k < node.inputs().size(); k++) {
                            operands.add(k == at ? inner.rest.addTo(graph) : graph.now(node.input(k)));
                        }
                        return graph.addAll(node.name(), node.op(), operands).get(0);
                    });
                }
            }
            return null;
        }

        /** The operands as scalars, {@code null} for those that are none. */
        private List<Literal> scalars(Node node, int at, Literal here) {
            List<Literal> scalars = new ArrayList<>();
            for (int i = 0; i < node.inputs().size(); i++) {
                Triangle other = i == at ? null : triangles.of(node.input(i));
                scalars.add(i == at ? here : other != null && other.isUniform() ? other.near() : null);
            }
            return scalars;
        }

        /** The result where operand {@code at} is {@code x}, whatever the others are; {@code null} if they count. */
        private Literal hidden(Node node, int at, Literal x) {
            List<Literal> scalars = scalars(node, at, x);
            if (!scalars.contains(null)) {
                return Triangle.apply(node, scalars);
            }
            double number = x.doubleAt(0);
            if (node.op() instanceof Where) {
                if (at == 0) {
                    return scalars.get(number != 0 ? 1 : 2);
                }
                Literal other = scalars.get(3 - at);
                return other != null && Triangle.same(x, other) ? x : null;
            }
            if (!(node.op() instanceof Binary binary)) {
                return null;
            }
            boolean decides = switch (binary.fn()) {
                case AND, MUL -> number == 0;
                case OR -> number != 0;
                // masks only take away: what one hides, another does not show again
                case ADD, MIN -> x.type().isFloating() && number <= LOW;
                default -> false;
            };
            return decides ? x : null;
        }
    }

    private CausalMask with(Literal newHidden, Literal newNear, Rest newRest) {
        return new CausalMask(offset, queries, keys, newHidden, newNear, newRest);
    }
}
