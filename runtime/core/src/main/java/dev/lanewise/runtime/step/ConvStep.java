package dev.lanewise.runtime.step;

import dev.lanewise.runtime.kernel.ConvKernels;
import dev.lanewise.runtime.kernel.Epilogue;
import dev.lanewise.runtime.kernel.MapKernels;
import dev.lanewise.runtime.plan.Operand;
import dev.lanewise.runtime.plan.Refill;
import dev.lanewise.runtime.plan.Step;
import dev.lanewise.runtime.plan.StepArgs;
import dev.lanewise.runtime.team.Divisible;

/**
 * A convolution over one, two or three axes: x [N, spatial..., C], filter [O, C/group, kernel...], y
 * [N, spatial..., O]. A filter that is computed when the model runs is packed at the beginning of each run.
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
    /** What it is filled from in each run; {@code null} where the filter is among the weights. */
    private final Operand filter;
    private final ConvWindows geometry;
    private final Window[] windows;
    private final int[] in;
    private final int[] out;
    /** [kernel depth]; none where the filter has no elements, so that y is the bias. */
    private final ConvKernels.PackedFilter[] filters;
    private boolean empty;

    /** @param dynamic whether the filter is computed when the model runs */
    ConvStep(StepArgs args, boolean dynamic) {
        this.args = args;
        kernels = args.kernels().conv();
        map = args.kernels().map();
        x = args.floatsIn(0);
        Operand operand = dynamic ? args.floatsIn(1) : args.weights(1);
        filter = dynamic ? operand : null;
        bias = args.floatsInOrNull(2);
        y = args.floatsOut(0);
        geometry = new ConvWindows(args, x, operand, y);
        windows = geometry.windows;
        in = geometry.in;
        out = geometry.out;
        epilogue = args.epilogue(1 + 3 * geometry.axes, 0);
        filters = new ConvKernels.PackedFilter[operand.size == 0 ? 0 : windows[0].kernel()];
        ConvKernels.ConvShape shape = geometry.shape();
        ConvKernels.ImageSize most = new ConvKernels.ImageSize(in[1], in[2], out[1], out[2]);
        for (int d = 0; d < filters.length; d++) {
            filters[d] = dynamic ? kernels.prepare(shape, most) : args.packed();
            if (filters[d] == null) {
                ConvKernels.PackedFilter packed = kernels.prepare(shape, most);
                fill(packed, d, args.weightValues(1), 0);
                filters[d] = args.keep(packed, args.isLive() ? refill(d) : null);
            }
        }
    }

    /** The filter's taps at one depth: of [O, C/group, kernel...] each channel's lie side by side. */
    private void fill(ConvKernels.PackedFilter packed, int depth, float[] w, int wOff) {
        int taps = windows[1].kernel() * windows[2].kernel();
        kernels.fill(packed, w, wOff + depth * taps, filters.length * taps);
    }

    private Refilled refill(int depth) {
        int taps = windows[1].kernel() * windows[2].kernel();
        return new Refilled(kernels, args.weights(1), depth * taps, filters.length * taps);
    }

    private record Refilled(ConvKernels kernels, Operand weights, int from, int channelStride)
            implements Refill<ConvKernels.PackedFilter> {
        @Override
        public void into(ConvKernels.PackedFilter packed) {
            kernels.fill(packed, weights.constantFloats(), from, channelStride);
        }
    }

    @Override
    public void reshape() {
        geometry.reshape();
        if (bias != null) {
            args.requireEqual(bias.size, geometry.outChannels, bias, "the number of elements");
        }
        empty = y.size == 0;
    }

    @Override
    public void run() {
        if (empty) {
            return;
        }
        for (int d = 0; filter != null && d < filters.length; d++) {
            fill(filters[d], d, filter.buffer.floats, filter.offset);
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
        int image = in[1] * in[2] * geometry.channels;
        int result = out[1] * out[2] * geometry.outChannels;
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
            for (int at = yAt; at < yAt + result; at += geometry.outChannels) {
                System.arraycopy(bias.buffer.floats, bias.offset, sums, at, geometry.outChannels);
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
        return y.size * (long) geometry.taps() * (geometry.channels / geometry.group);
    }
}
