package dev.lanewise.compiler.random;

import dev.lanewise.compiler.graph.Evaluation;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Binary;
import dev.lanewise.compiler.op.Cast;
import dev.lanewise.compiler.op.LayerNorm;
import dev.lanewise.compiler.op.Unary;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * An imported graph, before any pass, computed operation by operation in double precision, each result rounded once.
 *
 * <p>With noise, every input and every result that is computed, not only moved, is off by a random fraction: stochastic
 * arithmetic (Vignes 1993). Whole numbers of whole numbers stay what they are: counts, and what was rounded on purpose.
 * So is every operand that a mean is taken off inside one operation, and that mean. Numbers closer than their noise may
 * be equal, and a result smaller than its noise may be 0: functions that underflow do so at different places, and sums
 * that cancel may leave nothing; what is given is what it is for all.
 * How far results scatter says how far two right computations of the same graph may part, at a sum that cancels or at a
 * threshold as well.
 */
final class Reference {

    /**
     * Sizes of random errors.
     *
     * @param relative to the element
     * @param absolute whatever the element is
     */
    record Noise(double relative, double absolute) {

        /**
         * @param everywhere also where an element is whole
         * @param mayVanish whether what is smaller than its error may be 0
         */
        Literal on(Literal exact, SplittableRandom random, boolean everywhere, boolean mayVanish) {
            if (exact.type() != DType.F32 && exact.type() != DType.F64) {
                return exact;
            }
            boolean precise = exact.type() == DType.F64; // whose own errors are far smaller
            double[] values = exact.toDoubles();
            for (int i = 0; i < values.length; i++) {
                if (Double.isFinite(values[i]) && values[i] != 0 && (everywhere || values[i] != Math.rint(values[i]))) {
                    double error = precise ? size(values[i]) * 0x1p-29 : size(values[i]);
                    boolean nothing = mayVanish && Math.abs(values[i]) <= error && random.nextInt(4) == 0;
                    values[i] = nothing ? 0 : values[i] + (random.nextDouble() * 2 - 1) * error;
                }
            }
            return Literal.of(exact.type(), values, exact.shape());
        }

        /** The largest error of an element. */
        double size(double element) {
            return Math.abs(element) * relative + absolute;
        }
    }

    private static final Set<UnaryFn> ROUNDING = Set.of(UnaryFn.ROUND, UnaryFn.FLOOR, UnaryFn.CEIL, UnaryFn.SIGN);

    private final Graph graph;

    Reference(Graph graph) {
        this.graph = graph;
    }

    /** The outputs by name. */
    Map<String, Literal> exact(Map<String, Literal> data, Map<String, Long> symbols) {
        return run(data, symbols, new Noise(0, 0), null);
    }

    /**
     * The outputs by name, off by what noise at every operation comes to. Noise of odd seeds is relative alone: what is
     * absolute moves a small divisor so far that all its quotients are off to the same side.
     */
    Map<String, Literal> noisy(Map<String, Literal> data, Map<String, Long> symbols, Noise noise, int seed) {
        Noise some = seed % 2 == 0 ? noise : new Noise(noise.relative(), 0);
        return run(data, symbols, some, new SplittableRandom(seed));
    }

    private Map<String, Literal> run(
            Map<String, Literal> data, Map<String, Long> symbols, Noise noise, SplittableRandom random) {
        Map<String, Long> known = new HashMap<>(symbols);
        Map<Value, Literal> values = new HashMap<>();
        for (Graph.Port port : graph.inputs()) {
            Literal given = data.get(port.name());
            values.put(port.value(), random == null ? given : noise.on(given, random, false, false));
        }
        for (Node node : graph.nodes()) {
            List<Literal> inputs = new ArrayList<>();
            for (Value input : node.inputs()) {
                inputs.add(input == null ? null : value(input, values));
            }
            if (random != null && node.op() instanceof LayerNorm) {
                inputs.set(0, noise.on(inputs.get(0), random, true, false));
            }
            Evaluation evaluation = new Evaluation(node, inputs, known);
            List<Literal> outputs = node.op().evaluate(evaluation);
            if (random != null && node.op() instanceof LayerNorm norm) {
                outputs = offCentre(norm, evaluation, noise, random);
            }
            if (random != null && node.op() instanceof Binary binary && binary.fn() == BinaryFn.EQUAL) {
                outputs = List.of(unsettled(evaluation, outputs.get(0), noise, random));
            }
            for (int i = 0; i < node.outputs().size(); i++) {
                Value output = node.outputs().get(i);
                Graph.learn(output, outputs.get(i), known);
                boolean exact = random == null || node.op().onlyMoves();
                values.put(output, exact
                        ? outputs.get(i)
                        : noise.on(outputs.get(i), random, !isWhole(node, inputs), true));
            }
        }
        Map<String, Literal> results = new LinkedHashMap<>();
        graph.outputs().forEach(port -> results.put(port.name(), value(port.value(), values)));
        return results;
    }

    /** Normalised, the mean of each row being off, which no change of the row itself comes to. */
    private static List<Literal> offCentre(
            LayerNorm norm, Evaluation operands, Noise noise, SplittableRandom random) {
        List<Literal> outputs = new ArrayList<>(new LayerNorm(norm.axis(), norm.epsilon(), true).evaluate(operands));
        double[] y = outputs.get(0).toDoubles();
        int n = y.length / Math.max(1, outputs.get(1).size());
        for (int row = 0; n > 0 && row < y.length / n; row++) {
            double error = (random.nextDouble() * 2 - 1) * noise.size(outputs.get(1).doubleAt(row));
            for (int i = 0; i < n; i++) {
                y[row * n + i] += error * outputs.get(2).doubleAt(row) * operands.in(1).doubleAt(i);
            }
        }
        outputs.set(0, Literal.of(outputs.get(0).type(), y, outputs.get(0).shape()));
        return norm.stats() ? outputs : outputs.subList(0, 1);
    }

    /** Whether two are equal, by chance where they are closer than their noise: of two nearby floats nobody knows. */
    private static Literal unsettled(Evaluation operands, Literal equal, Noise noise, SplittableRandom random) {
        if (!operands.in(0).type().isFloating()) {
            return equal;
        }
        Literal apart = new Binary(BinaryFn.SUB).evaluate(operands).get(0);
        Literal larger = new Binary(BinaryFn.MAX).evaluate(operands).get(0);
        double[] results = equal.toDoubles();
        for (int i = 0; i < results.length; i++) {
            if (results[i] == 0 && Math.abs(apart.doubleAt(i)) <= 2 * noise.size(larger.doubleAt(i))) {
                results[i] = random.nextInt(2);
            }
        }
        return Literal.of(equal.type(), results, equal.shape());
    }

    /** Whether a node rounds, or computes with whole numbers alone. */
    private static boolean isWhole(Node node, List<Literal> inputs) {
        return node.op() instanceof Unary unary && ROUNDING.contains(unary.fn())
                || node.op() instanceof Cast
                || inputs.stream().filter(input -> input != null && input.type().isFloating()).allMatch(input -> {
                    boolean whole = true;
                    for (int i = 0; i < input.size() && whole; i++) {
                        whole = input.doubleAt(i) == Math.rint(input.doubleAt(i));
                    }
                    return whole;
                });
    }

    private static Literal value(Value value, Map<Value, Literal> values) {
        return value.isConstant() ? value.constant() : values.get(value);
    }
}
