package dev.lanewise.runtime.plan;

import java.util.List;

/**
 * A program ready to run in one session.
 *
 * @param memory extents, arena and bound state
 * @param inputs in the program's order
 * @param outputs in the program's order
 * @param states what survives, in the program's order
 * @param twin the same steps on the second set of weights that are replaced while sessions run; {@code null} without
 * @param operands by number of the tensor, {@code null} for those that the program does not use
 */
public record Prepared(
        SessionMemory memory, List<Operand> inputs, List<Operand> outputs, List<Carried> states, Block body,
        Block twin, Operand[] operands) {

    /** A state's value, which the steps read, and its successor, which they write. */
    public record Carried(Operand value, Operand next) {}
}
