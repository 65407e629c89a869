package dev.lanewise.compiler.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.formats.proto.StepKind;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The large image classifiers of the ONNX project, whose weights are one value each: their graphs are
 * whole, their files small, and so must be what is made of them.
 */
@Tag("once")
class LightGraphsTest {

    private static final List<String> MODELS =
            List.of("bvlc_alexnet", "inception_v1", "resnet50", "shufflenet", "squeezenet");

    private static final long LARGEST_FILE = 1 << 20;

    @Test
    void compareAndStaySmall() throws Exception {
        if (!ReferenceData.has("conformance/onnx-light")) {
            return;
        }
        int compared = 0;
        for (String model : MODELS) {
            Path file = ReferenceData.path("conformance/onnx-light/light_" + model + ".onnx");
            Lane lane = new Lane(file, CompileOptions.defaults());
            int size = lane.compiled.file().toBytes().length;
            assertTrue(size < LARGEST_FILE, model + " takes " + size + " bytes");
            // channel shuffles move elements, two layouts of one image do not: but for the input's
            long transposes = lane.steps(StepKind.TRANSPOSE);
            assertEquals(model.equals("shufflenet") ? 17 : 1, transposes, model);
            Agreement agreement = new Agreement(model);
            try (OnnxRuntime runtime = new OnnxRuntime(file)) {
                for (int i = 0; i < 3; i++) {
                    float[] pixels = new float[3 * 224 * 224];
                    Random random = new Random(i);
                    for (int p = 0; p < pixels.length; p++) {
                        pixels[p] = i == 0 ? (float) p / pixels.length : random.nextFloat();
                    }
                    String name = lane.session.model().inputNames().get(0);
                    Map<String, Literal> inputs = Map.of(name, Literal.of(pixels, 1, 3, 224, 224));
                    lane.run(inputs);
                    for (Map.Entry<String, Literal> output : runtime.run(inputs).entrySet()) {
                        agreement.compare("input " + i, output.getValue(), lane.output(output.getKey()));
                    }
                }
            }
            System.out.println(agreement + ", " + size + " bytes");
            compared += agreement.compared();
        }
        assertEquals(3 * MODELS.size(), compared);
    }
}
