package dev.lanewise.compiler.export;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.onnx.OnnxTensors;
import dev.lanewise.compiler.onnx.proto.GraphProto;
import dev.lanewise.compiler.onnx.proto.TensorShapeProto;
import dev.lanewise.compiler.onnx.proto.TypeProto;
import dev.lanewise.compiler.onnx.proto.ValueInfoProto;
import dev.lanewise.formats.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * An ONNX graph that is being drafted, the main one or a body: nodes in an order that can be executed. Bodies use the
 * values of the graphs around them, and constants all lie in the main one.
 */
final class GraphDraft {

    private record Port(OnnxValue value, List<Dim> shape) {}

    private final Constants constants;
    private final List<NodeDraft> nodes = new ArrayList<>();
    private final List<Port> inputs = new ArrayList<>();
    private final List<Port> outputs = new ArrayList<>();
    private final Map<List<Object>, OnnxValue> transposed = new HashMap<>();
    private String step;

    /** A graph. Its bodies are made with the same constants. */
    GraphDraft(Constants constants) {
        this.constants = constants;
    }

    Constants constants() {
        return constants;
    }

    /** From now on nodes are drafted for a step that makes a tensor of that name; {@code null} for none. */
    void making(String tensor) {
        step = tensor;
    }

    /** Appends a node; {@code null} stands for an absent input. */
    NodeDraft node(String type, OnnxValue... operands) {
        return node(type, Arrays.asList(operands));
    }

    NodeDraft node(String type, List<OnnxValue> operands) {
        NodeDraft node = new NodeDraft(type, step == null ? type : step, operands);
        constants.versions().use(type);
        nodes.add(node);
        return node;
    }

    /** The value in another type, or itself. */
    OnnxValue cast(OnnxValue x, DType to) {
        return x == null || x.type() == to
                ? x
                : node("Cast", x).integer("to", OnnxTensors.number(to)).out(to);
    }

    /**
     * The value with its axes in another order; where it was made by such a step itself, both become one, so that
     * transposes there and back leave nothing.
     */
    OnnxValue transpose(OnnxValue x, int... permutation) {
        if (x.base() != null) {
            int[] both = new int[permutation.length];
            for (int axis = 0; axis < both.length; axis++) {
                both[axis] = x.permutation()[permutation[axis]];
            }
            return transpose(x.base(), both);
        }
        if (isIdentity(permutation)) {
            return x;
        }
        List<Object> key = List.of(x, Arrays.stream(permutation).boxed().toList());
        OnnxValue known = transposed.get(key);
        if (known == null) {
            known = node("Transpose", x).integers("perm", permutation).out();
            known.isTransposed(x, permutation);
            transposed.put(key, known);
        }
        return known;
    }

    private static boolean isIdentity(int[] permutation) {
        for (int axis = 0; axis < permutation.length; axis++) {
            if (permutation[axis] != axis) {
                return false;
            }
        }
        return true;
    }

    /** A new input. */
    OnnxValue input(DType type, List<Dim> shape) {
        OnnxValue value = new OnnxValue(type);
        inputs.add(new Port(value, shape));
        return value;
    }

    /** Makes a value an output: itself, where a node of this graph makes it and it is no output yet, else a copy. */
    OnnxValue output(OnnxValue value, List<Dim> shape) {
        boolean own = nodes.stream().anyMatch(node -> node.outputs().contains(value))
                && outputs.stream().noneMatch(port -> port.value == value);
        OnnxValue output = own ? value : node("Identity", value).out();
        outputs.add(new Port(output, shape));
        return output;
    }

    /** Leaves out the nodes whose outputs nobody uses; bodies first. Gives what this graph uses of others. */
    Set<OnnxValue> removeUnused() {
        Set<OnnxValue> used = new HashSet<>();
        outputs.forEach(port -> used.add(port.value));
        for (int i = nodes.size() - 1; i >= 0; i--) {
            NodeDraft node = nodes.get(i);
            if (node.outputs().stream().noneMatch(used::contains)) {
                nodes.remove(i);
                continue;
            }
            used.addAll(node.inputs());
            node.bodies().forEach(body -> used.addAll(body.removeUnused()));
        }
        return used;
    }

    /** Gives values the names that they have in the model file. */
    void nameKnown(Names names) {
        inputs.forEach(port -> names.give(port.value));
        for (NodeDraft node : nodes) {
            node.outputs().forEach(names::give);
            node.bodies().forEach(body -> body.nameKnown(names));
        }
    }

    /** Names those that have none. */
    void nameOthers(Names names) {
        inputs.forEach(port -> names.give(port.value, "input"));
        for (NodeDraft node : nodes) {
            node.outputs().forEach(output -> names.giveAfter(output, node.name()));
            node.bodies().forEach(body -> body.nameOthers(names));
        }
    }

    /** The graph without its constants. */
    GraphProto proto(String name) {
        GraphProto.Builder graph = GraphProto.newBuilder().setName(name);
        nodes.forEach(node -> graph.addNode(node.proto()));
        inputs.forEach(port -> graph.addInput(info(port, true)));
        outputs.forEach(port -> graph.addOutput(info(port, false)));
        return graph.build();
    }

    /** Extents that are no numbers have a name at inputs, and at outputs where they are a symbol. */
    private static ValueInfoProto info(Port port, boolean input) {
        TypeProto.Tensor.Builder tensor =
                TypeProto.Tensor.newBuilder().setElemType(OnnxTensors.number(port.value.type()));
        if (port.shape != null) {
            TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
            for (Dim dim : port.shape) {
                shape.addDim(dimension(dim, input));
            }
            tensor.setShape(shape);
        }
        return ValueInfoProto.newBuilder()
                .setName(port.value.name())
                .setType(TypeProto.newBuilder().setTensorType(tensor))
                .build();
    }

    private static TensorShapeProto.Dimension dimension(Dim dim, boolean input) {
        TensorShapeProto.Dimension.Builder proto = TensorShapeProto.Dimension.newBuilder();
        if (dim.isConstant()) {
            return proto.setDimValue(dim.constant()).build();
        }
        boolean symbol = dim.asSymbol() != null && !dim.asSymbol().learnt();
        return symbol || input ? proto.setDimParam(dim.toString()).build() : proto.build();
    }
}
