package dev.lanewise.compiler.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.Compiler;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.onnx.SmallModel;
import dev.lanewise.compiler.onnx.proto.GraphProto;
import dev.lanewise.compiler.onnx.proto.ModelProto;
import dev.lanewise.compiler.onnx.proto.NodeProto;
import dev.lanewise.compiler.onnx.proto.ValueInfoProto;
import dev.lanewise.formats.CompileException;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.ModelFile;
import dev.lanewise.formats.UnsupportedOpException;
import dev.lanewise.runtime.Elements;
import dev.lanewise.runtime.LoadOptions;
import dev.lanewise.runtime.Model;
import dev.lanewise.runtime.Session;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an exported model looks like: names, states, layouts, versions, weights. */
@Tag("once")
class OnnxExporterTest {

    private static ModelFile compile(byte[] model, CompileOptions options) {
        return Compiler.compile("small", model, null, options).file();
    }

    private static ModelProto parse(byte[] model) throws Exception {
        return ModelProto.parseFrom(model);
    }

    private static List<String> names(List<ValueInfoProto> ports) {
        return ports.stream().map(ValueInfoProto::getName).toList();
    }

    private static List<String> types(GraphProto graph) {
        return graph.getNodeList().stream().map(NodeProto::getOpType).toList();
    }

    @Test
    void statesArePortsThatPairAgain() throws Exception {
        CompileOptions options = CompileOptions.defaults();
        Exported exported = OnnxExporter.export(compile(SmallModel.sum(), options));
        GraphProto graph = parse(exported.bytes()).getGraph();
        assertEquals(List.of("x", "state"), names(graph.getInputList()));
        assertEquals(List.of("y", "state_next"), names(graph.getOutputList()));
        assertEquals(
                List.of("state: input state, which output state_next becomes for the next call"), exported.notes());
        assertEquals("state", compile(exported.bytes(), options).message().getPrograms(0).getStates(0).getName());
    }

    @Test
    void statesOfOtherNamesPairTooAndNothingElse() throws Exception {
        CompileOptions options = CompileOptions.defaults().autoState(false).state("state", "y");
        ModelFile file = compile(SmallModel.sum(), options);
        Exported exported = OnnxExporter.export(file);
        GraphProto graph = parse(exported.bytes()).getGraph();
        assertEquals(List.of("stateN", "state_next"), names(graph.getOutputList()));
    }

    @Test
    void symbolsKeepTheirNames() throws Exception {
        byte[] exported = OnnxExporter.export(compile(SmallModel.dense(), CompileOptions.defaults())).bytes();
        GraphProto graph = parse(exported).getGraph();
        assertEquals("T", graph.getInput(0).getType().getTensorType().getShape().getDim(0).getDimParam());
        assertEquals("T", graph.getOutput(0).getType().getTensorType().getShape().getDim(0).getDimParam());
        assertEquals(List.of("Gemm", "Relu"), types(graph));
        assertTrue(graph.getInitializerList().stream().anyMatch(weight -> weight.getName().equals("w")));
    }

    @Test
    void theOperatorSetIsTheOldestThatWillDo() throws Exception {
        ModelProto plain = parse(OnnxExporter.export(compile(SmallModel.relu("y"), CompileOptions.defaults())).bytes());
        assertEquals(17, plain.getOpsetImport(0).getVersion());
        assertEquals(8, plain.getIrVersion());
        byte[] mish = SmallModel.model(GraphProto.newBuilder()
                .addInput(SmallModel.info("x", DType.F32, 3))
                .addNode(SmallModel.node("Softplus", "s", "x"))
                .addNode(SmallModel.node("Tanh", "t", "s"))
                .addNode(SmallModel.node("Mul", "y", "x", "t"))
                .addOutput(SmallModel.info("y", DType.F32, 3)));
        Exported exported = OnnxExporter.export(compile(mish, CompileOptions.defaults()));
        assertEquals(exported.opset(), parse(exported.bytes()).getOpsetImport(0).getVersion());
        assertTrue(exported.opset() <= 18, "operator set " + exported.opset());
    }

    @Test
    void channelsAreMovedOnceAtTheEdge() throws Exception {
        byte[] exported = OnnxExporter.export(compile(SmallModel.convolution(), CompileOptions.defaults())).bytes();
        assertEquals(List.of("Conv", "Sigmoid", "Transpose"), types(parse(exported).getGraph()));
    }

    @Test
    void withoutNamesThereAreOthers() throws Exception {
        ModelFile file = compile(SmallModel.convolution(), CompileOptions.defaults().debug(false));
        Exported exported = OnnxExporter.export(file);
        assertAgrees(file, exported.bytes());
    }

    @ParameterizedTest
    @ValueSource(strings = {"f32", "bf16", "f16", "int8", "int4"})
    void smallWeightsStaySmall(String form) throws Exception {
        ModelFile file = compile(SmallModel.embedding(), CompileOptions.defaults().weights(form));
        Exported exported = OnnxExporter.export(file);
        assertAgrees(file, exported.bytes());
        boolean plain = parse(exported.bytes()).getGraph().getInitializerList().stream()
                .noneMatch(weight -> List.of(10, 16, 3, 22).contains(weight.getDataType()));
        assertEquals(form.equals("f32"), plain);
    }

    @Test
    void whatRoundsItsInputsIsRefusedStepByStep() {
        ModelFile file = compile(SmallModel.embedding(), CompileOptions.defaults().weights("int8-dynamic"));
        CompileException refusal = assertThrows(CompileException.class, () -> OnnxExporter.export(file));
        assertEquals(List.of("LSTM", "MATMUL"),
                refusal.problems().stream().map(problem -> ((UnsupportedOpException) problem).op()).sorted().toList());
        assertTrue(refusal.getMessage().contains("--weights int8"), refusal.getMessage());
    }

    private static void assertAgrees(ModelFile file, byte[] exported) throws Exception {
        Session session = Model.of(file, LoadOptions.defaults().start(LoadOptions.Start.BEST_COLD)).newSession();
        Random random = new Random(1);
        Map<String, Literal> inputs = new LinkedHashMap<>();
        session.inputs().forEach(input -> {
            int[] shape = input.shape();
            for (int axis = 0; axis < shape.length; axis++) {
                shape[axis] = Math.min(shape[axis], 6);
            }
            double[] values = new double[Literal.size(shape)];
            for (int i = 0; i < values.length; i++) {
                values[i] = input.type().isFloating() ? 2 * random.nextDouble() - 1 : random.nextInt(4);
            }
            Literal value = Literal.of(input.type(), values, shape);
            inputs.put(input.name(), value);
            input.setShape(shape);
            Elements.decode(input, ByteBuffer.wrap(value.encode()));
        });
        session.run();
        Map<String, Literal> ours = new LinkedHashMap<>();
        session.outputs().forEach(output -> ours.put(output.name(), Literal.decode(
                output.type(), ByteBuffer.wrap(Elements.encode(output)), output.shape())));
        Agreement.check(exported, inputs, ours);
    }
}
