package dev.lanewise.runtime.step;

import dev.lanewise.runtime.plan.Operand;
import dev.lanewise.runtime.plan.SessionMemory;
import dev.lanewise.runtime.plan.StepArgs;

/** Passes a tensor's value into and out of a block, and its shape where that is learnt. */
final class Handover {

    private Handover() {}

    /** For constructors: fails unless the one can become the other. */
    static void check(StepArgs args, Operand from, Operand to) {
        args.requireSameType(from, to);
        args.requireRank(to, from.rank());
        from.materialise();
    }

    /**
     * Copies value and shape. Allocates nothing.
     *
     * @throws dev.lanewise.formats.PlanException where the shape differs from one that is not learnt
     */
    static void copy(SessionMemory memory, Operand from, Operand to) {
        if (from != to) {
            shape(memory, from.shape, to);
            from.buffer.copy(from.offset, to.buffer, to.offset, to.size);
        }
    }

    /** Gives {@code to} a shape. */
    static void shape(SessionMemory memory, int[] shape, Operand to) {
        for (int axis = 0; axis < shape.length; axis++) {
            memory.learn(to.dim(axis), shape[axis], to.name);
        }
        to.refresh(memory.extents());
    }
}
