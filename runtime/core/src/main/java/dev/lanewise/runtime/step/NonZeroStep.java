package dev.lanewise.runtime.step;

import dev.lanewise.formats.DType;
import dev.lanewise.runtime.plan.Buffer;
import dev.lanewise.runtime.plan.Operand;
import dev.lanewise.runtime.plan.SessionMemory;
import dev.lanewise.runtime.plan.Step;
import dev.lanewise.runtime.plan.StepArgs;

/** Where x is not zero: y [rank of x, n], a column of coordinates for each place, in order; n is learnt. */
final class NonZeroStep extends Step {

    private final StepArgs args;
    private final SessionMemory memory;
    private final Operand x;
    private final Operand y;
    private final int[] counter;

    NonZeroStep(StepArgs args) {
        this.args = args;
        memory = args.memory();
        x = args.in(0);
        y = args.require(args.out(0), DType.I64);
        args.requireRank(y, 2);
        counter = new int[x.rank()];
    }

    @Override
    public void reshape() {
        args.requireEqual(y.shape[0], x.rank(), y, "the first extent");
    }

    @Override
    public void run() {
        int n = 0;
        for (int i = 0; i < x.size; i++) {
            n += nonZero(i) ? 1 : 0;
        }
        memory.learn(y.dim(1), n, y.name);
        y.refresh(memory.extents());
        for (int a = 0; a < counter.length; a++) {
            counter[a] = 0;
        }
        int column = 0;
        for (int i = 0; i < x.size; i++) {
            if (nonZero(i)) {
                for (int a = 0; a < counter.length; a++) {
                    y.buffer.longs[y.offset + a * n + column] = counter[a];
                }
                column++;
            }
            for (int a = counter.length - 1; a >= 0 && ++counter[a] == x.shape[a]; a--) {
                counter[a] = 0;
            }
        }
    }

    private boolean nonZero(int i) {
        Buffer buffer = x.buffer;
        int at = x.offset + i;
        return switch (x.type) {
            case F32 -> buffer.floats[at] != 0;
            case F64 -> buffer.doubles[at] != 0;
            case F16, BF16 -> (buffer.shorts[at] & 0x7fff) != 0;
            case I64, U64 -> buffer.longs[at] != 0;
            case I32, U32 -> buffer.ints[at] != 0;
            case I16, U16 -> buffer.shorts[at] != 0;
            case I8, U8, I4, U4, BOOL -> buffer.bytes[at] != 0;
        };
    }
}
