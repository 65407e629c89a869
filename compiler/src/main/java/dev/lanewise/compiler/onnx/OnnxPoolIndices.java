package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.op.ArgExtreme;
import dev.lanewise.compiler.op.Gather;
import dev.lanewise.compiler.op.ScatterElements;
import dev.lanewise.compiler.op.ScatterReduction;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.BinaryFn;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Where the maxima of MaxPool lie, and MaxUnpool, which puts values back there. */
final class OnnxPoolIndices {

    private OnnxPoolIndices() {}

    /**
     * Output 1 of MaxPool: i64, of the extents of the maxima, each place counted through the whole of x,
     * the first of equal elements. The windows are gathered, so this takes memory for all their elements.
     *
     * @param x [N, C, spatial...]
     * @param out extents of the maxima's spatial axes
     * @param columns whether the first spatial axis is the one that elements are neighbours along
     */
    static Value of(Formula f, Value x, List<Integer> kernel, OnnxWindow window, List<Dim> out, boolean columns) {
        int axes = kernel.size();
        List<Dim> spatial = x.shape().subList(2, x.rank());
        Value rowMajor = f.number(0, DType.I64);
        Value counted = rowMajor;
        Dim stride = Dim.ONE;
        for (int axis = axes - 1; axis >= 0; axis--) {
            Value element = elements(f, kernel.get(axis), window, axis, axes, out.get(axis), spatial.get(axis));
            rowMajor = f.plus(rowMajor, f.times(element, f.extent(stride, DType.I64)));
            Dim distance = columns ? ValueType.product(spatial.subList(0, axis)) : stride;
            counted = f.plus(counted, f.times(element, f.extent(distance, DType.I64)));
            stride = stride.times(spatial.get(axis));
        }
        Dim places = ValueType.product(out);
        Dim taps = Dim.of(kernel.stream().mapToLong(k -> k).reduce(1, Math::multiplyExact));
        List<Dim> flat = List.of(places.times(taps));
        Value images = f.reshape(x, List.of(x.dim(0), x.dim(1), stride));
        Value windows = f.reshape(f.node().add(new Gather(2), images, f.reshape(rowMajor, flat)),
                List.of(x.dim(0), x.dim(1), places, taps));
        Value tap = f.node().add(new ArgExtreme(3, false, true, false), windows);
        Value first = f.times(f.counting(places, 2, 3), f.extent(taps, DType.I64));
        Value within = f.node().add(new Gather(0), f.reshape(counted, flat), f.plus(first, tap));
        Dim planes = x.dim(0).times(x.dim(1));
        Value plane = f.reshape(f.counting(planes, 0, 3), List.of(x.dim(0), x.dim(1), Dim.ONE));
        Value index = f.plus(within, f.times(plane, f.extent(stride, DType.I64)));
        List<Dim> shape = new ArrayList<>(List.of(x.dim(0), x.dim(1)));
        shape.addAll(out);
        return f.reshape(index, shape);
    }

    /**
     * The elements of an axis that the taps of each window see: i64, of rank 2 · axes, the windows along
     * {@code axis}, the taps along {@code axes + axis}. A tap on padding sees what the nearest tap of its window
     * inside does: the first of equal maxima stays the first.
     */
    private static Value elements(Formula f, int kernel, OnnxWindow window, int axis, int axes, Dim out, Dim n) {
        int dilation = window.dilations().get(axis);
        Value starts = window.starts(f, axis, out, axis, 2 * axes);
        Value taps = f.apply(BinaryFn.MUL, f.counting(Dim.of(kernel), axes + axis, 2 * axes), dilation);
        Value at = f.plus(starts, taps);
        Value last = f.apply(BinaryFn.SUB, f.extent(n, DType.I64), 1);
        Value above = f.where(f.apply(BinaryFn.LESS, at, 0), f.apply(BinaryFn.MOD, at, dilation), at);
        Value beyond = f.minus(last, f.apply(BinaryFn.MOD, f.minus(last, above), dilation));
        Value inside = f.where(f.apply(BinaryFn.GREATER, above, last), beyond, above);
        return f.apply(BinaryFn.MAX, inside, 0); // where a window has no element at all
    }

    /**
     * Values at the places that indices name, which count through an output of the extents that follow from the
     * window, and zeros elsewhere. A larger output has that one in its corner, as ONNX's cases have it.
     */
    static void unpool(OnnxNode node) {
        Formula f = new Formula(node);
        Value x = node.in(0);
        Value indices = node.in(1);
        int axes = x.rank() - 2;
        long[] kernel = node.requiredIntegers("kernel_shape");
        if (axes < 1 || kernel.length != axes || Arrays.stream(kernel).anyMatch(k -> k < 1 || k > 1 << 24)) {
            throw node.misfit("kernel_shape " + Arrays.toString(kernel) + " for " + x.type());
        }
        List<Integer> strides = OnnxWindow.list(node, "strides", axes, 1, 1);
        List<Integer> pads = OnnxWindow.list(node, "pads", 2 * axes, 0, 0);
        List<Dim> shape = new ArrayList<>(List.of(x.dim(0), x.dim(1)));
        for (int axis = 0; axis < axes; axis++) {
            shape.add(x.dim(axis + 2).minus(1).times(strides.get(axis))
                    .plus(kernel[axis] - pads.get(axis) - pads.get(axes + axis)));
        }
        OnnxMovement.requireExtents(node, shape);
        List<Dim> wanted = node.has(2) ? node.dims(2) : shape;
        if (wanted.size() != shape.size()) {
            throw node.misfit("an output shape " + wanted + " for " + x.type());
        }
        List<Dim> flat = List.of(x.type().size());
        Value places = f.reshape(indices, flat);
        if (!wanted.equals(shape)) {
            OnnxMovement.requireExtents(node, wanted);
            places = moved(f, places, shape, wanted);
        }
        Value empty = f.zeros(x.type().type(), List.of(ValueType.product(wanted)));
        Value full = node.add(new ScatterElements(0, ScatterReduction.NONE), empty, places, f.reshape(x, flat));
        node.out(f.reshape(full, wanted));
    }

    /** Numbers of elements of one shape as those of a larger one that has it in its corner. */
    private static Value moved(Formula f, Value places, List<Dim> from, List<Dim> to) {
        Value rest = places;
        Value moved = f.node().constant(Literal.scalar(0L));
        Dim stride = Dim.ONE;
        for (int axis = from.size() - 1; axis >= 0; axis--) {
            Value extent = f.extent(from.get(axis), DType.I64);
            Value at = f.apply(BinaryFn.MOD, rest, extent);
            moved = f.plus(moved, f.times(at, f.extent(stride, DType.I64)));
            rest = f.apply(BinaryFn.DIV, rest, extent);
            stride = stride.times(to.get(axis));
        }
        return moved;
    }
}
