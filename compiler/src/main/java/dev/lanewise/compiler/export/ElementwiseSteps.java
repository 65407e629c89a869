package dev.lanewise.compiler.export;

import dev.lanewise.formats.proto.StepKind;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.Map;

/** Functions of elements. */
final class ElementwiseSteps {

    private ElementwiseSteps() {}

    static void register(Map<StepKind, StepExporter> kinds) {
        kinds.put(StepKind.UNARY, ElementwiseSteps::unary);
        kinds.put(StepKind.BINARY, ElementwiseSteps::binary);
        kinds.put(StepKind.WHERE, step -> step.out(0, Twins.elementwise(step, operands ->
                new Arithmetic(step).where(operands.get(0), operands.get(1), operands.get(2)))));
    }

    private static void unary(LaneStep step) {
        UnaryFn fn = step.choice(0, UnaryFn.values());
        step.out(0, Twins.elementwise(step, operands ->
                UnaryFunctions.apply(step, fn, step.number(0), step.number(1), operands.get(0))));
    }

    private static void binary(LaneStep step) {
        BinaryFn fn = step.choice(0, BinaryFn.values());
        step.out(0, Twins.elementwise(step, operands ->
                BinaryFunctions.apply(step, fn, operands.get(0), operands.get(1))));
    }
}
