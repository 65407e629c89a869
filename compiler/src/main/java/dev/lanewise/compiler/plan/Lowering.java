package dev.lanewise.compiler.plan;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.PlanException;
import dev.lanewise.formats.UnsupportedOpException;
import dev.lanewise.formats.proto.StepKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Turns a graph into the steps of a plan. Each operation's {@code lower} is handed one of these,
 * standing at its node: it asks for the tensors of its operands and appends steps.
 */
public final class Lowering {

    private final DimTable dims;
    private final Map<Value, PlanTensor> tensors;
    private final Map<Literal, PlanTensor> constants;
    private final PlanBlock block;
    private Node node;

    /**
     * @param constants tensors of constants so far; programs of a model share them
     */
    Lowering(DimTable dims, Map<Literal, PlanTensor> constants) {
        this(dims, new HashMap<>(), constants, new PlanBlock());
    }

    private Lowering(
            DimTable dims, Map<Value, PlanTensor> tensors, Map<Literal, PlanTensor> constants, PlanBlock block) {
        this.dims = dims;
        this.tensors = tensors;
        this.constants = constants;
        this.block = block;
    }

    /** Lowers all nodes of a graph, whose inputs and state values have tensors. */
    PlanBlock lower(Graph graph) {
        for (Node next : graph.nodes()) {
            node = next;
            next.op().lower(this);
        }
        return block;
    }

    void bind(Value value, PlanTensor tensor) {
        tensors.put(value, tensor);
    }

    /** The node to be lowered. */
    public Node node() {
        return node;
    }

    public Value inputValue(int i) {
        return node.input(i);
    }

    /** The tensor of input {@code i}, {@code null} where absent. */
    public PlanTensor in(int i) {
        Value value = node.input(i);
        return value == null ? null : tensor(value);
    }

    /** The tensors of all inputs. */
    public List<PlanTensor> ins() {
        List<PlanTensor> list = new ArrayList<>();
        for (int i = 0; i < node.inputs().size(); i++) {
            list.add(in(i));
        }
        return list;
    }

    /** The tensor of output {@code i}. */
    public PlanTensor out(int i) {
        return tensor(node.outputs().get(i));
    }

    public List<PlanTensor> outs() {
        return node.outputs().stream().map(this::tensor).toList();
    }

    /** The tensor of a value, made where it is new. */
    public PlanTensor tensor(Value value) {
        return tensors.computeIfAbsent(
                value,
                v -> v.isConstant()
                        ? constant(v.name(), v.constant())
                        : new PlanTensor(v.name(), v.type(), null));
    }

    /** A weight; the same literal gives the same tensor. */
    public PlanTensor constant(String name, Literal literal) {
        return constants.computeIfAbsent(literal, l -> new PlanTensor(name, l.valueType(), l));
    }

    /** A tensor between two steps of one operation. */
    public PlanTensor temporary(ValueType type) {
        return new PlanTensor(node.name(), type, null);
    }

    /** Memory that a step uses while it runs. */
    public PlanTensor scratch(DType type, Dim elements) {
        return temporary(new ValueType(type, List.of(elements)));
    }

    /** The id of an extent, for a step's arguments. */
    public int dim(Dim dim) {
        return dims.id(dim);
    }

    /** Appends a step; {@code null} stands for an absent operand. */
    public PlanStep step(StepKind kind, List<PlanTensor> inputs, List<PlanTensor> outputs) {
        PlanStep step = new PlanStep(node.name(), kind, inputs, outputs);
        block.steps.add(step);
        return step;
    }

    /** Appends a step from all inputs to all outputs of the node. */
    public PlanStep step(StepKind kind) {
        return step(kind, ins(), outs());
    }

    /** Operands, with {@code null} for absent ones. */
    public static List<PlanTensor> list(PlanTensor... tensors) {
        return Arrays.asList(tensors);
    }

    /**
     * Makes {@code view} another shape of the memory of {@code source}: costs nothing where it can. Where
     * bounds of extents make their capacities differ, as those of {@code 2 · floor(n / 2)} and {@code n} do,
     * it is a copy.
     */
    public void view(PlanTensor source, PlanTensor view) {
        if (source.root().capacity() == view.capacity()) {
            view.viewOf = source;
        }
        step(StepKind.RESHAPE, list(source), list(view));
    }

    /**
     * Lowers a body.
     *
     * @param bound tensors of those of the body's inputs that need no copy (captured values); the
     *     others become parameters of the block, in order
     */
    public PlanBlock body(Graph body, Map<Value, PlanTensor> bound) {
        PlanBlock inner = new PlanBlock();
        Lowering lowering = new Lowering(dims, tensors, constants, inner);
        for (Graph.Port input : body.inputs()) {
            PlanTensor tensor = bound.get(input.value());
            if (tensor == null) {
                tensor = new PlanTensor(input.name(), input.value().type(), null);
                inner.params.add(tensor);
            }
            lowering.bind(input.value(), tensor);
        }
        lowering.lower(body);
        for (Graph.Port output : body.outputs()) {
            inner.results.add(lowering.tensor(output.value()));
        }
        return inner;
    }

    /**
     * Fails unless input {@code i} is absent or known: its step packs it when the model is loaded.
     *
     * @throws PlanException naming the model's inputs that it is computed from
     */
    public void requireWeights(int i, String what) {
        Value value = node.input(i);
        if (value == null || value.isConstant()) {
            return;
        }
        List<String> sources = new ArrayList<>(value.sources());
        throw new PlanException(
                "node '" + node.name() + "' (" + node.op().name() + "): " + what
                        + " is known only when the model runs; it must be weights, packed when the model is loaded. Pin"
                        + " what it is computed from: "
                        + String.join(", ", sources.stream().map(source -> "--pin " + source + "=…").toList()),
                sources);
    }

    /** Fails unless input {@code i} is of the only type that the step computes in. */
    public void requireType(int i, DType type) {
        if (node.input(i) != null && node.input(i).type().type() != type) {
            throw unsupported("on " + node.input(i).type().type() + "; only " + type);
        }
    }

    /** The error for what the runtime has no step for; to be thrown. */
    public UnsupportedOpException unsupported(String reason) {
        return new UnsupportedOpException(node.name(), node.op().name(), reason);
    }
}
