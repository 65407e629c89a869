package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.GraphBuilder;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Op;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.onnx.proto.AttributeProto;
import dev.lanewise.compiler.onnx.proto.GraphProto;
import dev.lanewise.compiler.onnx.proto.NodeProto;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.PlanException;
import dev.lanewise.formats.ShapeException;
import dev.lanewise.formats.UnsupportedOpException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * An ONNX node being converted: its inputs as values of the graph, its attributes, and a builder to
 * add operations with. An attribute that a converter does not ask for makes the import fail, so that
 * none is silently ignored.
 */
public final class OnnxNode {

    private final OnnxImporter importer;
    private final OnnxScope scope;
    private final NodeProto node;
    private final int opset;
    private final List<Value> inputs;
    private final List<Value> outputs;
    /** By number of the output, {@code null} among the outputs. */
    private final Map<Integer, OnnxSequence> sequences;
    private final Set<String> read;
    private int added;

    OnnxNode(OnnxImporter importer, OnnxScope scope, NodeProto node, int opset, List<Value> inputs) {
        this.importer = importer;
        this.scope = scope;
        this.node = node;
        this.opset = opset;
        this.inputs = inputs;
        outputs = new ArrayList<>();
        sequences = new HashMap<>();
        read = new HashSet<>();
    }

    /** The same node for part of its conversion: what is read of it counts for both. */
    private OnnxNode(OnnxNode whole, OnnxScope scope, int opset, List<Value> inputs, List<Value> outputs) {
        importer = whole.importer;
        node = whole.node;
        sequences = whole.sequences;
        read = whole.read;
        this.scope = scope;
        this.opset = opset;
        this.inputs = inputs;
        this.outputs = outputs;
    }

    /** This node read as an operator of ai.onnx of that version, of which other domains have copies. */
    OnnxNode following(int opsetOfOnnx) {
        return new OnnxNode(this, scope, opsetOfOnnx, inputs, outputs);
    }

    /** This node with other inputs; what is given out goes to the result's own {@link #outputs()}. */
    OnnxNode with(List<Value> otherInputs) {
        return new OnnxNode(this, scope, opset, otherInputs, new ArrayList<>());
    }

    /** This node adding its operations to a body of its own. */
    OnnxNode inside(OnnxScope body) {
        return new OnnxNode(this, body, opset, inputs, new ArrayList<>());
    }

    /** The node's name, or what else it can be recognised by. */
    public String name() {
        return name(node);
    }

    static String name(NodeProto node) {
        if (!node.getName().isEmpty()) {
            return node.getName();
        }
        return node.getOutputCount() > 0 ? node.getOutput(0) : node.getOpType();
    }

    public String type() {
        return node.getOpType();
    }

    /** Version of the operator set that the node's domain has in this model. */
    public int opset() {
        return opset;
    }

    public GraphBuilder builder() {
        return scope.builder();
    }

    OnnxScope scope() {
        return scope;
    }

    OnnxImporter importer() {
        return importer;
    }

    // Inputs -----------------------------------------------------------------------------------

    public int inputCount() {
        return inputs.size();
    }

    public boolean has(int i) {
        return i < inputs.size() && inputs.get(i) != null;
    }

    /** A required input. */
    public Value in(int i) {
        if (!has(i)) {
            throw misfit("input " + i + (isSequence(i) ? " is a sequence; expected a tensor" : " is missing"));
        }
        return inputs.get(i);
    }

    boolean isSequence(int i) {
        return i < node.getInputCount() && scope.findSequence(node.getInput(i)) != null;
    }

    /** A required input that is a sequence; {@link #has} does not see it. */
    OnnxSequence sequence(int i) {
        OnnxSequence sequence = i < node.getInputCount() ? scope.findSequence(node.getInput(i)) : null;
        if (sequence == null) {
            throw has(i) ? misfit("input " + i + " is no sequence") : misfit("input " + i + " is missing");
        }
        return sequence;
    }

    /** An optional input, {@code null} where absent. */
    public Value inOrNull(int i) {
        return has(i) ? inputs.get(i) : null;
    }

    /**
     * The elements of an integer input that shapes depend on: numbers, or extents.
     *
     * @throws PlanException where they are known only when the model runs; it names the inputs of the
     *     model that would have to be pinned
     */
    public List<Dim> dims(int i) {
        if (in(i).contents() == null) {
            throw unknown(i);
        }
        return in(i).contents();
    }

    /** As {@link #dims}, numbers only. */
    public long[] longs(int i) {
        for (Dim dim : dims(i)) {
            if (!dim.isConstant()) {
                throw misfit("input " + i + " depends on the extent " + dim + "; it must be a number here");
            }
        }
        return dims(i).stream().mapToLong(Dim::constant).toArray();
    }

    /** The elements of an input that must be known. */
    public Literal literal(int i) {
        if (!in(i).isConstant()) {
            throw unknown(i);
        }
        return in(i).constant();
    }

    /** Fails unless all these inputs are known, so that one message names everything to be pinned. */
    public void requireKnown(int... numbers) {
        for (int i : numbers) {
            if (in(i).contents() == null && !in(i).isConstant()) {
                throw importer.unknownContents(this, i, java.util.Arrays.stream(numbers).mapToObj(this::in).toList());
            }
        }
    }

    private PlanException unknown(int i) {
        return importer.unknownContents(this, i, List.of(in(i)));
    }

    // Attributes -------------------------------------------------------------------------------

    private AttributeProto attribute(String name, AttributeProto.AttributeType type) {
        read.add(name);
        for (AttributeProto attribute : node.getAttributeList()) {
            if (attribute.getName().equals(name)) {
                boolean untyped = attribute.getType() == AttributeProto.AttributeType.UNDEFINED;
                if (!untyped && attribute.getType() != type) {
                    throw misfit("attribute '" + name + "' is of type " + attribute.getType() + "; expected " + type);
                }
                return attribute;
            }
        }
        return null;
    }

    public boolean hasAttribute(String name) {
        return node.getAttributeList().stream().anyMatch(a -> a.getName().equals(name));
    }

    /** Declares attributes that change nothing about the result. */
    public void ignore(String... names) {
        read.addAll(List.of(names));
    }

    public long integer(String name, long otherwise) {
        AttributeProto attribute = attribute(name, AttributeProto.AttributeType.INT);
        return attribute == null ? otherwise : attribute.getI();
    }

    public boolean flag(String name, boolean otherwise) {
        return integer(name, otherwise ? 1 : 0) != 0;
    }

    public float number(String name, float otherwise) {
        AttributeProto attribute = attribute(name, AttributeProto.AttributeType.FLOAT);
        return attribute == null ? otherwise : attribute.getF();
    }

    public String text(String name, String otherwise) {
        AttributeProto attribute = attribute(name, AttributeProto.AttributeType.STRING);
        return attribute == null ? otherwise : attribute.getS().toString(StandardCharsets.UTF_8);
    }

    /** {@code null} where absent. */
    public long[] integers(String name) {
        AttributeProto attribute = attribute(name, AttributeProto.AttributeType.INTS);
        return attribute == null ? null : attribute.getIntsList().stream().mapToLong(i -> i).toArray();
    }

    public long[] requiredIntegers(String name) {
        long[] values = integers(name);
        if (values == null) {
            throw misfit("attribute '" + name + "' is missing");
        }
        return values;
    }

    /** {@code null} where absent. */
    public float[] numbers(String name) {
        AttributeProto attribute = attribute(name, AttributeProto.AttributeType.FLOATS);
        if (attribute == null) {
            return null;
        }
        float[] values = new float[attribute.getFloatsCount()];
        for (int i = 0; i < values.length; i++) {
            values[i] = attribute.getFloats(i);
        }
        return values;
    }

    /** {@code null} where absent. */
    public List<String> texts(String name) {
        AttributeProto attribute = attribute(name, AttributeProto.AttributeType.STRINGS);
        return attribute == null
                ? null
                : attribute.getStringsList().stream().map(s -> s.toString(StandardCharsets.UTF_8)).toList();
    }

    /** {@code null} where absent. */
    public Literal tensor(String name) {
        AttributeProto attribute = attribute(name, AttributeProto.AttributeType.TENSOR);
        return attribute == null ? null : importer.tensors().read(attribute.getT());
    }

    /** The tensor of a sparse attribute, dense; {@code null} where absent. */
    public Literal sparseTensor(String name) {
        AttributeProto attribute = attribute(name, AttributeProto.AttributeType.SPARSE_TENSOR);
        return attribute == null ? null : importer.tensors().read(attribute.getSparseTensor());
    }

    /** A graph that the node runs. */
    public GraphProto graph(String name) {
        AttributeProto attribute = attribute(name, AttributeProto.AttributeType.GRAPH);
        if (attribute == null) {
            throw misfit("attribute '" + name + "' is missing");
        }
        return attribute.getG();
    }

    /** The element type that an attribute names by number. */
    public DType dtype(String name, DType otherwise) {
        if (!hasAttribute(name)) {
            return otherwise;
        }
        int number = (int) integer(name, 0);
        DType type = OnnxTensors.type(number);
        if (type == null) {
            throw unsupported(OnnxTensors.whyUnsupported(number));
        }
        return type;
    }

    /** One of several words. */
    public String oneOf(String name, String otherwise, String... allowed) {
        String word = text(name, otherwise);
        if (!List.of(allowed).contains(word)) {
            throw unsupported("attribute '" + name + "' is '" + word + "'; supported are " + List.of(allowed));
        }
        return word;
    }

    // Outputs ----------------------------------------------------------------------------------

    public int outputCount() {
        return node.getOutputCount();
    }

    /** Whether anybody may use output {@code i}. */
    public boolean wants(int i) {
        return i < node.getOutputCount() && !node.getOutput(i).isEmpty();
    }

    /**
     * The declared type of output {@code i} in the model, where it states one; shapes that follow
     * from data take their bounds from it.
     */
    public List<Dim> declaredShape(int i) {
        return wants(i) ? scope.declaredShape(node.getOutput(i)) : null;
    }

    /**
     * A new extent that a step learns from data: an axis of output {@code i}.
     *
     * @param most what the operator itself guarantees; {@code Long.MAX_VALUE} where it does not, and the
     *     bound comes from the model's declared shape or from an option
     * @throws PlanException where there is no bound; it says what to do
     */
    public Dim learnt(int i, int axis, long most) {
        String name = (wants(i) ? node.getOutput(i) : name()) + "." + axis;
        return importer.learnt(this, name, declaredShape(i), axis, most);
    }

    /** Adds an operation with one output. */
    public Value add(Op op, Value... operands) {
        return builder().add(nextName(), op, operands);
    }

    /** Adds an operation and gives all its outputs. */
    public List<Value> addAll(Op op, Value... operands) {
        List<Value> list = new ArrayList<>();
        for (Value operand : operands) {
            list.add(operand);
        }
        return builder().addAll(nextName(), op, list);
    }

    public Value constant(Literal literal) {
        return builder().constant(nextName(), literal);
    }

    private String nextName() {
        return added++ == 0 ? name() : name() + "#" + added;
    }

    /** Gives the node's next output; {@code null} for one that is not computed. */
    public void out(Value value) {
        outputs.add(value);
    }

    void out(OnnxSequence sequence) {
        sequences.put(outputs.size(), sequence);
        outputs.add(null);
    }

    /** The sequence that output {@code i} is, {@code null} where it is a tensor. */
    OnnxSequence outputSequence(int i) {
        return sequences.get(i);
    }

    List<Value> outputs() {
        return outputs;
    }

    // Errors -----------------------------------------------------------------------------------

    /** Attributes that the converter has not asked for. */
    List<String> unreadAttributes() {
        return node.getAttributeList().stream()
                .map(AttributeProto::getName)
                .filter(name -> !read.contains(name))
                .toList();
    }

    /** What messages call the operator: {@code ai.onnx:Conv-11}. */
    public String describe() {
        return describe(node, opset);
    }

    static String describe(NodeProto node, int opset) {
        return (node.getDomain().isEmpty() ? "ai.onnx" : node.getDomain()) + ":" + node.getOpType() + "-" + opset;
    }

    /** The error for what is valid ONNX but not supported; to be thrown. */
    public UnsupportedOpException unsupported(String reason) {
        return new UnsupportedOpException(name(), describe(), reason);
    }

    /** The error for what is not valid; to be thrown. */
    public ShapeException misfit(String problem) {
        return new ShapeException("node '" + name() + "' (" + describe() + "): " + problem);
    }
}
