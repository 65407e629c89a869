package dev.lanewise.compiler.random;

import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.onnx.proto.NodeProto;
import dev.lanewise.formats.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;

/** A random graph while it grows. What it becomes follows from the seed alone. */
final class Growth {

    private static final int MOST_NODES = 30;
    private static final int[] OPSETS = {13, 17, 18, 21};
    /** Elements of the largest value: the graphs are many, so they are small. */
    private static final int LARGEST = 2500;

    private static final double LARGEST_LIMIT = 2000;

    final Random random;
    final int opset;
    private final long seed;
    private final List<Extent> symbols = new ArrayList<>();
    private final Map<String, Operand> values = new LinkedHashMap<>();
    private final Map<String, Literal> constants = new LinkedHashMap<>();
    private final Set<String> inputs = new LinkedHashSet<>();
    private final List<NodeProto> nodes = new ArrayList<>();
    private int named;

    private Growth(long seed) {
        this.seed = seed;
        random = new Random(seed * 0x9e3779b97f4a7c15L);
        opset = OPSETS[random.nextInt(OPSETS.length)];
    }

    static RandomGraph grow(long seed) {
        return new Growth(seed).grow();
    }

    private RandomGraph grow() {
        for (int i = random.nextInt(3); i > 0; i--) {
            symbols.add(new Extent(List.of(symbolValue(), symbolValue(), symbolValue())));
        }
        input(DType.F32, shape(1 + random.nextInt(4)));
        int wanted = 3 + random.nextInt(MOST_NODES - 2);
        for (int attempts = 0; nodes.size() < wanted && attempts < 10 * wanted; attempts++) {
            if (random.nextInt(12) == 0) {
                input(random.nextInt(4) == 0 ? DType.I64 : DType.F32, shape(random.nextInt(5)));
            }
            Families.draw(random, seed).grow(this);
        }
        Set<String> used = new HashSet<>();
        nodes.forEach(node -> used.addAll(node.getInputList()));
        List<String> outputs = new ArrayList<>();
        for (NodeProto node : nodes) {
            for (String output : node.getOutputList()) {
                boolean isTensor = values.containsKey(output); // neither absent nor a sequence
                if (isTensor && (!used.contains(output) || random.nextInt(20) == 0)) {
                    outputs.add(output);
                }
            }
        }
        return new RandomGraph(seed, opset, values, inputs, constants, nodes, outputs).pruned();
    }

    private int symbolValue() {
        return random.nextInt(40) == 0 ? 0 : 1 + random.nextInt(random.nextBoolean() ? 6 : 20);
    }

    /** Extents of a value that is not too large: symbols and numbers. */
    List<Extent> shape(int rank) {
        List<Extent> shape = new ArrayList<>();
        int left = LARGEST;
        for (int axis = 0; axis < rank; axis++) {
            Extent symbol = symbols.isEmpty() ? null : symbols.get(random.nextInt(symbols.size()));
            boolean symbolic = symbol != null && random.nextInt(3) == 0 && symbol.max() <= left;
            Extent extent = symbolic ? symbol : Extent.of(Draw.extent(random, left));
            shape.add(extent);
            left /= Math.max(1, extent.max());
        }
        return shape;
    }

    boolean fits(List<Extent> shape) {
        return shape.size() <= 6 && Operand.size(shape) <= LARGEST;
    }

    int between(int low, int high) {
        return low + random.nextInt(high - low + 1);
    }

    boolean oneIn(int n) {
        return random.nextInt(n) == 0;
    }

    @SafeVarargs
    final <T> T one(T... choices) {
        return choices[random.nextInt(choices.length)];
    }

    /** A value with elements that suits, rather a late one; {@code null} where there is none. */
    Operand pick(Predicate<Operand> suits) {
        return pickEvenEmpty(value -> !value.isEmpty() && suits.test(value));
    }

    /**
     * A value that suits and may have no elements. Not for what ONNX Runtime has no rule for then: it divides by 0 or
     * reads what is not there, and takes the process down.
     */
    Operand pickEvenEmpty(Predicate<Operand> suits) {
        List<Operand> found = values.values().stream()
                .filter(value -> value.limit() <= LARGEST_LIMIT)
                .filter(suits)
                .toList();
        if (found.isEmpty()) {
            return null;
        }
        double place = random.nextDouble();
        return found.get((int) (found.size() * Math.sqrt(place)));
    }

    /** A value of f32 that is no constant and has elements; makes an input where there is none. */
    Operand floats(int lowestRank, int highestRank) {
        Operand found = pick(value -> isFloats(value, lowestRank, highestRank));
        return found != null ? found : input(DType.F32, filled(between(lowestRank, highestRank)));
    }

    Operand floatsEvenEmpty(int lowestRank, int highestRank) {
        Operand found = pickEvenEmpty(value -> isFloats(value, lowestRank, highestRank));
        return found != null ? found : input(DType.F32, shape(between(lowestRank, highestRank)));
    }

    private boolean isFloats(Operand value, int lowestRank, int highestRank) {
        return value.isFloat() && value.rank() >= lowestRank && value.rank() <= highestRank
                && !constants.containsKey(value.name());
    }

    /** A shape that always has elements. */
    List<Extent> filled(int rank) {
        return shape(rank).stream().map(extent -> extent.min() == 0 ? Extent.of(2) : extent).toList();
    }

    Operand input(DType type, List<Extent> shape) {
        Operand value = name(type, shape, type.isFloating() ? one(1.0, 1.0, 3.0, 10.0) : 20);
        inputs.add(value.name());
        values.put(value.name(), value);
        return value;
    }

    Operand constant(DType type, double limit, int... shape) {
        return constant(Draw.literal(random, type, limit, shape), limit);
    }

    Operand constant(Literal literal, double limit) {
        Operand value = name(literal.type(), Extent.shape(literal.shape()), limit);
        constants.put(value.name(), literal);
        values.put(value.name(), value);
        return value;
    }

    Operand numbers(int... numbers) {
        long[] longs = Arrays.stream(numbers).asLongStream().toArray();
        return constant(Literal.of(longs, longs.length), 1 << 20);
    }

    Operand scalar(float number) {
        return constant(Literal.of(new float[] {number}), Math.abs(number));
    }

    /** The same elements as numbers known in advance, {@code null} where they are not. */
    Literal known(Operand value) {
        return constants.get(value.name());
    }

    Draft op(String type, Operand... operands) {
        return new Draft(this, type, operands);
    }

    Operand name(DType type, List<Extent> shape, double limit) {
        return new Operand("v" + named++, type, List.copyOf(shape), limit);
    }

    /** Adds a node. What may be large goes on as a fraction of it, so that nothing grows beyond all bounds. */
    void add(NodeProto node, List<Operand> outputs) {
        nodes.add(node);
        outputs.forEach(output -> values.put(output.name(), output));
        for (Operand output : outputs) {
            boolean large = output.limit() > LARGEST_LIMIT && Double.isFinite(output.limit());
            if (large && output.isFloat()) {
                op("Mul", output, scalar((float) (1 / output.limit()))).gives(DType.F32, output.shape(), 1);
            }
        }
    }
}
