package dev.lanewise.compiler.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.proto.StepKind;
import dev.lanewise.formats.proto.StepProto;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Attention as exporters spell it out is one step that computes what ONNX Runtime does. */
class FusedAttentionTest {

    private static final int B = 2;
    private static final int T = 5;
    private static final int S = 7;
    private static final int H = 3;
    private static final int D = 8;

    /** q, k and v by head, as [B, heads, T or S, d]. */
    private static Spelling byHead(String nodes) {
        return new Spelling().in("q", B, H, T, D).in("k", B, H, S, D).in("v", B, H, S, D).nodes(nodes);
    }

    private static StepProto attention(Spelling model) {
        return model.steps().stream().filter(step -> step.getKind() == StepKind.ATTENTION).findFirst().orElseThrow();
    }

    @Test
    void scaledAnywhere() throws Exception {
        String[] scores = {
            "Div(MatMul(q, Transpose(k; perm=[0, 1, 3, 2])), 2.828427)",
            "Mul(MatMul(q, Transpose(k; perm=[0, 1, 3, 2])), 0.35355338)",
            "Mul(0.35355338, MatMul(q, Transpose(k; perm=[0, 1, 3, 2])))",
            "MatMul(Div(q, 2.828427), Transpose(k; perm=[0, 1, 3, 2]))",
            "MatMul(q, Transpose(Mul(k, 0.35355338); perm=[0, 1, 3, 2]))",
            "MatMul(Mul(q, 0.594604), Mul(Transpose(k; perm=[0, 1, 3, 2]), 0.594604))",
            "MatMul(Mul(q, Sqrt(0.35355338)), Transpose(Mul(k, Sqrt(0.35355338)); perm=[0, 1, 3, 2]))",
            "MatMul(q, Transpose(k; perm=[0, 1, 3, 2]))",
            "Mul(Tanh(Div(Mul(MatMul(q, Transpose(k; perm=[0, 1, 3, 2])), 0.35355338), 3)), 3)",
        };
        for (String score : scores) {
            byHead("y = MatMul(Softmax(" + score + "; axis=-1), v)").has(1, StepKind.ATTENTION)
                    .has(0, StepKind.MATMUL_DYNAMIC).has(0, StepKind.SOFTMAX).has(0, StepKind.BINARY);
        }
        byHead("s = MatMul(q, Transpose(k; perm=[0, 1, 3, 2])); e = Exp(Sub(s, ReduceMax(s; axes=[-1])));"
                + " y = MatMul(Div(e, ReduceSum(e, [-1])), v)")
                .has(1, StepKind.ATTENTION).has(0, StepKind.MATMUL_DYNAMIC);
    }

    /** BERT's order of things, from the hidden states to the projection: no transpose is left. */
    @Test
    void wholeLayer() throws Exception {
        String split = "; y%1$s = Transpose(Reshape(Add(MatMul(x, w%1$s), b%1$s), [0, 0, 3, 8]); perm=[0, %2$s])";
        String nodes = "z = Identity(x)" + String.format(split, "q", "2, 1, 3") + String.format(split, "k", "2, 3, 1")
                + String.format(split, "v", "2, 1, 3")
                + "; s = Add(Div(MatMul(yq, yk), 2.828427), Mul(Sub(1, mask), -10000.0))"
                + "; o = MatMul(Dropout(Softmax(s; axis=3)), yv)"
                + "; y = MatMul(Reshape(Transpose(o; perm=[0, 2, 1, 3]), [0, 0, 24]), wo)";
        Literal mask = Literal.of(new float[] {1, 1, 1, 1, 0, 1, 1, 0, 0, 0}, B, 1, 1, T);
        Spelling model = new Spelling().in("x", B, T, H * D).in("mask", mask).weights("wo", H * D, 6);
        for (String part : List.of("q", "k", "v")) {
            model.weights("w" + part, H * D, H * D).weights("b" + part, H * D);
        }
        model.nodes(nodes).becomes(
                StepKind.MATMUL, StepKind.MATMUL, StepKind.MATMUL, StepKind.BINARY, StepKind.BINARY,
                StepKind.ATTENTION, StepKind.MATMUL);
    }

    @Test
    void masks() throws Exception {
        String scores = "s = Mul(MatMul(q, Transpose(k; perm=[0, 1, 3, 2])), 0.35); ";
        Literal some = OneNode.uniform(DType.BOOL, 0, 2, 3, B, 1, T, S);
        Literal keys = Literal.of(DType.BOOL, new long[] {1, 1, 1, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 0}, B, 1, 1, S);
        Literal visible = atLeastOne(some);
        for (Literal mask : List.of(visible, keys)) {
            for (String low : List.of("-inf", "-3.4028235e38")) {
                byHead(scores + "y = MatMul(Softmax(Where(m, s, " + low + "); axis=-1), v)").in("m", mask)
                        .has(1, StepKind.ATTENTION).has(0, StepKind.SOFTMAX);
                byHead(scores + "y = MatMul(Softmax(Where(Not(m), " + low + ", s); axis=-1), v)").in("m", mask)
                        .has(1, StepKind.ATTENTION);
                byHead(scores + "y = MatMul(Softmax(Add(s, Where(m, 0, " + low + ")); axis=-1), v)").in("m", mask)
                        .has(1, StepKind.ATTENTION);
            }
        }
        byHead(scores + "y = MatMul(Softmax(Add(b, s); axis=-1), v)").in("b", T, S).has(1, StepKind.ATTENTION);
        byHead(scores + "y = MatMul(Softmax(Add(Add(s, b), c); axis=-1), v)").in("b", H, T, S).in("c", B, 1, 1, S)
                .has(1, StepKind.ATTENTION);
    }

    /** A cache that is an input is read where it lies, unless what is appended to it is shown as well. */
    @Test
    void past() throws Exception {
        String nodes = "k = Concat(pk, nk; axis=2); v = Concat(pv, nv; axis=2); y = MatMul(Softmax("
                + "Mul(MatMul(q, Transpose(k; perm=[0, 1, 3, 2])), 0.35); axis=-1), v)";
        for (boolean shown : new boolean[] {false, true}) {
            Spelling model = new Spelling().in("q", B, H, 1, D).in("pk", B, H, S, D).in("pv", B, H, S, D)
                    .in("nk", B, H, 1, D).in("nv", B, H, 1, D).nodes(nodes);
            (shown ? model.outputs("y", "k") : model).has(1, StepKind.ATTENTION).has(0, StepKind.TRANSPOSE)
                    .has(shown ? 2 : 0, StepKind.CONCAT);
        }
    }

    private static Literal atLeastOne(Literal mask) {
        long[] values = mask.toLongs();
        for (int i = 0; i < values.length; i += S) {
            values[i] = 1;
        }
        return Literal.of(DType.BOOL, values, mask.shape());
    }

    /** Where a query sees no key, a finite mask leaves a mean of all values, and a guard makes zeros of NaN. */
    @Test
    void queriesThatSeeNoKey() throws Exception {
        String scores = "s = Mul(MatMul(q, Transpose(k; perm=[0, 1, 3, 2])), 0.35); ";
        Literal some = OneNode.uniform(DType.BOOL, 0, 2, 3, B, 1, T, S);
        long[] values = some.toLongs();
        Arrays.fill(values, 2 * S, 4 * S, 0);
        Literal mask = Literal.of(DType.BOOL, values, some.shape());
        byHead(scores + "y = MatMul(Softmax(Where(m, s, -3.4028235e38); axis=-1), v)").in("m", mask)
                .has(1, StepKind.ATTENTION);
        byHead(scores + "y = MatMul(Softmax(Add(s, Where(m, 0, -10000.0)); axis=-1), v)").in("m", mask)
                .has(1, StepKind.ATTENTION);
        byHead(scores + "p = Softmax(Where(m, s, -inf); axis=-1); y = MatMul(Where(IsNaN(p), 0, p), v)").in("m", mask)
                .has(1, StepKind.ATTENTION);
        // a sum would weigh by the scores here, the choice does not
        byHead(scores + "y = MatMul(Softmax(Where(m, s, -10000.0); axis=-1), v)").in("m", mask)
                .has(0, StepKind.ATTENTION);
    }

    /** GPT-2: a part of a triangle that the model holds. */
    @Test
    void causal() throws Exception {
        String scores = "s = Div(MatMul(q, Transpose(k; perm=[0, 1, 3, 2])), 2.828427); ";
        Literal triangle = triangle(12, 0, 1, 0);
        for (String choice : List.of("Where(m, s, -10000.0)", "Where(m, s, -inf)", "Where(Not(m), -1e9, s)")) {
            Spelling model = byHead(scores + "m = Cast(Slice(tri, [2, 0], [7, 7], [2, 3]); to=9);"
                    + " y = MatMul(Softmax(" + choice + "; axis=-1), v)")
                    .weights("tri", triangle).has(1, StepKind.ATTENTION).has(0, StepKind.WHERE);
            assertEquals(1, attention(model).getInts(0), "causal");
        }
        for (String sum : List.of(
                "Sub(Mul(s, m), Mul(10000.0, Sub(1, m)))", "Add(Mul(m, s), Mul(-1e9, Sub(1, m)))",
                "Add(Mul(s, m), Mul(Sub(m, 1), 1e10))")) {
            Spelling model = byHead(scores + "m = Slice(tri, [2, 0], [7, 7], [2, 3]);"
                    + " y = MatMul(Softmax(" + sum + "; axis=-1), v)")
                    .weights("tri", triangle).has(1, StepKind.ATTENTION).has(0, StepKind.WHERE).has(0, StepKind.BINARY);
            assertEquals(1, attention(model).getInts(0), "causal");
        }
        Spelling added = byHead(scores + "y = MatMul(Softmax(Add(s, bias); axis=-1), v)")
                .weights("bias", part(triangle(12, -1e9, 0, 1), T, S)).has(1, StepKind.ATTENTION);
        assertEquals(1, attention(added).getInts(0), "causal");
        Spelling holes = byHead(scores + "y = MatMul(Softmax(Add(s, bias); axis=-1), v)")
                .weights("bias", OneNode.uniform(DType.F32, -2, 0, 1, T, S)).has(1, StepKind.ATTENTION);
        assertEquals(0, attention(holes).getInts(0), "not causal");
    }

    /** {@code [1, 1, n, n]}, one value above the diagonal that lies {@code shift} columns to the right, one below. */
    private static Literal triangle(int n, double above, double below, int shift) {
        double[] values = new double[n * n];
        for (int i = 0; i < values.length; i++) {
            values[i] = i % n > i / n + shift ? above : below;
        }
        return Literal.of(DType.F32, values, 1, 1, n, n);
    }

    private static Literal part(Literal mask, int rows, int columns) {
        int n = mask.extent(3);
        return mask.select(i -> i / columns * n + i % columns, 1, 1, rows, columns);
    }

    /** Batch and heads as one axis. */
    @Test
    void headsInTheBatch() throws Exception {
        new Spelling().in("q", B * H, T, D).in("k", B * H, S, D).in("v", B * H, S, D)
                .nodes("y = MatMul(Softmax(Mul(MatMul(q, Transpose(k; perm=[0, 2, 1])), 0.35); axis=-1), v)")
                .has(1, StepKind.ATTENTION).has(0, StepKind.TRANSPOSE);
        byHead("q3 = Reshape(q, [6, 5, 8]); k3 = Reshape(k, [6, 7, 8]); v3 = Reshape(v, [6, 7, 8]);"
                + " s = Add(Reshape(MatMul(q3, Transpose(k3; perm=[0, 2, 1])), [2, 3, 5, 7]), m);"
                + " y = MatMul(Softmax(Reshape(s, [6, 5, 7]); axis=-1), v3)")
                .in("m", B, 1, T, S).has(1, StepKind.ATTENTION);
    }

    /** Heads of keys that are repeated for several heads of queries are not: each is read where it lies. */
    @Test
    void sharedHeads() throws Exception {
        Spelling model = new Spelling().in("q", B, 4, T, D).in("k", B, 2, S, D).in("v", B, 2, S, D)
                .nodes("kk = Reshape(Expand(Unsqueeze(k, [2]), [2, 2, 2, 7, 8]), [2, 4, 7, 8]);"
                        + " vv = Reshape(Expand(Unsqueeze(v, [2]), [2, 2, 2, 7, 8]), [2, 4, 7, 8]);"
                        + " s = Div(MatMul(q, Transpose(kk; perm=[0, 1, 3, 2])), 2.828427);"
                        + " y = MatMul(Softmax(s; axis=-1), vv)")
                .has(1, StepKind.ATTENTION).has(0, StepKind.EXPAND);
        assertEquals(1, model.kinds().stream().filter(kind -> kind == StepKind.ATTENTION).count());
    }

    @Test
    void notQuiteAttention() throws Exception {
        String[] near = {
                "y = MatMul(Softmax(MatMul(q, Transpose(k; perm=[0, 1, 3, 2])); axis=2), v)",
                "y = MatMul(Sigmoid(MatMul(q, Transpose(k; perm=[0, 1, 3, 2]))), v)",
                "y = MatMul(Mul(Softmax(MatMul(q, Transpose(k; perm=[0, 1, 3, 2])); axis=3), 0.5), v)",
                "y = MatMul(Softmax(Mul(Add(MatMul(q, Transpose(k; perm=[0, 1, 3, 2])), m), 0.5); axis=3), v)",
                "y = MatMul(Softmax(Tanh(MatMul(q, Transpose(k; perm=[0, 1, 3, 2]))); axis=3), v)",
                "y = MatMul(Softmax(Add(MatMul(q, Transpose(k; perm=[0, 1, 3, 2])), r); axis=3), v)",
        };
        for (String spelling : near) {
            byHead(spelling).in("m", T, S).in("r", T, 1).has(0, StepKind.ATTENTION);
        }
        // the weights are wanted too
        byHead("p = Softmax(MatMul(q, Transpose(k; perm=[0, 1, 3, 2])); axis=3); y = MatMul(p, v)")
                .outputs("p", "y").has(0, StepKind.ATTENTION);
    }
}
