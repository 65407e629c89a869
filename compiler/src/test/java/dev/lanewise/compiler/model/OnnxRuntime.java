package dev.lanewise.compiler.model;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.formats.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** A model in ONNX Runtime, to compare with. */
public final class OnnxRuntime implements AutoCloseable {

    private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
    private final OrtSession session;

    OnnxRuntime(Path model) throws OrtException {
        session = environment.createSession(model.toString(), options());
    }

    /** A model in memory. */
    public OnnxRuntime(byte[] model) throws OrtException {
        session = environment.createSession(model, options());
    }

    private OnnxRuntime(byte[] model, OrtSession.SessionOptions options) throws OrtException {
        session = environment.createSession(model, options);
    }

    /** A model in memory that is executed as it is written: no optimisation of ONNX Runtime's own. */
    public static OnnxRuntime literal(byte[] model) throws OrtException {
        OrtSession.SessionOptions options = options();
        options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.NO_OPT);
        options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
        options.setMemoryPatternOptimization(false);
        return new OnnxRuntime(model, options);
    }

    private static OrtSession.SessionOptions options() throws OrtException {
        OrtSession.SessionOptions options = new OrtSession.SessionOptions();
        options.setIntraOpNumThreads(1);
        options.setInterOpNumThreads(1);
        return options;
    }

    OrtSession session() {
        return session;
    }

    /** Outputs by name. */
    public Map<String, Literal> run(Map<String, Literal> inputs) throws OrtException {
        Map<String, OnnxTensor> tensors = new HashMap<>();
        for (Map.Entry<String, Literal> input : inputs.entrySet()) {
            tensors.put(input.getKey(), tensor(input.getValue()));
        }
        try (OrtSession.Result result = session.run(tensors)) {
            Map<String, Literal> outputs = new LinkedHashMap<>();
            for (Map.Entry<String, ?> output : result) {
                outputs.put(output.getKey(), literal((OnnxTensor) output.getValue()));
            }
            return outputs;
        } finally {
            tensors.values().forEach(OnnxTensor::close);
        }
    }

    private OnnxTensor tensor(Literal literal) throws OrtException {
        long[] shape = Arrays.stream(literal.shape()).asLongStream().toArray();
        byte[] bytes = Lane.bytes(literal);
        ByteBuffer buffer = ByteBuffer.allocateDirect(Math.max(1, bytes.length)).order(ByteOrder.nativeOrder());
        buffer.put(bytes).flip();
        OnnxJavaType type = switch (literal.type()) {
            case F32 -> OnnxJavaType.FLOAT;
            case F64 -> OnnxJavaType.DOUBLE;
            case F16 -> OnnxJavaType.FLOAT16;
            case I64 -> OnnxJavaType.INT64;
            case I32 -> OnnxJavaType.INT32;
            case U8 -> OnnxJavaType.UINT8;
            case I8 -> OnnxJavaType.INT8;
            case I16 -> OnnxJavaType.INT16;
            case BF16 -> OnnxJavaType.BFLOAT16;
            case BOOL -> OnnxJavaType.BOOL;
            default -> throw new IllegalArgumentException(literal.describe());
        };
        return OnnxTensor.createTensor(environment, buffer, shape, type);
    }

    private static Literal literal(OnnxTensor tensor) {
        TensorInfo info = tensor.getInfo();
        int[] shape = Arrays.stream(info.getShape()).mapToInt(Math::toIntExact).toArray();
        DType type = switch (info.type) {
            case FLOAT -> DType.F32;
            case DOUBLE -> DType.F64;
            case FLOAT16 -> DType.F16;
            case INT64 -> DType.I64;
            case INT32 -> DType.I32;
            case UINT8 -> DType.U8;
            case INT8 -> DType.I8;
            case INT16 -> DType.I16;
            case BFLOAT16 -> DType.BF16;
            case BOOL -> DType.BOOL;
            default -> throw new IllegalArgumentException(info.type.toString());
        };
        return Literal.decode(type, tensor.getByteBuffer(), shape);
    }

    @Override
    public void close() throws OrtException {
        session.close();
    }
}
