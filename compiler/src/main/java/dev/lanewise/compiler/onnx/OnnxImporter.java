package dev.lanewise.compiler.onnx;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Folding;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.onnx.proto.FunctionProto;
import dev.lanewise.compiler.onnx.proto.GraphProto;
import dev.lanewise.compiler.onnx.proto.ModelProto;
import dev.lanewise.compiler.onnx.proto.NodeProto;
import dev.lanewise.compiler.onnx.proto.OperatorSetIdProto;
import dev.lanewise.compiler.onnx.proto.TensorProto;
import dev.lanewise.compiler.onnx.proto.ValueInfoProto;
import dev.lanewise.formats.CompileException;
import dev.lanewise.formats.FormatException;
import dev.lanewise.formats.LanewiseException;
import dev.lanewise.formats.PlanException;
import dev.lanewise.formats.UnsupportedOpException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Reads an ONNX model into a graph. Foreign names, versions, layouts and gate orders end here. All
 * that is wrong with a model is collected and reported together.
 */
public final class OnnxImporter {

    private static final int DEEPEST_BODY = 16;
    private static final int RECURSION_LIMIT = 100;
    /**
     * A small file can call functions of functions, and loops are read more than once: so many nodes in
     * any case, and one for so many bytes of the file.
     */
    private static final long MOST_NODES = 20_000;

    private static final int BYTES_PER_NODE = 8;

    /** Each reads the model again, for each range of an extent. */
    private static final int MOST_NARROWINGS = 2;

    private final String file;
    private final CompileOptions options;
    private final OnnxTensors tensors;
    private final OnnxInputs inputs;
    private final List<LanewiseException> problems = new ArrayList<>();
    private final Map<String, Integer> opsets = new HashMap<>();
    private final Map<String, FunctionProto> functions = new HashMap<>();
    private final long mostNodes;
    private long nodesRead;
    /** The names of learnt extents, numbered as they came. */
    private final Map<String, Integer> learnt = new HashMap<>();
    private int depth;
    /** The first If whose branches could not be read as one graph for all lengths, {@code null} for none; its name. */
    private LengthCondition division;
    private String dividing;

    private OnnxImporter(String file, int bytes, Path folder, CompileOptions options) {
        this.mostNodes = MOST_NODES + bytes / BYTES_PER_NODE;
        this.file = file;
        this.options = options;
        this.tensors = new OnnxTensors(file, folder);
        this.inputs = new OnnxInputs(file, options);
    }

    /**
     * Reads a model.
     *
     * @param bytes the file's bytes
     * @param folder the model's own folder, for external data; {@code null} for none
     * @throws FormatException where the bytes are no ONNX model
     * @throws CompileException with all that is not supported or does not fit
     */
    public static Graph read(String file, byte[] bytes, Path folder, CompileOptions options) {
        return readNamed(file, bytes, folder, options).graph();
    }

    /** Reads a model as {@link #read} does, and keeps which value each of its names stands for. */
    public static OnnxModel readNamed(String file, byte[] bytes, Path folder, CompileOptions options) {
        return readNamed(file, bytes, folder, options, new Folding());
    }

    /**
     * Reads a model as {@link #readNamed(String, byte[], Path, CompileOptions)} does.
     *
     * @param folding what of its constants is computed at once
     */
    public static OnnxModel readNamed(
            String file, byte[] bytes, Path folder, CompileOptions options, Folding folding) {
        ModelProto model;
        try {
            CodedInputStream in = CodedInputStream.newInstance(bytes);
            in.setRecursionLimit(RECURSION_LIMIT);
            model = ModelProto.parseFrom(in);
        } catch (InvalidProtocolBufferException e) {
            String why = isTensorFlowLite(bytes)
                    ? "a TensorFlow Lite model, not an ONNX one; tf2onnx converts it:"
                            + " python -m tf2onnx.convert --tflite " + file + " --output model.onnx"
                    : "not an ONNX model, or damaged (" + e.getMessage() + ")";
            throw new FormatException(file, "", why, e);
        } catch (IOException e) {
            throw new FormatException(file, "", "unreadable", e);
        }
        if (!model.hasGraph() || model.getOpsetImportCount() == 0) {
            throw new FormatException(file, "", "not an ONNX model: it has no "
                    + (model.hasGraph() ? "operator set" : "graph"));
        }
        return read(model, file, bytes.length, folder, options, folding, MOST_NARROWINGS);
    }

    private static boolean isTensorFlowLite(byte[] bytes) {
        return bytes.length >= 8 && new String(bytes, 4, 4, StandardCharsets.ISO_8859_1).equals("TFL3");
    }

    /**
     * Where an If makes the model another one by a length, it is read once more for the lengths that decide alike.
     *
     * @param narrowings of extents that are still allowed
     */
    private static OnnxModel read(
            ModelProto model, String file, int bytes, Path folder, CompileOptions options, Folding folding,
            int narrowings) {
        OnnxImporter importer = new OnnxImporter(file, bytes, folder, options);
        try {
            OnnxModel imported = importer.read(model, folding);
            if (importer.problems.isEmpty()) {
                return imported;
            }
        } catch (LanewiseException e) {
            importer.problems.add(e);
        }
        CompileException failed = new CompileException(file, importer.problems);
        if (importer.division == null || narrowings == 0) {
            throw failed;
        }
        return importer.division.narrow(importer.dividing, file, failed, options,
                narrower -> read(model, file, bytes, folder, narrower, folding, narrowings - 1));
    }

    OnnxTensors tensors() {
        return tensors;
    }

    CompileOptions options() {
        return options;
    }

    private OnnxModel read(ModelProto model, Folding folding) {
        for (OperatorSetIdProto opset : model.getOpsetImportList()) {
            opsets.put(domain(opset.getDomain()), (int) Math.min(opset.getVersion(), 1_000));
        }
        for (FunctionProto function : model.getFunctionsList()) {
            functions.put(domain(function.getDomain()) + ":" + function.getName(), function);
        }
        OnnxScope scope = new OnnxScope(folding);
        GraphProto graph = model.getGraph();
        Set<String> constants = readInitializers(graph, scope);
        declareShapes(graph, scope);
        for (ValueInfoProto input : graph.getInputList()) {
            if (!constants.contains(input.getName())) {
                try {
                    inputs.read(input, scope);
                } catch (LanewiseException e) {
                    problems.add(e);
                    scope.fail(input.getName(), e);
                }
            }
        }
        readNodes(graph.getNodeList(), scope);
        problems.addAll(inputs.mistakenPins());
        if (problems.isEmpty()) { // nodes that were not read may have had the extents
            problems.addAll(inputs.mistakenExtents());
        }
        Set<String> names = new HashSet<>();
        for (ValueInfoProto output : graph.getOutputList()) {
            String name = output.getName();
            if (!names.add(name)) {
                problems.add(new FormatException(file, "output '" + name + "'", "listed twice"));
            } else if (!scope.hasFailed(name)) {
                try {
                    outputs(graph, output, scope).forEach(scope.builder()::output);
                } catch (LanewiseException e) {
                    problems.add(e);
                }
            }
        }
        OnnxExposed.add(graph, scope, options.exposed(), names, problems);
        Map<String, Value> named = new LinkedHashMap<>();
        for (NodeProto node : graph.getNodeList()) {
            for (String name : node.getOutputList()) {
                Value value = name.isEmpty() || scope.hasFailed(name) ? null : scope.find(name);
                if (value != null) {
                    named.put(name, value);
                }
            }
        }
        Map<String, Literal> pins = new LinkedHashMap<>();
        for (String name : options.pins().keySet()) {
            Value value = scope.find(name);
            if (value != null && value.isConstant()) {
                pins.put(name, value.constant());
            }
        }
        return new OnnxModel(scope.builder().build(), named, pins, List.of());
    }

    /** The tensors of one output by name: itself, or the elements of a sequence. */
    private Map<String, Value> outputs(GraphProto graph, ValueInfoProto output, OnnxScope scope) {
        Map<String, Value> tensors = new LinkedHashMap<>();
        OnnxSequence sequence = scope.findSequence(output.getName());
        if (sequence == null) {
            tensors.put(output.getName(), result(graph, output, scope));
        }
        for (int i = 0; sequence != null && i < sequence.size(); i++) {
            tensors.put(OnnxSequence.element(output.getName(), i), sequence.values().get(i));
        }
        return tensors;
    }

    static String domain(String domain) {
        return domain.equals("ai.onnx") ? "" : domain;
    }

    private Set<String> readInitializers(GraphProto graph, OnnxScope scope) {
        Set<String> names = new HashSet<>();
        for (TensorProto tensor : graph.getInitializerList()) {
            names.add(tensor.getName());
            try {
                Literal literal = tensors.read(tensor);
                scope.builder().folding().own(literal);
                scope.define(tensor.getName(), Value.constant(tensor.getName(), literal));
            } catch (LanewiseException e) {
                problems.add(e);
                scope.fail(tensor.getName(), e);
            }
        }
        graph.getSparseInitializerList().forEach(sparse -> {
            String name = sparse.getValues().getName();
            names.add(name);
            try {
                scope.define(name, Value.constant(name, tensors.read(sparse)));
            } catch (LanewiseException e) {
                problems.add(e);
                scope.fail(name, e);
            }
        });
        return names;
    }

    /** What the model says about extents of intermediate values; used only as bounds. */
    private void declareShapes(GraphProto graph, OnnxScope scope) {
        List<ValueInfoProto> infos = new ArrayList<>(graph.getValueInfoList());
        infos.addAll(graph.getOutputList());
        for (ValueInfoProto info : infos) {
            if (info.getType().getTensorType().hasShape()) {
                try {
                    scope.declareShape(info.getName(), inputs.shape(info.getName(),
                            info.getType().getTensorType().getShape()));
                } catch (FormatException e) {
                    problems.add(e);
                }
            }
        }
    }

    private void readNodes(List<NodeProto> nodes, OnnxScope scope) {
        nodesRead += nodes.size();
        if (nodesRead > mostNodes) {
            throw new FormatException(file, "", "more than " + mostNodes + " nodes, functions and bodies written out");
        }
        for (NodeProto node : OnnxOrder.sorted(nodes)) {
            try {
                readNode(node, scope);
            } catch (LanewiseException e) {
                fail(node, scope, e);
            } catch (RuntimeException e) {
                // values of a hostile model that no rule of an operator has caught
                fail(node, scope, new FormatException(
                        file, "node '" + OnnxNode.name(node) + "'", "its attributes or inputs make no sense", e));
            }
        }
    }

    /** Reports a problem, unless it is that of a node before, and keeps what uses this node from being tried. */
    private void fail(NodeProto node, OnnxScope scope, LanewiseException problem) {
        if (!problems.contains(problem)) {
            problems.add(problem);
        }
        node.getOutputList().forEach(output -> scope.fail(output, problem));
    }

    private void readNode(NodeProto node, OnnxScope scope) {
        String domain = domain(node.getDomain());
        FunctionProto function = functions.get(domain + ":" + node.getOpType());
        OnnxOp converter = function == null ? OnnxOps.find(domain, node.getOpType()) : null;
        Integer opset = opsets.get(domain);
        if (opset == null) {
            opset = 1; // what a model does not import is at its first version
        }
        if (function == null && converter == null) {
            throw new UnsupportedOpException(
                    OnnxNode.name(node), OnnxNode.describe(node, opset), OnnxOps.whyUnsupported(domain,
                            node.getOpType()));
        }
        List<Value> inputs = new ArrayList<>();
        for (String name : node.getInputList()) {
            if (scope.hasFailed(name)) {
                throw scope.failure(name);
            }
            Value value = name.isEmpty() ? null : scope.find(name);
            if (value == null && !name.isEmpty() && scope.findSequence(name) == null) {
                throw new FormatException(file, "node '" + OnnxNode.name(node) + "'", "uses '" + name
                        + "', which nothing before it computes (or it stands on a cycle)");
            }
            inputs.add(value);
        }
        OnnxNode reading = new OnnxNode(this, scope, node, opset, inputs);
        if (function != null) {
            inline(function, node, reading, scope);
            return;
        }
        converter.convert(reading);
        if (!reading.unreadAttributes().isEmpty()) {
            throw reading.unsupported("attribute '" + reading.unreadAttributes().get(0)
                    + "' is not known to this operator");
        }
        defineOutputs(node, reading, scope);
    }

    private void defineOutputs(NodeProto node, OnnxNode reading, OnnxScope scope) {
        List<Value> outputs = reading.outputs();
        for (int i = 0; i < node.getOutputCount(); i++) {
            String name = node.getOutput(i);
            if (name.isEmpty()) {
                continue;
            }
            if (reading.outputSequence(i) != null) {
                scope.define(name, reading.outputSequence(i));
            } else if (i >= outputs.size() || outputs.get(i) == null) {
                UnsupportedOpException problem = new UnsupportedOpException(OnnxNode.name(node),
                        OnnxNode.describe(node, opsets.getOrDefault(domain(node.getDomain()), 1)),
                        "output " + i + " is not computed by Lanewise");
                scope.fail(name, problem);
                problems.add(problem);
            } else {
                scope.define(name, outputs.get(i));
            }
        }
    }

    /** A function of the model's own: its nodes, with names of their own, in place of the call. */
    private void inline(FunctionProto function, NodeProto call, OnnxNode reading, OnnxScope scope) {
        if (++depth > DEEPEST_BODY) {
            throw reading.misfit("functions call each other deeper than " + DEEPEST_BODY);
        }
        Map<String, Integer> outerOpsets = new HashMap<>(opsets);
        function.getOpsetImportList().forEach(opset ->
                opsets.put(domain(opset.getDomain()), (int) Math.min(opset.getVersion(), 1_000)));
        OnnxFunctions.Inlined inlined = OnnxFunctions.inline(function, call);
        for (int i = 0; i < function.getInputCount(); i++) {
            if (reading.has(i)) {
                scope.define(inlined.input(i), reading.in(i));
            } else if (reading.isSequence(i)) {
                scope.define(inlined.input(i), reading.sequence(i));
            }
        }
        readNodes(inlined.nodes(), scope);
        opsets.clear();
        opsets.putAll(outerOpsets);
        depth--;
        for (int i = 0; i < call.getOutputCount(); i++) {
            Value value = scope.find(inlined.output(i));
            OnnxSequence sequence = scope.findSequence(inlined.output(i));
            if (value != null) {
                scope.define(call.getOutput(i), value);
            } else if (sequence != null) {
                scope.define(call.getOutput(i), sequence);
            } else {
                LanewiseException problem = scope.failure(inlined.output(i));
                if (problem == null) {
                    problem = reading.misfit("the function does not compute its output " + i);
                    problems.add(problem);
                }
                scope.fail(call.getOutput(i), problem);
            }
        }
    }

    /**
     * Reads a body. The elements of an output that is a sequence are outputs each.
     *
     * @param inputs values that stand for the body's inputs, in order
     */
    OnnxScope readBody(GraphProto graph, OnnxScope outer, List<ValueType> inputs) {
        if (graph.getInputCount() != inputs.size()) {
            throw new FormatException(file, "graph '" + graph.getName() + "'", "a body of " + graph.getInputCount()
                    + " inputs where the node gives " + inputs.size());
        }
        OnnxScope scope = new OnnxScope(outer);
        for (int i = 0; i < inputs.size(); i++) {
            String name = graph.getInput(i).getName();
            scope.define(name, scope.builder().input(name, inputs.get(i)));
        }
        readBodyNodes(graph, scope);
        for (ValueInfoProto output : graph.getOutputList()) {
            outputs(graph, output, scope).forEach(scope.builder()::output);
        }
        return scope;
    }

    /** Output {@code i} of a body that has been read. */
    Value result(GraphProto graph, int i, OnnxScope scope) {
        return result(graph, graph.getOutput(i), scope);
    }

    private Value result(GraphProto graph, ValueInfoProto output, OnnxScope scope) {
        Value value = scope.find(output.getName());
        if (value == null && scope.findSequence(output.getName()) != null) {
            throw new UnsupportedOpException(output.getName(), "output",
                    "is a sequence; expected a tensor");
        }
        if (value == null && scope.hasFailed(output.getName())) {
            throw scope.failure(output.getName());
        }
        if (value == null) {
            throw new FormatException(file, "graph '" + graph.getName() + "'", "no node computes its output '"
                    + output.getName() + "'");
        }
        return value;
    }

    private void readBodyNodes(GraphProto graph, OnnxScope scope) {
        if (depth == DEEPEST_BODY) {
            throw new FormatException(file, "graph '" + graph.getName() + "'", "bodies nested deeper than "
                    + DEEPEST_BODY);
        }
        int before = problems.size();
        depth++;
        try {
            readInitializers(graph, scope);
            declareShapes(graph, scope);
            readNodes(graph.getNodeList(), scope);
        } finally {
            depth--;
        }
        if (problems.size() > before) {
            // the node that has the body fails by its first problem, and reports it
            LanewiseException first = problems.get(before);
            problems.subList(before, problems.size()).clear();
            throw first;
        }
    }

    /**
     * Reads a body's nodes straight into the graph around it: a branch that is known to be taken, or an
     * iteration.
     *
     * @param inputs defines the body's inputs
     */
    OnnxScope readInline(GraphProto graph, OnnxScope outer, Consumer<OnnxScope> inputs) {
        OnnxScope scope = OnnxScope.inline(outer);
        inputs.accept(scope);
        readBodyNodes(graph, scope);
        return scope;
    }

    /** Takes note of an If that cannot be converted for all lengths together. */
    void divide(OnnxNode node, LengthCondition condition) {
        if (division == null) {
            division = condition;
            dividing = node.name();
        }
    }

    /** Number of learnt extents so far. */
    int learntCount() {
        return learnt.size();
    }

    /** Whether an extent is one of those learnt since there were {@code count}. */
    boolean learntAfter(String name, int count) {
        return learnt.getOrDefault(name, -1) >= count;
    }

    /** See {@link OnnxNode#learnt}. */
    Dim learnt(OnnxNode node, String name, List<Dim> declared, int axis, long most) {
        long bound = most;
        inputs.addExtent(name);
        Dim stated = declared != null && axis < declared.size() ? declared.get(axis) : null;
        if (options.bounds().containsKey(name)) {
            bound = Math.min(bound, options.bounds().get(name).max());
        } else if (stated != null && stated.isConstant()) {
            bound = Math.min(bound, stated.constant());
        } else if (stated != null && stated.asSymbol() != null
                && options.bounds().containsKey(stated.asSymbol().name())) {
            bound = Math.min(bound, stated.max());
        }
        if (bound >= Integer.MAX_VALUE) {
            Set<String> sources = new LinkedHashSet<>();
            for (int i = 0; i < node.inputCount(); i++) {
                if (node.has(i)) {
                    sources.addAll(node.in(i).sources());
                }
            }
            throw new PlanException("node '" + node.name() + "' (" + node.describe()
                    + "): an extent of its output follows"
                    + " from data and has no bound; give one with --dim " + name + "=N", List.copyOf(sources));
        }
        return learnt(name, bound);
    }

    /** A new learnt extent; two of one name would be one extent. */
    Dim learnt(String name, long bound) {
        String unique = name;
        for (int n = learnt.size(); learnt.putIfAbsent(unique, learnt.size()) != null; n++) {
            unique = name + "#" + n;
        }
        return Dim.learnt(unique, bound);
    }

    /** The error for contents that are known only at run time, with the inputs they come from. */
    PlanException unknownContents(OnnxNode node, int input, List<Value> values) {
        List<String> sources =
                values.stream().flatMap(value -> value.sources().stream()).distinct().sorted().toList();
        return new PlanException(
                "node '" + node.name() + "' (" + node.describe() + "): input " + input
                        + " decides extents and is known only when the model runs; pin what it is computed from: "
                        + String.join(", ", sources.stream().map(s -> "--pin " + s + "=…").toList()),
                sources);
    }
}
