package dev.lanewise.runtime.step;

import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.MapKernels;
import dev.lanewise.runtime.plan.Chunk;
import dev.lanewise.runtime.plan.Operand;
import dev.lanewise.runtime.plan.Step;
import dev.lanewise.runtime.plan.StepArgs;
import dev.lanewise.runtime.team.Divisible;

/**
 * An elementwise function of two operands of one type, broadcast against each other: {@code y = fn(a,
 * b)}; booleans for a predicate. Arithmetic in f32 is the kernels', everything else goes by chunks.
 */
final class BinaryStep extends Step implements Divisible {

    private final StepArgs args;
    private final MapKernels map;
    private final BinaryFn fn;
    private final Operand a;
    private final Operand b;
    private final Operand y;
    private final Operand[] operands;
    private final Loops loops = new Loops(3);
    private final Chunk.Arithmetic arithmetic;
    private final boolean unsigned;
    /** Where a's elements and the results are; {@code null} for arithmetic in f32. */
    private final Chunk chunk;
    private final Chunk chunkB;

    BinaryStep(StepArgs args) {
        this.args = args;
        map = args.kernels().map();
        fn = args.constant(0, BinaryFn.values());
        a = args.in(0);
        b = args.require(args.in(1), a.type);
        y = args.require(args.out(0), fn.isPredicate() ? DType.BOOL : a.type);
        operands = new Operand[] {a, b};
        if (!fn.isPredicate() && (a.type.isFloating() ? !DoubleFns.has(fn) : !LongFns.has(fn, a.type))) {
            throw args.bad("ints", fn + " is not defined for " + a.type);
        }
        boolean whole = a.type == DType.F32 && !fn.isPredicate();
        arithmetic = fn.isPredicate() ? Chunk.Arithmetic.wide(a.type) : Chunk.Arithmetic.of(a.type);
        unsigned = a.type == DType.U64;
        chunk = whole ? null : args.memory().chunk(0);
        chunkB = whole ? null : args.memory().chunk(1);
    }

    @Override
    public void reshape() {
        loops.broadcast(args, y, operands);
    }

    @Override
    public void run() {
        loops.start();
        for (long i = 0; i < loops.count; i++, loops.next()) {
            if (chunk == null) {
                args.share(this, loops.run, Work.ELEMENTS, loops.run * Work.MEMORY);
            } else {
                for (int from = 0; from < loops.run; from += Chunk.SIZE) {
                    chunkRun(from, Math.min(Chunk.SIZE, loops.run - from));
                }
            }
        }
    }

    /** Pieces are elements of the innermost loop. */
    @Override
    public void run(int from, int to, int worker) {
        floatRun(
                loops.at[0] + from, loops.at[1] + from * loops.runStride[1], loops.at[2] + from * loops.runStride[2],
                to - from);
    }

    private void floatRun(int yAt, int aAt, int bAt, int n) {
        float[] left = a.buffer.floats;
        float[] right = b.buffer.floats;
        float[] result = y.buffer.floats;
        int leftOff = a.offset + aAt;
        int rightOff = b.offset + bAt;
        int resultOff = y.offset + yAt;
        if (loops.runStride[2] == 0) {
            map.binaryRight(fn, left, leftOff, right[rightOff], result, resultOff, n);
        } else if (loops.runStride[1] == 0) {
            map.binaryLeft(fn, left[leftOff], right, rightOff, result, resultOff, n);
        } else {
            map.binary(fn, left, leftOff, right, rightOff, result, resultOff, n);
        }
    }

    private void chunkRun(int from, int n) {
        int strideA = loops.runStride[1];
        int strideB = loops.runStride[2];
        chunk.load(arithmetic, a, loops.at[1] + from * strideA, strideA, n);
        chunkB.load(arithmetic, b, loops.at[2] + from * strideB, strideB, n);
        if (fn.isPredicate()) {
            test(n);
            chunk.storeLongs(y, loops.at[0] + from, 1, n);
        } else {
            apply(n);
            chunk.store(arithmetic, y, loops.at[0] + from, 1, n);
        }
    }

    private void apply(int n) {
        switch (arithmetic) {
            case FLOAT -> map.binary(fn, chunk.floats, 0, chunkB.floats, 0, chunk.floats, 0, n);
            case DOUBLE -> {
                for (int i = 0; i < n; i++) {
                    chunk.doubles[i] = DoubleFns.binary(fn, chunk.doubles[i], chunkB.doubles[i]);
                }
            }
            case LONG -> {
                for (int i = 0; i < n; i++) {
                    chunk.longs[i] = LongFns.binary(fn, chunk.longs[i], chunkB.longs[i], unsigned);
                }
            }
        }
    }

    private void test(int n) {
        if (arithmetic == Chunk.Arithmetic.LONG) {
            for (int i = 0; i < n; i++) {
                chunk.longs[i] = LongFns.test(fn, chunk.longs[i], chunkB.longs[i], unsigned) ? 1 : 0;
            }
        } else {
            for (int i = 0; i < n; i++) {
                chunk.longs[i] = DoubleFns.test(fn, chunk.doubles[i], chunkB.doubles[i]) ? 1 : 0;
            }
        }
    }
}
