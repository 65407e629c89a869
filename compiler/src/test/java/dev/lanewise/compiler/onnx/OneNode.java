package dev.lanewise.compiler.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.Compiler;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.model.OnnxRuntime;
import dev.lanewise.compiler.onnx.proto.AttributeProto;
import dev.lanewise.compiler.onnx.proto.GraphProto;
import dev.lanewise.compiler.onnx.proto.ModelProto;
import dev.lanewise.compiler.onnx.proto.NodeProto;
import dev.lanewise.compiler.onnx.proto.OperatorSetIdProto;
import dev.lanewise.compiler.onnx.proto.TensorProto;
import dev.lanewise.compiler.onnx.proto.TypeProto;
import dev.lanewise.compiler.onnx.proto.ValueInfoProto;
import dev.lanewise.formats.CompileException;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.PlanException;
import dev.lanewise.formats.UnsupportedOpException;
import dev.lanewise.runtime.Elements;
import dev.lanewise.runtime.LoadOptions;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.Tensor;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** An ONNX model of one node, made here, and what ONNX Runtime makes of it: truth from elsewhere. */
final class OneNode {

    private static final double RELATIVE = 1e-4;

    /** Half a unit in the last place of what ONNX Runtime may round more than once. */
    private static final double RELATIVE_OF_16_BITS = 2e-3;

    /** Operators that become matrices or expressions of a known size, or blocks that must fill an axis. */
    private static final Set<String> NEED_NUMBERS =
            Set.of(
                    "DFT", "STFT", "Det", "Inverse", "LRN");

    private final String type;
    /** Empty for that of ONNX. */
    private final String domain;
    private final int opset;
    private final NodeProto.Builder node = NodeProto.newBuilder();
    private final GraphProto.Builder graph = GraphProto.newBuilder().setName("one");
    private final Map<String, Literal> given = new LinkedHashMap<>();
    /** The extents that are symbols of the model. */
    private final Set<Integer> symbols = new TreeSet<>();
    private final Set<Integer> numbers = new TreeSet<>();
    private List<NodeProto> writtenOut = List.of();
    private final StringBuilder text = new StringBuilder();
    private int outputs = 1;
    /** {@code null} where the model need not state it. */
    private DType outputType;

    /** @param type of another domain than ONNX's as {@code domain:Type} */
    OneNode(String type, int opset) {
        int colon = type.indexOf(':');
        domain = type.substring(0, Math.max(0, colon));
        this.type = type.substring(colon + 1);
        this.opset = opset;
        node.setOpType(this.type).setName("node").setDomain(domain);
        text.append(type).append('-').append(opset);
    }

    int opset() {
        return opset;
    }

    /** An input given at run time. */
    OneNode in(Literal value) {
        String name = "x" + node.getInputCount();
        text.append(' ').append(value.describe());
        node.addInput(name);
        given.put(name, value);
        graph.addInput(SmallModel.info(name, value.type(), extents(value).toArray()));
        return this;
    }

    /** An input given at run time, of f32 in [-1, 1), from a seed that is its shape and place. */
    OneNode in(int... shape) {
        return in(uniform(DType.F32, -1, 1, node.getInputCount(), shape));
    }

    /** An input that the model knows. */
    OneNode known(Literal value) {
        String name = "w" + node.getInputCount();
        text.append(" known ").append(value.describe());
        node.addInput(name);
        Literal dense = Literal.of(value.type(), value.toDoubles(), value.shape());
        TensorProto.Builder tensor = TensorProto.newBuilder()
                .setName(name)
                .setDataType(SmallModel.elementType(value.type()))
                .setRawData(ByteString.copyFrom(dense.encode()));
        Arrays.stream(value.shape()).forEach(tensor::addDims);
        graph.addInitializer(tensor);
        return this;
    }

    OneNode known(long... values) {
        return known(Literal.of(values, values.length));
    }

    /** An optional input that is not there. */
    OneNode none() {
        text.append(" none");
        node.addInput("");
        return this;
    }

    OneNode set(String name, long value) {
        return set(name, AttributeProto.newBuilder().setType(AttributeProto.AttributeType.INT).setI(value));
    }

    OneNode set(String name, float value) {
        return set(name, AttributeProto.newBuilder().setType(AttributeProto.AttributeType.FLOAT).setF(value));
    }

    OneNode set(String name, String value) {
        return set(name, AttributeProto.newBuilder()
                .setType(AttributeProto.AttributeType.STRING).setS(ByteString.copyFromUtf8(value)));
    }

    OneNode set(String name, long[] values) {
        AttributeProto.Builder attribute = AttributeProto.newBuilder().setType(AttributeProto.AttributeType.INTS);
        Arrays.stream(values).forEach(attribute::addInts);
        return set(name, attribute);
    }

    OneNode set(String name, float[] values) {
        AttributeProto.Builder attribute = AttributeProto.newBuilder().setType(AttributeProto.AttributeType.FLOATS);
        for (float value : values) {
            attribute.addFloats(value);
        }
        return set(name, attribute);
    }

    OneNode set(String name, String[] values) {
        AttributeProto.Builder attribute = AttributeProto.newBuilder().setType(AttributeProto.AttributeType.STRINGS);
        for (String value : values) {
            attribute.addStrings(ByteString.copyFromUtf8(value));
        }
        return set(name, attribute);
    }

    private OneNode set(String name, AttributeProto.Builder attribute) {
        node.addAttribute(attribute.setName(name));
        text.append(' ').append(name).append('=').append(shown(attribute));
        return this;
    }

    private static String shown(AttributeProto.Builder attribute) {
        return switch (attribute.getType()) {
            case INT -> Long.toString(attribute.getI());
            case FLOAT -> Float.toString(attribute.getF());
            case STRING -> attribute.getS().toStringUtf8();
            case FLOATS -> attribute.getFloatsList().toString();
            case STRINGS -> attribute.getStringsList().stream().map(ByteString::toStringUtf8).toList().toString();
            default -> attribute.getIntsList().toString();
        };
    }

    /** Extents that the operator needs as numbers: they do not become symbols. */
    OneNode numbers(int... extents) {
        Arrays.stream(extents).forEach(numbers::add);
        return this;
    }

    OneNode outputs(int count) {
        outputs = count;
        return this;
    }

    /** States the type of the outputs, where it does not follow from the inputs. */
    OneNode typed(DType type) {
        outputType = type;
        return this;
    }

    static Literal uniform(DType type, double low, double high, int seed, int... shape) {
        Random random = new Random(31L * Arrays.hashCode(shape) + seed);
        double[] values = new double[Literal.size(shape)];
        for (int i = 0; i < values.length; i++) {
            double value = low + random.nextDouble() * (high - low);
            values[i] = type.isFloating() ? value : Math.floor(value);
        }
        return Literal.of(type, values, shape);
    }

    /** Makes symbols of the extents above 1 of the inputs given at run time: equal ones are one symbol. */
    void loosen() {
        given.values().forEach(value -> extents(value).filter(extent -> extent > 1).forEach(symbols::add));
        symbols.removeAll(numbers);
        graph.clearInput();
        given.forEach((name, value) -> graph.addInput(SmallModel.info(name, value.type(),
                extents(value).map(extent -> symbols.contains(extent) ? "d" + extent : extent).toArray())));
    }

    private static Stream<Integer> extents(Literal value) {
        return Arrays.stream(value.shape()).boxed();
    }

    /** What ONNX Runtime runs instead: the same in other operators, where it has no kernel for a CPU. */
    OneNode writtenOut(NodeProto.Builder... nodes) {
        writtenOut = Arrays.stream(nodes).map(NodeProto.Builder::build).toList();
        return this;
    }

    /** A number, i64 [1], that what is {@link #writtenOut} uses and the node does not. */
    OneNode beside(String name, long value) {
        graph.addInitializer(SmallModel.number(name, value));
        return this;
    }

    private byte[] bytes() {
        return bytes(List.of());
    }

    /** @param instead of the node; empty for the node itself */
    private byte[] bytes(List<NodeProto> instead) {
        graph.clearNode().clearOutput();
        node.clearOutput();
        for (int i = 0; i < outputs; i++) {
            node.addOutput("y" + i);
            ValueInfoProto.Builder output = ValueInfoProto.newBuilder().setName("y" + i);
            if (outputType != null) {
                output.setType(TypeProto.newBuilder().setTensorType(
                        TypeProto.Tensor.newBuilder().setElemType(SmallModel.elementType(outputType))));
            }
            graph.addOutput(output);
        }
        graph.addAllNode(instead.isEmpty() ? List.of(node.build()) : instead);
        ModelProto.Builder model = ModelProto.newBuilder()
                .setIrVersion(opset > 20 ? 10 : 8)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(opset))
                .setGraph(graph);
        if (!domain.isEmpty()) {
            model.addOpsetImport(OperatorSetIdProto.newBuilder().setDomain(domain).setVersion(1));
        }
        return model.build().toByteArray();
    }

    /** What Lanewise makes of the model. */
    Map<String, Literal> run() {
        CompileOptions options = CompileOptions.defaults().autoState(false);
        for (int extent : symbols) {
            options = options.dim("d" + extent, extent + 3L); // with room above
        }
        Session session = Model.of(
                        Compiler.compile(type, bytes(), null, options).file(),
                        LoadOptions.defaults().start(LoadOptions.Start.BEST_COLD))
                .newSession();
        given.forEach((name, value) -> {
            Tensor input = session.input(name);
            input.setShape(value.shape());
            Literal dense = Literal.of(value.type(), value.toDoubles(), value.shape());
            Elements.decode(input, ByteBuffer.wrap(dense.encode()));
        });
        session.run();
        Map<String, Literal> results = new LinkedHashMap<>();
        for (Tensor tensor : session.outputs()) {
            results.put(
                    tensor.name(),
                    Literal.decode(tensor.type(), ByteBuffer.wrap(Elements.encode(tensor)), tensor.shape()));
        }
        return results;
    }

    /** What ONNX Runtime makes of the model. */
    Map<String, Literal> truth() throws ai.onnxruntime.OrtException {
        try (OnnxRuntime runtime = new OnnxRuntime(bytes(writtenOut))) {
            return runtime.run(given);
        }
    }

    /**
     * Compares all outputs: integers exactly, floats within 1e-4 of the larger of the element and the
     * tensor's root mean square. Then once more with symbolic extents.
     */
    void agrees() {
        Map<String, Literal> expected;
        try {
            expected = truth();
        } catch (ai.onnxruntime.OrtException e) {
            throw new AssertionError(text + ": ONNX Runtime itself: " + e.getMessage(), e);
        }
        Map<String, Literal> found = run();
        assertEquals(outputs, expected.size(), text.toString());
        expected.forEach((name, value) -> compare(name, value, found.get(name)));
        loosen();
        text.append(", symbolic");
        try {
            Map<String, Literal> again = run();
            expected.forEach((name, value) -> compare(name, value, again.get(name)));
        } catch (CompileException e) {
            boolean refused = e.problems().stream()
                    .allMatch(problem -> problem instanceof UnsupportedOpException || problem instanceof PlanException);
            assertTrue(refused, text + ": " + e.getMessage());
            assertTrue(NEED_NUMBERS.contains(type), text + ": " + e.getMessage());
        }
    }

    private void compare(String name, Literal expected, Literal found) {
        String what = text + ", output " + name;
        assertEquals(expected.type(), found.type(), what);
        assertArrayEquals(expected.shape(), found.shape(), what);
        double squares = Arrays.stream(expected.toDoubles()).filter(Double::isFinite).map(v -> v * v).sum();
        double rms = Math.sqrt(squares / Math.max(1, expected.size()));
        for (int i = 0; i < expected.size(); i++) {
            double e = expected.doubleAt(i);
            double f = found.doubleAt(i);
            double relative = expected.type() == DType.F16 ? RELATIVE_OF_16_BITS : RELATIVE;
            double allowed = expected.type().isFloating() ? relative * Math.max(rms, Math.abs(e)) : 0;
            boolean same = e == f || Double.isNaN(e) && Double.isNaN(f) || Math.abs(e - f) <= allowed;
            assertTrue(same, what + " element " + i + " is " + f + "; ONNX Runtime has " + e);
        }
    }
}
