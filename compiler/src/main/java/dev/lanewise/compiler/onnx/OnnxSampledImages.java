package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.onnx.OnnxSampling.Mode;
import dev.lanewise.compiler.onnx.OnnxSampling.Padding;
import dev.lanewise.compiler.onnx.OnnxSampling.Taps;
import dev.lanewise.compiler.op.Gather;
import dev.lanewise.compiler.op.MatMul;
import dev.lanewise.compiler.op.Transpose;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.BinaryFn;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** ONNX's operators that read images at places which are data: GridSample and DeformConv. */
final class OnnxSampledImages {

    /** Taps of one place; more come only from cubic interpolation over many axes. */
    private static final double MOST_TAPS = 256;

    private OnnxSampledImages() {}

    static void register(Map<String, OnnxOp> ops) {
        ops.put(":GridSample", OnnxSampledImages::gridSample);
        ops.put(":DeformConv", OnnxSampledImages::deformConv);
    }

    /** x [N, C, spatial...] at grid [N, out..., axes], which has the last axis first, from -1 to 1. */
    private static void gridSample(OnnxNode node) {
        Formula f = new Formula(node);
        Value x = node.in(0);
        Value grid = node.in(1);
        int axes = x.rank() - 2;
        if (axes < 1 || grid.rank() != x.rank() || !grid.dim(axes + 1).is(axes)) {
            throw node.misfit("an image " + x.type() + " and a grid " + grid.type()
                    + "; expected [N, C, spatial...] and [N, out..., number of spatial axes]");
        }
        Mode mode = switch (node.oneOf("mode", node.opset() < 20 ? "bilinear" : "linear",
                "bilinear", "linear", "nearest", "bicubic", "cubic")) {
            case "nearest" -> Mode.NEAREST;
            case "bicubic", "cubic" -> Mode.CUBIC;
            default -> Mode.LINEAR;
        };
        if (mode == Mode.CUBIC && Math.pow(4, axes) > MOST_TAPS) {
            throw node.unsupported("cubic interpolation over " + axes + " axes");
        }
        boolean corners = node.flag("align_corners", false);
        Padding padding = switch (node.oneOf("padding_mode", "zeros", "zeros", "border", "reflection")) {
            case "border" -> Padding.BORDER;
            case "reflection" -> corners ? Padding.MIRRORED_CENTRES : Padding.MIRRORED_EDGES;
            default -> Padding.ZEROS;
        };
        DType type = x.type().type() == DType.F64 ? DType.F64 : Formula.wide(grid.type().type());
        List<Dim> out = grid.shape().subList(1, axes + 1);
        Value places = f.reshape(f.cast(grid, type),
                List.of(x.dim(0), ValueType.product(out), Dim.of(axes)));
        List<Taps> taps = new ArrayList<>();
        for (int axis = 0; axis < axes; axis++) {
            Value number = node.constant(Literal.scalar((long) axes - 1 - axis));
            Value place = node.add(new Gather(2), places, number);
            taps.add(OnnxSampling.taps(f, inElements(f, place, x.dim(axis + 2), corners), x.dim(axis + 2), mode,
                    padding));
        }
        Value image = OnnxProducts.channelsLast(node, mode == Mode.NEAREST ? x : f.cast(x, type));
        Value samples = f.node().add(Transpose.of(0, 2, 1), OnnxSampling.sample(f, image, taps));
        List<Dim> shape = new ArrayList<>(List.of(x.dim(0), x.dim(1)));
        shape.addAll(out);
        node.out(f.cast(f.reshape(samples, shape), x.type().type()));
    }

    /** From -1 ... 1 to elements: the ends are the outermost centres where {@code corners}, else the outer edges. */
    private static Value inElements(Formula f, Value place, Dim n, boolean corners) {
        Value extent = f.extent(n, place.type().type());
        Value from0 = f.apply(BinaryFn.ADD, place, 1);
        return corners
                ? f.times(f.apply(BinaryFn.MUL, from0, 0.5), f.apply(BinaryFn.SUB, extent, 1))
                : f.apply(BinaryFn.MUL, f.apply(BinaryFn.SUB, f.times(from0, extent), 1), 0.5);
    }

    /**
     * A convolution whose taps are moved by offsets that are data, [N, offset groups · kernel · axes, out...],
     * and weighted by an optional mask [N, offset groups · kernel, out...]: what the taps see becomes columns,
     * [N, group, C / group · kernel, out], and the filter's rows times those the result.
     *
     * <p>Dai et al., Deformable Convolutional Networks, 2017; Zhu et al., Deformable ConvNets v2, 2019.
     */
    private static void deformConv(OnnxNode node) {
        Formula f = new Formula(node);
        DType type = Formula.wide(node.in(0).type().type());
        Value x = f.cast(node.in(0), type);
        Value w = f.cast(node.in(1), type);
        Value offset = f.cast(node.in(2), type);
        int axes = x.rank() - 2;
        if (axes < 1 || w.rank() != x.rank() || offset.rank() != x.rank()) {
            throw node.misfit("an image " + x.type() + ", a filter " + w.type() + " and offsets " + offset.type());
        }
        OnnxConvolutions.requireKernel(node, w);
        List<Dim> kernel = w.shape().subList(2, w.rank());
        List<Dim> out = offset.shape().subList(2, offset.rank());
        OnnxWindow window = OnnxWindow.read(node, axes, x.shape().subList(2, x.rank()), kernel);
        long group = OnnxConvolutions.positive(node, "group");
        long offsetGroups = OnnxConvolutions.positive(node, "offset_group");
        Dim images = x.dim(0).times(offsetGroups);
        Dim taps = ValueType.product(kernel);
        Dim places = ValueType.product(out);
        Value offsets = f.reshape(offset, List.of(images, taps, Dim.of(axes), places));
        List<Taps> axesTaps = new ArrayList<>();
        for (int axis = 0; axis < axes; axis++) {
            Value moved = node.add(new Gather(2), offsets, node.constant(Literal.scalar((long) axis)));
            Value at = f.plus(f.reshape(moved, List.of(images, taps.times(places))),
                    f.cast(grid(f, window, axis, kernel, out), type));
            axesTaps.add(OnnxSampling.taps(f, at, x.dim(axis + 2), Mode.LINEAR, Padding.ZEROS));
        }
        Dim channels = x.dim(1).floorDiv(offsetGroups);
        Value samples = OnnxSampling.sample(f, grouped(f, x, images, channels), axesTaps);
        if (node.has(4)) {
            samples = f.times(samples,
                    f.reshape(f.cast(node.in(4), type), List.of(images, taps.times(places), Dim.ONE)));
        }
        Value apart = f.reshape(samples, List.of(x.dim(0), Dim.of(offsetGroups), taps, places, channels));
        Dim depth = x.dim(1).floorDiv(group).times(taps);
        Value columns = f.reshape(node.add(Transpose.of(0, 1, 4, 2, 3), apart),
                List.of(x.dim(0), Dim.of(group), depth, places));
        Value rows = f.reshape(w, List.of(Dim.of(group), w.dim(0).floorDiv(group), depth));
        List<Dim> shape = new ArrayList<>(List.of(x.dim(0), w.dim(0)));
        shape.addAll(out);
        Value y = f.reshape(node.add(MatMul.PLAIN, rows, columns), shape);
        if (node.has(3)) {
            y = f.plus(y, f.along(f.cast(node.in(3), type), 1, y.rank()));
        }
        node.out(f.cast(y, node.in(0).type().type()));
    }

    /** Where the taps of an axis are before they are moved: i64 [kernel · out], elements of the image. */
    private static Value grid(Formula f, OnnxWindow window, int axis, List<Dim> kernel, List<Dim> out) {
        int axes = kernel.size();
        Value starts = window.starts(f, axis, out.get(axis), axes + axis, 2 * axes);
        Value taps = f.apply(BinaryFn.MUL, f.counting(kernel.get(axis), axis, 2 * axes), window.dilations().get(axis));
        List<Dim> shape = new ArrayList<>(kernel);
        shape.addAll(out);
        return f.reshape(f.expand(f.plus(starts, taps), shape), List.of(ValueType.product(shape)));
    }

    /** [N, groups · C, spatial...] to [N · groups, spatial..., C]. */
    private static Value grouped(Formula f, Value x, Dim images, Dim channels) {
        List<Dim> shape = new ArrayList<>(List.of(images, channels));
        shape.addAll(x.shape().subList(2, x.rank()));
        return OnnxProducts.channelsLast(f.node(), f.reshape(x, shape));
    }
}
