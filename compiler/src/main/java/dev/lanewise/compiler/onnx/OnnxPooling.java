package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Conv;
import dev.lanewise.compiler.op.Pool;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.Epilogue;
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
                    node, axes, x.shape().subList(2, x.rank()), Arrays.stream(kernel).mapToObj(Dim::of).toList())
                    .fixed(node);
            return new Kernel(
                    Arrays.stream(kernel).mapToObj(Math::toIntExact).toList(), window, node.flag("ceil_mode", false));
        }

        Pool pool(Pool.Kind kind, boolean countIncludePad) {
            return new Pool(
                    kind, extents, window.strides(), window.dilations(), window.padsBefore(), window.padsAfter(), ceil,
                    countIncludePad);
        }
    }

    private static void slide(OnnxNode node, Pool.Kind kind) {
        Formula f = new Formula(node);
        Kernel kernel = Kernel.read(node, node.in(0));
        boolean include = kind == Pool.Kind.AVERAGE && node.flag("count_include_pad", false);
        Value x = kind == Pool.Kind.MAX ? node.in(0) : f.wide(node.in(0));
        Value y = OnnxProducts.channelsFirst(
                node, node.add(kernel.pool(kind, include), OnnxProducts.channelsLast(node, x)));
        node.out(f.cast(y, node.in(0).type().type()));
        if (kind == Pool.Kind.MAX) {
            boolean columns = node.flag("storage_order", false); // about the indices alone
            if (node.wants(1)) {
                List<Dim> out = y.shape().subList(2, y.rank());
                node.out(OnnxPoolIndices.of(f, x, kernel.extents, kernel.window, out, columns));
            }
        }
    }

    /** {@code (Σ |x|ᵖ)^(1/p)}: the sum is a convolution with ones. */
    private static void norm(OnnxNode node) {
        Formula f = new Formula(node);
        Value x = f.wide(node.in(0));
        Kernel kernel = Kernel.read(node, x);
        float p = power(node);
        if (!x.dim(1).isConstant()) {
            throw node.unsupported("a number of channels that is not fixed: " + x.dim(1));
        }
        int channels = Math.toIntExact(x.dim(1).constant());
        List<Integer> filter = new ArrayList<>(List.of(channels, 1));
        filter.addAll(kernel.extents);
        Value ones = node.constant(
                Literal.splat(x.type().type(), 1, filter.stream().mapToInt(extent -> extent).toArray()));
        Conv sum = new Conv(channels, kernel.window.strides(), kernel.window.dilations(), kernel.window.padsBefore(),
                padsAfter(node, kernel, x), Epilogue.NONE);
        Value y = node.add(sum, OnnxProducts.channelsLast(node, powers(f, x, p)), ones);
        node.out(f.cast(root(f, OnnxProducts.channelsFirst(node, y), p), node.in(0).type().type()));
    }

    /** Padding that lets a convolution give as many outputs as pooling with {@code ceil_mode}. */
    private static List<Integer> padsAfter(OnnxNode node, Kernel kernel, Value x) {
        List<Integer> pads = new ArrayList<>(kernel.window.padsAfter());
        if (kernel.ceil) {
            Value pooled = node.add(kernel.pool(Pool.Kind.MAX, false), OnnxProducts.channelsLast(node, x));
            for (int axis = 0; axis < pads.size(); axis++) {
                if (!pooled.dim(axis + 1).isConstant()) {
                    throw node.unsupported("ceil_mode over the symbolic extent " + x.dim(axis + 2));
                }
                long last = (pooled.dim(axis + 1).constant() - 1) * kernel.window.strides().get(axis)
                        + (kernel.extents.get(axis) - 1L) * kernel.window.dilations().get(axis) + 1;
                long missing = last - x.dim(axis + 2).constant() - kernel.window.padsBefore().get(axis);
                pads.set(axis, Math.max(pads.get(axis), Math.toIntExact(missing)));
            }
        }
        return pads;
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
