package dev.lanewise.bench.diff;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import dev.lanewise.compiler.diff.Peer;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.formats.DType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** ONNX Runtime without any optimisation of its own, so that each node computes what the model says. */
public final class OnnxRuntimePeer implements Peer {

    private static final Map<DType, OnnxJavaType> TYPES = new EnumMap<>(Map.ofEntries(
            Map.entry(DType.F32, OnnxJavaType.FLOAT),
            Map.entry(DType.F64, OnnxJavaType.DOUBLE),
            Map.entry(DType.F16, OnnxJavaType.FLOAT16),
            Map.entry(DType.BF16, OnnxJavaType.BFLOAT16),
            Map.entry(DType.I64, OnnxJavaType.INT64),
            Map.entry(DType.I32, OnnxJavaType.INT32),
            Map.entry(DType.I16, OnnxJavaType.INT16),
            Map.entry(DType.I8, OnnxJavaType.INT8),
            Map.entry(DType.U8, OnnxJavaType.UINT8),
            Map.entry(DType.BOOL, OnnxJavaType.BOOL)));

    /** Where ONNX Runtime looks for external data of a model that it gets as bytes. */
    private static final String EXTERNAL_DATA = "session.model_external_initializers_file_folder_path";

    @Override
    public String name() {
        return "ONNX Runtime";
    }

    @Override
    public Map<String, Literal> run(byte[] model, Path folder, Map<String, Literal> inputs) throws IOException {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        Map<String, OnnxTensor> tensors = new HashMap<>();
        try (OrtSession.SessionOptions options = options(folder);
                OrtSession session = environment.createSession(model, options)) {
            for (Map.Entry<String, Literal> input : inputs.entrySet()) {
                tensors.put(input.getKey(), tensor(environment, input.getKey(), input.getValue()));
            }
            try (OrtSession.Result result = session.run(tensors)) {
                return literals(result);
            }
        } catch (OrtException e) {
            throw new IOException("ONNX Runtime refuses the model: " + e.getMessage(), e);
        } finally {
            tensors.values().forEach(OnnxTensor::close);
        }
    }

    private static OrtSession.SessionOptions options(Path folder) throws OrtException {
        OrtSession.SessionOptions options = new OrtSession.SessionOptions();
        options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.NO_OPT);
        options.setIntraOpNumThreads(1);
        options.setInterOpNumThreads(1);
        options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
        if (folder != null) {
            options.addConfigEntry(EXTERNAL_DATA, folder.toString());
        }
        return options;
    }

    private static OnnxTensor tensor(OrtEnvironment environment, String name, Literal literal)
            throws OrtException, IOException {
        OnnxJavaType type = TYPES.get(literal.type());
        if (type == null) {
            throw new IOException("ONNX Runtime's Java API takes no input of " + literal.type() + ", as '" + name
                    + "' is");
        }
        byte[] bytes = literal.isSplat()
                ? Literal.of(literal.type(), literal.toDoubles(), literal.shape()).encode()
                : literal.encode();
        ByteBuffer buffer = ByteBuffer.allocateDirect(Math.max(1, bytes.length)).order(ByteOrder.nativeOrder());
        buffer.put(bytes).flip();
        long[] shape = Arrays.stream(literal.shape()).asLongStream().toArray();
        return OnnxTensor.createTensor(environment, buffer, shape, type);
    }

    private static Map<String, Literal> literals(OrtSession.Result result) {
        Map<String, Literal> literals = new LinkedHashMap<>();
        for (Map.Entry<String, ?> output : result) {
            if (output.getValue() instanceof OnnxTensor tensor) {
                int[] shape = Arrays.stream(tensor.getInfo().getShape()).mapToInt(Math::toIntExact).toArray();
                TYPES.forEach((type, java) -> {
                    if (java == tensor.getInfo().type) {
                        literals.put(output.getKey(), Literal.decode(type, tensor.getByteBuffer(), shape));
                    }
                });
            }
        }
        return literals;
    }
}
