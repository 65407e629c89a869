package dev.lanewise.compiler.onnx;

import static dev.lanewise.compiler.onnx.OneNode.uniform;

import dev.lanewise.formats.DType;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Images read at places that are data, against ONNX Runtime, with random shapes and attributes. */
@Tag("once")
class OnnxSampledImagesTest {

    @Test
    void grids() {
        Random random = new Random(1);
        for (int axes = 2; axes < 4; axes++) {
            for (String mode : List.of("linear", "nearest", "cubic")) {
                for (String padding : List.of("zeros", "border", "reflection")) {
                    for (long corners = 0; corners < 2; corners++) {
                        if (axes == 3 && mode.equals("cubic")) {
                            continue; // ONNX Runtime has it for two axes alone
                        }
                        grid(random, axes, mode, padding, corners);
                        grid(random, axes, mode, padding, corners);
                    }
                }
            }
        }
    }

    private static void grid(Random random, int axes, String mode, String padding, long corners) {
        int[] x = new int[axes + 2];
        int[] grid = new int[axes + 2];
        x[0] = 1 + random.nextInt(2);
        x[1] = 1 + random.nextInt(3);
        grid[0] = x[0];
        for (int axis = 0; axis < axes; axis++) {
            x[axis + 2] = 4 + random.nextInt(5);
            grid[axis + 1] = 4 + random.nextInt(5);
        }
        grid[axes + 1] = axes;
        OneNode node = new OneNode("GridSample", axes == 2 && random.nextBoolean() ? 16 : 20).in(x)
                .in(uniform(DType.F32, -2.3, 2.3, 1, grid)).set("padding_mode", padding).set("align_corners", corners);
        boolean old = node.opset() < 20;
        node.set("mode", !old ? mode : mode.replace("linear", "bilinear").replace("cubic", "bicubic"))
                .numbers(axes).agrees();
    }

    /** ONNX Runtime has these for f32 in two dimensions. */
    @Test
    void deformableConvolutions() {
        Random random = new Random(2);
        for (int i = 0; i < 15; i++) {
            int group = 1 + random.nextInt(2);
            int offsetGroup = 1 + random.nextInt(2);
            int channels = 2 * group * offsetGroup;
            int[] size = {5 + random.nextInt(4), 5 + random.nextInt(4)};
            int[] kernel = {1 + random.nextInt(3), 1 + random.nextInt(3)};
            long[] strides = {1 + random.nextInt(2), 1 + random.nextInt(2)};
            long[] dilations = {1 + random.nextInt(2), 1 + random.nextInt(2)};
            long[] pads = {random.nextInt(2), random.nextInt(2), random.nextInt(2), random.nextInt(2)};
            int[] out = new int[2];
            for (int axis = 0; axis < 2; axis++) {
                out[axis] = (int) ((size[axis] + pads[axis] + pads[axis + 2] - (kernel[axis] - 1) * dilations[axis] - 1)
                        / strides[axis]) + 1;
            }
            int taps = kernel[0] * kernel[1] * offsetGroup;
            int outputs = 3 * group;
            OneNode node = new OneNode("DeformConv", random.nextBoolean() ? 19 : 22).numbers(kernel)
                    .in(2, channels, size[0], size[1])
                    .in(outputs, channels / group, kernel[0], kernel[1])
                    .in(uniform(DType.F32, -1.5, 1.5, 3, 2, 2 * taps, out[0], out[1]));
            if (random.nextBoolean()) {
                node.in(outputs);
            } else {
                node.none();
            }
            if (random.nextBoolean()) {
                node.in(uniform(DType.F32, 0, 1, 4, 2, taps, out[0], out[1]));
            }
            node.set("group", group).set("offset_group", offsetGroup).set("strides", strides)
                    .set("dilations", dilations).set("pads", pads).agrees();
        }
    }
}
