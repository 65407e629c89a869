package dev.lanewise.compiler.graph;

import dev.lanewise.formats.PlanException;
import dev.lanewise.formats.ShapeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Builds a graph node by node. Types are inferred and checked as each node is added; a node whose
 * inputs are all constant is computed at once and leaves a constant.
 */
public final class GraphBuilder {

    private final Folding folding;
    private final List<Graph.Port> inputs = new ArrayList<>();
    private final List<Graph.Port> outputs = new ArrayList<>();
    private final List<Graph.StatePair> states = new ArrayList<>();
    private final List<Node> nodes = new ArrayList<>();

    public GraphBuilder() {
        this(new Folding());
    }

    /** A builder that shares the budget of others. */
    public GraphBuilder(Folding folding) {
        this.folding = folding;
    }

    public Folding folding() {
        return folding;
    }

    /** A new input. */
    public Value input(String name, ValueType type) {
        Value value = Value.of(name, type, null);
        inputs.add(new Graph.Port(name, value));
        return value;
    }

    /** A new input that stands for {@code other}, as in a body, and is known to have the same contents. */
    public Value inputLike(String name, Value other) {
        Value value = Value.of(name, other.type(), other.contents());
        inputs.add(new Graph.Port(name, value));
        return value;
    }

    public void output(String name, Value value) {
        outputs.add(new Graph.Port(name, value));
    }

    /** A value carried from call to call; complete it with {@link #next}. */
    public Value state(String name, ValueType type) {
        return Value.of(name, type, null);
    }

    public void next(String name, Value state, Value next) {
        states.add(new Graph.StatePair(name, state, next));
    }

    public Value constant(String name, Literal literal) {
        return Value.constant(name, literal);
    }

    /**
     * Adds a node with one output and gives it.
     *
     * @param inputs {@code null} for absent ones
     * @throws ShapeException where the inputs do not fit
     */
    public Value add(String name, Op op, Value... inputs) {
        return addAll(name, op, Arrays.asList(inputs)).get(0);
    }

    /** Adds a node and gives all its outputs. */
    public List<Value> addAll(String name, Op op, List<Value> inputs) {
        Signature signature = new Signature(name, op.name(), inputs);
        List<ValueType> types = op.infer(signature);
        List<List<Dim>> contents = contents(op, signature);
        List<Value> values = new ArrayList<>();
        for (int i = 0; i < types.size(); i++) {
            String valueName = types.size() == 1 ? name : name + ":" + i;
            requireExtents(signature, types.get(i));
            values.add(Value.of(valueName, types.get(i), contents == null ? null : contents.get(i)));
        }
        Node node = new Node(name, op, inputs, values);
        if (folding.allows(node)) {
            Literal uniform = uniform(node);
            if (uniform != null) {
                return List.of(Value.constant(constantName(node, 0), uniform));
            }
            if (foldable(node, signature)) {
                return fold(node);
            }
        }
        List<Value> known = knownOutputs(node);
        if (known != null) {
            return known;
        }
        nodes.add(node);
        return node.outputs();
    }

    /** What is too long to follow is not known; the graph is right without it. */
    private static List<List<Dim>> contents(Op op, Signature signature) {
        try {
            return op.contents(signature);
        } catch (PlanException e) {
            return null;
        }
    }

    /** Constants where all outputs are integers that extents settle, such as the shape of a static tensor. */
    private static List<Value> knownOutputs(Node node) {
        List<Value> known = new ArrayList<>();
        for (Value output : node.outputs()) {
            if (output.contents() == null || !output.type().isStatic() || output.type().type().isFloating()
                    || !output.contents().stream().allMatch(Dim::isConstant)) {
                return null;
            }
            long[] values = output.contents().stream().mapToLong(Dim::constant).toArray();
            known.add(Value.constant(
                    output.name(), Literal.of(output.type().type(), values, output.type().extents())));
        }
        return known;
    }

    private static void requireExtents(Signature signature, ValueType type) {
        for (Dim dim : type.shape()) {
            if (dim.max() < 0) {
                throw signature.fail("would give " + type + ", an extent below zero");
            }
        }
    }

    /** The output where it is one value everywhere because all inputs are; {@code null} where it is not. */
    private static Literal uniform(Node node) {
        if (!node.op().isElementwise() && !node.op().onlyMoves()) {
            return null;
        }
        List<Literal> scalars = new ArrayList<>();
        boolean spread = false;
        for (Value input : node.inputs()) {
            Literal literal = input == null ? null : input.constant();
            if (literal == null || literal.size() == 0 || !literal.isSplat() && literal.size() > 1) {
                return null;
            }
            spread |= literal.size() > 1;
            scalars.add(literal.select(i -> 0));
        }
        ValueType type = node.output().type();
        if (!spread || !type.isStatic() || type.size().is(0)) {
            return null;
        }
        Literal one = node.op().onlyMoves()
                ? scalars.get(0)
                : node.op().evaluate(new Evaluation(node, scalars, Map.of())).get(0);
        return one.spread(type.extents());
    }

    private boolean foldable(Node node, Signature signature) {
        if (!node.op().isPure()) {
            return false;
        }
        for (Value input : node.inputs()) {
            if (input != null && !input.isConstant()) {
                return false;
            }
        }
        for (Value output : node.outputs()) {
            // an extent that is learnt from data is known once the data are; any other symbol never is
            List<Dim.Symbol> symbols = new ArrayList<>();
            output.shape().forEach(dim -> dim.collectSymbols(symbols));
            if (!symbols.stream().allMatch(Dim.Symbol::learnt)) {
                return false;
            }
        }
        double elements = 0;
        for (Value output : node.outputs()) {
            elements += output.type().size().max();
        }
        return folding.spend(elements, node.op().work(signature));
    }

    /** Weights that only moved keep their name. */
    private static String constantName(Node node, int output) {
        return node.op().onlyMoves() ? node.input(0).name() : node.outputs().get(output).name();
    }

    private static List<Value> fold(Node node) {
        List<Literal> literals = new ArrayList<>();
        for (Value input : node.inputs()) {
            literals.add(input == null ? null : input.constant());
        }
        List<Literal> results = node.op().evaluate(new Evaluation(node, literals, Map.of()));
        List<Value> constants = new ArrayList<>();
        for (int i = 0; i < results.size(); i++) {
            constants.add(Value.constant(constantName(node, i), results.get(i)));
        }
        return constants;
    }

    /** How many nodes there are so far. */
    public int size() {
        return nodes.size();
    }

    /** The nodes from number {@code from} on. */
    public List<Node> nodes(int from) {
        return List.copyOf(nodes.subList(from, nodes.size()));
    }

    public Graph build() {
        return new Graph(inputs, outputs, states, nodes);
    }
}
