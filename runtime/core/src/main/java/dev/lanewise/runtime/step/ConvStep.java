package dev.lanewise.runtime.step;

import dev.lanewise.runtime.kernel.ConvKernels;
import dev.lanewise.runtime.kernel.Epilogue;
import dev.lanewise.runtime.kernel.MapKernels;
import dev.lanewise.runtime.plan.Operand;
import dev.lanewise.runtime.plan.Step;
import dev.lanewise.runtime.plan.StepArgs;
import dev.lanewise.runtime.team.Divisible;

/**
 * A convolution over one, two or three axes: x [N, spatial..., C], filter [O, C/group, kernel...], y
 * [N, spatial..., O]. The kernels know two; one is an image of height 1, and three are a sum of
 * two-dimensional ones over the taps of the first.
 */
final class ConvStep extends Step implements Divisible {

    /** Columns that threads share are multiples of the pixels of two tiles. */
    private static final int COLUMNS = 24;

    private final StepArgs args;
    private final ConvKernels kernels;
    private final MapKernels map;
    private final Operand x;
    private final Operand bias;
    private final Operand y;
    private final Epilogue epilogue;
    private final int channels;
    private final int group;
    /** Depth, height, width. */
    private final Window[] windows = {Window.NONE, Window.NONE, Window.NONE};
    private final int[] in = {1, 1, 1};
    private final int[] out = {1, 1, 1};
    /** [kernel depth]; none where the filter has no elements, so that y is the bias. */
    private final ConvKernels.PackedFilter[] filters;
    private final int outChannels;
    private boolean empty;

    ConvStep(StepArgs args) {
        this.args = args;
        kernels = args.kernels().conv();
        map = args.kernels().map();
        x = args.floatsIn(0);
        Operand filter = args.weights(1);
        bias = args.floatsInOrNull(2);
        y = args.floatsOut(0);
        int axes = filter.rank() - 2;
        if (axes < 1 || axes > 3) {
            throw args.bad("inputs", "a filter of rank " + filter.rank() + "; expected 3 to 5");
        }
        args.requireRank(x, axes + 2);
        args.requireRank(y, axes + 2);
        group = args.integer(0, 1, Integer.MAX_VALUE);
        outChannels = filter.shape[0];
        if (outChannels % group != 0 || (long) filter.shape[1] * group > Integer.MAX_VALUE) {
            throw args.bad("ints", "filter " + filter.describe() + " cannot be split into " + group + " groups");
        }
        channels = filter.shape[1] * group;
        for (int i = 0; i < axes; i++) {
            windows[3 - axes + i] = new Window(
                    filter.shape[2 + i],
                    args.integer(1 + i, 1, Integer.MAX_VALUE),
                    args.integer(1 + axes + i, 1, Integer.MAX_VALUE),
                    args.integer(1 + 2 * axes + i, 0, Integer.MAX_VALUE));
        }
        epilogue = args.epilogue(1 + 3 * axes, 0);
        args.requirePackable(filter, filter.product(1, filter.rank()), outChannels / group, group);
        filters = new ConvKernels.PackedFilter[filter.size == 0 ? 0 : windows[0].kernel()];
        pack(filter);
    }

    private void pack(Operand filter) {
        Window height = windows[1];
        Window width = windows[2];
        ConvKernels.ConvShape shape = new ConvKernels.ConvShape(
                group, channels, outChannels, height.kernel(), width.kernel(), height.stride(), width.stride(),
                height.dilation(), width.dilation(), height.padBefore(), width.padBefore());
        takeExtents(); // the bounds, as yet
        ConvKernels.ImageSize most = new ConvKernels.ImageSize(in[1], in[2], out[1], out[2]);
        for (int d = 0; d < filters.length; d++) {
            filters[d] = args.packed();
            if (filters[d] == null) {
                filters[d] = args.keep(kernels.pack(shape, most, slice(d), 0));
            }
        }
    }

    /** The filter's taps at one depth: [O, C/group, kernelH, kernelW]. */
    private float[] slice(int depth) {
        float[] all = args.weightValues(1);
        int depths = filters.length;
        if (depths == 1) {
            return all;
        }
        int taps = windows[1].kernel() * windows[2].kernel();
        float[] slice = new float[all.length / depths];
        for (int i = 0; i < slice.length / taps; i++) {
            System.arraycopy(all, (i * depths + depth) * taps, slice, i * taps, taps);
        }
        return slice;
    }

    @Override
    public void reshape() {
        int axes = x.rank() - 2;
        args.requireEqual(y.shape[0], x.shape[0], y, "the batch");
        args.requireEqual(x.shape[axes + 1], channels, x, "the number of channels");
        args.requireEqual(y.shape[axes + 1], outChannels, y, "the number of channels");
        if (bias != null) {
            args.requireEqual(bias.size, outChannels, bias, "the number of elements");
        }
        takeExtents();
        for (int i = 0; i < axes; i++) {
            windows[3 - axes + i].check(args, y.shape[1 + i]);
        }
        empty = y.size == 0;
    }

    private void takeExtents() {
        int axes = x.rank() - 2;
        for (int i = 0; i < axes; i++) {
            in[3 - axes + i] = x.shape[1 + i];
            out[3 - axes + i] = y.shape[1 + i];
        }
    }

    @Override
    public void run() {
        if (empty) {
            return;
        }
        args.share(this, x.shape[0] * lines(), out[1] == 1 ? COLUMNS : 1, multiplyAdds());
    }

    /** Lines of an output image, as the kernels have them; of a sum of images the images. */
    private int lines() {
        return isSum() ? out[0] : ConvKernels.lines(out[1], out[2]);
    }

    private boolean isSum() {
        return filters.length != 1 || x.size == 0 || windows[0] != Window.NONE;
    }

    /** Pieces are lines; those of one image are done together. */
    @Override
    public void run(int from, int to, int worker) {
        int lines = lines();
        int image = in[1] * in[2] * channels;
        int result = out[1] * out[2] * outChannels;
        int piece = from;
        while (piece < to) {
            int n = piece / lines;
            int first = piece - n * lines;
            int last = Math.min(lines, first + to - piece);
            int xAt = x.offset + n * in[0] * image;
            int yAt = y.offset + n * out[0] * result;
            if (isSum()) {
                for (int d = first; d < last; d++) {
                    sumOfDepths(d, xAt, image, yAt + d * result, result, worker);
                }
            } else {
                conv(filters[0], xAt, false, epilogue, yAt, first, last, worker);
            }
            piece += last - first;
        }
    }

    private void conv(
            ConvKernels.PackedFilter filter, int xAt, boolean accumulate, Epilogue then, int yAt, int from, int to,
            int worker) {
        kernels.convLines(
                filter, x.buffer.floats, xAt, in[1], in[2],
                bias == null ? null : bias.buffer.floats, bias == null ? 0 : bias.offset,
                accumulate, then, y.buffer.floats, yAt, out[1], out[2], from, to, args.memory().scratch(worker));
    }

    /** One output image of a three-dimensional convolution. */
    private void sumOfDepths(int outDepth, int xAt, int image, int yAt, int result, int worker) {
        float[] sums = y.buffer.floats;
        if (bias == null) {
            java.util.Arrays.fill(sums, yAt, yAt + result, 0f);
        } else {
            for (int at = yAt; at < yAt + result; at += outChannels) {
                System.arraycopy(bias.buffer.floats, bias.offset, sums, at, outChannels);
            }
        }
        for (int tap = 0; tap < filters.length && x.size > 0; tap++) {
            int depth = windows[0].position(outDepth, tap);
            if (depth >= 0 && depth < in[0]) {
                conv(
                        filters[tap], xAt + depth * image, true, Epilogue.NONE, yAt, 0,
                        ConvKernels.lines(out[1], out[2]), worker);
            }
        }
        if (epilogue.fn() != null) {
            map.unary(epilogue.fn(), epilogue.alpha(), epilogue.beta(), sums, yAt, sums, yAt, result);
        }
    }

    @Override
    public long multiplyAdds() {
        long taps = (long) windows[0].kernel() * windows[1].kernel() * windows[2].kernel();
        return y.size * taps * (channels / group);
    }
}
