package dev.lanewise.compiler.random;

import dev.lanewise.compiler.graph.Arithmetic;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;

/**
 * An imported graph, before any pass, computed operation by operation in double precision, each result rounded once.
 *
 * <p>With noise, by {@link NoisyArithmetic}: how far results scatter says how far two right computations of the same
 * graph may part, at a sum that cancels or at a threshold as well.
 */
final class Reference {

    private final Graph graph;

    Reference(Graph graph) {
        this.graph = graph;
    }

    /** The outputs by name. */
    Map<String, Literal> exact(Map<String, Literal> data, Map<String, Long> symbols) {
        return run(data, symbols, UnaryOperator.identity(), Arithmetic.REFERENCE);
    }

    /**
     * The outputs by name, off by what noise at every operation comes to.
     *
     * @param run one of many, whose noises differ
     */
    Map<String, Literal> noisy(Map<String, Literal> data, Map<String, Long> symbols, Noise noise, int run) {
        NoisyArithmetic arithmetic = new NoisyArithmetic(noise.inRun(run), new SplittableRandom(run));
        return run(data, symbols, arithmetic::given, arithmetic);
    }

    private Map<String, Literal> run(
            Map<String, Literal> data, Map<String, Long> symbols, UnaryOperator<Literal> given, Arithmetic arithmetic) {
        Map<Value, Literal> values = new HashMap<>();
        graph.inputs().forEach(port -> values.put(port.value(), given.apply(data.get(port.name()))));
        graph.evaluate(values, symbols, arithmetic);
        Map<String, Literal> results = new LinkedHashMap<>();
        graph.outputs().forEach(port -> results.put(port.name(), port.value().isConstant()
                ? port.value().constant()
                : values.get(port.value())));
        return results;
    }
}
