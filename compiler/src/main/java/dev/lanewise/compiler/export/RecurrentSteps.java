package dev.lanewise.compiler.export;

import dev.lanewise.formats.proto.StepKind;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Recurrent layers: time first and gates in one order in both, with an axis for directions in ONNX. */
final class RecurrentSteps {

    private RecurrentSteps() {}

    static void register(Map<StepKind, StepExporter> kinds) {
        kinds.put(StepKind.LSTM, step -> export(step, "LSTM", 2));
        kinds.put(StepKind.GRU, step -> export(step, "GRU", 1));
        kinds.put(StepKind.RNN, step -> export(step, "RNN", 1));
    }

    /**
     * @param states 2 where there is a cell state besides h
     */
    private static void export(LaneStep step, String operator, int states) {
        ProductSteps.refuseRoundedInputs(step, 1);
        ProductSteps.refuseRoundedInputs(step, 2);
        GraphDraft graph = step.graph();
        List<OnnxValue> operands = new ArrayList<>();
        operands.add(step.in(0));
        operands.add(ofOneDirection(step, 1));
        operands.add(ofOneDirection(step, 2));
        operands.add(step.has(3) ? ofOneDirection(step, 3) : null);
        operands.add(step.inOrNull(4));
        for (int s = 0; s < states; s++) {
            operands.add(step.has(5 + s) ? unsqueezed(step, step.in(5 + s)) : null);
        }
        NodeDraft node = graph.node(operator, operands)
                .integer("hidden_size", step.shape(2).get(1).constant());
        if (step.flag(0)) {
            node.text("direction", "reverse");
        }
        switch (operator) {
            case "GRU" -> node.integer("linear_before_reset", step.integer(1));
            case "RNN" -> node.texts("activations", activation(step));
            default -> { }
        }
        OnnxValue y = node.out();
        if (step.gives(0)) {
            step.out(0, squeezed(step, y, 1));
        }
        for (int s = 0; s < states; s++) {
            OnnxValue last = node.out();
            if (step.gives(1 + s)) {
                step.out(1 + s, squeezed(step, last, 0));
            }
        }
    }

    private static String activation(LaneStep step) {
        UnaryFn fn = step.choice(1, UnaryFn.values());
        return switch (fn) {
            case TANH -> "Tanh";
            case RELU -> "Relu";
            default -> throw step.bad("activation " + fn);
        };
    }

    /** Weights with one more axis in front. */
    private static OnnxValue ofOneDirection(LaneStep step, int input) {
        int[] shape = Weights.numbers(step.shape(input));
        int[] more = new int[shape.length + 1];
        Arrays.fill(more, 1);
        System.arraycopy(shape, 0, more, 1, shape.length);
        return step.scope().weights().value(step.input(input), more);
    }

    private static OnnxValue unsqueezed(LaneStep step, OnnxValue x) {
        return step.graph().node("Unsqueeze", x, step.graph().constants().integers(0)).out();
    }

    private static OnnxValue squeezed(LaneStep step, OnnxValue x, long axis) {
        return step.graph().node("Squeeze", x, step.graph().constants().integers(axis)).out();
    }
}
