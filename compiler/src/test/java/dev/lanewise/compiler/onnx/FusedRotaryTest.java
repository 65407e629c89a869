package dev.lanewise.compiler.onnx;

import dev.lanewise.formats.proto.StepKind;
import org.junit.jupiter.api.Test;

/** Rotary embeddings as exporters spell them out take few steps, and compute what ONNX Runtime does. */
class FusedRotaryTest {

    private static Spelling heads(String nodes) {
        return new Spelling().in("x", 2, 3, 5, 8).in("cos", 1, 1, 5, 8).in("sin", 1, 1, 5, 8).nodes(nodes);
    }

    @Test
    void halves() throws Exception {
        String[] rotations = {
            "Concat(Neg(Slice(x, [4], [8], [3])), Slice(x, [0], [4], [3]); axis=-1)",
            "Concat(Neg(Slice(x, [4], [9223372036854775807], [3])), Slice(x, [0], [4], [-1]); axis=3)",
        };
        for (String rotated : rotations) {
            heads("y = Add(Mul(x, cos), Mul(" + rotated + ", sin))").becomes(
                    StepKind.BINARY, StepKind.BINARY, StepKind.GATHER, StepKind.BINARY, StepKind.BINARY);
        }
    }

    @Test
    void neighbours() throws Exception {
        heads("a = Slice(x, [0], [8], [3], [2]); b = Slice(x, [1], [8], [3], [2]);"
                + " r = Reshape(Concat(Unsqueeze(Neg(b), [4]), Unsqueeze(a, [4]); axis=-1), [2, 3, 5, 8]);"
                + " y = Add(Mul(x, cos), Mul(r, sin))")
                .becomes(StepKind.BINARY, StepKind.BINARY, StepKind.GATHER, StepKind.BINARY, StepKind.BINARY);
    }

    /** Sines that the model knows get their signs when it is compiled. */
    @Test
    void knownSines() throws Exception {
        new Spelling().in("x", 2, 3, 5, 8).weights("cos", 5, 8).weights("sin", 5, 8)
                .nodes("y = Add(Mul(x, cos), Mul(Concat(Neg(Slice(x, [4], [8], [3])), Slice(x, [0], [4], [3]);"
                        + " axis=-1), sin))")
                .becomes(StepKind.BINARY, StepKind.GATHER, StepKind.BINARY, StepKind.BINARY);
    }

    @Test
    void notQuiteRotations() throws Exception {
        String[] near = {
            // of two tensors, an element twice, not the whole of it, wanted for itself
            "y = Mul(Concat(Neg(Slice(x, [4], [8], [3])), Slice(cos, [0], [4], [3]); axis=-1), sin)",
            "y = Mul(Concat(Neg(Slice(x, [4], [8], [3])), Slice(x, [4], [8], [3]); axis=-1), sin)",
            "y = Mul(Concat(Neg(Slice(x, [4], [6], [3])), Slice(x, [0], [2], [3]); axis=-1),"
                    + " Slice(sin, [0], [4], [3]))",
            "r = Concat(Neg(Slice(x, [4], [8], [3])), Slice(x, [0], [4], [3]); axis=-1); y = Add(Mul(r, sin), r)",
        };
        for (String nodes : near) {
            heads(nodes.replace("Slice(cos,", "Slice(Mul(x, x),")).has(0, StepKind.GATHER);
        }
    }
}
