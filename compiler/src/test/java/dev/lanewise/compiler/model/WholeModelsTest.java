package dev.lanewise.compiler.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.formats.proto.StepKind;
import dev.lanewise.runtime.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Whole models on random inputs, against ONNX Runtime. */
class WholeModelsTest {

    private static final int INPUTS = 3;

    /** Batches of 1: some of these networks say that theirs varies and then reshape it to 1. */
    private static final CompileOptions OPTIONS = CompileOptions.defaults().defaultBound(1).autoState(false);

    @Test
    void digits() throws Exception {
        compare("models/onnx-mnist-8/model.onnx", 0, 255, 1, 0);
    }

    @Test
    void faces() throws Exception {
        compare("models/yunet/yunet_s_320_320.onnx", 0, 255, 12, 2e-7);
    }

    @Test
    void noiseSuppressionWithStateFedByHand() throws Exception {
        compare("models/dtln/model_1.onnx", 0, 1, 2, 0);
    }

    @Test
    void smallNetworksOfAVerifier() throws Exception {
        String folder = "models/marabou-small";
        if (!ReferenceData.has(folder)) {
            return;
        }
        int models = 0;
        try (Stream<Path> files = Files.walk(ReferenceData.path(folder))) {
            for (Path file : files.filter(path -> path.toString().endsWith(".onnx")).sorted().toList()) {
                compare(file, -1, 1, 0);
                models++;
            }
        }
        assertEquals(39, models);
    }

    private static void compare(String model, double low, double high, int outputs, double noise)
            throws Exception {
        if (ReferenceData.has(model)) {
            Agreement agreement = compare(ReferenceData.path(model), low, high, noise);
            assertEquals(INPUTS * outputs, agreement.compared());
        }
    }

    @Test
    void layoutsAreSettledAtTheEdge() throws Exception {
        String digits = "models/onnx-mnist-8/model.onnx";
        String faces = "models/yunet/yunet_s_320_320.onnx";
        if (ReferenceData.has(digits) && ReferenceData.has(faces)) {
            // one channel: its place does not matter. Three channels: the input is moved, nothing else
            assertEquals(0, new Lane(ReferenceData.path(digits), OPTIONS).steps(StepKind.TRANSPOSE));
            assertEquals(1, new Lane(ReferenceData.path(faces), OPTIONS).steps(StepKind.TRANSPOSE));
        }
    }

    private static Agreement compare(Path model, double low, double high, double noise)
            throws Exception {
        Lane lane = new Lane(model, OPTIONS);
        Agreement agreement = new Agreement(model.getFileName().toString(), noise);
        try (OnnxRuntime runtime = new OnnxRuntime(model)) {
            for (int i = 0; i < INPUTS; i++) {
                Map<String, Literal> inputs = inputs(lane, new Random(i), low, high);
                Map<String, Literal> expected = runtime.run(inputs);
                lane.run(inputs);
                assertEquals(expected.keySet(), java.util.Set.copyOf(lane.session.model().outputNames()));
                for (Map.Entry<String, Literal> output : expected.entrySet()) {
                    agreement.compare(output.getKey() + " of input " + i, output.getValue(),
                            lane.output(output.getKey()));
                }
            }
        }
        System.out.println(agreement);
        return agreement;
    }

    /** Random elements; extents that can vary are at their bounds. */
    private static Map<String, Literal> inputs(Lane lane, Random random, double low, double high) {
        Map<String, Literal> inputs = new LinkedHashMap<>();
        for (Tensor tensor : lane.session.inputs()) {
            lane.compiled.graph().inputs().stream()
                    .filter(port -> port.name().equals(tensor.name()))
                    .forEach(port -> {
                        int[] shape = port.value().shape().stream().mapToInt(dim -> (int) dim.max()).toArray();
                        double[] values = new double[Literal.size(shape)];
                        for (int i = 0; i < values.length; i++) {
                            values[i] = low + (high - low) * random.nextDouble();
                        }
                        inputs.put(tensor.name(), Literal.of(port.value().type().type(), values, shape));
                    });
        }
        return inputs;
    }
}
