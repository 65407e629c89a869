package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.CompileOptions.Range;
import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Folding;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.formats.CompileException;
import dev.lanewise.formats.PlanException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A condition that follows from one extent of the model's inputs and nothing else, as exporters write it for {@code
 * squeeze}. By such a condition an If can be one graph for some lengths and another one, of tensors of other ranks, for
 * others; a plan is then for lengths that decide alike. Immutable.
 *
 * @param length the extent
 * @param ranges of the extent that decide alike, in order; each decides otherwise than the one before
 * @param first what the first range decides
 */
record LengthCondition(Dim.Symbol length, List<Range> ranges, boolean first) {

    /** Every length is tried. */
    private static final long MOST_LENGTHS = 1 << 14;

    /** More ranges than that follow from no bound, but from a pattern such as even and odd. */
    private static final int MOST_RANGES = 8;

    LengthCondition {
        ranges = List.copyOf(ranges);
    }

    /**
     * The condition as one by a length, {@code null} where it depends on data or on several extents.
     *
     * @param folding pays for trying the lengths
     */
    static LengthCondition of(Value condition, Folding folding) {
        if (condition.producer() == null || !condition.sources().isEmpty()) {
            return null;
        }
        Set<Node> needed = new LinkedHashSet<>();
        Set<Value> extents = new LinkedHashSet<>();
        collect(condition, needed, extents);
        Set<Dim.Symbol> symbols = new LinkedHashSet<>();
        extents.forEach(value -> value.contents().forEach(dim -> dim.collectSymbols(symbols)));
        if (symbols.size() != 1) {
            return null;
        }
        Dim.Symbol length = symbols.iterator().next();
        Graph graph = new Graph(List.of(), List.of(), List.of(), List.copyOf(needed));
        long lengths = length.max() - length.min() + 1;
        if (length.learnt() || lengths > MOST_LENGTHS || !folding.spend(0, lengths * graph.work())) {
            return null;
        }
        List<Range> ranges = new ArrayList<>();
        boolean first = decide(condition, graph, extents, Map.of(length.name(), length.min()));
        boolean now = first;
        long from = length.min();
        for (long t = length.min() + 1; t <= length.max(); t++) {
            if (decide(condition, graph, extents, Map.of(length.name(), t)) != now) {
                ranges.add(new Range(from, t - 1));
                from = t;
                now = !now;
            }
        }
        ranges.add(new Range(from, length.max()));
        return new LengthCondition(length, ranges, first);
    }

    /**
     * Finds what a condition is computed by.
     *
     * @param nodes in an order in which each comes after those that it uses
     * @param extents values whose elements are extents, with which it begins
     */
    private static void collect(Value value, Set<Node> nodes, Set<Value> extents) {
        if (value == null || value.producer() == null || nodes.contains(value.producer())) {
            return;
        }
        if (value.contents() != null) {
            extents.add(value);
            return;
        }
        value.producer().inputs().forEach(input -> collect(input, nodes, extents));
        nodes.add(value.producer());
    }

    private static boolean decide(Value condition, Graph graph, Set<Value> extents, Map<String, Long> symbols) {
        Map<Value, Literal> values = new HashMap<>();
        for (Value value : extents) {
            double[] elements = value.contents().stream().mapToDouble(dim -> dim.evaluate(symbols)).toArray();
            int[] shape = value.shape().stream().mapToInt(dim -> (int) dim.constant()).toArray();
            values.put(value, Literal.of(value.type().type(), elements, shape));
        }
        graph.evaluate(values, symbols);
        return values.get(condition).longAt(0) != 0;
    }

    /** Whether all lengths decide alike: {@link #first}. */
    boolean isDecided() {
        return ranges.size() == 1;
    }

    /**
     * Imports a model that cannot be imported for all lengths together for the only range that it can be imported for.
     *
     * @param node the name of the If
     * @param whole why it cannot be imported for all lengths
     * @param importer reads the model with other options
     * @throws CompileException {@code whole}, where it cannot be imported for any range; a choice of ranges where there
     *     are several
     */
    OnnxModel narrow(
            String node, String file, CompileException whole, CompileOptions options,
            Function<CompileOptions, OnnxModel> importer) {
        if (ranges.size() > MOST_RANGES) {
            throw whole;
        }
        Map<Range, OnnxModel> models = new LinkedHashMap<>();
        for (Range range : ranges) {
            try {
                models.put(range, importer.apply(options.dim(length.name(), range.min(), range.max())));
            } catch (CompileException e) {
                continue; // what is wrong with all of them is in `whole`
            }
        }
        if (models.isEmpty()) {
            throw whole;
        }
        if (models.size() > 1) {
            throw new CompileException(file, List.of(new PlanException("node '" + node + "' makes the model another one"
                    + " by the extent " + length.name() + "; choose with " + models.keySet().stream()
                            .map(range -> "--dim " + length.name() + "=" + range.min() + ".." + range.max())
                            .collect(Collectors.joining(" or ")))));
        }
        Range range = models.keySet().iterator().next();
        return models.get(range).withNote(length.name() + " is " + range.min() + " to " + range.max() + ": for others '"
                + node + "' makes the model one that cannot be compiled");
    }
}
