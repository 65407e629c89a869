package dev.lanewise.compiler.onnx;

import static dev.lanewise.compiler.onnx.OneNode.uniform;
import static dev.lanewise.compiler.onnx.SmallModel.info;
import static dev.lanewise.compiler.onnx.SmallModel.integer;
import static dev.lanewise.compiler.onnx.SmallModel.model;
import static dev.lanewise.compiler.onnx.SmallModel.node;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.onnx.proto.GraphProto;
import dev.lanewise.formats.DType;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * AffineGrid, Col2Im, TensorScatter and sizes of ConvTranspose, at random, against ONNX Runtime. Where corners are
 * aligned, ONNX does not say where the only element of an axis is: in the middle, as for PyTorch; at an end for ONNX
 * Runtime. No such axes here.
 */
@Tag("once")
class OnnxPlacesTest {

    @Test
    void affineGrids() {
        Random random = new Random(1);
        for (int i = 0; i < 24; i++) {
            int d = 2 + i % 2;
            int n = 1 + random.nextInt(3);
            long[] size = new long[d + 2];
            size[0] = n;
            size[1] = 1 + random.nextInt(3);
            for (int axis = 0; axis < d; axis++) {
                size[axis + 2] = 1 + i / 2 % 2 + random.nextInt(6);
            }
            new OneNode("AffineGrid", 20).in(n, d, d + 1).known(size).numbers(d, d + 1)
                    .set("align_corners", i / 2 % 2).agrees();
        }
    }

    /** The size of an image whose extents are known when the model runs. */
    @Test
    void affineGridOfSymbolicSize() {
        for (long corners = 0; corners < 2; corners++) {
            byte[] model = model(GraphProto.newBuilder()
                    .addInput(info("x", DType.F32, "N", 1, "H", "W")).addInput(info("theta", DType.F32, "N", 2, 3))
                    .addNode(node("Shape", "size", "x"))
                    .addNode(node("AffineGrid", "y", "theta", "size").addAttribute(integer("align_corners", corners)))
                    .addOutput(info("y", DType.F32, -1, -1, -1, 2)), 20);
            CompileOptions options = CompileOptions.defaults().dim("N", 4).dim("H", 9).dim("W", 9);
            int least = 1 + (int) corners;
            for (int[] shape : new int[][] {{1, 1, 4, 7}, {3, 1, least, 5}, {2, 1, 9, least}}) {
                Map<String, Literal> inputs = new LinkedHashMap<>();
                inputs.put("x", uniform(DType.F32, -1, 1, 0, shape));
                inputs.put("theta", uniform(DType.F32, -1, 1, 1, shape[0], 2, 3));
                new OnnxAgreement("affine grid", model, inputs, options).agrees();
            }
        }
    }

    @Test
    void imagesOfColumns() {
        Random random = new Random(2);
        for (int i = 0; i < 24; i++) {
            int d = 2; // what ONNX Runtime has
            long[] image = new long[d];
            long[] kernel = new long[d];
            long[] strides = new long[d];
            long[] dilations = new long[d];
            long[] pads = new long[2 * d];
            int windows = 1;
            int taps = 1;
            for (int axis = 0; axis < d; axis++) {
                kernel[axis] = 1 + random.nextInt(3);
                strides[axis] = 1 + random.nextInt(3);
                dilations[axis] = 1 + random.nextInt(2);
                pads[axis] = random.nextInt(2);
                pads[axis + d] = random.nextInt(2);
                long reach = (kernel[axis] - 1) * dilations[axis] + 1;
                image[axis] = reach + random.nextInt(5);
                windows *= (int) ((image[axis] + pads[axis] + pads[axis + d] - reach) / strides[axis]) + 1;
                taps *= (int) kernel[axis];
            }
            int n = 1 + random.nextInt(2);
            int channels = 1 + random.nextInt(3);
            new OneNode("Col2Im", 18).in(n, channels * taps, windows).known(image).known(kernel)
                    .numbers(channels * taps, windows)
                    .set("strides", strides).set("dilations", dilations).set("pads", pads).agrees();
        }
    }

    @Test
    void cachesWrittenTo() {
        Random random = new Random(3);
        for (int i = 0; i < 24; i++) {
            int rank = 3 + random.nextInt(2);
            int axis = 1 + random.nextInt(rank - 1);
            int[] cache = new int[rank];
            for (int k = 0; k < rank; k++) {
                cache[k] = 1 + random.nextInt(4);
            }
            cache[axis] = 5 + random.nextInt(4);
            int[] update = cache.clone();
            update[axis] = 1 + random.nextInt(4);
            boolean circular = random.nextBoolean();
            long[] begin = random.longs(cache[0], 0, circular ? cache[axis] : cache[axis] - update[axis] + 1).toArray();
            OneNode node = new OneNode("TensorScatter", 24).in(cache).in(update);
            if (random.nextInt(4) > 0) {
                node.in(Literal.of(begin, cache[0]));
            }
            node.set("axis", random.nextBoolean() ? axis : axis - rank).set("mode", circular ? "circular" : "linear")
                    .agrees();
        }
    }

    @Test
    void statedSizesOfTransposedConvolutions() {
        Random random = new Random(4);
        for (int i = 0; i < 32; i++) {
            int d = 1 + random.nextInt(2);
            int group = 1 + random.nextInt(2);
            int[] x = new int[d + 2];
            int[] w = new int[d + 2];
            x[0] = 1 + random.nextInt(2);
            x[1] = 2 * group;
            w[0] = x[1];
            w[1] = 1 + random.nextInt(3);
            long[] strides = new long[d];
            long[] dilations = new long[d];
            long[] size = new long[d];
            for (int axis = 0; axis < d; axis++) {
                x[axis + 2] = 2 + random.nextInt(4);
                w[axis + 2] = 1 + random.nextInt(3);
                strides[axis] = 1 + random.nextInt(3);
                dilations[axis] = 1 + random.nextInt(2);
                long full = (x[axis + 2] - 1) * strides[axis] + (w[axis + 2] - 1) * dilations[axis] + 1;
                size[axis] = Math.max(1, full - random.nextInt(4));
            }
            String auto = new String[] {"NOTSET", "SAME_UPPER", "SAME_LOWER"}[random.nextInt(3)];
            new OneNode("ConvTranspose", 11).in(x).known(uniform(DType.F32, -1, 1, 1, w)).set("group", group)
                    .set("strides", strides).set("dilations", dilations).set("output_shape", size)
                    .set("auto_pad", auto).numbers(2, 3, 4, 5).agrees();
        }
    }
}
