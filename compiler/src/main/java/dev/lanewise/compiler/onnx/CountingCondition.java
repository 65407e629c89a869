package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Binary;
import dev.lanewise.compiler.op.Cast;
import dev.lanewise.compiler.op.Reshape;
import dev.lanewise.runtime.kernel.BinaryFn;
import java.util.List;

/**
 * How many iterations a loop has whose condition only counts them, {@code i + 1 < n}, as exporters write that
 * know no trip count. Counters are carried values that grow by one, or the iteration itself.
 */
final class CountingCondition {

    private static final int DEEPEST = 8;

    private final Graph body;
    private final List<Value> carried;

    /**
     * @param carried what the carried values begin as
     */
    CountingCondition(Graph body, List<Value> carried) {
        this.body = body;
        this.carried = carried;
    }

    /**
     * The number of iterations; {@code null} where the condition is of another kind.
     *
     * @param first the condition before the first iteration, or {@code null}
     * @param startsTrue whether that is known to hold
     */
    Dim trips(Value first, boolean startsTrue) {
        Dim later = counted(body.outputs().get(0).value(), false, DEEPEST);
        if (later == null) {
            return null;
        }
        if (startsTrue) {
            return later.max(Dim.ONE);
        }
        Dim atFirst = counted(first, true, DEEPEST);
        return later.equals(atFirst) ? later.max(Dim.ZERO) : null;
    }

    /**
     * The iterations that a condition allows.
     *
     * @param outside whether it is that before the loop, about what the carried values begin as
     */
    private Dim counted(Value condition, boolean outside, int depth) {
        Node node = viewed(condition).producer();
        if (node == null || depth == 0 || !(node.op() instanceof Binary binary)) {
            return null;
        }
        Value a = node.input(0);
        Value b = node.input(1);
        return switch (binary.fn()) {
            case AND -> {
                Dim left = counted(a, outside, depth - 1);
                Dim right = left == null ? null : counted(b, outside, depth - 1);
                yield right == null ? null : left.min(right);
            }
            case LESS -> below(a, b, outside);
            case GREATER -> below(b, a, outside);
            default -> null;
        };
    }

    private Dim below(Value counter, Value limit, boolean outside) {
        Dim end = number(limit);
        Dim start = outside ? number(counter) : start(viewed(counter));
        return start == null || end == null ? null : end.minus(start);
    }

    /** What a counter begins as, given its value at the end of an iteration; {@code null} where it counts not. */
    private Dim start(Value after) {
        Node node = after.producer();
        if (node == null || !node.op().equals(new Binary(BinaryFn.ADD))) {
            return null;
        }
        for (int side = 0; side < 2; side++) {
            Dim step = number(node.input(1 - side));
            Value before = viewed(node.input(side));
            if (step == null || !step.is(1)) {
                continue;
            }
            if (before == body.inputs().get(0).value()) {
                return Dim.ZERO;
            }
            for (int i = 0; i < carried.size(); i++) {
                if (before == body.inputs().get(2 + i).value() && viewed(body.outputs().get(1 + i).value()) == after) {
                    return number(carried.get(i));
                }
            }
        }
        return null;
    }

    /** The one integer that a value holds, also where it is carried unchanged; {@code null} where not known. */
    private Dim number(Value value) {
        Value source = value;
        for (int i = 0; i < carried.size(); i++) {
            Value input = body.inputs().get(2 + i).value();
            if (viewed(value) == input && viewed(body.outputs().get(1 + i).value()) == input) {
                source = carried.get(i);
            }
        }
        return source.contents() != null && source.contents().size() == 1 ? source.contents().get(0) : null;
    }

    private static Value viewed(Value value) {
        Value source = value;
        while (source.producer() != null
                && (source.producer().op() instanceof Reshape || source.producer().op() instanceof Cast)) {
            source = source.producer().input(0);
        }
        return source;
    }
}
