package dev.lanewise.compiler.onnx;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The list of all ONNX operators that are supported, by domain and name, and why others are not. */
final class OnnxOps {

    private static final Map<String, OnnxOp> ALL = new HashMap<>();

    static {
        OnnxElementwise.register(ALL);
        OnnxActivations.register(ALL);
        OnnxTypes.register(ALL);
        OnnxReductions.register(ALL);
        OnnxSoftmax.register(ALL);
        OnnxNorms.register(ALL);
        OnnxLosses.register(ALL);
        OnnxQuantisation.register(ALL);
        OnnxRandom.register(ALL);
        OnnxTables.register(ALL);
        OnnxDeterminant.register(ALL);
        OnnxEinsum.register(ALL);
        OnnxFourier.register(ALL);
        OnnxIntegerProducts.register(ALL);
        OnnxConstants.register(ALL);
        OnnxMovement.register(ALL);
        OnnxSlicing.register(ALL);
        OnnxIndexing.register(ALL);
        OnnxUnique.register(ALL);
        OnnxRegions.register(ALL);
        OnnxResize.register(ALL);
        OnnxPlaces.register(ALL);
        OnnxSampledImages.register(ALL);
        OnnxProducts.register(ALL);
        OnnxConvolutions.register(ALL);
        OnnxIntegerConvolutions.register(ALL);
        OnnxPooling.register(ALL);
        OnnxRoiPooling.register(ALL);
        OnnxRecurrent.register(ALL);
        OnnxAttention.register(ALL);
        OnnxRotary.register(ALL);
        OnnxLinearAttention.register(ALL);
        OnnxCausalConv.register(ALL);
        OnnxContribAttention.register(ALL);
        OnnxMultiHeadAttention.register(ALL);
        OnnxGroupQueryAttention.register(ALL);
        OnnxDecoderAttention.register(ALL);
        OnnxContribNorms.register(ALL);
        OnnxContribActivations.register(ALL);
        OnnxContribProducts.register(ALL);
        OnnxBlockwiseProducts.register(ALL);
        OnnxContribConvolutions.register(ALL);
        OnnxContribIntegerProducts.register(ALL);
        OnnxContribQuantised.register(ALL);
        OnnxDynamicLstm.register(ALL);
        OnnxContribMovement.register(ALL);
        OnnxQonnx.register(ALL);
        OnnxControl.register(ALL);
        OnnxSequences.register(ALL);
    }

    /** Out of scope, with the reason that people read. */
    private static final Map<String, String> OUT_OF_SCOPE = new TreeMap<>();

    static {
        for (String op : Set.of("StringConcat", "StringSplit", "StringNormalizer", "RegexFullMatch",
                "TfIdfVectorizer")) {
            OUT_OF_SCOPE.put(":" + op, "operators on strings are out of scope; prepare text before the model");
        }
        for (String op : Set.of("Optional", "OptionalGetElement", "OptionalHasElement")) {
            OUT_OF_SCOPE.put(":" + op, "optional types are out of scope");
        }
        OUT_OF_SCOPE.put(":ImageDecoder", "decoding images is out of scope; pass pixels");
    }

    private OnnxOps() {}

    /** The converter of an operator, or {@code null}. */
    static OnnxOp find(String domain, String type) {
        return ALL.get(domain + ":" + type);
    }

    /** All supported operators as {@code domain:Name}, in order. */
    static java.util.SortedSet<String> names() {
        return new java.util.TreeSet<>(ALL.keySet());
    }

    static String whyUnsupported(String domain, String type) {
        String reason = OUT_OF_SCOPE.get(domain + ":" + type);
        if (reason != null) {
            return reason;
        }
        return switch (domain) {
            case "com.microsoft.nchwc" -> "this operator is tied to the machine that ONNX Runtime optimised the model"
                    + " for; save the optimised model at level EXTENDED or BASIC";
            case "ai.onnx.ml" -> "classical machine learning operators are out of scope";
            case "ai.onnx.preview", "ai.onnx.preview.training" -> "the preview and training domains are out of scope";
            default -> "this operator is not supported";
        };
    }
}
