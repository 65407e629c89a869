package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.proto.StepKind;
import org.junit.jupiter.api.Test;

/** Buffers that are written element by element, as {@code out[:, t] = y} is exported, are put together instead. */
class JoinedWritesTest {

    private static final int B = 2;
    private static final int T = 4;
    private static final int N = 3;

    /** x [B, T, N]; {@code write} puts {@code y_t [B, N]} into {@code o_t}, with its names for t. */
    private static Spelling written(String buffer, String write, int... order) {
        Spelling model = new Spelling().in("x", B, T, N).in("given", B, T, N).weights("zeros",
                Literal.splat(DType.F32, 0, B, T, N));
        for (int t = 0; t < T; t++) {
            long[] pairs = new long[B * 2];
            long[] triples = new long[B * N * 3];
            for (int i = 0; i < B * N; i++) {
                pairs[i / N * 2] = i / N;
                pairs[i / N * 2 + 1] = t;
                triples[3 * i] = i / N;
                triples[3 * i + 1] = t - T;
                triples[3 * i + 2] = i % N;
            }
            model.weights("pairs" + t, Literal.of(pairs, B, 1, 2)).weights("triples" + t, Literal.of(triples, B, N, 3))
                    .weights("row" + t, Literal.of(new long[] {t}, 1, 1));
        }
        StringBuilder nodes = new StringBuilder("o0 = Identity(" + buffer + ")");
        int next = 0;
        for (int t : order) {
            nodes.append("; v" + next + " = Softmax(Squeeze(Slice(x, [" + t + "], [" + (t + 1) + "], [1]), [1])")
                    .append("; axis=-1); ")
                    .append(write.replace("o'", "o" + (next + 1)).replace("o_t", "o" + next)
                            .replace("v_t", "v" + next).replace("_t", "" + t));
            next++;
        }
        return model.nodes(nodes + "; y = Identity(o" + next + ")");
    }

    private static final String[] WRITES = {
        "o' = ScatterND(o_t, pairs_t, Unsqueeze(v_t, [1]))",
        "o' = ScatterND(o_t, triples_t, v_t)",
        "o' = Transpose(ScatterND(Transpose(o_t; perm=[1, 0, 2]), row_t, Unsqueeze(v_t, [0])); perm=[1, 0, 2])",
    };

    @Test
    void wholeBuffers() throws Exception {
        for (String write : WRITES) {
            for (String buffer : new String[] {"zeros", "given", "Expand(0, [2, 4, 3])"}) {
                written(buffer, write, 0, 1, 2, 3).has(0, StepKind.SCATTER_ND);
            }
            written("zeros", write, 3, 1, 0, 2).has(0, StepKind.SCATTER_ND);
            written("zeros", write, 0, 1, 2, 1, 3).has(0, StepKind.SCATTER_ND);
        }
    }

    /** What is not written stays what it was. */
    @Test
    void partsOfBuffers() throws Exception {
        for (String write : WRITES) {
            written("given", write, 1, 2).has(0, StepKind.SCATTER_ND);
            written("given", write, 3, 0).has(0, StepKind.SCATTER_ND);
            written("given", write, 2).has(1, StepKind.SCATTER_ND);
        }
    }

    /** A buffer that is seen between is left to be written. */
    @Test
    void seenBetween() throws Exception {
        written("given", WRITES[0], 0, 1, 2, 3).outputs("y", "o2").has(0, StepKind.SCATTER_ND);
        written("given", WRITES[0], 0, 1).outputs("y", "o1").has(2, StepKind.SCATTER_ND);
        // not all of an element, or in another order
        written("given", "o' = ScatterND(o_t, Slice(pairs_t, [0], [1], [0]),"
                + " Slice(Unsqueeze(v_t, [1]), [0], [1], [0]))", 0, 1, 2, 3).has(4, StepKind.SCATTER_ND);
        written("given", "o' = ScatterND(o_t, Slice(pairs_t, [1], [-9], [0], [-1]), Unsqueeze(v_t, [1]))", 0, 1, 2, 3)
                .has(4, StepKind.SCATTER_ND);
    }
}
