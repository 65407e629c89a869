package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Expand;
import dev.lanewise.compiler.op.Reshape;
import dev.lanewise.compiler.op.ScatterElements;
import dev.lanewise.compiler.op.ScatterReduction;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.BinaryFn;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** ONNX's operators that compute places in images: AffineGrid and Col2Im. */
final class OnnxPlaces {

    /** Places of one image are a constant of the compiled model; not of any size. */
    private static final long MOST = 1 << 22;

    private OnnxPlaces() {}

    static void register(Map<String, OnnxOp> ops) {
        ops.put(":AffineGrid", OnnxPlaces::affineGrid);
        ops.put(":Col2Im", OnnxPlaces::col2Im);
    }

    /**
     * theta [N, d, d + 1] and size (N, C, spatial...) to grid [N, spatial..., d]: each place of the image,
     * from -1 to 1, x first, and a one, times theta transposed. A sum over the axes of the image: what each adds
     * depends on the place along it alone.
     */
    private static void affineGrid(OnnxNode node) {
        Formula f = new Formula(node);
        Value theta = f.wide(node.in(0));
        List<Dim> size = node.dims(1);
        int d = size.size() - 2;
        boolean corners = node.flag("align_corners", false);
        if (theta.rank() != 3 || d < 2 || d > 3 || !theta.dim(1).is(d) || !theta.dim(2).is(d + 1)) {
            throw node.misfit("transformations " + theta.type() + " for an image of size " + size);
        }
        List<Dim> column = new ArrayList<>(Collections.nCopies(d + 2, Dim.ONE)); // [N, 1..., d]
        column.set(0, theta.dim(0));
        column.set(d + 1, Dim.of(d));
        Value grid = f.reshape(f.part(theta, 2, d, 1), column);
        for (int axis = 0; axis < d; axis++) {
            Value factors = f.reshape(f.part(theta, 2, d - 1 - axis, 1), column);
            Value places = f.along(places(f, size.get(axis + 2), corners, theta.type().type()), axis + 1, d + 2);
            grid = f.plus(grid, f.times(places, factors));
        }
        node.out(f.cast(grid, node.in(0).type().type()));
    }

    /** The places of n elements between -1 and 1: their centres, or the outermost at the ends. [n] */
    private static Value places(Formula f, Dim n, boolean corners, DType type) {
        Value twice = f.apply(BinaryFn.MUL, f.cast(f.counting(n, 0, 1), DType.F64), 2);
        Value extent = f.extent(n, DType.F64);
        if (!corners) {
            Value ends = f.over(f.apply(BinaryFn.ADD, twice, 1), extent);
            return f.cast(f.apply(BinaryFn.SUB, ends, 1), type);
        }
        // an only element is in the middle
        Value intervals = f.apply(BinaryFn.SUB, extent, 1);
        Value first = f.apply(BinaryFn.MIN, intervals, 1);
        Value ends = f.over(twice, f.apply(BinaryFn.MAX, intervals, 1));
        return f.cast(f.minus(ends, first), type);
    }

    private static int count(OnnxNode node, long[] extents, long each) {
        long count = 1;
        for (long extent : extents) {
            if (extent < 1 || extent > MOST || (count *= extent) * each > MOST) {
                throw node.unsupported("an image of size " + Arrays.toString(extents));
            }
        }
        return (int) count;
    }

    /**
     * x [N, C · kernel, places] to [N, C, image...]: every element is added to the place in the padded image
     * that its tap of the kernel covers there; then the padding is cut off.
     */
    private static void col2Im(OnnxNode node) {
        Value x = node.in(0);
        long[] image = node.longs(1);
        long[] kernel = node.longs(2);
        int d = image.length;
        long[] strides = list(node, "strides", d, 1);
        long[] dilations = list(node, "dilations", d, 1);
        long[] pads = list(node, "pads", 2 * d, 0);
        if (x.rank() != 3 || kernel.length != d || d < 1) {
            throw node.misfit("columns " + x.type() + " for an image " + Arrays.toString(image));
        }
        long[] padded = new long[d];
        long[] windows = new long[d];
        for (int axis = 0; axis < d; axis++) {
            padded[axis] = image[axis] + pads[axis] + pads[axis + d];
            long room = padded[axis] - dilations[axis] * (kernel[axis] - 1) - 1;
            if (room < 0 || strides[axis] < 1 || dilations[axis] < 1 || kernel[axis] < 1 || pads[axis] < 0) {
                throw node.misfit("a kernel " + Arrays.toString(kernel) + " over an image " + Arrays.toString(image));
            }
            windows[axis] = room / strides[axis] + 1;
        }
        int taps = count(node, kernel, 1);
        int places = count(node, windows, taps);
        int size = count(node, padded, 1);
        long[] target = new long[taps * places];
        for (int i = 0; i < target.length; i++) {
            int tap = i / places;
            int place = i % places;
            long at = 0;
            long stride = 1;
            for (int axis = d - 1; axis >= 0; axis--) {
                at += (place % windows[axis] * strides[axis] + tap % kernel[axis] * dilations[axis]) * stride;
                place /= (int) windows[axis];
                tap /= (int) kernel[axis];
                stride *= padded[axis];
            }
            target[i] = at;
        }
        Dim channels = x.dim(1).floorDiv(taps);
        List<Dim> columns = List.of(x.dim(0), channels, Dim.of(target.length));
        Formula f = new Formula(node);
        // a sum of booleans is whether one of them is true
        Value summands = x.type().type() == DType.BOOL ? f.cast(x, DType.I64) : x;
        Value updates = OnnxMovement.reshaped(node, summands, columns);
        Value indices = node.add(new Expand(columns), node.constant(Literal.of(target, 1, 1, target.length)));
        Value zero = node.constant(Literal.splat(summands.type().type(), 0, 1, 1, 1));
        Value empty = node.add(new Expand(List.of(x.dim(0), channels, Dim.of(size))), zero);
        Value sums = node.add(new ScatterElements(2, ScatterReduction.ADD), empty, indices, updates);
        List<Dim> shape = new ArrayList<>(List.of(x.dim(0), channels));
        shape.addAll(OnnxSlicing.dims(padded));
        Value whole = node.add(new Reshape(shape), sums);
        List<Dim> starts = new ArrayList<>(List.of(Dim.ZERO, Dim.ZERO));
        List<Dim> kept = new ArrayList<>(List.of(x.dim(0), channels));
        List<Integer> steps = new ArrayList<>(List.of(1, 1));
        for (int axis = 0; axis < d; axis++) {
            starts.add(Dim.of(pads[axis]));
            kept.add(Dim.of(image[axis]));
            steps.add(1);
        }
        node.out(f.cast(OnnxSlicing.part(node, whole, starts, steps, kept), x.type().type()));
    }

    private static long[] list(OnnxNode node, String name, int count, long otherwise) {
        long[] values = node.integers(name);
        if (values == null) {
            values = new long[count];
            Arrays.fill(values, otherwise);
        }
        if (values.length != count || Arrays.stream(values).anyMatch(v -> Math.abs(v) > MOST)) {
            throw node.misfit("attribute '" + name + "' is " + Arrays.toString(values));
        }
        return values;
    }
}
