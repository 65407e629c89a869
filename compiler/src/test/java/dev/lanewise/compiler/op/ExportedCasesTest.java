package dev.lanewise.compiler.op;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.onnxruntime.OrtException;
import dev.lanewise.compiler.export.Agreement;
import dev.lanewise.compiler.export.OnnxExporter;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.formats.CompileException;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.LanewiseException;
import dev.lanewise.formats.UnsupportedOpException;
import dev.lanewise.runtime.LoadOptions.Start;
import dev.lanewise.runtime.Tensor;
import dev.lanewise.runtime.kernel.BinaryFn;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Every case of every operation, with numbers as its extents and with a symbol, compiled and exported: ONNX Runtime
 * computes the same. What is refused, and what ONNX leaves open, is counted, so that neither grows unseen.
 */
@Tag("once")
class ExportedCasesTest {

    private static final Map<String, Integer> EXPECTED = new TreeMap<>(Map.ofEntries(
            Map.entry("agree", 2193),
            Map.entry("left open, random numbers", 4),
            Map.entry("left open, regions whose ends come before their starts", 4),
            Map.entry("left open, remainders by zero", 16),
            Map.entry("left open, states behind sequences of no elements", 20),
            Map.entry("refused, integers of 4 bits", 268),
            Map.entry("refused, BINARY of u64, no kernel of Div", 2),
            Map.entry("refused, BINARY of u64, no kernel of Pow", 2),
            Map.entry("refused, REDUCE of u64, no kernel of ReduceMax", 2),
            Map.entry("refused, REDUCE of u64, no kernel of ReduceMin", 2)));

    @Test
    void computeTheSameInOnnxRuntime() {
        Map<String, Integer> counts = new TreeMap<>();
        List<String> failures = new ArrayList<>();
        OpCasesTest.forEach((name, opCase) -> {
            for (CaseRun run : runs(opCase)) {
                try {
                    String outcome = outcome(opCase, run);
                    if (outcome != null) {
                        counts.merge(outcome, 1, Integer::sum);
                    }
                } catch (OrtException | AssertionError | RuntimeException e) {
                    failures.add(name + ": " + e);
                }
            }
        });
        System.out.println("exported cases: " + counts);
        assertEquals(List.of(), failures);
        assertEquals(EXPECTED, counts);
    }

    private static List<CaseRun> runs(OpCase opCase) {
        List<CaseRun> runs = new ArrayList<>(List.of(new CaseRun(opCase, 0)));
        CaseRun symbolic = OpCasesTest.withSymbol(opCase);
        if (symbolic != null) {
            runs.add(symbolic);
        }
        return runs;
    }

    /** {@code null} for steps of training, which no program for inference has. */
    private static String outcome(OpCase opCase, CaseRun run) throws OrtException {
        byte[] model;
        try {
            model = OnnxExporter.export(run.file()).bytes();
        } catch (CompileException e) {
            String reason = reason(e.problems().get(0));
            return reason.contains("step of training") ? null : "refused, " + reason;
        }
        String open = leftOpen(opCase, run);
        if (open != null) {
            return "left open, " + open;
        }
        Map<String, Literal> inputs = new LinkedHashMap<>();
        Map<String, Literal> ours = new LinkedHashMap<>();
        List<Tensor> ports = run.session(Start.SCALAR).inputs();
        for (int i = 0; i < ports.size(); i++) {
            inputs.put(ports.get(i).name(), run.inputs().get(i));
        }
        List<Literal> outputs = run.run(Start.BEST_COLD);
        List<Tensor> names = run.session(Start.SCALAR).outputs();
        for (int i = 0; i < outputs.size(); i++) {
            ours.put(names.get(i).name(), outputs.get(i));
        }
        Agreement.check(model, inputs, ours);
        return "agree";
    }

    private static String reason(LanewiseException problem) {
        UnsupportedOpException unsupported = (UnsupportedOpException) problem;
        return unsupported.reason().contains("4 bits") ? "integers of 4 bits" : unsupported.op() + " " + unsupported
                .reason().replaceAll(": .*kernel of ", ", no kernel of ").replaceAll(" that could.*", "");
    }

    /** What ONNX does not define, or ONNX Runtime not as Lanewise does; {@code null} for nothing. */
    private static String leftOpen(OpCase opCase, CaseRun run) {
        if (opCase.op() instanceof Random) {
            return "random numbers";
        }
        if (opCase.op() instanceof Binary binary && (binary.fn() == BinaryFn.MOD || binary.fn() == BinaryFn.FMOD)) {
            DType type = opCase.inputs().get(0).type().type();
            return type.isInteger() && !type.isUnsigned() ? "remainders by zero" : null;
        }
        if (opCase.op() instanceof RoiAlign roi && roi.points() == 0 && roi.halfPixel()
                && run.inputs().get(1).type() == DType.F32) {
            return "regions whose ends come before their starts";
        }
        boolean cell = opCase.op() instanceof Lstm || opCase.op() instanceof Gru || opCase.op() instanceof Rnn;
        boolean step = cell && opCase.inputs().get(Recurrence.W).literal() != null;
        return step && run.inputs().stream().anyMatch(ExportedCasesTest::hasLengthZero)
                ? "states behind sequences of no elements"
                : null;
    }

    private static boolean hasLengthZero(Literal input) {
        boolean zero = false;
        for (int i = 0; input.type() == DType.I32 && i < input.size(); i++) {
            zero |= input.longAt(i) == 0;
        }
        return zero;
    }
}
