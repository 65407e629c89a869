package dev.lanewise.compiler.check;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lanewise.runtime.LoadOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The reference cases of ONNX and of other runtimes, on scalar and on the best kernels, bits compared. Counts
 * are exact, so that none is lost unseen; what is not supported must be so for a reason that is out of scope.
 */
class ConformanceTest {

    private static final List<String> OUT_OF_SCOPE = List.of(
            "strings are out of scope",
            "operators on strings are out of scope; prepare text before the model",
            "optional types are out of scope",
            "optional types are out of scope as inputs",
            "decoding images is out of scope; pass pixels",
            "classical machine learning operators are out of scope",
            "the preview and training domains are out of scope",
            "8-bit floats are out of scope",
            "4-bit floats are out of scope",
            "2-bit types are out of scope");

    private static final long LIMIT_MILLIS = 60_000;

    /** In every run of these tests, so at 4, 8 and 16 lanes, and on Java 17. */
    @Test
    @Tag("full")
    void nodeCasesPassAtEachWidth() throws Exception {
        casesPassOnBothKernels("onnx-node", 940, 121, 0);
    }

    @Tag("once")
    @ParameterizedTest
    @CsvSource({
        // suite, passes, unsupported, recorded wrongly
        "onnx-node, 940, 121, 0",
        "onnx-node-opset11, 310, 9, 4",
        "onnx-pytorch-converted, 51, 0, 0",
        "onnx-pytorch-operator, 21, 0, 0",
        "onnx-simple, 9, 5, 0",
        "onnx-light, 5, 0, 0",
        "onnx2c-local-ops, 45, 0, 0",
        "ort-contrib-ops, 10, 0, 0",
        "kinference-rnn, 2, 0, 0",
        "tract-onnx, 5, 0, 0",
    })
    void casesPassOnBothKernels(String suite, int passes, int unsupported, int recordedWrongly) throws Exception {
        Path folder = Path.of(System.getProperty("lanewise.data", "absent")).resolve("conformance").resolve(suite);
        if (!Files.isDirectory(folder)) {
            System.out.println("no " + folder + ": conformance not checked (set LANEWISE_DATA)");
            return;
        }
        List<Verdict> verdicts = new ArrayList<>();
        CaseRunner runner = new CaseRunner(LoadOptions.Start.BEST_COLD, true);
        new CheckRun(runner, 2, LIMIT_MILLIS).run(TestCase.find(folder), verdicts::add);
        assertEquals(List.of(), lines(verdicts, Verdict.Kind.FAIL));
        assertEquals(List.of(), insideScope(verdicts), "unsupported, and not for being out of scope");
        assertEquals(passes, count(verdicts, Verdict.Kind.PASS), "passes");
        assertEquals(unsupported, count(verdicts, Verdict.Kind.UNSUPPORTED), "unsupported");
        assertEquals(recordedWrongly, count(verdicts, Verdict.Kind.RECORDED_WRONGLY), "recorded wrongly");
        System.out.println(suite + ": " + passes + " of " + verdicts.size() + " cases pass, none fails");
    }

    private static long count(List<Verdict> verdicts, Verdict.Kind kind) {
        return lines(verdicts, kind).size();
    }

    private static List<String> lines(List<Verdict> verdicts, Verdict.Kind kind) {
        return verdicts.stream().filter(verdict -> verdict.kind() == kind).map(Verdict::line).toList();
    }

    /** Cases that could be supported: no reason is given, or one that is not of the list. */
    private static List<String> insideScope(List<Verdict> verdicts) {
        return verdicts.stream()
                .filter(verdict -> verdict.kind() == Verdict.Kind.UNSUPPORTED)
                .filter(verdict -> verdict.reasons().isEmpty()
                        || !verdict.reasons().stream().allMatch(ConformanceTest::isOutOfScope))
                .map(Verdict::line)
                .toList();
    }

    private static boolean isOutOfScope(String reason) {
        return OUT_OF_SCOPE.stream().anyMatch(reason::endsWith);
    }
}
