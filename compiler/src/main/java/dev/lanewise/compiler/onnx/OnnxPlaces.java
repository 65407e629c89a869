package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Expand;
import dev.lanewise.compiler.op.MatMul;
import dev.lanewise.compiler.op.Reshape;
import dev.lanewise.compiler.op.ScatterElements;
import dev.lanewise.compiler.op.ScatterReduction;
import dev.lanewise.compiler.op.Transpose;
import dev.lanewise.formats.DType;
import java.util.ArrayList;
import java.util.Arrays;
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
     * from -1 to 1, x first, and a one, times theta transposed.
     */
    private static void affineGrid(OnnxNode node) {
        Value theta = node.in(0);
        long[] size = node.longs(1);
        int d = size.length - 2;
        boolean corners = node.flag("align_corners", false);
        if (theta.rank() != 3 || d < 2 || d > 3 || !theta.dim(1).is(d) || !theta.dim(2).is(d + 1)) {
            throw node.misfit("transformations " + theta.type() + " for an image of size " + Arrays.toString(size));
        }
        long[] spatial = Arrays.copyOfRange(size, 2, size.length);
        int places = count(node, spatial, d + 1);
        double[] base = new double[places * (d + 1)];
        for (int p = 0; p < places; p++) {
            int rest = p;
            for (int axis = d - 1; axis >= 0; axis--) {
                long n = spatial[axis];
                double at = rest % n;
                rest /= (int) n;
                double place = corners ? (n == 1 ? 0 : 2 * at / (n - 1) - 1) : (2 * at + 1) / n - 1;
                base[p * (d + 1) + d - 1 - axis] = place;
            }
            base[p * (d + 1) + d] = 1;
        }
        Value grid = node.constant(Literal.of(theta.type().type(), base, 1, places, d + 1));
        Value moved = node.add(MatMul.PLAIN, grid, node.add(Transpose.of(0, 2, 1), theta));
        List<Dim> shape = new ArrayList<>(OnnxSlicing.dims(spatial));
        shape.add(0, theta.dim(0));
        shape.add(Dim.of(d));
        node.out(OnnxMovement.reshaped(node, moved, shape));
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
