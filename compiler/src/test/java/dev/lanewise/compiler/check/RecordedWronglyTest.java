package dev.lanewise.compiler.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.model.OnnxRuntime;
import dev.lanewise.runtime.LoadOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The list of cases recorded wrongly is no place to hide failures in: for every one ONNX Runtime gives
 * what Lanewise gives, and not what is recorded.
 */
@Tag("once")
class RecordedWronglyTest {

    private static final String FOLDER = "conformance/onnx-node-opset11";

    private final CaseRunner runner = new CaseRunner(LoadOptions.Start.BEST_COLD, true);

    @Test
    void onnxRuntimeAgreesWithLanewiseAndNotWithTheRecording() throws Exception {
        Path root = Path.of(System.getProperty("lanewise.data", "absent")).resolve(FOLDER);
        if (!Files.isDirectory(root)) {
            System.out.println("no " + root + ": recordings not checked (set LANEWISE_DATA)");
            return;
        }
        Map<String, TestCase> cases = new TreeMap<>();
        for (TestCase testCase : TestCase.find(root)) {
            cases.put(RecordedWrongly.sha256(Files.readAllBytes(testCase.model())), testCase);
        }
        for (String sha : RecordedWrongly.REASONS.keySet()) {
            TestCase listed = cases.get(sha);
            assertEquals(Verdict.Kind.RECORDED_WRONGLY, runner.run(listed).kind(), listed.name());
            byte[] model = Files.readAllBytes(listed.model());
            Example recorded = listed.sets().get(0).read(OnnxPorts.of(listed.name(), model));
            try (OnnxRuntime runtime = new OnnxRuntime(model)) {
                Map<String, Literal> truth = runtime.run(recorded.inputs());
                assertFalse(truth.entrySet().stream()
                        .allMatch(output -> output.getValue().sameAs(recorded.outputs().get(output.getKey()))));
                Example mended = new Example(
                        recorded.inputs(), truth, recorded.lengths(), recorded.unsupported());
                TestCase rerecorded = new TestCase(listed.name(), listed.model(), List.of(ports -> mended));
                assertEquals(Verdict.Kind.PASS, runner.run(rerecorded).kind(), listed.name());
            }
        }
    }
}
