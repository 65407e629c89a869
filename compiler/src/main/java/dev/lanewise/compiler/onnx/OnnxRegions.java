package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.NonMaxSuppression;
import dev.lanewise.compiler.op.RoiAlign;
import dev.lanewise.formats.DType;
import java.util.Map;

/** ONNX's operators of object detectors: NonMaxSuppression and RoiAlign. */
final class OnnxRegions {

    /** Larger images of regions, or more points in one, are no model's. */
    private static final long MOST = 1024;

    private OnnxRegions() {}

    static void register(Map<String, OnnxOp> ops) {
        ops.put(":NonMaxSuppression", OnnxRegions::nonMaxSuppression);
        ops.put(":RoiAlign", OnnxRegions::roiAlign);
    }

    /** Without a number of boxes per class ONNX selects none; without an overlap, none may overlap. */
    private static void nonMaxSuppression(OnnxNode node) {
        Formula f = new Formula(node);
        Value boxes = node.in(0);
        Value scores = node.in(1);
        if (boxes.rank() != 3 || scores.rank() != 3) {
            throw node.misfit("boxes " + boxes.type() + " and scores " + scores.type()
                    + "; expected [batch, n, 4] and [batch, classes, n]");
        }
        Value most = node.has(2) ? f.cast(node.in(2), DType.I64) : node.constant(Literal.scalar(0L));
        Value overlap = node.has(3) ? node.in(3) : node.constant(Literal.scalar(0f));
        long perClass = scores.dim(2).max();
        if (most.isConstant() && most.constant().size() == 1) {
            perClass = Math.max(0, Math.min(perClass, most.constant().longAt(0)));
        }
        double bound = (double) scores.dim(0).max() * scores.dim(1).max() * perClass;
        boolean centres = node.integer("center_point_box", 0) != 0;
        // a cast to long keeps to the largest
        NonMaxSuppression op = new NonMaxSuppression(centres, node.learnt(0, 0, (long) bound));
        node.out(node.add(op, boxes, scores, most, overlap, node.inOrNull(4)));
    }

    /** Before operator set 16 there was one mode of coordinates, now called output_half_pixel. */
    private static void roiAlign(OnnxNode node) {
        Formula f = new Formula(node);
        Value x = node.in(0);
        DType type = x.type().type();
        if (x.rank() != 4) {
            throw node.misfit("the input is " + x.type() + "; expected [N, C, H, W]");
        }
        boolean halfPixel = node.oneOf("coordinate_transformation_mode",
                node.opset() < 16 ? "output_half_pixel" : "half_pixel", "half_pixel", "output_half_pixel")
                .equals("half_pixel");
        boolean largest = node.oneOf("mode", "avg", "avg", "max").equals("max");
        RoiAlign op = new RoiAlign(
                size(node, "output_height", 1, 1), size(node, "output_width", 1, 1), largest,
                size(node, "sampling_ratio", 0, 0), node.number("spatial_scale", 1), halfPixel);
        Value image = OnnxProducts.channelsLast(node, f.wide(x));
        Value y = node.add(op, image, f.wide(node.in(1)), node.in(2));
        node.out(f.cast(OnnxProducts.channelsFirst(node, y), type));
    }

    private static int size(OnnxNode node, String attribute, long otherwise, long least) {
        long size = node.integer(attribute, otherwise);
        if (size < least || size > MOST) {
            throw node.misfit("attribute '" + attribute + "' is " + size + "; expected " + least + " to " + MOST);
        }
        return (int) size;
    }
}
