package dev.lanewise.vector;

import dev.lanewise.runtime.kernel.AttentionKernels;
import dev.lanewise.runtime.kernel.AttentionKernels.AttentionShape;
import dev.lanewise.runtime.scalar.ScalarKernels;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Attention: the scalar twin's bits for sequences, single steps, masks and odd sizes. */
class VectorAttentionTest {

    private static final int PAD = 7;

    private final AttentionKernels scalar = ScalarKernels.INSTANCE.attention();
    private final AttentionKernels vector = new VectorAttention();

    @Test
    void everySize() {
        for (int keys : Twins.SIZES) {
            check(new AttentionShape(32, 32, 0.17f, 0f), 5, keys, false, keys);
            check(new AttentionShape(16, 24, 0.25f, 0f), 1, keys, true, keys);
        }
        for (int dim : Twins.SIZES) {
            check(new AttentionShape(dim, dim, 0.3f, 0f), 6, 70, true, 70);
            check(new AttentionShape(3, dim, 0.3f, 0f), 4, 20, false, 70);
            check(new AttentionShape(dim, dim, 0.3f, 0f), 1, 20, true, 20);
        }
    }

    @Test
    void usualHeads() {
        for (int dim : new int[] {4, 8, 12, 32, 64, 80, 128}) {
            AttentionShape shape = new AttentionShape(dim, dim, (float) (1 / Math.sqrt(dim)), 0f);
            check(shape, 1, 200, false, 200);
            check(shape, 129, 129, false, 0);
            check(shape, 10, 200, true, 190);
        }
    }

    @Test
    void causal() {
        for (int last : new int[] {-5, -1, 0, 1, 62, 63, 64, 100, Integer.MAX_VALUE}) {
            check(new AttentionShape(16, 16, 0.25f, 0f), 9, 150, false, last);
            check(new AttentionShape(16, 20, 0.25f, 0f), 66, 66, true, last);
        }
    }

    @Test
    void softcap() {
        check(new AttentionShape(16, 16, 2f, 5f), 9, 150, false, 150);
        check(new AttentionShape(16, 16, 2f, 5f), 9, 150, true, 100);
    }

    private void check(AttentionShape shape, int queries, int keys, boolean masked, int last) {
        int dim = shape.headDim();
        int valueDim = shape.valueDim();
        float[] q = Twins.values(1, queries * (dim + 3) + PAD);
        float[] k = Twins.values(2, keys * (dim + 1) + PAD);
        float[] v = Twins.values(3, keys * (valueDim + 2) + PAD);
        float[] bias = null;
        if (masked) {
            bias = Twins.values(4, queries * (keys + 5) + PAD);
            for (int i = 0; i < bias.length; i++) {
                boolean wholeRow = i / (keys + 5) == 2;
                boolean firstBlocks = i / (keys + 5) == 3 && i % (keys + 5) < keys - 1;
                if (wholeRow || firstBlocks || i % 5 == 0) {
                    bias[i] = Float.NEGATIVE_INFINITY;
                }
            }
        }
        int scratch = AttentionKernels.scratchFloats(shape, queries);
        float[] expectedScratch = Twins.values(5, scratch + PAD);
        float[] actualScratch = Twins.specials(6, scratch + PAD);
        float[] before = Twins.values(7, queries * (valueDim + 4) + PAD);
        float[] expected = before.clone();
        float[] actual = before.clone();
        float[] expectedSums = new float[queries + PAD];
        float[] actualSums = new float[queries + PAD];
        scalar.attend(
                shape, queries, keys, q, 3, dim + 3, 0, k, 0, v, 0, k, 2, dim + 1, v, 1, valueDim + 2,
                bias, 4, keys + 5, last, expected, PAD, valueDim + 4, expectedSums, 2,
                expectedScratch, PAD);
        for (int past : new int[] {0, keys / 3, keys}) {
            // what one part must not read of its array is junk
            float[] pastK = k.clone();
            float[] pastV = v.clone();
            float[] newK = k.clone();
            float[] newV = v.clone();
            Arrays.fill(pastK, 2 + past * (dim + 1), pastK.length, Float.NaN);
            Arrays.fill(pastV, 1 + past * (valueDim + 2), pastV.length, Float.NaN);
            Arrays.fill(newK, 0, 2 + past * (dim + 1), Float.NaN);
            Arrays.fill(newV, 0, 1 + past * (valueDim + 2), Float.NaN);
            for (AttentionKernels kernels : List.of(scalar, vector)) {
                System.arraycopy(before, 0, actual, 0, before.length);
                kernels.attend(
                        shape, queries, keys, q, 3, dim + 3, past, pastK, 2, pastV, 1,
                        newK, 2, dim + 1, newV, 1, valueDim + 2,
                        bias, 4, keys + 5, last, actual, PAD, valueDim + 4, actualSums, 2,
                        actualScratch, PAD);
                String what = shape + ", " + queries + " queries, " + keys + " keys, " + past + " past, last " + last;
                Twins.assertSameBits(what, expected, actual);
                Twins.assertSameBits(what, expectedSums, actualSums);
                Twins.assertOnly(what, before, actual, PAD, queries, valueDim, valueDim + 4);
            }
        }
    }
}
