package dev.lanewise.compiler.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lanewise.formats.proto.StepKind;
import dev.lanewise.formats.proto.StepProto;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Activations as exporters spell them out are one step that computes what ONNX Runtime does. */
class FusedActivationsTest {

    private static void is(UnaryFn fn, String... spellings) throws Exception {
        for (String spelling : spellings) {
            Spelling model = new Spelling().in("x", 3, 37).nodes("y = " + spelling).becomes(StepKind.UNARY);
            assertEquals(fn, UnaryFn.values()[model.steps().get(0).getInts(0)], spelling);
        }
    }

    /** So near, and not the function. */
    private static void isNot(UnaryFn fn, String... spellings) throws Exception {
        for (String spelling : spellings) {
            Spelling model = new Spelling().in("x", 3, 37).in("z", 3, 37).nodes("y = " + spelling).agrees();
            List<Integer> fns = model.steps().stream()
                    .filter(step -> step.getKind() == StepKind.UNARY).map(step -> step.getInts(0)).toList();
            assertEquals(false, fns.contains(fn.ordinal()), spelling);
        }
    }

    @Test
    void geluByErf() throws Exception {
        is(UnaryFn.GELU,
                "Mul(Mul(x, Add(Erf(Div(x, 1.4142135)), 1)), 0.5)",
                "Mul(Mul(x, 0.5), Add(1, Erf(Div(x, 1.4142135))))",
                "Mul(x, Mul(0.5, Add(Erf(Mul(x, 0.70710678)), 1)))",
                "Mul(Mul(0.5, Add(1, Erf(Div(x, Sqrt(2.0))))), x)",
                "Mul(x, Add(Mul(Erf(Mul(0.70710678, x)), 0.5), 0.5))",
                "Div(Mul(x, Add(1, Erf(Div(x, 1.4142135)))), 2)",
                "Add(Mul(0.5, x), Mul(Mul(x, 0.5), Erf(Div(x, 1.4142135))))");
        isNot(UnaryFn.GELU,
                "Mul(x, Add(Erf(Div(x, 1.4142135)), 1))",
                "Mul(Mul(z, Add(Erf(Div(x, 1.4142135)), 1)), 0.5)",
                "Mul(Mul(x, Add(Erf(Div(x, 1.4)), 1)), 0.5)",
                "Mul(Mul(x, Sub(Erf(Div(x, 1.4142135)), 1)), 0.5)");
    }

    @Test
    void geluByTanh() throws Exception {
        is(UnaryFn.GELU_TANH,
                "Mul(Mul(x, 0.5), Add(1, Tanh(Mul(Add(x, Mul(Pow(x, 3), 0.044715)), 0.7978846))))",
                "Mul(0.5, Mul(x, Add(Tanh(Mul(0.7978846, Add(x, Mul(0.044715, Mul(x, Mul(x, x)))))), 1)))",
                "Mul(x, Mul(0.5, Add(1, Tanh(Mul(Mul(x, 0.7978846), Add(1, Mul(Mul(x, x), 0.044715)))))))",
                "Mul(Mul(0.5, x), Add(1, Tanh(Mul(Mul(0.7978846, x), Add(Mul(Mul(0.044715, x), x), 1)))))");
        isNot(UnaryFn.GELU_TANH,
                "Mul(Mul(x, 0.5), Add(1, Tanh(Mul(Add(x, Mul(Pow(x, 2), 0.044715)), 0.7978846))))",
                "Mul(Mul(x, 0.5), Add(1, Tanh(Mul(Add(x, Mul(Pow(x, 3), 0.0447)), 0.7978846))))");
    }

    @Test
    void gates() throws Exception {
        is(UnaryFn.SWISH,
                "Mul(x, Sigmoid(x))", "Mul(Sigmoid(Mul(x, 1.702)), x)", "Mul(x, Sigmoid(Mul(1.702, x)))",
                "Div(x, Add(1, Exp(Neg(x))))", "Div(x, Add(Exp(Mul(x, -1.702)), 1))",
                "Mul(x, Div(1, Add(1, Exp(Neg(x)))))", "Mul(x, Add(0.5, Mul(0.5, Tanh(Mul(0.5, x)))))");
        is(UnaryFn.HARD_SWISH,
                "Mul(x, HardSigmoid(x; alpha=0.16666667, beta=0.5))", "Mul(x, Div(Clip(Add(x, 3), 0, 6), 6))",
                "Div(Mul(Clip(Add(3, x), 0, 6), x), 6)", "Mul(Mul(x, Clip(Add(x, 3), 0, 6)), 0.16666667)");
        is(UnaryFn.MISH, "Mul(x, Tanh(Softplus(x)))", "Mul(Tanh(Log(Add(Exp(x), 1))), x)");
        is(UnaryFn.SOFTPLUS, "Log(Add(Exp(x), 1))", "Log(Add(1, Exp(x)))");
        is(UnaryFn.SIGMOID,
                "Div(1, Add(1, Exp(Neg(x))))", "Reciprocal(Add(Exp(Mul(x, -1.0)), 1))",
                "Add(Mul(Tanh(Mul(x, 0.5)), 0.5), 0.5)", "Mul(0.5, Add(1, Tanh(Div(x, 2))))",
                "Div(Add(Tanh(Mul(0.5, x)), 1), 2)");
        is(UnaryFn.SOFTSIGN, "Div(x, Add(1, Abs(x)))");
        isNot(UnaryFn.SWISH, "Mul(z, Sigmoid(x))", "Mul(x, Sigmoid(Add(x, 1)))");
        isNot(UnaryFn.HARD_SWISH, "Mul(x, HardSigmoid(x))", "Div(Mul(x, Clip(Add(x, 2), 0, 6)), 6)");
        isNot(UnaryFn.MISH, "Mul(z, Tanh(Softplus(x)))", "Mul(x, Tanh(Softplus(z)))");
        isNot(UnaryFn.SIGMOID, "Div(1, Add(2, Exp(Neg(x))))", "Div(2, Add(1, Exp(Neg(x))))",
                "Add(Mul(Tanh(x), 0.5), 0.5)", "Add(Mul(Tanh(Mul(x, 0.5)), 0.5), 1)",
                "Mul(0.5, Add(1, Tanh(Mul(x, 0.25))))");
    }

    /** A gate that is wanted for itself too is computed once. */
    @Test
    void gatesWithOtherUses() throws Exception {
        new Spelling().in("x", 3, 5).nodes("s = Sigmoid(x); y = Add(Mul(x, s), s)")
                .becomes(StepKind.UNARY, StepKind.BINARY, StepKind.BINARY);
    }

    /** A row's gate over a whole matrix is no activation of either. */
    @Test
    void broadcastGates() throws Exception {
        new Spelling().in("x", 1, 5).in("w", 3, 5).nodes("y = Mul(Add(x, w), Sigmoid(x))")
                .becomes(StepKind.BINARY, StepKind.UNARY, StepKind.BINARY);
    }

    /** In gated layers the activation goes into the product before it. */
    @Test
    void gatedLayers() throws Exception {
        for (String act : List.of("Mul(a, Sigmoid(a))", "Mul(Mul(a, 0.5), Add(1, Erf(Div(a, 1.4142135))))")) {
            Spelling model = new Spelling().in("x", 3, 8).weights("w", 8, 24).weights("v", 8, 24)
                    .nodes("a = MatMul(x, w); y = Mul(" + act + ", MatMul(x, v))")
                    .has(2, StepKind.MATMUL).has(1, StepKind.BINARY).has(0, StepKind.UNARY);
            assertEquals(3, model.kinds().size());
            assertEquals(1, model.steps().stream().filter(FusedActivationsTest::hasEpilogue).count());
        }
    }

    private static boolean hasEpilogue(StepProto step) {
        return step.getKind() == StepKind.MATMUL && step.getInts(1) != 0;
    }
}
