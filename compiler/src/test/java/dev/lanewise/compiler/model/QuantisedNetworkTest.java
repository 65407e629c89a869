package dev.lanewise.compiler.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.onnx.proto.AttributeProto;
import dev.lanewise.compiler.onnx.proto.ModelProto;
import dev.lanewise.compiler.onnx.proto.NodeProto;
import dev.lanewise.compiler.onnx.proto.TensorProto;
import dev.lanewise.formats.DType;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A network of separable convolutions in QONNX, of four bits, with channels last: no other runtime here runs it, so
 * that the truth is its file carried out in double precision, node by node. All scales are powers of two, so that
 * nothing is rounded but where the model says so, and results are equal.
 */
@Tag("once")
class QuantisedNetworkTest {

    private static final String MODEL = "models/hls4ml/onnx/separable_conv_model_ch_last.onnx";
    private static final int BITS = 4;

    @Test
    void separableConvolutions() throws Exception {
        if (!ReferenceData.has(MODEL)) {
            return;
        }
        Path file = ReferenceData.path(MODEL);
        Lane lane = new Lane(file, CompileOptions.defaults());
        Random random = new Random(1);
        double[] image = random.doubles(512 * 512 * 3, -1, 1).map(v -> (float) v).toArray();
        Literal x = Literal.of(DType.F32, image, 1, 512, 512, 3);
        lane.run(Map.of("global_in", x));
        Literal expected = truth(file, x);
        assertEquals(16, expected.extent(3));
        assertArrayEquals(expected.toDoubles(), lane.output("global_out").toDoubles(), 0);
    }

    private static Literal truth(Path file, Literal x) throws Exception {
        ModelProto model = ModelProto.parseFrom(Files.readAllBytes(file));
        Map<String, Literal> values = new HashMap<>(Map.of("global_in", x));
        model.getGraph().getInitializerList().forEach(tensor -> values.put(tensor.getName(), read(tensor)));
        for (NodeProto node : model.getGraph().getNodeList()) {
            Literal[] in = node.getInputList().stream().map(values::get).toArray(Literal[]::new);
            values.put(node.getOutput(0), switch (node.getOpType()) {
                case "Quant" -> quantised(in[0], in[1].doubleAt(0), attribute(node, "narrow").getI() != 0);
                case "LeakyRelu" -> {
                    double alpha = attribute(node, "alpha").getF();
                    yield map(in[0], v -> v < 0 ? alpha * v : v);
                }
                default -> convolved(in[0], in[1], in.length > 2 ? in[2] : null, attribute(node, "pads").getInts(0));
            });
        }
        return values.get("global_out");
    }

    private static AttributeProto attribute(NodeProto node, String name) {
        return node.getAttributeList().stream().filter(a -> a.getName().equals(name)).findFirst().orElseThrow();
    }

    private static Literal read(TensorProto tensor) {
        FloatBuffer floats = tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
        double[] values = new double[floats.remaining()];
        for (int i = 0; i < values.length; i++) {
            values[i] = floats.get(i);
        }
        return Literal.of(DType.F32, values, tensor.getDimsList().stream().mapToInt(Long::intValue).toArray());
    }

    private static Literal map(Literal x, java.util.function.DoubleUnaryOperator fn) {
        return Literal.of(DType.F64, java.util.Arrays.stream(x.toDoubles()).map(fn).toArray(), x.shape());
    }

    /** Of a zero point of 0, signed, halves to the even integer. */
    private static Literal quantised(Literal x, double scale, boolean narrow) {
        double most = Math.pow(2, BITS - 1) - 1;
        double least = narrow ? -most : -most - 1;
        return map(x, v -> Math.rint(Math.max(least, Math.min(most, v / scale))) * scale);
    }

    /**
     * A convolution of stride 1 that keeps the size; as many groups as its filter has fewer channels than x.
     *
     * @param x [1, height, width, channels]
     * @param w [outputs, kernel, kernel, channels / groups]
     */
    private static Literal convolved(Literal x, Literal w, Literal bias, long pad) {
        int height = x.extent(1);
        int width = x.extent(2);
        int channels = x.extent(3);
        int outputs = w.extent(0);
        int kernel = w.extent(1);
        int depth = w.extent(3);
        double[] in = x.toDoubles();
        double[] filter = w.toDoubles();
        double[] y = new double[height * width * outputs];
        for (int at = 0; at < y.length; at++) {
            int o = at % outputs;
            int column = at / outputs % width - (int) pad;
            int row = at / outputs / width - (int) pad;
            int group = o / (outputs / (channels / depth));
            double sum = bias == null ? 0 : bias.doubleAt(o);
            for (int k = 0; k < kernel * kernel; k++) {
                int h = row + k / kernel;
                int v = column + k % kernel;
                for (int c = 0; c < depth && h >= 0 && h < height && v >= 0 && v < width; c++) {
                    sum += in[(h * width + v) * channels + group * depth + c] * filter[(o * kernel * kernel + k) * depth
                            + c];
                }
            }
            y[at] = sum;
        }
        return Literal.of(DType.F64, y, 1, height, width, outputs);
    }
}
