package dev.lanewise.runtime.step;

import dev.lanewise.runtime.plan.Operand;
import dev.lanewise.runtime.plan.Step;
import dev.lanewise.runtime.plan.StepArgs;
import dev.lanewise.runtime.team.Divisible;
import java.util.Arrays;

/**
 * {@link PoolGradientStep} over three axes: of the maximum x and dy, of the average dy alone give dx [N, D, H, W, C].
 * An element of dx gets what comes to it in the order of dy's elements. In plain loops, as the pool itself.
 */
final class VolumePoolGradientStep extends Step implements Divisible {

    private static final int AXES = 3;

    private final StepArgs args;
    private final boolean average;
    private final boolean countIncludePad;
    /** {@code null} for the average. */
    private final Operand x;
    private final Operand dy;
    private final Operand dx;
    /** Depth, height, width. */
    private final Window[] windows = new Window[AXES];
    private final int[] padAfter = new int[AXES];
    private final int[] in = new int[AXES];
    private final int[] out = new int[AXES];
    private int channels;

    VolumePoolGradientStep(StepArgs args, boolean average) {
        this.args = args;
        this.average = average;
        x = average ? null : args.floatsIn(0);
        dy = args.floatsIn(average ? 0 : 1);
        dx = args.floatsOut(0);
        args.requireRank(dx, AXES + 2);
        args.requireRank(dy, AXES + 2);
        for (int i = 0; i < AXES; i++) {
            windows[i] = new Window(
                    args.integer(4 * i, 1, Integer.MAX_VALUE), args.integer(4 * i + 1, 1, Integer.MAX_VALUE),
                    args.integer(4 * i + 2, 1, Integer.MAX_VALUE), args.integer(4 * i + 3, 0, Integer.MAX_VALUE));
        }
        countIncludePad = average && args.flag(4 * AXES);
        for (int i = 0; i < AXES && average; i++) {
            padAfter[i] = args.integer(4 * AXES + 1 + i, 0, Integer.MAX_VALUE);
        }
    }

    @Override
    public void reshape() {
        channels = dx.shape[AXES + 1];
        args.requireEqual(dy.shape[0], dx.shape[0], dy, "the batch");
        args.requireEqual(dy.shape[AXES + 1], channels, dy, "the number of channels");
        for (int i = 0; i < dx.rank() && x != null; i++) {
            args.requireExtent(x, i, dx.shape[i]);
        }
        for (int axis = 0; axis < AXES; axis++) {
            in[axis] = dx.shape[1 + axis];
            out[axis] = dy.shape[1 + axis];
            windows[axis].check(args, out[axis]);
            PoolStep.requireReach(args, windows[axis], in[axis], dx);
        }
    }

    @Override
    public void run() {
        if (dx.size > 0) {
            long taps = (long) windows[0].kernel() * windows[1].kernel() * windows[2].kernel();
            args.share(this, dx.shape[0], 1, (dx.size + dy.size * taps) * Work.MEMORY);
        }
    }

    /** Pieces are volumes. */
    @Override
    public void run(int from, int to, int worker) {
        int volume = in[0] * in[1] * in[2] * channels;
        int results = out[0] * out[1] * out[2];
        for (int n = from; n < to; n++) {
            int at = dx.offset + n * volume;
            Arrays.fill(dx.buffer.floats, at, at + volume, 0f);
            for (int i = 0; i < results; i++) {
                int d = i / (out[1] * out[2]);
                int h = i / out[2] % out[1];
                int w = i % out[2];
                int ofResult = dy.offset + (n * results + i) * channels;
                if (average) {
                    spread(d, h, w, ofResult, at);
                } else {
                    giveToMaximum(d, h, w, ofResult, x.offset + n * volume, at);
                }
            }
        }
    }

    /** In equal parts to all taps inside. */
    private void spread(int d, int h, int w, int ofResult, int at) {
        float divisor = (float) taps(0, d) * taps(1, h) * taps(2, w);
        float[] from = dy.buffer.floats;
        float[] to = dx.buffer.floats;
        for (int tap = 0; tap < windows[0].kernel() * windows[1].kernel() * windows[2].kernel(); tap++) {
            int pixel = pixel(d, h, w, tap);
            for (int c = 0; c < channels && pixel >= 0; c++) {
                to[at + pixel * channels + c] += from[ofResult + c] / divisor;
            }
        }
    }

    /** To the first tap that is not below the maximum; channel by channel. */
    private void giveToMaximum(int d, int h, int w, int ofResult, int xAt, int at) {
        float[] values = x.buffer.floats;
        int taps = windows[0].kernel() * windows[1].kernel() * windows[2].kernel();
        for (int c = 0; c < channels; c++) {
            int first = -1;
            for (int tap = 0; tap < taps; tap++) {
                int pixel = pixel(d, h, w, tap);
                if (pixel >= 0 && (first < 0
                        || values[xAt + pixel * channels + c] > values[xAt + first * channels + c])) {
                    first = pixel;
                }
            }
            if (first >= 0) {
                dx.buffer.floats[at + first * channels + c] += dy.buffer.floats[ofResult + c];
            }
        }
    }

    /** Where a tap of a result lies in the volume; -1 on padding. */
    private int pixel(int d, int h, int w, int tap) {
        int xw = windows[2].position(w, tap % windows[2].kernel());
        int xh = windows[1].position(h, tap / windows[2].kernel() % windows[1].kernel());
        int xd = windows[0].position(d, tap / windows[2].kernel() / windows[1].kernel());
        boolean inside = xd >= 0 && xd < in[0] && xh >= 0 && xh < in[1] && xw >= 0 && xw < in[2];
        return inside ? (xd * in[1] + xh) * in[2] + xw : -1;
    }

    /** Taps along an axis that an average divides by. */
    private int taps(int axis, int result) {
        int count = 0;
        for (int tap = 0; tap < windows[axis].kernel(); tap++) {
            int position = windows[axis].position(result, tap);
            boolean counts = countIncludePad
                    ? position < (long) in[axis] + padAfter[axis]
                    : position >= 0 && position < in[axis];
            count += counts ? 1 : 0;
        }
        return count;
    }
}
