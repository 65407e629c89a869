package dev.lanewise.compiler.export;

import java.util.Map;

/** The version of ONNX's operator set that a model needs: the newest that one of its nodes does, 17 at least. */
final class Versions {

    private static final int OLDEST = 17;

    /** Operators, in the form in which they are exported, that are newer than {@link #OLDEST}. */
    private static final Map<String, Integer> SINCE = Map.ofEntries(
            Map.entry("BitwiseAnd", 18), Map.entry("BitwiseOr", 18), Map.entry("BitwiseXor", 18),
            Map.entry("BitwiseNot", 18), Map.entry("Mish", 18), Map.entry("ReduceMax", 18), Map.entry("ReduceMin", 18),
            Map.entry("ReduceProd", 18), Map.entry("ReduceL1", 18), Map.entry("ReduceSumSquare", 18),
            Map.entry("Gelu", 20), Map.entry("RMSNormalization", 23),
            Map.entry("BitCast", 26));

    private int opset = OLDEST;
    private boolean random;

    void use(String type) {
        random |= type.startsWith("Random") || type.equals("Bernoulli");
        require(SINCE.getOrDefault(type, OLDEST));
    }

    /** For a form of an operator that is newer than the operator. */
    void require(int version) {
        opset = Math.max(opset, version);
    }

    boolean usesRandomness() {
        return random;
    }

    int opset() {
        return opset;
    }

    /** The version of the file format that came with the operator set. */
    int ir() {
        if (opset <= 18) {
            return 8;
        }
        if (opset <= 20) {
            return 9;
        }
        return opset <= 22 ? 10 : Math.min(opset - 12, 13);
    }
}
