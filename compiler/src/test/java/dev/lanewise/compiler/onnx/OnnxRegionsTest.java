package dev.lanewise.compiler.onnx;

import static dev.lanewise.compiler.onnx.OneNode.uniform;

import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.formats.DType;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The operators of object detectors against ONNX Runtime, with random shapes and attributes. */
@Tag("once")
class OnnxRegionsTest {

    @Test
    void nonMaxSuppression() {
        Random random = new Random(1);
        for (int i = 0; i < 40; i++) {
            int batch = 1 + random.nextInt(2);
            int boxes = 5 + random.nextInt(30);
            OneNode node = new OneNode("NonMaxSuppression", random.nextBoolean() ? 10 : 11).numbers(4)
                    .in(uniform(DType.F32, 0, 1, i, batch, boxes, 4))
                    .in(uniform(DType.F32, 0, 1, i, batch, 1 + random.nextInt(3), boxes))
                    .set("center_point_box", random.nextInt(2));
            Literal most = Literal.of(new long[] {random.nextInt(12)}, 1);
            if (random.nextBoolean()) {
                node.known(most);
            } else {
                node.in(most);
            }
            if (random.nextInt(4) > 0) {
                node.in(Literal.of(new float[] {random.nextFloat()}, 1));
                if (random.nextBoolean()) {
                    node.in(Literal.of(new float[] {random.nextFloat()}, 1));
                }
            }
            node.agrees();
        }
    }

    @Test
    void regions() {
        Random random = new Random(2);
        for (int i = 0; i < 40; i++) {
            int images = 1 + random.nextInt(2);
            int regions = 5 + random.nextInt(3);
            int opset = random.nextBoolean() ? 10 : 16; // ONNX Runtime has no newer one
            OneNode node = new OneNode("RoiAlign", opset).numbers(4)
                    .in(images, 1 + random.nextInt(3), 8 + random.nextInt(4), 8 + random.nextInt(4))
                    .in(corners(random, regions))
                    .in(uniform(DType.I64, 0, images, i, regions))
                    .set("output_height", 1 + random.nextInt(3)).set("output_width", 1 + random.nextInt(3))
                    .set("sampling_ratio", random.nextInt(4)).set("spatial_scale", 0.25f + random.nextFloat() / 2)
                    .set("mode", random.nextBoolean() ? "avg" : "max");
            if (opset >= 16 && random.nextBoolean()) {
                node.set("coordinate_transformation_mode", random.nextBoolean() ? "half_pixel" : "output_half_pixel");
            }
            node.agrees();
        }
    }

    /** Of regions inside the image, across its edges and outside; ONNX Runtime refuses those upside down. */
    private static Literal corners(Random random, int regions) {
        float[] corners = new float[4 * regions];
        for (int i = 0; i < corners.length; i++) {
            corners[i] = i % 4 < 2 ? random.nextFloat() * 18 - 4 : corners[i - 2] + random.nextFloat() * 15;
        }
        return Literal.of(corners, regions, 4);
    }
}
