package dev.lanewise.runtime.step;

import dev.lanewise.formats.DType;
import dev.lanewise.runtime.plan.Block;
import dev.lanewise.runtime.plan.Operand;
import dev.lanewise.runtime.plan.SessionMemory;
import dev.lanewise.runtime.plan.Step;
import dev.lanewise.runtime.plan.StepArgs;

/**
 * Runs one of two blocks. A result that is not the very tensor of its output is copied there, and its
 * shape with it. The block that is not taken may hold shapes that do not fit; so both take over changed
 * extents only when they run.
 */
final class BranchStep extends Step {

    private final StepArgs args;
    private final SessionMemory memory;
    private final Operand condition;
    private final Block whenTrue;
    private final Block whenFalse;
    private final Operand[] outputs;

    BranchStep(StepArgs args) {
        this.args = args;
        memory = args.memory();
        condition = args.require(args.in(0), DType.BOOL);
        outputs = new Operand[args.outputCount()];
        for (int i = 0; i < outputs.length; i++) {
            outputs[i] = args.out(i);
        }
        whenTrue = checked(args.block(0));
        whenFalse = checked(args.block(1));
    }

    private Block checked(Block block) {
        if (!block.params.isEmpty() || block.results.size() != outputs.length) {
            throw args.bad("blocks", "expected no params and " + outputs.length + " results");
        }
        for (int i = 0; i < outputs.length; i++) {
            Handover.check(args, block.results.get(i), outputs[i]);
        }
        return block;
    }

    @Override
    public void reshape() {
        args.requireEqual(condition.size, 1, condition, "the number of elements");
    }

    @Override
    public void run() {
        Block block = condition.buffer.bytes[condition.offset] != 0 ? whenTrue : whenFalse;
        block.run();
        for (int i = 0; i < outputs.length; i++) {
            Handover.copy(memory, block.results.get(i), outputs[i]);
        }
    }
}
