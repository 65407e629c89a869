package dev.lanewise.compiler.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.formats.DType;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Products that ONNX Runtime does not have, against the specification. */
@Tag("once")
class OnnxProductsTest {

    private static final int M = 3;
    private static final int K = 4;
    private static final int N = 2;

    /** {@code alpha · A · B + beta · C} of integers, cut off towards zero as ONNX's reference does. */
    @Test
    void gemmOfIntegers() {
        float[][] factors = {{1, 1}, {3, -2}, {0.5f, 1}, {1, 0.25f}, {-0.75f, 2.5f}, {2, 0}};
        for (DType type : new DType[] {DType.I32, DType.I64, DType.U32, DType.U64}) {
            for (float[] factor : factors) {
                if (type.isUnsigned() && (factor[0] < 0 || factor[1] < 0)) {
                    continue; // what an unsigned type makes of a fraction below zero is not specified
                }
                Literal a = OneNode.uniform(type, type.isUnsigned() ? 0 : -9, 9, 0, M, K);
                Literal b = OneNode.uniform(type, type.isUnsigned() ? 0 : -9, 9, 1, K, N);
                Literal c = OneNode.uniform(type, type.isUnsigned() ? 0 : -9, 9, 2, N);
                long[] expected = new long[M * N];
                for (int i = 0; i < M * N; i++) {
                    double sum = 0;
                    for (int k = 0; k < K; k++) {
                        sum += (double) a.longAt(i / N * K + k) * b.longAt(k * N + i % N);
                    }
                    expected[i] = (long) (factor[0] * sum + factor[1] * c.longAt(i % N));
                }
                Literal found = new OneNode("Gemm", 13).in(a).in(b).in(c).set("alpha", factor[0])
                        .set("beta", factor[1]).run().get("y0");
                assertArrayEquals(expected, found.toLongs(), type + " " + factor[0] + " " + factor[1]);
            }
        }
    }
}
