package dev.lanewise.compiler.train;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.GraphBuilder;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.op.Ctc;
import dev.lanewise.compiler.op.OpCase;
import dev.lanewise.formats.DType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * One {@link OpCase} in double precision: its gradient rule against central differences of fourth order of its
 * reference, for a sum of all outputs that weighs each element differently.
 */
final class GradientCase {

    private static final double STEP = 2e-4;
    private static final double LARGEST_ERROR = 1e-6;
    private static final int ELEMENTS = 24;

    private final List<Value> operands = new ArrayList<>();
    private final Map<Value, Literal> given = new HashMap<>();
    private final Map<Value, Value> seeds = new HashMap<>();
    private final OpCase opCase;
    private final Graph forward;
    private Graph differentiated;
    private final List<Value> variables = new ArrayList<>();

    GradientCase(OpCase opCase) {
        this(opCase, Set.of());
    }

    /** @param held inputs that are given and not differentiated */
    GradientCase(OpCase opCase, Set<Integer> held) {
        this.opCase = opCase;
        GraphBuilder builder = new GraphBuilder();
        for (OpCase.Input input : opCase.inputs()) {
            operands.add(input.type() == null ? null : operand(builder, input));
        }
        held.forEach(i -> variables.remove(operands.get(i)));
        List<Value> results = builder.addAll("node", opCase.op(), operands);
        for (int i = 0; i < results.size(); i++) {
            builder.output("y" + i, results.get(i));
        }
        forward = builder.build();
    }

    private Value operand(GraphBuilder builder, OpCase.Input input) {
        String name = "x" + operands.size();
        boolean floating = input.type().type().isFloating();
        Random random = new Random(operands.size());
        int[] shape = input.type().extents();
        if (!floating && input.literal() != null) {
            return builder.constant(name, input.literal());
        }
        DType type = floating ? DType.F64 : input.type().type();
        Value value = builder.input(name, new ValueType(type, input.type().shape()));
        double[] values = new double[Literal.size(shape)];
        for (int i = 0; i < values.length; i++) {
            double random1 = input.low() + random.nextDouble() * (input.high() - input.low());
            values[i] = input.literal() != null
                    ? input.literal().doubleAt(i)
                    : floating ? random1 : Math.floor(random1);
        }
        given.put(value, Literal.of(type, values, shape));
        if (floating) {
            variables.add(value);
        }
        return value;
    }

    /** Compares, and gives how many elements of gradients it looked at. */
    int check() {
        GraphBuilder builder = new GraphBuilder();
        Differentiate differentiate = new Differentiate(builder);
        differentiate.record(forward);
        Random random = new Random(7);
        Map<Value, Value> recordedSeeds = new HashMap<>();
        for (Graph.Port port : forward.outputs()) {
            boolean onlyForGradients = opCase.op() instanceof Ctc && port != forward.outputs().get(0);
            if (port.value().type().type().isFloating() && !port.value().isConstant() && !onlyForGradients) {
                double[] weights = random.doubles(Literal.size(port.value().type().extents()), 0.5, 1.5).toArray();
                Value seed = builder.constant(
                        "seed", Literal.of(DType.F64, weights, port.value().type().extents()));
                seeds.put(port.value(), seed);
                recordedSeeds.put(differentiate.here(port.value()), seed);
            }
        }
        Map<Value, Value> gradients = differentiate.gradients(recordedSeeds, variables);
        Map<Value, Literal> values = new HashMap<>(given);
        differentiated = builder.build();
        differentiated.evaluate(values, Map.of());
        int looked = 0;
        for (Value variable : variables) {
            Value gradient = gradients.get(variable);
            Literal found = gradient == null
                    ? Literal.splat(DType.F64, 0, variable.type().extents())
                    : gradient.isConstant() ? gradient.constant() : values.get(gradient);
            assertEquals(variable.type(), found.valueType(), variable.name());
            looked += compare(variable, found);
        }
        return looked;
    }

    /** The graph that gives the gradients, after {@link #check}. */
    Graph differentiated() {
        return differentiated;
    }

    private int compare(Value variable, Literal found) {
        int size = found.size();
        double squares = 0;
        for (int i = 0; i < size; i++) {
            squares += found.doubleAt(i) * found.doubleAt(i);
        }
        double rms = Math.sqrt(squares / Math.max(1, size));
        int looked = Math.min(size, ELEMENTS);
        for (int i = 0; i < looked; i++) {
            int at = looked == size ? i : (int) ((long) i * size / looked);
            double expected = (8 * (loss(variable, at, STEP) - loss(variable, at, -STEP))
                            - (loss(variable, at, 2 * STEP) - loss(variable, at, -2 * STEP)))
                    / (12 * STEP);
            double allowed = LARGEST_ERROR * Math.max(Math.abs(expected), Math.max(rms, 1e-3));
            assertEquals(expected, found.doubleAt(at), allowed, variable.name() + " at " + at);
        }
        return looked;
    }

    /** The sum that is differentiated, with one element moved. */
    private double loss(Value variable, int at, double by) {
        Map<Value, Literal> values = new HashMap<>(given);
        double[] moved = given.get(variable).toDoubles();
        moved[at] += by;
        values.put(variable, Literal.of(DType.F64, moved, given.get(variable).shape()));
        forward.evaluate(values, Map.of());
        double sum = 0;
        for (Map.Entry<Value, Value> seed : seeds.entrySet()) {
            Literal y = values.get(seed.getKey());
            Literal weights = seed.getValue().constant();
            for (int i = 0; i < y.size(); i++) {
                sum += y.doubleAt(i) * weights.doubleAt(i);
            }
        }
        return sum;
    }
}
