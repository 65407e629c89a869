package dev.lanewise.runtime.step;

import dev.lanewise.formats.DType;
import dev.lanewise.formats.PlanException;
import dev.lanewise.runtime.plan.Block;
import dev.lanewise.runtime.plan.Operand;
import dev.lanewise.runtime.plan.SessionMemory;
import dev.lanewise.runtime.plan.Step;
import dev.lanewise.runtime.plan.StepArgs;

/**
 * Runs a block again and again: ONNX Loop and Scan. The loop ends after the trip count, or when the
 * condition is false, or after as many iterations as its dim says. Where that dim is learnt it is a
 * bound, to run into which is an error, and becomes the number of iterations done; otherwise it is the
 * number of iterations that an uninterrupted loop does.
 */
final class RepeatStep extends Step {

    private final StepArgs args;
    private final SessionMemory memory;
    private final Operand tripCount;
    private final Operand condition;
    private final int dim;
    private final Block block;
    private final Operand iteration;
    private final Operand goOnParam;
    private final Operand goOn;
    private final CarriedValue[] carried;
    private final ScannedInput[] scanned;
    private final CollectedOutput[] collected;

    RepeatStep(StepArgs args) {
        this.args = args;
        memory = args.memory();
        tripCount = args.inOrNull(0) == null ? null : args.requireIndices(args.in(0));
        condition = args.inOrNull(1) == null ? null : args.require(args.in(1), DType.BOOL);
        dim = args.dim(1);
        if (args.inputCount() < 2) {
            throw args.bad("inputs", "expected trip count and condition, or 0 for them");
        }
        block = args.block(0);
        int n = args.integer(0, 0, Math.min(args.outputCount(), Math.max(0, args.inputCount() - 2)));
        carried = new CarriedValue[n];
        scanned = new ScannedInput[args.inputCount() - 2 - n];
        collected = new CollectedOutput[args.outputCount() - n];
        if (block.params.size() != 2 + n + scanned.length || block.results.size() != 1 + n + collected.length) {
            throw args.bad("blocks", "its params or results do not fit " + n + " carried values, " + scanned.length
                    + " scanned and " + collected.length + " collected tensors");
        }
        iteration = one(args.require(block.params.get(0), DType.I64));
        goOnParam = one(args.require(block.params.get(1), DType.BOOL));
        goOn = one(args.require(block.results.get(0), DType.BOOL));
        goOn.materialise();
        boolean[] waits = waits(n);
        for (int i = 0; i < n; i++) {
            carried[i] = new CarriedValue(
                    args, args.in(2 + i), block.params.get(2 + i), block.results.get(1 + i), args.outOrNull(i),
                            waits[i]);
        }
        int at = 2; // ints: axis and direction of each scanned, then of each collected tensor
        for (int i = 0; i < scanned.length; i++, at += 2) {
            Operand x = args.in(2 + n + i);
            scanned[i] = new ScannedInput(args, x, block.params.get(2 + n + i), args.axis(at, x), args.flag(at + 1));
        }
        for (int i = 0; i < collected.length; i++, at += 2) {
            Operand y = args.out(n + i);
            collected[i] = new CollectedOutput(
                    args, block.results.get(1 + n + i), y, args.axis(at, y), args.flag(at + 1));
        }
    }

    private Operand one(Operand operand) {
        if (operand.capacity != 1) {
            throw args.bad("blocks", "tensor '" + operand.name + "' must hold one element");
        }
        return operand;
    }

    /** [carried] whether its result lies in the memory of another's param, as where two values swap. */
    private boolean[] waits(int n) {
        Ranges params = new Ranges();
        for (int i = 0; i < n; i++) {
            Operand param = block.params.get(2 + i);
            if (!params.add(param, i)) {
                throw args.bad("blocks", "two params share memory");
            }
        }
        boolean[] waits = new boolean[n];
        for (int i = 0; i < n; i++) {
            waits[i] = params.holdsOther(block.results.get(1 + i), i);
        }
        return waits;
    }

    @Override
    public void reshape() {
        if (tripCount != null) {
            args.requireEqual(tripCount.size, 1, tripCount, "the number of elements");
        }
        if (condition != null) {
            args.requireEqual(condition.size, 1, condition, "the number of elements");
        }
        block.reshape();
    }

    @Override
    public void run() {
        int limit = memory.definition().isLearnt(dim) ? memory.definition().max(dim) : args.extent(dim);
        long wanted = wanted(limit);
        int iterations = (int) Math.min(wanted, limit);
        for (CarriedValue value : carried) {
            value.begin();
        }
        for (ScannedInput input : scanned) {
            input.begin();
        }
        boolean more = condition == null || condition.buffer.bytes[condition.offset] != 0;
        int done = 0;
        while (more && done < iterations) {
            more = iterate(done, iterations, more);
            done++;
        }
        if (more && done < wanted) {
            throw new PlanException(args.describe() + ": the loop does not end within " + limit
                    + " iterations, the bound set when the model was compiled");
        }
        if (memory.definition().isLearnt(dim)) {
            memory.learn(dim, done, "iterations");
        }
        for (CollectedOutput output : collected) {
            output.end(done);
        }
        for (CarriedValue value : carried) {
            value.end();
        }
    }

    /** How many iterations there are unless the condition ends them. */
    private long wanted(int limit) {
        if (tripCount == null) {
            return memory.definition().isLearnt(dim) ? Long.MAX_VALUE : limit;
        }
        long count = tripCount.type == DType.I64
                ? tripCount.buffer.longs[tripCount.offset]
                : tripCount.buffer.ints[tripCount.offset];
        return Math.max(0, count);
    }

    private boolean iterate(int t, int iterations, boolean more) {
        iteration.buffer.longs[iteration.offset] = t;
        goOnParam.buffer.bytes[goOnParam.offset] = (byte) (more ? 1 : 0);
        for (ScannedInput input : scanned) {
            input.fill(t);
        }
        block.run();
        boolean result = goOn.buffer.bytes[goOn.offset] != 0;
        for (CollectedOutput output : collected) {
            output.take(t, iterations);
        }
        for (CarriedValue value : carried) {
            value.leave();
        }
        for (CarriedValue value : carried) {
            value.arrive();
        }
        return result;
    }
}
