package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Literal;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Maxima over regions against ONNX Runtime: bins that overlap, that are empty, and that leave the image. */
@Tag("once")
class OnnxRoiPoolingTest {

    @Test
    void maximaOverRegions() {
        Random random = new Random(1);
        for (int i = 0; i < 30; i++) {
            int[] x = {1 + random.nextInt(3), 1 + random.nextInt(3), 3 + random.nextInt(8), 3 + random.nextInt(8)};
            int count = 1 + random.nextInt(4);
            float[] regions = new float[5 * count];
            for (int r = 0; r < count; r++) {
                regions[5 * r] = random.nextInt(x[0]);
                regions[5 * r + 1] = random.nextInt(2 * x[3]) - 1;
                regions[5 * r + 2] = random.nextInt(2 * x[2]) - 1;
                regions[5 * r + 3] = regions[5 * r + 1] + random.nextInt(2 * x[3]);
                regions[5 * r + 4] = regions[5 * r + 2] + random.nextInt(2 * x[2]);
            }
            new OneNode("MaxRoiPool", 13)
                    .in(x)
                    .in(Literal.of(regions, count, 5))
                    .set("pooled_shape", new long[] {1 + random.nextInt(4), 1 + random.nextInt(4)})
                    .set("spatial_scale", 0.5f)
                    .numbers(5)
                    .agrees();
        }
    }
}
