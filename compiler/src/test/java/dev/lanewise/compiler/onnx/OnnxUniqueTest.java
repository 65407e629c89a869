package dev.lanewise.compiler.onnx;

import static dev.lanewise.compiler.onnx.OneNode.uniform;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.formats.DType;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Unique against ONNX Runtime, with few values, so that slices are equal often. */
@Tag("once")
class OnnxUniqueTest {

    @Test
    void elementsAndSlices() {
        Random random = new Random(1);
        for (int i = 0; i < 40; i++) {
            int[] shape = new int[1 + random.nextInt(3)];
            for (int axis = 0; axis < shape.length; axis++) {
                shape[axis] = 1 + random.nextInt(6);
            }
            DType type = List.of(DType.F32, DType.I64, DType.I8, DType.F64).get(random.nextInt(4));
            double[] values = uniform(DType.I64, -1, 2, i, shape).toDoubles();
            OneNode node = new OneNode("Unique", 11).in(Literal.of(type, values, shape)).outputs(4)
                    .set("sorted", random.nextInt(2));
            if (random.nextInt(3) > 0) {
                node.set("axis", random.nextInt(2 * shape.length) - shape.length);
            }
            node.agrees();
        }
    }

    /** numpy's rule; ONNX Runtime's maps are at odds with themselves there. */
    @Test
    void notANumberIsOneValue() {
        float nan = Float.NaN;
        Map<String, Literal> found = new OneNode("Unique", 11).outputs(4)
                .in(Literal.of(new float[] {2, nan, 1, nan, 2}, 5)).run();
        assertArrayEquals(new float[] {1, 2, nan}, found.get("y0").floats());
        assertArrayEquals(new long[] {2, 0, 1}, found.get("y1").toLongs());
        assertArrayEquals(new long[] {1, 2, 0, 2, 1}, found.get("y2").toLongs());
        assertArrayEquals(new long[] {1, 2, 2}, found.get("y3").toLongs());
    }
}
