package dev.lanewise.runtime.step;

import dev.lanewise.formats.DType;
import dev.lanewise.runtime.plan.Chunk;
import dev.lanewise.runtime.plan.Operand;
import dev.lanewise.runtime.plan.Step;
import dev.lanewise.runtime.plan.StepArgs;

/**
 * {@code y = condition ? a : b}, the three broadcast against each other; a, b and y of any one type.
 * Moves bits, computes nothing.
 */
final class WhereStep extends Step {

    private final StepArgs args;
    private final Operand condition;
    private final Operand a;
    private final Operand b;
    private final Operand y;
    private final Operand[] operands;
    private final Loops loops = new Loops(4);
    private final Chunk.Arithmetic arithmetic;
    private final Chunk chunk;
    private final Chunk chunkB;

    WhereStep(StepArgs args) {
        this.args = args;
        condition = args.require(args.in(0), DType.BOOL);
        a = args.in(1);
        b = args.require(args.in(2), a.type);
        y = args.require(args.out(0), a.type);
        operands = new Operand[] {condition, a, b};
        arithmetic = switch (a.type) {
            case F32 -> Chunk.Arithmetic.FLOAT;
            case F64 -> Chunk.Arithmetic.DOUBLE;
            default -> Chunk.Arithmetic.LONG; // 16-bit floats as their bits
        };
        chunk = args.memory().chunk(0);
        chunkB = args.memory().chunk(1);
    }

    @Override
    public void reshape() {
        loops.broadcast(args, y, operands);
    }

    @Override
    public void run() {
        loops.start();
        for (long i = 0; i < loops.count; i++, loops.next()) {
            for (int from = 0; from < loops.run; from += Chunk.SIZE) {
                select(from, Math.min(Chunk.SIZE, loops.run - from));
            }
        }
    }

    private void select(int from, int n) {
        int[] stride = loops.runStride;
        int[] at = loops.at;
        chunk.load(arithmetic, a, at[2] + from * stride[2], stride[2], n);
        chunkB.load(arithmetic, b, at[3] + from * stride[3], stride[3], n);
        byte[] choice = condition.buffer.bytes;
        int c = condition.offset + at[1] + from * stride[1];
        switch (arithmetic) {
            case FLOAT -> {
                for (int i = 0; i < n; i++, c += stride[1]) {
                    chunk.floats[i] = choice[c] != 0 ? chunk.floats[i] : chunkB.floats[i];
                }
            }
            case DOUBLE -> {
                for (int i = 0; i < n; i++, c += stride[1]) {
                    chunk.doubles[i] = choice[c] != 0 ? chunk.doubles[i] : chunkB.doubles[i];
                }
            }
            case LONG -> {
                for (int i = 0; i < n; i++, c += stride[1]) {
                    chunk.longs[i] = choice[c] != 0 ? chunk.longs[i] : chunkB.longs[i];
                }
            }
        }
        chunk.store(arithmetic, y, at[0] + from, 1, n);
    }
}
