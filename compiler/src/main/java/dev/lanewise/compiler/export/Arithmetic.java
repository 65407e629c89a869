package dev.lanewise.compiler.export;

import dev.lanewise.formats.DType;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** ONNX's elementwise operators on any type, in one for which ONNX Runtime has a kernel. */
final class Arithmetic {

    private static final Set<String> PREDICATES = Set.of(
            "Equal", "Less", "LessOrEqual", "Greater", "GreaterOrEqual", "And", "Or", "Xor", "Not");

    private final LaneStep step;
    private final GraphDraft graph;

    Arithmetic(LaneStep step) {
        this.step = step;
        this.graph = step.graph();
    }

    /** The type in which an operator is computed. */
    DType computed(String operator, DType type) {
        DType in = KernelTypes.of(operator, type);
        if (in == null) {
            throw step.unsupported("of " + type + ": ONNX Runtime has no kernel of " + operator
                    + " that could compute it");
        }
        return in;
    }

    /** An operator on operands of one type, which is that of the result but for predicates. */
    OnnxValue apply(String operator, OnnxValue... operands) {
        DType type = operands[0].type();
        DType in = computed(operator, type);
        List<OnnxValue> cast = Arrays.stream(operands).map(operand -> graph.cast(operand, in)).toList();
        NodeDraft node = graph.node(operator, cast);
        return PREDICATES.contains(operator) ? node.out(DType.BOOL) : graph.cast(node.out(in), type);
    }

    OnnxValue constant(DType type, double value) {
        return graph.constants().scalar(type, value);
    }

    /** An operator with a number as its second operand. */
    OnnxValue apply(String operator, OnnxValue x, double number) {
        return apply(operator, x, constant(x.type(), number));
    }

    OnnxValue where(OnnxValue condition, OnnxValue a, OnnxValue b) {
        DType in = computed("Where", a.type());
        return graph.cast(graph.node("Where", condition, graph.cast(a, in), graph.cast(b, in)).out(in), a.type());
    }
}
