package dev.lanewise.compiler.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.Compiled;
import dev.lanewise.compiler.Compiler;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.model.OnnxRuntime;
import dev.lanewise.compiler.onnx.proto.AttributeProto;
import dev.lanewise.compiler.onnx.proto.GraphProto;
import dev.lanewise.compiler.onnx.proto.ModelProto;
import dev.lanewise.compiler.onnx.proto.NodeProto;
import dev.lanewise.compiler.onnx.proto.OperatorSetIdProto;
import dev.lanewise.compiler.onnx.proto.TensorProto;
import dev.lanewise.compiler.onnx.proto.TensorShapeProto;
import dev.lanewise.compiler.onnx.proto.TypeProto;
import dev.lanewise.compiler.onnx.proto.ValueInfoProto;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.proto.StepKind;
import dev.lanewise.formats.proto.StepProto;
import dev.lanewise.runtime.Elements;
import dev.lanewise.runtime.LoadOptions;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import dev.lanewise.runtime.Tensor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An ONNX model written as a formula, in the words of an exporter:
 *
 * <pre>
 * d = Sub(x, ReduceMean(x; axes=[-1])); y = Div(d, Sqrt(Add(ReduceMean(Pow(d, 2); axes=[-1]), 1e-5)))
 * </pre>
 *
 * Numbers stand for f32 tensors of one element, in brackets for i64 vectors; {@code none} for an operand that
 * is absent. The last name assigned to is the output, unless {@link #outputs} says otherwise. Several names with
 * commas between them are those of a node's outputs, and an attribute in braces is a body:
 *
 * <pre>
 * n, all = Loop([3], none, x; body={i64 t, bool go, s: again = Identity(go); sum = Add(s, x); copy = Neg(sum);
 *                                   give again, sum, copy})
 * </pre>
 */
final class Spelling {

    private static final Pattern TOKEN =
            Pattern.compile("\\s*([A-Za-z_]\\w*|-inf|-?[0-9]+(?:\\.[0-9]+)?(?:e-?[0-9]+)?|\\S)");

    private static final double RELATIVE = 1e-4;

    /** What is being written: the model, or one of its bodies. */
    private GraphProto.Builder graph = GraphProto.newBuilder().setName("spelling");
    private final Map<String, Literal> given = new LinkedHashMap<>();
    private final List<String> tokens = new ArrayList<>();
    private final List<String> outputs = new ArrayList<>();
    private CompileOptions options = CompileOptions.defaults().autoState(false);
    private String text = "";
    private String lastName;
    private int position;
    private int made;
    private int opset = 17;
    private Compiled compiled;

    /** An input, fed with values in [-1, 1). */
    Spelling in(String name, int... shape) {
        return in(name, OneNode.uniform(DType.F32, -1, 1, given.size(), shape));
    }

    Spelling in(String name, Literal value) {
        return in(name, value, Arrays.stream(value.shape()).boxed().toArray());
    }

    /**
     * @param shape numbers, and names of symbols
     */
    Spelling in(String name, Literal value, Object... shape) {
        given.put(name, value);
        graph.addInput(SmallModel.info(name, value.type(), shape));
        return this;
    }

    /** Weights in [-1, 1). */
    Spelling weights(String name, int... shape) {
        return weights(name, OneNode.uniform(DType.F32, -1, 1, name.hashCode(), shape));
    }

    Spelling weights(String name, Literal value) {
        TensorProto.Builder tensor = TensorProto.newBuilder()
                .setName(name)
                .setDataType(SmallModel.elementType(value.type()))
                .setRawData(ByteString.copyFrom(
                        Literal.of(value.type(), value.toDoubles(), value.shape()).encode()));
        Arrays.stream(value.shape()).forEach(tensor::addDims);
        graph.addInitializer(tensor);
        return this;
    }

    Spelling dim(String symbol, long min, long max) {
        options = options.dim(symbol, min, max);
        return this;
    }

    Spelling autoState() {
        options = options.autoState(true);
        return this;
    }

    Spelling opset(int newOpset) {
        opset = newOpset;
        return this;
    }

    Spelling outputs(String... names) {
        outputs.addAll(List.of(names));
        return this;
    }

    /** Adds the nodes. */
    Spelling nodes(String formulas) {
        text += formulas;
        tokens.clear();
        Matcher matcher = TOKEN.matcher(formulas);
        while (matcher.find()) {
            tokens.add(matcher.group(1));
        }
        position = 0;
        while (position < tokens.size()) {
            lastName = statement();
            if (position < tokens.size()) {
                expect(";");
            }
        }
        return this;
    }

    /** Gives the first of the names assigned to. */
    private String statement() {
        List<String> names = names();
        expect("=");
        call(next(), names.toArray(new String[0]));
        return names.get(0);
    }

    private List<String> names() {
        List<String> names = new ArrayList<>(List.of(next()));
        while (at(",")) {
            next();
            names.add(next());
        }
        return names;
    }

    /** {@code {a, b: c = Add(a, b); give c}}, what is before the colon and after {@code give} being optional. */
    private GraphProto body() {
        GraphProto.Builder outer = graph;
        graph = GraphProto.newBuilder().setName("body" + made++);
        expect("{");
        int colon = position;
        while (!tokens.get(colon).equals(":") && !tokens.get(colon).equals("=") && !tokens.get(colon).equals("give")) {
            colon++;
        }
        if (tokens.get(colon).equals(":")) {
            while (position < colon) {
                graph.addInput(port());
            }
            next();
        }
        while (!at("give")) {
            statement();
            expect(";");
        }
        next();
        while (!at("}")) {
            graph.addOutput(port());
        }
        next();
        GraphProto body = graph.build();
        graph = outer;
        return body;
    }

    /**
     * A name of a body's interface, perhaps with its type: {@code i64} and {@code bool} are scalars, {@code f32} and
     * {@code i64s} have any shape.
     */
    private ValueInfoProto port() {
        String name = next();
        ValueInfoProto.Builder port = ValueInfoProto.newBuilder();
        if (List.of("i64", "bool", "f32", "i64s").contains(name)) {
            boolean scalar = name.equals("i64") || name.equals("bool");
            DType type = DType.valueOf(name.replace("s", "").toUpperCase(Locale.ROOT));
            TypeProto.Tensor.Builder tensor = TypeProto.Tensor.newBuilder().setElemType(SmallModel.elementType(type));
            if (scalar) {
                tensor.setShape(TensorShapeProto.getDefaultInstance());
            }
            port.setType(TypeProto.newBuilder().setTensorType(tensor));
            name = next();
        }
        if (at(",")) {
            next();
        }
        return port.setName(name).build();
    }

    private String next() {
        return tokens.get(position++);
    }

    private boolean at(String token) {
        return position < tokens.size() && tokens.get(position).equals(token);
    }

    private void expect(String token) {
        assertEquals(token, next(), "token " + position + " of " + text);
    }

    private String operand() {
        String token = next();
        if (token.equals("[")) {
            List<Long> values = new ArrayList<>();
            while (!at("]")) {
                if (!at(",")) {
                    values.add(Long.parseLong(next()));
                } else {
                    next();
                }
            }
            expect("]");
            return constant(Literal.of(values.stream().mapToLong(v -> v).toArray(), values.size()));
        }
        if (token.equals("none")) {
            return "";
        }
        if (Character.isDigit(token.charAt(0)) || token.charAt(0) == '-') {
            return constant(Literal.of(new float[] {Float.parseFloat(token.replace("-inf", "-Infinity"))}));
        }
        return at("(") ? call(token, "unnamed" + made++) : token;
    }

    private String constant(Literal literal) {
        String name = "constant" + made++;
        weights(name, literal);
        return name;
    }

    private String call(String type, String... names) {
        NodeProto.Builder node = NodeProto.newBuilder()
                .setOpType(type).setName(type + "_" + names[0]).addAllOutput(List.of(names));
        expect("(");
        while (!at(")") && !at(";")) {
            if (at(",")) {
                next();
            } else {
                node.addInput(operand());
            }
        }
        if (at(";")) {
            next();
            while (!at(")")) {
                if (at(",")) {
                    next();
                } else {
                    attribute(node);
                }
            }
        }
        expect(")");
        graph.addNode(node);
        return names[0];
    }

    private void attribute(NodeProto.Builder node) {
        AttributeProto.Builder attribute = AttributeProto.newBuilder().setName(next());
        expect("=");
        if (at("[")) {
            next();
            attribute.setType(AttributeProto.AttributeType.INTS);
            while (!at("]")) {
                if (at(",")) {
                    next();
                } else {
                    attribute.addInts(Long.parseLong(next()));
                }
            }
            next();
        } else if (at("{")) {
            attribute.setType(AttributeProto.AttributeType.GRAPH).setG(body());
        } else {
            String value = next();
            if (Character.isLetter(value.charAt(0))) {
                attribute.setType(AttributeProto.AttributeType.STRING).setS(ByteString.copyFromUtf8(value));
            } else if (value.contains(".")) {
                attribute.setType(AttributeProto.AttributeType.FLOAT).setF(Float.parseFloat(value));
            } else {
                attribute.setType(AttributeProto.AttributeType.INT).setI(Long.parseLong(value));
            }
        }
        node.addAttribute(attribute);
    }

    /** The ONNX model. */
    byte[] bytes() {
        graph.clearOutput();
        List<String> names = outputs.isEmpty() ? List.of(lastName) : outputs;
        names.forEach(name -> graph.addOutput(ValueInfoProto.newBuilder().setName(name)));
        return ModelProto.newBuilder()
                .setIrVersion(8)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(opset))
                .setGraph(graph)
                .build()
                .toByteArray();
    }

    Compiled compiled() {
        if (compiled == null) {
            compiled = Compiler.compile(text, bytes(), null, options);
        }
        return compiled;
    }

    List<StepProto> steps() {
        return compiled().file().message().getPrograms(0).getBody().getStepsList();
    }

    /** The kinds of the steps that do something, in order. */
    List<StepKind> kinds() {
        return steps().stream().map(StepProto::getKind).filter(kind -> kind != StepKind.RESHAPE).toList();
    }

    Session session() {
        return Model.of(compiled().file(), LoadOptions.defaults().start(LoadOptions.Start.BEST_COLD)).newSession();
    }

    static void set(Session session, Map<String, Literal> values) {
        values.forEach((name, value) -> {
            Tensor input = session.input(name);
            input.setShape(value.shape());
            Literal dense = Literal.of(value.type(), value.toDoubles(), value.shape());
            Elements.decode(input, ByteBuffer.wrap(dense.encode()));
        });
    }

    static Literal output(Session session, String name) {
        Tensor tensor = session.output(name);
        return Literal.decode(tensor.type(), ByteBuffer.wrap(Elements.encode(tensor)), tensor.shape());
    }

    /** Fails unless the plan is these steps, reshapes aside, and the outputs are ONNX Runtime's. */
    Spelling becomes(StepKind... expected) throws Exception {
        assertEquals(List.of(expected), kinds(), text);
        return agrees();
    }

    /** Fails unless there are so many steps of a kind, and the outputs are ONNX Runtime's. */
    Spelling has(int count, StepKind kind) throws Exception {
        assertEquals(count, kinds().stream().filter(k -> k == kind).count(), () -> text + " became " + kinds());
        return agrees();
    }

    /** Compares with ONNX Runtime, relative to the larger of an element and the tensor's root mean square. */
    Spelling agrees() throws Exception {
        Session session = session();
        set(session, given);
        session.run();
        try (OnnxRuntime runtime = new OnnxRuntime(bytes())) {
            runtime.run(given).forEach((name, expected) -> compare(name, expected, output(session, name)));
        }
        return this;
    }

    void compare(String name, Literal expected, Literal found) {
        assertEquals(expected.type(), found.type(), text);
        assertArrayEquals(expected.shape(), found.shape(), text);
        double squares = Arrays.stream(expected.toDoubles()).filter(Double::isFinite).map(v -> v * v).sum();
        double rms = Math.sqrt(squares / Math.max(1, expected.size()));
        for (int i = 0; i < expected.size(); i++) {
            double e = expected.doubleAt(i);
            double f = found.doubleAt(i);
            boolean same = e == f || Double.isNaN(e) && Double.isNaN(f)
                    || Math.abs(e - f) <= RELATIVE * Math.max(rms, Math.abs(e));
            assertTrue(same, text + ": " + name + " element " + i + " is " + f + "; ONNX Runtime has " + e);
        }
    }
}
