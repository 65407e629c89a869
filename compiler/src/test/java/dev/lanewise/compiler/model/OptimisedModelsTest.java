package dev.lanewise.compiler.model;

import static dev.lanewise.compiler.onnx.SmallModel.info;
import static dev.lanewise.compiler.onnx.SmallModel.integers;
import static dev.lanewise.compiler.onnx.SmallModel.node;
import static dev.lanewise.compiler.onnx.SmallModel.tensor;
import static dev.lanewise.compiler.onnx.SmallModel.weights;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.onnx.SmallModel;
import dev.lanewise.compiler.onnx.proto.GraphProto;
import dev.lanewise.compiler.onnx.proto.ModelProto;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Models as ONNX Runtime's optimiser saves them, with the operators that it has fused: compiled, and
 * compared with what ONNX Runtime makes of the original.
 */
@Tag("once")
class OptimisedModelsTest {

    private static final CompileOptions OPTIONS = CompileOptions.defaults().defaultBound(4).autoState(false);
    private static final CompileOptions TOKENS = OPTIONS.dim("batch_size", 1, 2)
            .dim("seq_len", 1, 3).dim("past_seq_len", 0, 4).dim("total_seq_len", 1, 7);

    @TempDir
    Path folder;

    /** The levels whose results run on any machine. */
    private static final OrtSession.SessionOptions.OptLevel[] LEVELS = {
        OrtSession.SessionOptions.OptLevel.BASIC_OPT, OrtSession.SessionOptions.OptLevel.EXTENDED_OPT
    };

    @Test
    void networksOfConvolutions() throws Exception {
        fuses("models/onnx-mnist-8/model.onnx", OPTIONS, "FusedConv");
        fuses("models/yunet/yunet_s_320_320.onnx", OPTIONS, "FusedConv");
    }

    @Test
    void languageModel() throws Exception {
        fuses("models/tiny-gpt2/past.onnx", TOKENS, "Attention", "EmbedLayerNormalization", "FastGelu",
                "SkipLayerNormalization");
    }

    private void fuses(String model, CompileOptions options, String... operators) throws Exception {
        if (ReferenceData.has(model)) {
            assertEquals(Set.of(operators), compare(ReferenceData.path(model), options));
        }
    }

    /** A layer of a transformer as exporters write it. */
    @Test
    void transformerLayer() throws Exception {
        GraphProto.Builder graph = GraphProto.newBuilder()
                .addInput(info("x", DType.F32, 2, 5, 16))
                .addInitializer(weights("gamma", 16))
                .addInitializer(weights("beta", 16))
                .addInitializer(weights("up", 16, 32))
                .addInitializer(weights("upBias", 32))
                .addInitializer(weights("down", 32, 16))
                .addInitializer(weights("downBias", 16))
                .addInitializer(tensor(new int[0], 1.4142135f).setName("root"))
                .addInitializer(tensor(new int[0], 1).setName("one"))
                .addInitializer(tensor(new int[0], 0.5f).setName("half"))
                .addNode(node("MatMul", "p", "x", "up"))
                .addNode(node("Add", "a", "p", "upBias"))
                .addNode(node("Div", "scaled", "a", "root"))
                .addNode(node("Erf", "erf", "scaled"))
                .addNode(node("Add", "above", "erf", "one"))
                .addNode(node("Mul", "product", "a", "above"))
                .addNode(node("Mul", "gelu", "product", "half"))
                .addNode(node("MatMul", "q", "gelu", "down"))
                .addNode(node("Add", "b", "q", "downBias"))
                .addNode(node("Add", "sum", "b", "x"))
                .addNode(node("LayerNormalization", "norm", "sum", "gamma", "beta"))
                .addNode(node("Transpose", "t", "norm").addAttribute(integers("perm", 0, 2, 1)))
                .addNode(node("MatMul", "gram", "norm", "t"))
                .addNode(node("Mul", "y", "gram", "half"))
                .addOutput(info("y", DType.F32, 2, 5, 5));
        assertEquals(Set.of("Gelu", "SkipLayerNormalization", "FusedMatMul"), compare(saved("layer", graph)));
    }

    /** Between quantisation and its reverse operators become quantised ones. */
    @Test
    void quantisedNetwork() throws Exception {
        GraphProto.Builder graph = GraphProto.newBuilder()
                .addInput(info("x", DType.F32, 1, 4, 8, 8))
                .addInitializer(weights("filter", 4, 4, 3, 3))
                .addInitializer(weights("w", 8, 10))
                .addInitializer(tensor(new int[0], 0.0171f).setName("scale"))
                .addInitializer(SmallModel.bytes("zero", new int[0], 117));
        quantised(graph, "x");
        quantised(graph, "filter");
        quantised(graph, "w");
        graph.addNode(node("Conv", "conv", "x_", "filter_").addAttribute(integers("pads", 1, 1, 1, 1)));
        quantised(graph, "conv");
        graph.addNode(node("Add", "sum", "conv_", "x_"));
        quantised(graph, "sum");
        graph.addNode(node("Mul", "product", "sum_", "x_"));
        quantised(graph, "product");
        graph.addNode(node("LeakyRelu", "leaky", "product_"));
        quantised(graph, "leaky");
        graph.addNode(node("AveragePool", "pool", "leaky_").addAttribute(integers("kernel_shape", 2, 2)));
        quantised(graph, "pool");
        graph.addNode(node("GlobalAveragePool", "mean", "pool_"));
        quantised(graph, "mean");
        graph.addNode(node("GlobalAveragePool", "other", "x_"));
        quantised(graph, "other");
        graph.addNode(node("Concat", "both", "mean_", "other_").addAttribute(SmallModel.integer("axis", 1)));
        quantised(graph, "both");
        graph.addNode(node("Flatten", "flat", "both_"));
        quantised(graph, "flat");
        graph.addNode(node("MatMul", "scores", "flat_", "w_"));
        quantised(graph, "scores");
        graph.addNode(node("Softmax", "shares", "scores_"));
        quantised(graph, "shares");
        graph.addNode(node("Sigmoid", "gate", "scores_"));
        quantised(graph, "gate");
        graph.addOutput(info("shares_", DType.F32, 1, 10)).addOutput(info("gate_", DType.F32, 1, 10));
        assertEquals(
                Set.of("QLinearAdd", "QLinearMul", "QLinearLeakyRelu", "QLinearAveragePool",
                        "QLinearGlobalAveragePool", "QLinearConcat", "QLinearSoftmax", "QLinearSigmoid"),
                compare(saved("quantised", graph)));
    }

    /** Quantises {@code name}, and back as {@code name_}. */
    private static void quantised(GraphProto.Builder graph, String name) {
        graph.addNode(node("QuantizeLinear", name + "_q", name, "scale", "zero"));
        graph.addNode(node("DequantizeLinear", name + "_", name + "_q", "scale", "zero"));
    }

    /** Products with activations that are quantised when they are known. */
    @Test
    void dynamicallyQuantisedNetwork() throws Exception {
        GraphProto.Builder graph = GraphProto.newBuilder()
                .addInput(info("x", DType.F32, 3, 8))
                .addInitializer(SmallModel.bytes("w", new int[] {8, 6}, 3, 250, 117, 9, 180, 60, 77))
                .addInitializer(tensor(new int[0], 0.0171f).setName("scale"))
                .addInitializer(SmallModel.bytes("zero", new int[0], 117))
                .addInitializer(weights("bias", 6))
                .addNode(node("DynamicQuantizeLinear", "q,s,z", "x"))
                .addNode(node("MatMulInteger", "i", "q", "w", "z", "zero"))
                .addNode(node("Cast", "f", "i").addAttribute(SmallModel.integer("to", 1)))
                .addNode(node("Mul", "both", "s", "scale"))
                .addNode(node("Mul", "p", "f", "both"))
                .addNode(node("Add", "y", "p", "bias"))
                .addOutput(info("y", DType.F32, 3, 6));
        assertEquals(Set.of("DynamicQuantizeMatMul"), compare(saved("dynamic", graph)));
    }

    private Path saved(String name, GraphProto.Builder graph) throws IOException {
        return Files.write(folder.resolve(name + ".onnx"), SmallModel.model(graph));
    }

    private Set<String> compare(Path model) throws Exception {
        return compare(model, OPTIONS);
    }

    @Test
    void denseLayers() throws Exception {
        GraphProto.Builder graph = GraphProto.newBuilder()
                .addInput(info("x", DType.F32, 3, 8))
                .addInitializer(weights("w", 8, 6))
                .addInitializer(weights("bias", 6))
                .addNode(node("Gemm", "p", "x", "w", "bias"))
                .addNode(node("LeakyRelu", "y", "p"))
                .addOutput(info("y", DType.F32, 3, 6));
        assertEquals(Set.of("FusedGemm"), compare(saved("dense", graph)));
    }

    /** The operators of other domains than ONNX's that the optimised models have. */
    private Set<String> compare(Path model, CompileOptions options) throws Exception {
        Set<String> fused = new TreeSet<>();
        for (OrtSession.SessionOptions.OptLevel level : LEVELS) {
            Path optimised = optimise(model, level);
            collect(ModelProto.parseFrom(Files.readAllBytes(optimised)).getGraph(), fused);
            Lane lane = new Lane(optimised, options);
            Agreement agreement = new Agreement(model.getFileName() + " at " + level, 2e-7);
            try (OnnxRuntime runtime = new OnnxRuntime(model)) {
                Map<String, Literal> inputs = inputs(lane);
                lane.run(inputs);
                for (Map.Entry<String, Literal> output : runtime.run(inputs).entrySet()) {
                    agreement.compare(output.getKey(), output.getValue(), lane.output(output.getKey()));
                }
            }
            assertTrue(agreement.compared() > 0);
        }
        return fused;
    }

    private Path optimise(Path model, OrtSession.SessionOptions.OptLevel level) throws OrtException {
        Path optimised = folder.resolve(level + "-" + model.getFileName());
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setOptimizationLevel(level);
            options.setOptimizedModelFilePath(optimised.toString());
            OrtEnvironment.getEnvironment().createSession(model.toString(), options).close();
        }
        return optimised;
    }

    private static void collect(GraphProto graph, Set<String> into) {
        graph.getNodeList().stream().filter(node -> !node.getDomain().isEmpty()).forEach(node ->
                into.add(node.getOpType()));
    }

    /** Random floats, and integers that are 0 or 1: ids, and masks, of any model. */
    private static Map<String, Literal> inputs(Lane lane) {
        Random random = new Random(1);
        Map<String, Literal> inputs = new LinkedHashMap<>();
        for (Tensor tensor : lane.session.inputs()) {
            lane.compiled.graph().inputs().stream()
                    .filter(port -> port.name().equals(tensor.name()))
                    .forEach(port -> {
                        int[] shape = port.value().shape().stream().mapToInt(dim -> (int) dim.max()).toArray();
                        double[] values = new double[Literal.size(shape)];
                        for (int i = 0; i < values.length; i++) {
                            values[i] = port.value().type().type().isFloating()
                                    ? random.nextDouble() * 2 - 1
                                    : random.nextInt(2);
                        }
                        inputs.put(tensor.name(), Literal.of(port.value().type().type(), values, shape));
                    });
        }
        return inputs;
    }
}
