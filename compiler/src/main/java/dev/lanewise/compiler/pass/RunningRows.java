package dev.lanewise.compiler.pass;

import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Binary;
import dev.lanewise.compiler.op.Unary;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.UnaryFn;

/** Which rows of what a loop's body computes belong to sequences that run in an iteration. */
sealed interface RunningRows {

    /**
     * Those within whose length the iteration is.
     *
     * @param lengths what the body sees of the lengths, B integers
     * @param backwards whether what is compared with the lengths counts down to 0
     */
    record Within(Value lengths, boolean backwards) implements RunningRows {}

    /**
     * Those of which a tensor says so, whatever it says.
     *
     * @param condition of B elements, made of slices that the loop scans
     * @param holds what it is for these rows
     */
    record Told(Value condition, boolean holds) implements RunningRows {}

    /**
     * The rows for which a condition of B elements is {@code holds}; {@code null} where it goes by anything else.
     */
    static RunningRows of(OpenLoop loop, Value given, boolean holds) {
        boolean wanted = holds;
        Value condition = CellStep.viewed(given);
        while (Rewriting.producer(condition, Unary.class) != null
                && ((Unary) condition.producer().op()).fn() == UnaryFn.NOT) {
            wanted = !wanted;
            condition = CellStep.viewed(condition.producer().input(0));
        }
        RunningRows within = within(loop, condition, wanted);
        return within != null ? within : LoopSequence.of(loop, condition) == null ? null : new Told(condition, wanted);
    }

    private static RunningRows within(OpenLoop loop, Value condition, boolean holds) {
        Binary comparison = Rewriting.producer(condition, Binary.class);
        if (comparison == null) {
            return null;
        }
        Value left = condition.producer().input(0);
        Value right = condition.producer().input(1);
        return switch (comparison.fn()) {
            case LESS -> holds ? within(loop, left, right) : null;
            case GREATER_OR_EQUAL -> holds ? null : within(loop, left, right);
            case GREATER -> holds ? within(loop, right, left) : null;
            case LESS_OR_EQUAL -> holds ? null : within(loop, right, left);
            default -> null;
        };
    }

    /** Where {@code iteration < compared}. */
    private static RunningRows within(OpenLoop loop, Value iteration, Value compared) {
        Value lengths = CellStep.viewed(compared);
        Boolean backwards = loop.direction(iteration);
        DType type = lengths.type().type();
        boolean fits = backwards != null && loop.captureOf(lengths) >= 0 && (type == DType.I64 || type == DType.I32);
        return fits ? new Within(lengths, backwards) : null;
    }
}
