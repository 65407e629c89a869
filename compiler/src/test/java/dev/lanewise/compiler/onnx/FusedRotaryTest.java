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

    /** Where the cosines and sines, c and s [5, 4], come from: operands, constants, a cache by position, angles. */
    private static final String[] ANGLES = {
        "c = Identity(c4); s = Identity(s4); ",
        "c = Identity(ck); s = Identity(sk); ",
        "c = Gather(cache, [3, 1, 0, 2, 7]; axis=0); s = Gather(cache, [9, 8, 7, 6, 5]; axis=0); ",
        "a = Mul(Unsqueeze(pos, [1]), frequencies); c = Cos(a); s = Sin(a); ",
        "a = MatMul(Unsqueeze(pos, [1]), Unsqueeze(frequencies, [0])); c = Unsqueeze(Cos(a), [0, 1]);"
                + " s = Unsqueeze(Sin(a), [0, 1]); ",
    };

    private static Spelling angles(int i, String nodes) {
        return new Spelling().in("x", 2, 3, 5, 8).in("c4", 5, 4).in("s4", 5, 4).in("pos", 5)
                .weights("ck", 5, 4).weights("sk", 5, 4).weights("cache", 10, 4).weights("frequencies", 4)
                .nodes(ANGLES[i] + nodes);
    }

    /** The whole by cosines and sines of the whole, put together of those of halves or pairs. */
    @Test
    void anglesOfAnyOrigin() throws Exception {
        String halves = "y = Add(Mul(x, Concat(c, c; axis=-1)), Mul(Concat(Neg(Slice(x, [4], [8], [3])),"
                + " Slice(x, [0], [4], [3]); axis=-1), Concat(s, s; axis=-1)))";
        for (int i = 0; i < ANGLES.length; i++) {
            angles(i, halves).has(1, StepKind.GATHER).has(0, StepKind.SLICE);
        }
    }

    /** Halves that are turned by themselves: one rotation of the whole, with what moves and signs shared. */
    @Test
    void partsByHalves() throws Exception {
        String cut = "a1 = Slice(x, [0], [4], [3]); a2 = Slice(x, [4], [8], [3]); ";
        String[] spellings = {
            cut + "y = Concat(Sub(Mul(a1, c), Mul(a2, s)), Add(Mul(a2, c), Mul(a1, s)); axis=-1)",
            cut + "y = Concat(Sub(Mul(c, a1), Mul(s, a2)), Add(Mul(s, a1), Mul(c, a2)); axis=3)",
            cut + "y = Concat(Add(Mul(a1, c), Mul(Neg(a2), s)), Add(Mul(a1, s), Mul(a2, c)); axis=-1)",
        };
        for (int i = 0; i < ANGLES.length; i++) {
            for (String spelling : spellings) {
                angles(i, spelling).has(1, StepKind.GATHER).has(0, StepKind.SLICE);
            }
        }
    }

    /** Every other element, as in the first Llama and GPT-J. */
    @Test
    void partsByTurns() throws Exception {
        String strided = "a1 = Slice(x, [0], [8], [3], [2]); a2 = Slice(x, [1], [8], [3], [2]); ";
        String paired = "p = Reshape(x, [2, 3, 5, 4, 2]); a1 = Squeeze(Slice(p, [0], [1], [4]), [4]);"
                + " a2 = Squeeze(Slice(p, [1], [2], [-1]), [4]); ";
        String chosen = "p = Reshape(x, [2, 3, 5, 4, 2]); a1 = Gather(p, Squeeze([0]); axis=4);"
                + " a2 = Gather(p, Squeeze([-1]); axis=-1); ";
        String turned = "y = Reshape(Concat(Unsqueeze(Sub(Mul(a1, c), Mul(a2, s)), [4]),"
                + " Unsqueeze(Add(Mul(a1, s), Mul(a2, c)), [4]); axis=-1), [2, 3, 5, 8])";
        for (int i = 0; i < ANGLES.length; i++) {
            for (String cut : new String[] {strided, paired, chosen}) {
                angles(i, cut + turned).has(1, StepKind.GATHER).has(0, StepKind.SLICE);
            }
        }
    }

    @Test
    void notQuiteRotationsOfParts() throws Exception {
        String cut = "a1 = Slice(x, [0], [4], [3]); a2 = Slice(x, [4], [8], [3]); ";
        String[] near = {
            // each half by itself, halves of two tensors, three of a product, a part wanted for itself
            cut + "y = Concat(Sub(Mul(a1, c), Mul(a1, s)), Add(Mul(a2, c), Mul(a2, s)); axis=-1)",
            cut + "z = Slice(Exp(x), [4], [8], [3]);"
                    + " y = Concat(Sub(Mul(a1, c), Mul(z, s)), Add(Mul(z, c), Mul(a1, s)); axis=-1)",
            cut + "y = Concat(Sub(Mul(a1, c), Mul(a2, s)), Add(Mul(a2, c), Mul(a1, s)), a1; axis=-1)",
            cut + "p = Sub(Mul(a1, c), Mul(a2, s)); q = Concat(p, Add(Mul(a2, c), Mul(a1, s)); axis=-1);"
                    + " y = Add(q, Concat(p, p; axis=-1))",
        };
        for (String nodes : near) {
            angles(0, nodes).has(0, StepKind.GATHER);
        }
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
