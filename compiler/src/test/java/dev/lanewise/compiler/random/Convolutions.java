package dev.lanewise.compiler.random;

import dev.lanewise.formats.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What slides a window over axes. */
final class Convolutions {

    private Convolutions() {}

    /** [batch, channels, …] with a fixed number of channels. */
    private static Operand image(Growth g) {
        Operand found = g.pick(value -> value.isFloat() && value.rank() >= 3 && value.rank() <= 4
                && value.extent(1).isFixed());
        if (found != null) {
            return found;
        }
        List<Extent> shape = new ArrayList<>(g.filled(g.between(3, 4)));
        shape.set(1, Extent.of(g.between(1, 8)));
        return g.fits(shape) ? g.input(DType.F32, shape) : null;
    }

    /** One window: kernel, stride, dilation and pads of each axis. */
    private record Window(int[] kernel, int[] strides, int[] dilations, int[] pads) {

        static Window draw(Growth g, Operand x, boolean dilates) {
            int n = x.rank() - 2;
            Window w = new Window(new int[n], new int[n], new int[n], new int[2 * n]);
            for (int i = 0; i < n; i++) {
                int extent = x.extent(2 + i).min();
                w.kernel[i] = g.between(1, 3);
                w.strides[i] = g.one(1, 1, 1, 2, 3);
                w.dilations[i] = dilates ? g.one(1, 1, 1, 2) : 1;
                w.pads[i] = g.between(0, w.kernel[i] - 1);
                w.pads[n + i] = g.between(0, w.kernel[i] - 1);
                if (extent + w.pads[i] + w.pads[n + i] < w.reach(i)) {
                    return null;
                }
            }
            return w;
        }

        int taps() {
            return Arrays.stream(kernel).reduce(1, (a, b) -> a * b);
        }

        int reach(int i) {
            return (kernel[i] - 1) * dilations[i] + 1;
        }

        Extent output(Extent extent, int i, boolean ceil) {
            int n = kernel.length;
            return extent.map(e -> {
                int room = e + pads[i] + pads[n + i] - reach(i);
                int count = (ceil ? room + strides[i] - 1 : room) / strides[i] + 1;
                // a window that would start in the padding after the end is left out
                return ceil && (count - 1) * strides[i] >= e + pads[i] ? count - 1 : count;
            });
        }

        List<Extent> shape(Operand x, int channels, boolean ceil) {
            List<Extent> shape = new ArrayList<>(List.of(x.extent(0), Extent.of(channels)));
            for (int i = 0; i < kernel.length; i++) {
                shape.add(output(x.extent(2 + i), i, ceil));
            }
            return shape;
        }
    }

    static void conv(Growth g) {
        Operand x = image(g);
        Window window = x == null ? null : Window.draw(g, x, true);
        if (window == null) {
            return;
        }
        int channels = x.extent(1).min();
        int groups = g.oneIn(4) ? channels : channels % 2 == 0 && g.oneIn(4) ? 2 : 1;
        int outputs = groups * g.between(1, groups == channels ? 2 : 6);
        int[] shape = new int[x.rank()];
        shape[0] = outputs;
        shape[1] = channels / groups;
        System.arraycopy(window.kernel, 0, shape, 2, window.kernel.length);
        List<Extent> result = window.shape(x, outputs, false);
        if (!g.fits(result)) {
            return;
        }
        Operand w = g.constant(DType.F32, 1, shape);
        double limit = x.limit() * channels / groups * window.taps() + 1;
        Draft draft = g.oneIn(3) ? g.op("Conv", x, w) : g.op("Conv", x, w, g.constant(DType.F32, 1, outputs));
        boolean same = g.oneIn(6);
        if (same) {
            Arrays.fill(window.dilations, 1);
            result = new ArrayList<>(result.subList(0, 2));
            for (int i = 0; i < window.kernel.length; i++) {
                int stride = window.strides[i];
                result.add(x.extent(2 + i).map(e -> (e + stride - 1) / stride));
            }
            draft.set("auto_pad", g.one("SAME_UPPER", "SAME_LOWER"));
        } else {
            draft.set("pads", window.pads);
        }
        Operand y = draft.set("strides", window.strides).set("dilations", window.dilations).set("group", groups)
                .set("kernel_shape", window.kernel).gives(DType.F32, result, limit);
        if (g.oneIn(3)) {
            Elementwise.unary(g, y);
        }
    }

    static void transposed(Growth g) {
        Operand x = image(g);
        Window window = x == null ? null : Window.draw(g, x, true);
        if (window == null) {
            return;
        }
        int channels = x.extent(1).min();
        int groups = channels % 2 == 0 && g.oneIn(3) ? 2 : 1;
        int each = g.between(1, 4);
        int[] shape = new int[x.rank()];
        shape[0] = channels;
        shape[1] = each;
        System.arraycopy(window.kernel, 0, shape, 2, window.kernel.length);
        List<Extent> result = new ArrayList<>(List.of(x.extent(0), Extent.of(each * groups)));
        int n = window.kernel.length;
        for (int i = 0; i < n; i++) {
            int stride = window.strides[i];
            int reach = window.reach(i) - window.pads[i] - window.pads[n + i];
            result.add(x.extent(2 + i).map(e -> (e - 1) * stride + reach));
        }
        if (g.fits(result) && result.stream().allMatch(extent -> extent.min() > 0)) {
            double limit = x.limit() * channels * window.taps();
            g.op("ConvTranspose", x, g.constant(DType.F32, 1, shape)).set("strides", window.strides)
                    .set("dilations", window.dilations).set("pads", window.pads).set("group", groups)
                    .gives(DType.F32, result, limit);
        }
    }

    static void pool(Growth g) {
        Operand x = image(g);
        Window window = x == null ? null : Window.draw(g, x, false);
        if (window == null) {
            return;
        }
        boolean max = g.oneIn(2);
        boolean ceil = g.oneIn(4);
        List<Extent> result = window.shape(x, x.extent(1).min(), ceil);
        if (g.fits(result)) {
            Draft draft = g.op(max ? "MaxPool" : "AveragePool", x).set("kernel_shape", window.kernel)
                    .set("strides", window.strides).set("pads", window.pads).set("ceil_mode", ceil ? 1 : 0);
            if (!max) {
                draft.set("count_include_pad", g.random.nextInt(2));
            }
            draft.gives(DType.F32, result, x.limit());
        }
    }

    static void globalPool(Growth g) {
        Operand x = image(g);
        if (x != null) {
            List<Extent> shape = new ArrayList<>(x.shape().subList(0, 2));
            while (shape.size() < x.rank()) {
                shape.add(Extent.of(1));
            }
            g.op(g.one("GlobalAveragePool", "GlobalMaxPool"), x).gives(DType.F32, shape, x.limit());
        }
    }
}
