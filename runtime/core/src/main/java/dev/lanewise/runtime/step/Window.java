package dev.lanewise.runtime.step;

import dev.lanewise.runtime.plan.StepArgs;

/**
 * A window that slides over one axis: tap {@code k} of output {@code o} lies at {@code o · stride + k ·
 * dilation − padBefore}. Immutable.
 */
record Window(int kernel, int stride, int dilation, int padBefore) {

    /** An axis that is not there. */
    static final Window NONE = new Window(1, 1, 1, 0);

    /** Position of a tap; outside {@code [0, extent)} where it falls on padding. */
    int position(int output, int tap) {
        return output * stride + tap * dilation - padBefore;
    }

    /** Fails where a position would leave the range of int. */
    void check(StepArgs args, int outputs) {
        long last = (outputs - 1L) * stride + (kernel - 1L) * dilation;
        if (last > Integer.MAX_VALUE) {
            throw args.misfit("the window ends at position " + last);
        }
    }
}
