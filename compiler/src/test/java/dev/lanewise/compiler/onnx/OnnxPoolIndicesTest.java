package dev.lanewise.compiler.onnx;

import static dev.lanewise.compiler.onnx.OneNode.uniform;

import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.formats.DType;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Where maxima lie, and values put back there, against ONNX Runtime with random shapes and attributes. */
@Tag("once")
class OnnxPoolIndicesTest {

    @Test
    void places() {
        Random random = new Random(1);
        for (int i = 0; i < 60; i++) {
            int axes = 1 + random.nextInt(3);
            int[] shape = new int[axes + 2];
            long[] kernel = new long[axes];
            long[] strides = new long[axes];
            long[] dilations = new long[axes];
            long[] pads = new long[2 * axes];
            shape[0] = 1 + random.nextInt(2);
            shape[1] = 1 + random.nextInt(3);
            for (int axis = 0; axis < axes; axis++) {
                shape[axis + 2] = 6 + random.nextInt(4);
                kernel[axis] = 1 + random.nextInt(3);
                // ONNX Runtime crops where SAME needs less than no padding
                strides[axis] = 1 + random.nextInt((int) kernel[axis]);
                dilations[axis] = 1 + random.nextInt(2);
                pads[axis] = random.nextInt((int) kernel[axis]);
                pads[axes + axis] = random.nextInt((int) kernel[axis]);
            }
            // few values: of equal elements the first counts
            DType type = random.nextBoolean() ? DType.F32 : List.of(DType.U8, DType.I8).get(random.nextInt(2));
            double[] values = uniform(DType.I64, 0, 5, i, shape).toDoubles();
            OneNode node = new OneNode("MaxPool", 12).outputs(2).in(Literal.of(type, values, shape))
                    .set("kernel_shape", kernel).set("strides", strides).set("storage_order", random.nextInt(2));
            String auto = List.of("NOTSET", "NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER").get(random.nextInt(5));
            node.set("auto_pad", auto);
            if (auto.equals("NOTSET")) {
                node.set("pads", pads).set("dilations", dilations).set("ceil_mode", random.nextInt(2));
            }
            node.agrees();
        }
    }

    @Test
    void unpooling() {
        Random random = new Random(2);
        for (int i = 0; i < 20; i++) {
            int[] shape = {1 + random.nextInt(2), 1 + random.nextInt(2), 2 + random.nextInt(3), 2 + random.nextInt(3)};
            long[] kernel = {2 + random.nextInt(2), 2 + random.nextInt(2)};
            long[] strides = {1 + random.nextInt(3), 1 + random.nextInt(3)};
            int elements = shape[0] * shape[1];
            for (int axis = 0; axis < 2; axis++) {
                elements *= (int) ((shape[axis + 2] - 1) * strides[axis] + kernel[axis]);
            }
            // no place twice: which of two values stays there is nowhere said
            List<Integer> places = new java.util.ArrayList<>();
            for (int place = 0; place < elements; place++) {
                places.add(place);
            }
            java.util.Collections.shuffle(places, random);
            long[] indices = places.stream().mapToLong(p -> p).limit(Literal.size(shape)).toArray();
            new OneNode("MaxUnpool", random.nextBoolean() ? 9 : 11).in(shape).in(Literal.of(indices, shape))
                    .set("kernel_shape", kernel).set("strides", strides).agrees();
        }
    }

    /**
     * An output that is larger than the windows reach. ONNX's own case numbers places within what they reach, ONNX
     * Runtime within the larger output: the two are one where only rows are added, behind one image.
     */
    @Test
    void unpoolingToAShape() {
        for (long rows = 4; rows < 7; rows++) {
            for (int opset : new int[] {9, 11}) {
                new OneNode("MaxUnpool", opset).in(1, 1, 2, 3)
                        .in(Literal.of(new long[] {7, 2, 5, 12, 15, 23}, 1, 1, 2, 3))
                        .known(1, 1, rows, 6).set("kernel_shape", new long[] {2, 2})
                        .set("strides", new long[] {2, 2}).agrees();
            }
        }
    }
}
