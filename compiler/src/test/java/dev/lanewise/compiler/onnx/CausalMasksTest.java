package dev.lanewise.compiler.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.proto.StepKind;
import dev.lanewise.formats.proto.StepProto;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Causal masks that a model computes from lengths, in the words of several exporters, become a property of the
 * attention step; what ONNX Runtime computes is what comes out.
 */
class CausalMasksTest {

    private static final int B = 2;
    private static final int H = 2;
    private static final int P = 3;
    private static final int T = 4;
    private static final int D = 8;

    /** What computes a mask from places; none of it is left where only causality is asked for. */
    private static final Set<StepKind> OF_PLACES = Set.of(StepKind.RANGE, StepKind.TRILU, StepKind.EXPAND);

    /** {@code m}: whether row i of T sees column j of P + T. */
    private static final List<String> CONDITIONS = List.of(
            "m = LessOrEqual(Unsqueeze(columns, [0]), Unsqueeze(rows, [1]))",
            "m = GreaterOrEqual(Unsqueeze(rows, [0, 1, 3]), Unsqueeze(columns, [0, 1, 2]))",
            "m = Not(Greater(columns, Reshape(rows, [-1, 1])))",
            "m = Less(columns, Unsqueeze(Add(rows, one), [1]))",
            "m = Not(Less(Sub(Unsqueeze(rows, [1]), columns), zero))",
            "m = Cast(Trilu(Expand(1, ts), past; upper=0); to=9)",
            "m = Not(Cast(Trilu(Expand(1, ts), Add(past, one)); to=9))",
            "m = Equal(Trilu(Expand(1, ts), Add(past, one)), 0)",
            "m = Slice(Cast(tri; to=9), Concat(past1, [0]; axis=0), Concat(s1, s1; axis=0), [0, 1])",
            "m = Slice(Slice(Cast(tri; to=9), past1, s1, [0]), [0], s1, [1])",
            "m = Expand(LessOrEqual(columns, Unsqueeze(rows, [1])), Concat([2, 1], ts; axis=0))");

    /** {@code m}, which is added to the scores. */
    private static final List<String> SUMS = List.of(
            "m = Where(LessOrEqual(columns, Unsqueeze(rows, [1])), 0, -3.4028235e38)",
            "m = Trilu(Expand(-3.4028235e38, ts), Add(past, one))",
            "m = Mul(Trilu(Expand(-3.4028235e38, ts), one), Cast(Greater(columns, Unsqueeze(rows, [1])); to=1))",
            "c = Range(zero, t, one); n = Where(Less(c, Reshape(Add(c, one), [-1, 1])), 0, -3.4028235e38);"
                    + " m = Expand(Unsqueeze(Concat(Expand(0, Concat(t1, past1; axis=0)), n; axis=-1), [0, 1]),"
                    + " Concat([2, 1], ts; axis=0))",
            "m = Mul(Sub(1, Cast(LessOrEqual(columns, Unsqueeze(rows, [1])); to=1)), -10000.0)");

    /** q [B, H, T, D], and keys and values of a past of P and of now; all lengths are symbols. */
    private static Spelling model(String mask, String rest) {
        Spelling model = new Spelling();
        if (mask.contains("tri")) {
            model.weights("tri", triangle(32));
        }
        return model.in("q", OneNode.uniform(DType.F32, -1, 1, 1, B, H, T, D), "B", H, "T", D)
                .in("pk", OneNode.uniform(DType.F32, -1, 1, 2, B, H, P, D), "B", H, "P", D)
                .in("pv", OneNode.uniform(DType.F32, -1, 1, 3, B, H, P, D), "B", H, "P", D)
                .in("nk", OneNode.uniform(DType.F32, -1, 1, 4, B, H, T, D), "B", H, "T", D)
                .in("nv", OneNode.uniform(DType.F32, -1, 1, 5, B, H, T, D), "B", H, "T", D)
                .dim("B", 2, 2).dim("T", 1, 9).dim("P", 0, 9)
                .nodes("k = Concat(pk, nk; axis=2); v = Concat(pv, nv; axis=2);"
                        + " zero = Squeeze([0]); one = Squeeze([1]);"
                        + " t1 = Gather(Shape(q), [2]); s1 = Gather(Shape(k), [2]); past1 = Sub(s1, t1);"
                        + " ts = Concat(t1, s1; axis=0); t = Squeeze(t1); s = Squeeze(s1); past = Squeeze(past1);"
                        + " rows = Range(past, s, one); columns = Range(zero, s, one);"
                        + " x = Mul(MatMul(q, Transpose(k; perm=[0, 1, 3, 2])), 0.35)")
                .nodes(mask)
                .nodes(rest);
    }

    private static Literal triangle(int n) {
        double[] values = new double[n * n];
        for (int i = 0; i < values.length; i++) {
            values[i] = i % n <= i / n ? 1 : 0;
        }
        return Literal.of(DType.F32, values, n, n);
    }

    private static Spelling withPadding(String mask, String rest) {
        Literal keys = Literal.of(new float[] {1, 1, 1, 1, 1, 0, 0, 1, 0, 1, 0, 1, 1, 1}, B, P + T);
        return model(mask, rest).in("keys", keys, "B", "S").dim("S", 1, 18);
    }

    private static StepProto attention(Spelling model) {
        return model.steps().stream().filter(step -> step.getKind() == StepKind.ATTENTION).findFirst().orElseThrow();
    }

    private static void assertCausal(Spelling model) throws Exception {
        model.has(1, StepKind.ATTENTION).has(0, StepKind.SOFTMAX);
        assertEquals(1, attention(model).getInts(0), "causal");
        assertFalse(model.kinds().stream().anyMatch(OF_PLACES::contains), () -> model.kinds().toString());
    }

    private static void assertOnlyCausal(Spelling model) throws Exception {
        assertCausal(model);
        assertEquals(Set.of(StepKind.TRANSPOSE, StepKind.ATTENTION),
                Set.copyOf(model.kinds()));
    }

    @Test
    void chosen() throws Exception {
        for (String condition : CONDITIONS) {
            for (String choice : List.of("Where(m, x, -inf)", "Where(Not(m), -10000.0, x)")) {
                assertOnlyCausal(model(condition, "y = MatMul(Softmax(" + choice + "; axis=-1), v)"));
            }
        }
    }

    @Test
    void added() throws Exception {
        for (String sum : SUMS) {
            assertOnlyCausal(model(sum, "y = MatMul(Softmax(Add(x, m); axis=-1), v)"));
        }
        for (String condition : CONDITIONS) {
            assertOnlyCausal(model(condition, "y = MatMul(Softmax(Add(x, Where(m, 0, -inf)); axis=-1), v)"));
        }
    }

    /** Scores times what is seen, less a large number times what is not, as TensorFlow's GPT-2 has it. */
    @Test
    void weighed() throws Exception {
        List<String> numbers = List.of(
                "Cast(m; to=1)",
                "Reshape(Cast(m; to=1), Concat([1, 1], ts; axis=0))",
                "Where(m, 1, 0)",
                "Unsqueeze(Where(m, Expand(1, ts), 0), [0])",
                "Sub(1, Cast(Not(m); to=1))");
        List<String> sums = List.of(
                "Sub(Mul(x, n), Mul(10000.0, Sub(1, n)))",
                "Sub(Mul(n, x), Mul(Sub(1, n), 10000000000.0))",
                "Add(Mul(x, n), Mul(Sub(n, 1), 10000.0))",
                "Add(Mul(-10000.0, Sub(1, n)), Mul(x, n))",
                "Sub(Mul(x, n), Sub(10000.0, Mul(n, 10000.0)))",
                "Add(Mul(x, n), Mul(Expand(-1e9, ts), Sub(1, n)))");
        List<String> conditions = List.of(CONDITIONS.get(0), CONDITIONS.get(3), CONDITIONS.get(4), CONDITIONS.get(5),
                "m = GreaterOrEqual(Unsqueeze(Range(zero, t, one), [1]),"
                        + " Add(Sub(Range(zero, s, one), Squeeze(s1)), Squeeze(t1)))");
        for (int i = 0; i < conditions.size(); i++) {
            for (int k = 0; k < sums.size(); k++) {
                String n = "; n = " + numbers.get((i + k) % numbers.size());
                assertOnlyCausal(model(conditions.get(i) + n, "y = MatMul(Softmax(" + sums.get(k) + "; axis=-1), v)"));
            }
        }
        // a mask that holds something between is no condition
        model(CONDITIONS.get(0) + "; n = Mul(Cast(m; to=1), 0.5)",
                "y = MatMul(Softmax(" + sums.get(0) + "; axis=-1), v)").has(0, StepKind.ATTENTION);
    }

    /** The other mask stays an operand, of its own extents. */
    @Test
    void besidesPadding() throws Exception {
        List<String> both = List.of(
                "Where(And(m, Cast(Unsqueeze(keys, [1, 2]); to=9)), x, -3.4028235e38)",
                "Where(Or(Not(m), Equal(Unsqueeze(keys, [1, 2]), 0)), -inf, x)",
                "Add(x, Where(And(m, Cast(Unsqueeze(keys, [1, 2]); to=9)), 0, -3.4028235e38))",
                "Add(x, Mul(Sub(1, Mul(Cast(m; to=1), Unsqueeze(keys, [1, 2]))), -10000.0))",
                "Add(Where(m, x, -1e9), Mul(Sub(1, Unsqueeze(keys, [1, 2])), -1e9))",
                "Add(x, Add(Where(m, 0, -1e9), Mul(Sub(1, Unsqueeze(keys, [1, 2])), -1e9)))",
                "Where(m, Add(x, Mul(Sub(1, Unsqueeze(keys, [1, 2])), -1e9)), -1e9)",
                "Where(Expand(And(m, Cast(Unsqueeze(keys, [1, 2]); to=9)), Concat([2, 1], ts; axis=0)), x, -inf)",
                "Add(x, Where(m, Where(Cast(Unsqueeze(keys, [1, 2]); to=9), 0, -1e9), -1e9))");
        for (String condition : List.of(CONDITIONS.get(0), CONDITIONS.get(5), CONDITIONS.get(8))) {
            for (String scores : both) {
                assertCausal(withPadding(condition, "y = MatMul(Softmax(" + scores + "; axis=-1), v)"));
            }
        }
    }

    /** What is nearly causal keeps its mask; a window's far end is a mask beside causality. */
    @Test
    void notCausal() throws Exception {
        List<String> others = List.of(
                "m = GreaterOrEqual(columns, Unsqueeze(rows, [1]))",
                "m = LessOrEqual(columns, Unsqueeze(Mul(rows, Squeeze([2])), [1]))",
                "m = LessOrEqual(columns, Squeeze([4]))",
                "m = Cast(Trilu(Expand(1, ts), past); to=9)",
                "m = Xor(LessOrEqual(columns, Unsqueeze(rows, [1])), Equal(columns, one))",
                "m = And(LessOrEqual(columns, Unsqueeze(rows, [1])),"
                        + " Greater(columns, Unsqueeze(Sub(rows, one), [1])))");
        for (String other : others) {
            Spelling model = model(other, "y = MatMul(Softmax(Where(m, x, -3.4028235e38); axis=-1), v)")
                    .has(1, StepKind.ATTENTION);
            boolean window = other.contains("And(");
            assertEquals(window ? 1 : 0, attention(model).getInts(0), other);
        }
    }

    /** A row of a mask that all queries share says nothing about the future. */
    @Test
    void oneRowForAll() throws Exception {
        Spelling model = model("m = Slice(tri, [4], [5], [0])",
                "y = MatMul(Softmax(Where(Cast(Slice(m, [0], s1, [1]); to=9), x, -inf); axis=-1), v)")
                .has(1, StepKind.ATTENTION);
        assertEquals(0, attention(model).getInts(0), "causal");
    }
}
