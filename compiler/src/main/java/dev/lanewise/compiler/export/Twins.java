package dev.lanewise.compiler.export;

import dev.lanewise.compiler.graph.Dim;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * Elementwise steps between convolutions. What ONNX's convolutions give has channels first, and is transposed for the
 * steps behind them, which have channels last; elementwise ones can as well be computed before that, so that the next
 * convolution finds channels first already.
 */
final class Twins {

    private Twins() {}

    /**
     * Computes a step elementwise, where its operands are transposed alike, from what they are transposed of.
     *
     * @param function from all operands to the result
     */
    static OnnxValue elementwise(LaneStep step, Function<List<OnnxValue>, OnnxValue> function) {
        List<OnnxValue> operands = new ArrayList<>();
        for (int i = 0; i < step.inputCount(); i++) {
            operands.add(step.in(i));
        }
        int[] permutation = operands.stream()
                .filter(operand -> operand.base() != null)
                .map(OnnxValue::permutation)
                .findFirst()
                .orElse(null);
        if (permutation == null || step.outShape(0).size() != permutation.length) {
            return function.apply(operands);
        }
        List<OnnxValue> before = new ArrayList<>();
        for (int i = 0; i < operands.size(); i++) {
            OnnxValue operand = before(step, i, operands.get(i), permutation);
            if (operand == null) {
                return function.apply(operands);
            }
            before.add(operand);
        }
        return step.graph().transpose(function.apply(before), permutation);
    }

    /** The operand as it was before it was transposed; {@code null} where it was not, not in this way. */
    private static OnnxValue before(LaneStep step, int i, OnnxValue operand, int... permutation) {
        if (operand.base() != null) {
            return Arrays.equals(operand.permutation(), permutation) ? operand.base() : null;
        }
        List<Dim> shape = step.shape(i);
        if (shape.stream().allMatch(dim -> dim.is(1))) {
            return operand;
        }
        if (!step.isWeight(i)) {
            return null;
        }
        int axis = -1; // the only axis of the result along which the weight varies
        for (int a = 0; a < shape.size(); a++) {
            if (!shape.get(a).is(1)) {
                if (axis >= 0) {
                    return null;
                }
                axis = permutation.length - shape.size() + a;
            }
        }
        int[] moved = new int[permutation.length - permutation[axis]];
        Arrays.fill(moved, 1);
        moved[0] = (int) shape.get(axis - permutation.length + shape.size()).constant();
        return step.scope().weights().value(step.input(i), moved);
    }
}
