package dev.lanewise.compiler.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.runtime.LoadOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The ONNX project's cases for single operators, on scalar and on the best kernels, bits compared. */
@Tag("once")
class ConformanceTest {

    private static final int CASES = 1061;
    /** Reached; raise it when more pass, so that none is lost again unseen. */
    private static final int PASSES = 845;

    private static final long LIMIT_MILLIS = 60_000;

    @Test
    void nodeCasesPassOnBothKernels() throws Exception {
        Path folder = Path.of(System.getProperty("lanewise.data", "absent")).resolve("conformance/onnx-node");
        if (!Files.isDirectory(folder)) {
            System.out.println("no " + folder + ": conformance not checked (set LANEWISE_DATA)");
            return;
        }
        List<TestCase> cases = TestCase.find(folder);
        List<Verdict> verdicts = new ArrayList<>();
        CaseRunner runner = new CaseRunner(LoadOptions.Start.BEST_COLD, true);
        new CheckRun(runner, 2, LIMIT_MILLIS).run(cases, verdicts::add);
        List<String> failed = verdicts.stream()
                .filter(verdict -> verdict.kind() == Verdict.Kind.FAIL)
                .map(Verdict::line)
                .toList();
        long passed = verdicts.stream().filter(verdict -> verdict.kind() == Verdict.Kind.PASS).count();
        assertEquals(CASES, verdicts.size(), "cases found");
        assertEquals(List.of(), failed);
        assertTrue(passed >= PASSES, passed + " pass; " + PASSES + " did before");
        System.out.println("onnx-node: " + passed + " of " + CASES + " cases pass, none fails");
    }
}
