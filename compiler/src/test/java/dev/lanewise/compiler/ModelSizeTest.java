package dev.lanewise.compiler;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.Limits;
import dev.lanewise.formats.ModelFile;
import dev.lanewise.formats.proto.ModelProto;
import dev.lanewise.formats.proto.Region;
import dev.lanewise.formats.proto.TensorProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Files are compact: without the debug part, little larger than the weights themselves. */
@Tag("once")
class ModelSizeTest {

    private static final int SMALL = 100_000;

    @Test
    void filesAreAtMostTwoPerCentLargerThanTheirWeights() throws IOException {
        Path models = Path.of(System.getProperty("lanewise.data", "absent")).resolve("models");
        if (!Files.isDirectory(models)) {
            System.out.println("no reference data; sizes of real models were not looked at");
            return;
        }
        CompileOptions plain = CompileOptions.defaults().debug(false);
        Map<String, CompileOptions> files = new LinkedHashMap<>();
        files.put("silero-vad/silero_vad_16k_op15.onnx",
                plain.dim("batch", 1, 1).dim("sequence", 576, 576).pin("sr", Literal.scalar(16_000L)));
        files.put("yunet/yunet_s_320_320.onnx", plain);
        files.put("tiny-gpt2/past.onnx", plain);
        files.put("dtln/model_1.onnx", plain);
        int large = 0;
        for (Map.Entry<String, CompileOptions> entry : files.entrySet()) {
            ModelFile file = Compiler.compile(models.resolve(entry.getKey()), entry.getValue()).file();
            long weights = weightBytes(file.message());
            int size = file.toBytes().length;
            large += size > SMALL ? 1 : 0;
            assertTrue(size <= SMALL || size <= weights * 1.02,
                    entry.getKey() + ": " + size + " bytes for " + weights + " bytes of weights");
        }
        assertEquals(4, large, "models over " + SMALL + " bytes");
    }

    @Test
    void weightsStartAtAMultipleOf64() throws IOException {
        ModelFile file = CompilerTest.file();
        byte[] bytes = file.toBytes();
        int weights = file.message().getWeights().size();
        // the field is the last one of the message
        assertEquals(0, (bytes.length - weights) % Limits.WEIGHT_ALIGNMENT);
        assertEquals(file.message(), ModelProto.parseFrom(bytes), "the whole file is one message");
    }

    private static long weightBytes(ModelProto model) {
        long bytes = 0;
        for (TensorProto tensor : model.getTensorsList()) {
            if (tensor.getRegion() == Region.WEIGHTS) {
                long elements = 1;
                for (int dim : tensor.getDimsList()) {
                    elements *= tensor.getSplat() ? 1 : model.getDims(dim).getNumber();
                }
                bytes += elements * DType.of(tensor.getType()).bytes();
            }
        }
        return bytes;
    }
}
