package dev.lanewise.runtime.plan;

import java.util.List;

/**
 * A program ready to run in one session.
 *
 * @param memory extents, arena and bound state
 * @param inputs in the program's order
 * @param outputs in the program's order
 * @param states what survives, in the program's order
 */
public record Prepared(
        SessionMemory memory, List<Operand> inputs, List<Operand> outputs, List<Carried> states, Block body) {

    /** A state's value, which the steps read, and its successor, which they write. */
    public record Carried(Operand value, Operand next) {}
}
