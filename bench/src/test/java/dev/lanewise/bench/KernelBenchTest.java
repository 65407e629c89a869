package dev.lanewise.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.Compiled;
import dev.lanewise.compiler.Compiler;
import dev.lanewise.compiler.op.CaseGraph;
import dev.lanewise.compiler.op.OpCase;
import dev.lanewise.compiler.op.Ops;
import dev.lanewise.formats.proto.BlockProto;
import dev.lanewise.formats.proto.ProgramProto;
import dev.lanewise.formats.proto.StepKind;
import dev.lanewise.formats.proto.StepProto;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** No kernel lacks a row: every case of every operation has one, and together they run every kind of step. */
class KernelBenchTest {

    /** These write down extents, which the cases' shapes leave nothing of, and compute nothing. */
    private static final Set<StepKind> WITHOUT_KERNEL =
            EnumSet.of(StepKind.UNSPECIFIED, StepKind.UNRECOGNIZED, StepKind.DIMS, StepKind.LEARN);

    private static final Map<String, OpCase> ROWS = KernelBench.rows();

    @Test
    void everyCaseOfEveryOperationIsARow() {
        int cases = 0;
        for (Ops.Entry entry : Ops.ALL) {
            int of = entry.cases().get().size();
            String name = entry.op().getSimpleName();
            assertTrue(of > 0, name + " has no case");
            assertEquals(of, ROWS.keySet().stream().filter(row -> row.startsWith(name + "-")).count(), name);
            cases += of;
        }
        assertEquals(cases, ROWS.size());
    }

    @Test
    void rowsRunEveryKindOfStep() {
        Set<StepKind> missing = EnumSet.complementOf(EnumSet.copyOf(WITHOUT_KERNEL));
        for (OpCase opCase : ROWS.values()) {
            CompileOptions options = CompileOptions.defaults().autoState(false);
            Compiled compiled = Compiler.compile("case", CaseGraph.of(opCase).graph(), options);
            for (ProgramProto program : compiled.file().message().getProgramsList()) {
                remove(program.getBody(), missing);
            }
        }
        assertEquals(Set.of(), missing, "no row runs these");
    }

    private static void remove(BlockProto block, Set<StepKind> missing) {
        for (StepProto step : block.getStepsList()) {
            missing.remove(step.getKind());
            step.getBlocksList().forEach(nested -> remove(nested, missing));
        }
    }
}
