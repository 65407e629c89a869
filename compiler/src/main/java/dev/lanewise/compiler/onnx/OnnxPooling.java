package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Pool;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.ReduceFn;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** ONNX's pooling: windows that slide, and whole images. */
final class OnnxPooling {

    private OnnxPooling() {}

    static void register(Map<String, OnnxOp> ops) {
        ops.put(":MaxPool", node -> slide(node, Pool.Kind.MAX));
        ops.put(":AveragePool", node -> slide(node, Pool.Kind.AVERAGE));
        ops.put(":MaxUnpool", OnnxPoolIndices::unpool);
        ops.put(":LpPool", OnnxPooling::norm);
        ops.put(":GlobalAveragePool", node -> {
            Formula f = new Formula(node);
            Value x = f.wide(node.in(0));
            node.out(f.cast(f.mean(x, spatial(node, x), true), node.in(0).type().type()));
        });
        ops.put(":GlobalMaxPool", node ->
                node.out(new Formula(node).reduce(ReduceFn.MAX, node.in(0), spatial(node, node.in(0)), true)));
        ops.put(":GlobalLpPool", node -> {
            Formula f = new Formula(node);
            Value x = f.wide(node.in(0));
            float p = power(node);
            Value sum = f.reduce(ReduceFn.SUM, powers(f, x, p), spatial(node, x), true);
            node.out(f.cast(root(f, sum, p), node.in(0).type().type()));
        });
    }

    private static List<Integer> spatial(OnnxNode node, Value x) {
        if (x.rank() < 3) {
            throw node.misfit("the input is " + x.type() + "; expected [N, C, spatial...]");
        }
        return Formula.axes(2, x.rank());
    }

    /** The window with its extents. */
    private record Kernel(List<Integer> extents, OnnxWindow window, boolean ceil) {

        static Kernel read(OnnxNode node, Value x) {
            int axes = spatial(node, x).size();
            long[] kernel = node.integers("kernel_shape");
            if (kernel == null || kernel.length != axes || Arrays.stream(kernel).anyMatch(k -> k < 1 || k > 1 << 24)) {
                throw node.misfit("kernel_shape " + Arrays.toString(kernel) + " for " + x.type());
            }
            OnnxWindow window = OnnxWindow.read(
                    node, axes, x.shape().subList(2, x.rank()), Arrays.stream(kernel).mapToObj(Dim::of).toList());
            return new Kernel(
                    Arrays.stream(kernel).mapToObj(Math::toIntExact).toList(), window, node.flag("ceil_mode", false));
        }

        /** Over x [N, C, spatial...]. */
        Value pool(Formula f, Value x, Pool.Kind kind, boolean countIncludePad) {
            Pool pool = new Pool(
                    kind, extents, window.strides(), window.dilations(), window.padsBefore(), window.padsAfter(), ceil,
                    countIncludePad);
            return OnnxProducts.channelsFirst(f.node(), f.node().add(pool, OnnxProducts.channelsLast(f.node(), x)));
        }

        /** This over something that is padded already, so that its windows fit. */
        Kernel unpadded() {
            return new Kernel(extents, window.unpadded(), false);
        }

        /** This padded so far that the windows of {@code ceil_mode} fit. */
        Kernel filled(Formula f, Value x) {
            if (!ceil) {
                return this;
            }
            Value pooled = pool(f, x, Pool.Kind.MAX, false);
            List<Dim> after = new ArrayList<>();
            for (int axis = 0; axis < extents.size(); axis++) {
                Dim last = pooled.dim(axis + 2).minus(1).times(window.strides().get(axis))
                        .plus((extents.get(axis) - 1L) * window.dilations().get(axis) + 1);
                Dim missing = last.minus(x.dim(axis + 2)).minus(window.before().get(axis));
                after.add(window.after().get(axis).max(missing));
            }
            return new Kernel(
                    extents, new OnnxWindow(window.strides(), window.dilations(), window.before(), after), false);
        }
    }

    private static void slide(OnnxNode node, Pool.Kind kind) {
        Formula f = new Formula(node);
        Kernel kernel = Kernel.read(node, node.in(0));
        boolean include = kind == Pool.Kind.AVERAGE && node.flag("count_include_pad", false);
        Value x = kind == Pool.Kind.MAX ? node.in(0) : f.wide(node.in(0));
        Value y = kernel.window.isFixed()
                ? kernel.pool(f, x, kind, include)
                : kind == Pool.Kind.MAX ? maximum(f, kernel, x) : average(f, kernel, x, include);
        node.out(f.cast(y, node.in(0).type().type()));
        if (kind == Pool.Kind.MAX) {
            boolean columns = node.flag("storage_order", false); // about the indices alone
            if (node.wants(1)) {
                List<Dim> out = y.shape().subList(2, y.rank());
                node.out(OnnxPoolIndices.of(f, x, kernel.extents, kernel.window, out, columns));
            }
        }
    }

    /** With padding of symbolic extents, which is less than anything. */
    private static Value maximum(Formula f, Kernel kernel, Value x) {
        DType type = x.type().type();
        double least = type.isFloating()
                ? Double.NEGATIVE_INFINITY
                : type.isUnsigned() ? 0 : -Math.scalb(1.0, 8 * type.bytes() - 1);
        return kernel.unpadded().pool(f, kernel.window.pad(f, x, least), Pool.Kind.MAX, false);
    }

    /** With padding of symbolic extents: over the part of each window that counts. */
    private static Value average(Formula f, Kernel kernel, Value x, boolean countIncludePad) {
        Kernel over = kernel.unpadded();
        Value average = over.pool(f, kernel.window.pad(f, x, 0), Pool.Kind.AVERAGE, false);
        if (countIncludePad) {
            return average;
        }
        List<Dim> one = new ArrayList<>(x.shape());
        one.set(0, Dim.ONE);
        one.set(1, Dim.ONE);
        Value ones = f.expand(f.number(1, x.type().type()), one);
        return f.over(average, over.pool(f, kernel.window.pad(f, ones, 0), Pool.Kind.AVERAGE, false));
    }

    /** {@code (Σ |x|ᵖ)^(1/p)}: the sum is an average of as many. */
    private static void norm(OnnxNode node) {
        Formula f = new Formula(node);
        Value x = f.wide(node.in(0));
        Kernel kernel = Kernel.read(node, x).filled(f, x);
        float p = power(node);
        Value powers = powers(f, x, p);
        Value average = kernel.window.isFixed()
                ? kernel.pool(f, powers, Pool.Kind.AVERAGE, true)
                : kernel.unpadded().pool(f, kernel.window.pad(f, powers, 0), Pool.Kind.AVERAGE, true);
        double taps = kernel.extents.stream().mapToDouble(extent -> extent).reduce(1, (a, b) -> a * b);
        Value sum = f.apply(BinaryFn.MUL, average, taps);
        node.out(f.cast(root(f, sum, p), node.in(0).type().type()));
    }

    private static float power(OnnxNode node) {
        float p = node.opset() < 2 ? node.number("p", 2) : node.integer("p", 2);
        if (!(p > 0)) {
            throw node.misfit("attribute 'p' is " + p);
        }
        return p;
    }

    private static Value powers(Formula f, Value x, float p) {
        if (p == 2) {
            return f.times(x, x);
        }
        Value magnitude = f.apply(UnaryFn.ABS, x);
        return p == 1 ? magnitude : f.apply(BinaryFn.POW, magnitude, p);
    }

    private static Value root(Formula f, Value sum, float p) {
        return p == 1 ? sum : p == 2 ? f.apply(UnaryFn.SQRT, sum) : f.apply(BinaryFn.POW, sum, 1 / (double) p);
    }
}
