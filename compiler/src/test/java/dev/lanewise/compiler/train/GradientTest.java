package dev.lanewise.compiler.train;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.lanewise.compiler.op.BatchNorm;
import dev.lanewise.compiler.op.Cast;
import dev.lanewise.compiler.op.Dropout;
import dev.lanewise.compiler.op.OpCase;
import dev.lanewise.compiler.op.Ops;
import dev.lanewise.compiler.op.ScatterElements;
import dev.lanewise.compiler.op.ScatterNd;
import dev.lanewise.compiler.op.ScatterReduction;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.LanewiseException;
import dev.lanewise.formats.UnsupportedOpException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every case of every operation that has a gradient, in double precision, against central differences. */
class GradientTest {

    /** What can be neither trained nor trained through: choices by data, integers, bits. */
    private static final Set<String> WITHOUT = new TreeSet<>(Set.of(
            "BitCast", "RoiAlign", "NonMaxSuppression", "Random", "Branch",
            "Repeat", "ConvFilterGradient", "PoolGradient", "RecurrentForward", "RecurrentBackward",
            "OneHot", "Range", "CrossEntropyGradient", "SoftmaxGradient",
            "LayerNormGradient", "AttentionGradient", "Update", "UpdateRows", "SumRows"));

    @TestFactory
    List<DynamicTest> agreesWithCentralDifferences() {
        List<DynamicTest> tests = new ArrayList<>();
        for (Ops.Entry entry : Ops.ALL) {
            if (!WITHOUT.contains(entry.op().getSimpleName())) {
                List<OpCase> cases = entry.cases().get();
                for (int i = 0; i < cases.size(); i++) {
                    OpCase opCase = cases.get(i);
                    if (isSmallFloating(opCase)) {
                        tests.add(dynamicTest(opCase.op() + " " + i, () -> check(opCase)));
                    }
                }
            }
        }
        assertTrue(tests.size() > 200, tests.size() + " cases");
        return tests;
    }

    private static void check(OpCase opCase) {
        try {
            new GradientCase(opCase).check();
        } catch (UnsupportedOpException e) {
            assertTrue(e.getMessage().contains("freeze what comes before it"), e.getMessage());
            assertTrue(KNOWN.stream().anyMatch(e.getMessage()::contains), e.getMessage());
        }
    }

    /** Forms of operations that have a gradient otherwise. */
    private static final List<String> KNOWN = List.of(
            "for padding of mode", "for products", "with batch axes", "with the reduction");

    @Test
    void whatHasNoneSaysSo() {
        for (Ops.Entry entry : Ops.ALL) {
            if (WITHOUT.contains(entry.op().getSimpleName())) {
                for (OpCase opCase : entry.cases().get()) {
                    if (isSmallFloating(opCase)) {
                        LanewiseException e = assertThrows(
                                LanewiseException.class, () -> new GradientCase(opCase).check(), opCase.toString());
                        assertTrue(e.getMessage().contains("node 'node'"), e.getMessage());
                    }
                }
            }
        }
    }

    /**
     * Of one type of floating point is enough; the large cases would take minutes. Casts round, and of replacements
     * at one place only the last counts: neither has differences to compare with. Nor has what training computes in
     * another form, from operations that are compared themselves.
     */
    private static boolean isSmallFloating(OpCase opCase) {
        boolean replaces = opCase.op() instanceof ScatterNd nd && nd.reduction() == ScatterReduction.NONE
                || opCase.op() instanceof ScatterElements elements && elements.reduction() == ScatterReduction.NONE;
        boolean trainedOtherwise = opCase.op() instanceof Dropout || opCase.op() instanceof BatchNorm;
        return !(opCase.op() instanceof Cast) && !trainedOtherwise && !replaces
                && opCase.inputs().stream().anyMatch(input -> input.type() != null && input.type().type() == DType.F32)
                && opCase.inputs().stream().allMatch(input -> input.type() == null || input.type().size().max() < 3000);
    }
}
