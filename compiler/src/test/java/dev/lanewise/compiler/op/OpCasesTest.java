package dev.lanewise.compiler.op;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.ShapeException;
import dev.lanewise.runtime.LoadOptions.Start;
import dev.lanewise.runtime.Session;
import dev.lanewise.testing.AllocationProbe;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Every case of every operation: what the compiled model computes against the operation's reference,
 * on scalar and on the best kernels bit for bit, with one extent symbolic, and without allocating.
 */
class OpCasesTest {

    @Test
    void everyOperationHasCases() {
        assertFalse(Ops.ALL.isEmpty());
        for (Ops.Entry entry : Ops.ALL) {
            List<OpCase> cases = entry.cases().get();
            assertFalse(cases.isEmpty(), entry.op().getSimpleName());
            cases.forEach(opCase -> assertEquals(entry.op(), opCase.op().getClass()));
        }
    }

    /** What tells an extent is kept for those that name it. */
    @Test
    void operationsNameTheExtentsThatTheyHave() {
        forEach((name, opCase) -> {
            List<Dim> held = new ArrayList<>();
            for (RecordComponent component : opCase.op().getClass().getRecordComponents()) {
                Object value = assertDoesNotThrow(() -> component.getAccessor().invoke(opCase.op()));
                List<?> values = value instanceof List<?> list ? list : Collections.singletonList(value);
                values.stream().filter(Dim.class::isInstance).map(Dim.class::cast).forEach(held::add);
            }
            assertTrue(opCase.op().extents().containsAll(held), name);
        });
    }

    @TestFactory
    List<DynamicTest> agreesWithItsReference() {
        List<DynamicTest> tests = new ArrayList<>();
        forEach((name, opCase) -> tests.add(dynamicTest(name, () -> {
            CaseRun run = new CaseRun(opCase, 0);
            List<Literal> scalar = run.run(Start.SCALAR);
            if (opCase.op().isPure()) {
                compare(run.reference(), scalar, run.longestSum());
            }
            sameBits(scalar, run.run(Start.BEST_COLD));
        })));
        return tests;
    }

    /** Threads share every step that can be shared, in pieces as small as they may be. */
    @TestFactory
    List<DynamicTest> givesTheSameWithManyThreads() {
        List<DynamicTest> tests = new ArrayList<>();
        forEach((name, opCase) -> tests.add(dynamicTest(name, () -> {
            CaseRun run = new CaseRun(opCase, 0);
            for (Start start : List.of(Start.SCALAR, Start.BEST_COLD)) {
                List<Literal> alone = run.run(start);
                for (int threads : new int[] {2, 3, 7}) {
                    sameBits(alone, run.run(start, threads));
                }
            }
        })));
        return tests;
    }

    /** The first extent that may vary does: the same bits, with memory laid out for more. */
    @TestFactory
    List<DynamicTest> givesTheSameWithASymbolicExtent() {
        List<DynamicTest> tests = new ArrayList<>();
        forEach((name, opCase) -> {
            CaseRun symbolic = withSymbol(opCase);
            if (symbolic != null) {
                tests.add(dynamicTest(name, () ->
                        sameBits(new CaseRun(opCase, 0).run(Start.SCALAR), symbolic.run(Start.SCALAR))));
            }
        });
        return tests;
    }

    /** {@code null} where every extent is fixed by a weight or an attribute. */
    static CaseRun withSymbol(OpCase opCase) {
        for (int extent : extents(opCase)) {
            try {
                return new CaseRun(opCase, extent);
            } catch (ShapeException e) {
                continue; // this extent is fixed
            }
        }
        return null;
    }

    private static Set<Integer> extents(OpCase opCase) {
        Set<Integer> extents = new LinkedHashSet<>();
        for (OpCase.Input input : opCase.inputs()) {
            if (input.type() != null && input.literal() == null) {
                for (int extent : input.type().extents()) {
                    if (extent > 1) {
                        extents.add(extent);
                    }
                }
            }
        }
        return extents;
    }

    /** The first case of each operation; whole models are measured elsewhere. */
    @TestFactory
    @Tag("allocation")
    List<DynamicTest> allocatesNothing() {
        List<DynamicTest> tests = new ArrayList<>();
        for (Ops.Entry entry : Ops.ALL) {
            OpCase opCase = entry.cases().get().get(0);
            tests.add(dynamicTest(name(opCase), () -> {
                Session session = new CaseRun(opCase, 0).session(Start.SCALAR);
                AllocationProbe.assertAllocatesNothing(session::run);
            }));
        }
        return tests;
    }

    /** Nor where an extent was set, so that every step prepares its loops again. */
    @TestFactory
    @Tag("allocation")
    List<DynamicTest> preparesAgainWithoutAllocating() {
        List<DynamicTest> tests = new ArrayList<>();
        forEach((name, opCase) -> {
            CaseRun symbolic = withSymbol(opCase);
            if (symbolic != null) {
                Session session = symbolic.session(Start.SCALAR);
                tests.add(dynamicTest(name, () ->
                        AllocationProbe.assertAllocatesNothing(symbolic.preparingAgain(session))));
            }
        });
        return tests;
    }

    interface CaseVisitor {
        void visit(String name, OpCase opCase);
    }

    static void forEach(CaseVisitor visitor) {
        for (Ops.Entry entry : Ops.ALL) {
            for (OpCase opCase : entry.cases().get()) {
                visitor.visit(name(opCase), opCase);
            }
        }
    }

    private static String name(OpCase opCase) {
        List<Object> inputs = new ArrayList<>();
        for (OpCase.Input input : opCase.inputs()) {
            inputs.add(input.type() == null ? "none" : (input.literal() == null ? "" : "const ") + input.type());
        }
        return opCase.op() + " of " + inputs;
    }

    static void sameBits(List<Literal> expected, List<Literal> found) {
        for (int i = 0; i < expected.size(); i++) {
            assertEquals(expected.get(i).describe(), found.get(i).describe(), "output " + i);
            assertArrayEquals(expected.get(i).encode(), found.get(i).encode(), "bits of output " + i);
        }
    }

    private static void compare(List<Literal> expected, List<Literal> found, int longestSum) {
        for (int i = 0; i < expected.size(); i++) {
            Literal want = expected.get(i);
            Literal got = found.get(i);
            assertEquals(want.describe(), got.describe(), "output " + i);
            double tolerance = tolerance(want.type(), longestSum);
            double largest = 1;
            for (int e = 0; e < want.size(); e++) {
                if (Double.isFinite(want.doubleAt(e))) {
                    largest = Math.max(largest, Math.abs(want.doubleAt(e)));
                }
            }
            for (int e = 0; e < want.size(); e++) {
                double w = want.doubleAt(e);
                double g = got.doubleAt(e);
                boolean same = w == g || Double.isNaN(w) && Double.isNaN(g)
                        || Math.abs(w - g) <= tolerance * largest;
                assertTrue(same, "output " + i + ", element " + e + ": " + g + "; the reference has " + w);
            }
        }
    }

    /**
     * Relative to the largest element. Kernels of f32 round after each operation: sixteen half units in
     * the last place for the functions, and for a sum of n terms errors that grow like √n. Types of 16
     * bits compute in f32 and round once, which can miss the reference's rounding by one unit. f64 has
     * the reference's own precision. Integers are exact.
     */
    private static double tolerance(DType type, int longestSum) {
        return switch (type) {
            case F32 -> (16 + 2 * Math.sqrt(longestSum)) * 0x1p-24;
            case F64 -> (16 + 2 * Math.sqrt(longestSum)) * 0x1p-53;
            case F16 -> 0x1p-10;
            case BF16 -> 0x1p-7;
            default -> 0;
        };
    }
}
