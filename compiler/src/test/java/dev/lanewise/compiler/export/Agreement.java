package dev.lanewise.compiler.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OrtException;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.model.OnnxRuntime;
import dev.lanewise.formats.DType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Whether ONNX Runtime makes of an exported model what Lanewise makes of it, optimised and as it is written. */
public final class Agreement {

    /** Relative to the larger of an element and its tensor's root mean square. */
    private static final double RELATIVE = 1e-5;

    private Agreement() {}

    /**
     * Fails where it does not.
     *
     * @param model an ONNX file
     * @param inputs by name
     * @param ours Lanewise's outputs, by name
     */
    public static void check(byte[] model, Map<String, Literal> inputs, Map<String, Literal> ours)
            throws OrtException {
        check(model, inputs, ours, 0);
    }

    /**
     * The same.
     *
     * @param noise differences that do not count, as ONNX Runtime's own
     */
    public static void check(
            byte[] model, Map<String, Literal> inputs, Map<String, Literal> ours, double noise) throws OrtException {
        byte[] common = CommonPorts.of(model);
        Map<String, Literal> given = new LinkedHashMap<>();
        inputs.forEach((name, value) -> given.put(name, CommonPorts.common(value)));
        for (boolean optimised : List.of(false, true)) {
            try (OnnxRuntime runtime = optimised ? new OnnxRuntime(common) : OnnxRuntime.literal(common)) {
                Map<String, Literal> theirs = runtime.run(given);
                ours.forEach((name, value) -> compare(
                        name + (optimised ? ", optimised" : ""), CommonPorts.common(value), theirs.get(name),
                        noise));
            }
        }
    }

    private static void compare(String name, Literal ours, Literal theirs, double noise) {
        assertEquals(ours.describe(), theirs.describe(), name);
        double squares = 0;
        for (int i = 0; i < ours.size(); i++) {
            squares += Double.isFinite(ours.doubleAt(i)) ? ours.doubleAt(i) * ours.doubleAt(i) : 0;
        }
        double rms = Math.sqrt(squares / Math.max(1, ours.size()));
        for (int i = 0; i < ours.size(); i++) {
            double a = ours.doubleAt(i);
            double b = theirs.doubleAt(i);
            boolean same = a == b || Double.isNaN(a) && Double.isNaN(b)
                    || Math.abs(a - b) <= Math.max(noise, relative(ours.type()) * Math.max(rms, Math.abs(a)));
            assertTrue(same, name + ", element " + i + " is " + a + ", in ONNX Runtime " + b);
        }
    }

    /** Types of 16 bits may be rounded to a neighbour; integers are exact. */
    private static double relative(DType type) {
        return switch (type) {
            case F32, F64 -> RELATIVE;
            case F16 -> 0x1p-10;
            case BF16 -> 0x1p-7;
            default -> 0;
        };
    }
}
