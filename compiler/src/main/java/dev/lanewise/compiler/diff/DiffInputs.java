package dev.lanewise.compiler.diff;

import dev.lanewise.compiler.data.DataFile;
import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.formats.ShapeException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Inputs of a run: those given, and for the others seeded random ones.
 *
 * @param data by name
 * @param symbols values of the symbols: what given inputs make them, else as near to the usual one as bounds allow
 * @param seed of the random elements
 */
public record DiffInputs(Map<String, Literal> data, Map<String, Long> symbols, long seed) {

    /**
     * Random elements are in [-1, 1), integers 0 or 1, which suits most networks as an index too.
     *
     * @param usual the value of symbols where bounds allow it
     * @throws ShapeException where a given input does not fit
     */
    public static DiffInputs of(Graph graph, Map<String, DataFile> given, long usual, long seed) {
        Map<String, Long> symbols = new HashMap<>();
        for (Graph.Port port : graph.inputs()) {
            if (given.containsKey(port.name())) {
                learn(port, given.get(port.name()), symbols);
            }
        }
        Map<String, Literal> data = new LinkedHashMap<>();
        Random random = new Random(seed);
        for (Graph.Port port : graph.inputs()) {
            DataFile file = given.get(port.name());
            data.put(port.name(), file != null ? file.values() : random(port.value(), symbols, usual, random));
        }
        return new DiffInputs(data, symbols, seed);
    }

    private static void learn(Graph.Port port, DataFile file, Map<String, Long> symbols) {
        Literal literal = file.values();
        List<Dim> shape = port.value().shape();
        boolean fits = shape.size() == literal.rank() && literal.type() == port.value().type().type();
        for (int axis = 0; fits && axis < shape.size(); axis++) {
            Dim.Symbol symbol = shape.get(axis).asSymbol();
            long extent = literal.extent(axis);
            fits = symbol == null
                    ? shape.get(axis).is(extent)
                    : extent >= symbol.min() && extent <= symbol.max()
                            && symbols.merge(symbol.name(), extent, (a, b) -> a.equals(b) ? a : -1L) >= 0;
        }
        if (!fits) {
            throw new ShapeException(file.file() + ": has " + literal.describe() + "; input '" + port.name()
                    + "' takes " + port.value().type());
        }
    }

    private static Literal random(Value value, Map<String, Long> symbols, long usual, Random random) {
        int[] shape = value.shape().stream().mapToInt(dim -> {
            Dim.Symbol symbol = dim.asSymbol();
            return Math.toIntExact(symbol == null
                    ? dim.constant()
                    : symbols.computeIfAbsent(
                            symbol.name(), name -> Math.max(symbol.min(), Math.min(symbol.max(), usual))));
        }).toArray();
        double[] values = new double[Literal.size(shape)];
        for (int i = 0; i < values.length; i++) {
            values[i] = value.type().type().isFloating() ? random.nextDouble() * 2 - 1 : random.nextInt(2);
        }
        return Literal.of(value.type().type(), values, shape);
    }
}
