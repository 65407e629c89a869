package dev.lanewise.compiler.export;

import dev.lanewise.formats.DType;
import dev.lanewise.formats.WeightForm;
import dev.lanewise.formats.proto.StepKind;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.Map;

/** Matrix products. */
final class ProductSteps {

    private ProductSteps() {}

    static void register(Map<StepKind, StepExporter> kinds) {
        kinds.put(StepKind.MATMUL, ProductSteps::withWeights);
        kinds.put(StepKind.MATMUL_DYNAMIC, ProductSteps::ofActivations);
    }

    /** Of two axes with a transposed matrix or a bias: Gemm; else MatMul, and Add. */
    private static void withWeights(LaneStep step) {
        refuseRoundedInputs(step, 1);
        GraphDraft graph = step.graph();
        boolean transposed = step.flag(0);
        OnnxValue sums;
        if (step.rank(0) == 2 && (transposed || step.has(2))) {
            NodeDraft gemm = graph.node("Gemm", step.in(0), step.in(1), step.inOrNull(2));
            sums = (transposed ? gemm.integer("transB", 1) : gemm).out();
        } else {
            OnnxValue b = transposed ? step.scope().weights().transposed(step.input(1)) : step.in(1);
            sums = graph.node("MatMul", step.in(0), b).out();
            sums = step.has(2) ? graph.node("Add", sums, step.in(2)).out() : sums;
        }
        UnaryFn epilogue = step.functionOrNull(1);
        step.out(0, epilogue == null
                ? sums
                : UnaryFunctions.apply(step, epilogue, step.number(0), step.number(1), sums));
    }

    /** Fails where a product rounds what it multiplies with to 8 bits, which would change its results. */
    static void refuseRoundedInputs(LaneStep step, int weight) {
        if (step.isWeight(weight) && step.scope().weights().form(step.input(weight)) == WeightForm.INT8_DYNAMIC) {
            throw step.unsupported("rounds its inputs to 8 bits (int8-dynamic); compile with --weights int8");
        }
    }

    private static void ofActivations(LaneStep step) {
        GraphDraft graph = step.graph();
        Arithmetic arithmetic = new Arithmetic(step);
        DType in = arithmetic.computed("MatMul", step.outType(0));
        OnnxValue a = operand(step, 0, step.intCount() > 1 && step.flag(1));
        OnnxValue b = operand(step, 1, step.flag(0));
        step.out(0, graph.node("MatMul", graph.cast(a, in), graph.cast(b, in)).out());
    }

    private static OnnxValue operand(LaneStep step, int input, boolean transposed) {
        int rank = step.rank(input);
        int[] order = new int[rank];
        for (int axis = 0; axis < rank; axis++) {
            order[axis] = transposed && axis >= rank - 2 ? 2 * rank - 3 - axis : axis;
        }
        return step.graph().transpose(step.in(input), order);
    }
}
