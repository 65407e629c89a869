package dev.lanewise.runtime.step;

import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.CellKernels;
import dev.lanewise.runtime.kernel.CellTape;
import dev.lanewise.runtime.plan.Operand;
import dev.lanewise.runtime.plan.Step;
import dev.lanewise.runtime.plan.StepArgs;

/**
 * What the two steps that train a recurrent cell share: inputs x [T, B, I], W [gates · H, I], R [gates · H, H],
 * lengths, h and c [B, H], all f32 but the lengths; ints the cell and whether sequences are read from their ends.
 */
abstract class TapedStep extends Step {

    /** Streams that threads share are multiples of so many: fewer rows would read the weights too often. */
    static final int STREAMS = 16;

    final StepArgs args;
    final CellTape tape;
    final SequenceOrder order;
    final boolean reverse;
    final int inputSize;
    final int hidden;
    final Operand x;
    final Operand w;
    final Operand r;
    final Operand lengths;
    final Operand h;
    /** {@code null} but for an LSTM, as are all operands of c. */
    final Operand c;
    int steps;
    int batch;

    TapedStep(StepArgs args) {
        this.args = args;
        CellKernels.Cell cell = args.constant(0, CellKernels.Cell.values());
        reverse = args.flag(1);
        x = args.floatsIn(0);
        w = args.floatsIn(1);
        r = args.floatsIn(2);
        args.requireRank(x, 3);
        args.requireRank(w, 2);
        args.requireRank(r, 2);
        inputSize = number(w, 1);
        hidden = number(r, 1);
        tape = new CellTape(cell, inputSize, hidden);
        if (number(w, 0) != (long) cell.gates() * hidden || number(r, 0) != (long) cell.gates() * hidden) {
            throw args.bad("inputs", "W " + w.describe() + " and R " + r.describe() + " do not fit "
                    + cell.gates() + " gates");
        }
        lengths = args.inOrNull(4);
        if (lengths != null) {
            args.require(lengths, DType.I32);
        }
        h = args.floatsInOrNull(5);
        c = tape.states() == 2 ? args.floatsInOrNull(6) : null;
        order = new SequenceOrder(args, reverse);
    }

    /** An extent of the weights, which no symbol changes. */
    private int number(Operand weights, int axis) {
        if (!args.memory().definition().isNumber(weights.dim(axis))) {
            throw args.bad("inputs", "tensor '" + weights.name + "' has an extent that is no number");
        }
        int bound = args.memory().definition().bound(weights.dim(axis));
        if (bound <= 0) {
            throw args.bad("inputs", "tensor '" + weights.name + "' has no elements");
        }
        return bound;
    }

    /** Checks the extents of the common inputs. */
    final void reshapeInputs() {
        steps = x.shape[0];
        batch = x.shape[1];
        args.requireEqual(x.shape[2], inputSize, x, "the last extent");
        if (lengths != null) {
            args.requireEqual(lengths.size, batch, lengths, "the number of elements");
        }
        requireSize(h, (long) batch * hidden);
        requireSize(c, (long) batch * hidden);
        order.reserve(batch == 0 ? 0 : steps, batch);
    }

    /** Fails unless an operand, where there is one, has so many elements. */
    final void requireSize(Operand operand, long size) {
        if (operand != null && operand.size != size) {
            throw args.misfit("tensor '" + operand.name + "' " + operand.describe() + " does not fit " + steps
                    + " steps of " + batch + " streams of " + hidden + " units; expected " + size + " elements");
        }
    }

    /** Fails unless the scratch has room. */
    final void requireScratch(Operand scratch, double floats) {
        if (floats > scratch.capacity) {
            throw args.misfit("scratch '" + scratch.name + "' " + scratch.describe() + " is too small for "
                    + steps + " steps of " + batch + " streams");
        }
    }

    /** Puts the sequences of this run in order. */
    final void arrange() {
        if (lengths == null || batch == 0) {
            order.whole(steps, batch);
        } else {
            order.sort(lengths, steps, batch);
        }
    }
}
