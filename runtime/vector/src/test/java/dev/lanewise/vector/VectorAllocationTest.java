package dev.lanewise.vector;

import static dev.lanewise.vector.Allocations.assertNone;

import dev.lanewise.runtime.kernel.AttentionKernels;
import dev.lanewise.runtime.kernel.AttentionKernels.AttentionShape;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.ConvKernels;
import dev.lanewise.runtime.kernel.ConvKernels.ConvShape;
import dev.lanewise.runtime.kernel.Epilogue;
import dev.lanewise.runtime.kernel.Kernels;
import dev.lanewise.runtime.kernel.MapKernels;
import dev.lanewise.runtime.kernel.NormKernels;
import dev.lanewise.runtime.kernel.PoolKernels;
import dev.lanewise.runtime.kernel.PoolKernels.PoolShape;
import dev.lanewise.runtime.kernel.ReduceFn;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.EnumSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Maps, reductions, norms and attention allocate nothing once they are compiled. */
@Tag("allocation")
class VectorAllocationTest {

    /** Whole vectors and a rest at every width. */
    private static final int N = 117;

    private final float[] x = Twins.values(1, 4 * N);
    private final float[] y = new float[4 * N];
    private float sink;

    @Test
    void maps() {
        MapKernels map = new VectorMap();
        for (UnaryFn fn : EnumSet.range(UnaryFn.ABS, UnaryFn.SCALED_TANH)) {
            assertNone(fn.name(), () -> map.unary(fn, 0.5f, 2f, x, 3, y, 5, N));
        }
        x[9] = 1e9f; // takes sine's other way
        assertNone("SIN", () -> map.unary(UnaryFn.SIN, 0f, 0f, x, 3, y, 5, N));
        for (BinaryFn fn : EnumSet.range(BinaryFn.ADD, BinaryFn.PRELU)) {
            assertNone(fn.name(), () -> map.binary(fn, x, 3, x, 130, y, 5, N));
            assertNone(fn.name(), () -> map.binaryRight(fn, x, 3, 1.5f, y, 5, N));
            assertNone(fn.name(), () -> map.binaryLeft(fn, 1.5f, x, 3, y, 5, N));
        }
    }

    @Test
    void rows() {
        VectorReduce reduce = new VectorReduce();
        for (ReduceFn fn : ReduceFn.values()) {
            assertNone(fn + " of a row", () -> sink += reduce.row(fn, x, 3, N));
            assertNone(fn + " of columns", () -> reduce.columns(fn, x, 3, 3, N, N, y, 5));
        }
        NormKernels norm = new VectorNorm();
        assertNone("softmax", () -> norm.softmax(x, 3, y, 5, 3, N));
        assertNone("log softmax", () -> norm.logSoftmax(x, 3, y, 5, 3, N));
        assertNone("layer norm", () ->
                norm.layerNorm(x, 3, x, 0, x, 0, 1e-5f, y, 5, 3, N, null, 0, 0));
        assertNone("softmax's gradient", () -> norm.softmaxGradient(x, 3, x, 1, y, 5, 3, N));
        assertNone("log softmax's gradient", () -> norm.logSoftmaxGradient(x, 3, x, 1, y, 5, 3, N));
        assertNone("layer norm's gradient", () ->
                norm.layerNormGradient(x, 3, x, 0, x, 0, x, 5, x, 1, y, 5, 3, N));
        assertNone("scale's gradient", () ->
                norm.scaleGradient(x, 3, x, 0, x, 5, x, 1, y, 0, null, 0, 3, N, 0, N));
        assertNone("RMS norm", () -> norm.rmsNorm(x, 3, x, 0, 1e-5f, y, 5, 3, N));
    }

    @Test
    void pools() {
        PoolKernels pool = new VectorPool();
        float[] x = Twins.values(1, 8 * 9 * N);
        float[] y = new float[8 * 9 * N];
        for (int kernel : new int[] {2, 3}) {
            PoolShape shape = new PoolShape(kernel, kernel, 2, 2, 1, 1, 0, 0);
            assertNone("a maximum", () -> pool.max(shape, N, x, 0, 8, 9, y, 0, 3, 4));
            assertNone("a maximum of few channels", () -> pool.max(shape, 3, x, 0, 8, 9, y, 0, 3, 4));
            assertNone("the gradient of a maximum", () ->
                    pool.maxGradient(shape, N, x, 0, 8, 9, x, 1, 3, 4, y, 0));
            assertNone("the gradient of an average", () ->
                    pool.averageGradient(shape, N, 8, 9, false, 8, 9, x, 1, 3, 4, y, 0));
        }
    }

    /** With zeros around the image, at the ends of a sequence, and two pixels in a vector. */
    @Test
    void paddedConvolutions() {
        VectorConv conv = new VectorConv(new VectorMap(), 0);
        Epilogue relu = Epilogue.of(UnaryFn.RELU, 0f, 0f);
        float[] x = Twins.values(1, 14 * 14 * 8);
        float[] y = new float[14 * 14 * 16];
        float[] scratch = new float[Kernels.SCRATCH_FLOATS];
        for (ConvShape shape : new ConvShape[] {
            new ConvShape(1, 1, Lanes.LANES / 2, 5, 5, 1, 1, 1, 1, 2, 2),
            new ConvShape(1, 8, 16, 5, 5, 1, 1, 1, 1, 2, 2),
            new ConvShape(1, 8, 16, 1, 5, 1, 1, 1, 1, 0, 2)
        }) {
            int height = shape.kernelH() == 1 ? 1 : 14;
            ConvKernels.PackedFilter filter = conv.pack(
                    shape, new ConvKernels.ImageSize(height, 14, height, 14), Twins.values(2, 16 * 8 * 25), 0);
            assertNone("convolution " + shape, () -> conv.conv(
                    filter, x, 0, height, 14, null, 0, false, relu, y, 0, height, 14, scratch));
        }
    }

    @Test
    void planes() {
        float[] x = Twins.values(1, 3 * N);
        float[] y = new float[3 * N];
        VectorLayout layout = new VectorLayout();
        assertNone("three planes", () -> layout.transpose(3, N, x, 0, N, y, 0, 3));
    }

    @Test
    void filterGradients() {
        VectorConv conv = new VectorConv(new VectorMap());
        for (int group : new int[] {1, 40}) {
            ConvShape shape = new ConvShape(group, 40, 40, 3, 3, 1, 1, 1, 1, 1, 1);
            float[] x = Twins.values(1, 8 * 9 * 40 + ConvKernels.SLACK);
            float[] sums = new float[(int) ConvKernels.gradientFloats(shape)];
            assertNone("a filter's gradient", () -> {
                for (int piece = 0; piece < ConvKernels.gradientPieces(shape); piece++) {
                    conv.addFilterGradient(shape, x, 0, 9, x, 0, 6, 7, piece, sums, 0);
                }
            });
        }
    }

    @Test
    void attention() {
        AttentionKernels kernels = new VectorAttention();
        for (int dim : new int[] {20, 32, 64}) {
            for (int queries : new int[] {1, 7}) {
                AttentionShape shape = new AttentionShape(dim, dim, 0.2f, 0f);
                int keys = 70;
                float[] k = Twins.values(2, keys * dim);
                float[] out = new float[queries * dim];
                float[] scratch = new float[AttentionKernels.scratchFloats(shape, queries)];
                assertNone("attention " + dim, () -> kernels.attend(
                        shape, queries, keys, k, 0, dim, 30, k, 0, k, 0, k, 0, dim, k, 0, dim,
                        null, 0, 0, keys - queries, out, 0, dim, null, 0, scratch, 0));
                float[] sums = new float[queries];
                float[] dk = new float[keys * dim];
                float[] more = new float[AttentionKernels.gradientScratchFloats(shape, queries)];
                assertNone("gradients of attention " + dim, () -> kernels.gradients(
                        shape, queries, keys, k, 0, dim, k, 0, dim, k, 0, dim, null, 0, 0, keys - queries,
                        sums, 0, out, 0, k, 0, dim, out, 0, dk, 0, dk, 0, more, 0));
            }
        }
    }
}
