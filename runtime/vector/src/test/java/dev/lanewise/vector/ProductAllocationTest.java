package dev.lanewise.vector;

import static dev.lanewise.vector.Allocations.assertNone;

import dev.lanewise.runtime.kernel.CellKernels;
import dev.lanewise.runtime.kernel.CellKernels.PackedCell;
import dev.lanewise.runtime.kernel.ConvKernels;
import dev.lanewise.runtime.kernel.ConvKernels.ConvShape;
import dev.lanewise.runtime.kernel.ConvKernels.ImageSize;
import dev.lanewise.runtime.kernel.ConvKernels.PackedFilter;
import dev.lanewise.runtime.kernel.Epilogue;
import dev.lanewise.runtime.kernel.Kernels;
import dev.lanewise.runtime.kernel.MatmulKernels;
import dev.lanewise.runtime.kernel.MatmulKernels.PackedMatrix;
import dev.lanewise.runtime.kernel.PoolKernels;
import dev.lanewise.runtime.kernel.PoolKernels.PoolShape;
import dev.lanewise.runtime.kernel.UnaryFn;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Hot products, cells, convolutions and pooling allocate nothing. A vector that C2 fails to keep in
 * a register is boxed, which shows here as bytes per call.
 */
@Tag("allocation")
class ProductAllocationTest {

    private static final Epilogue RELU = Epilogue.of(UnaryFn.RELU, 0f, 0f);

    private final float[] scratch = new float[Kernels.SCRATCH_FLOATS];

    @Test
    void products() {
        MatmulKernels kernels = new VectorMatmul(new VectorMap());
        int k = 40;
        int n = 150;
        PackedMatrix b = kernels.pack(Twins.values(1, k * n), 0, k, n, n, 1, 27);
        float[] a = Twins.values(2, 64 * k);
        float[] c = new float[64 * n];
        float[] panels = new float[MatmulKernels.panelFloats(n, k)];
        for (int m : new int[] {1, 2, 3, 4, 8, 12, 27}) {
            assertNone(
                    "m = " + m,
                    () -> kernels.matmul(m, a, 0, k, b, null, 0, RELU, c, 0, n, scratch));
        }
        assertNone(
                "dynamic",
                () ->
                        kernels.matmulDynamic(
                                5, n, k, a, 0, k, false, a, 0, 10, true, c, 0, n, panels, 0, scratch));
        assertNone(
                "a row",
                () -> {
                    kernels.matmulDynamic(1, n, 17, a, 0, 17, false, a, 0, n, false, c, 0, n, panels, 0, scratch);
                    kernels.matmulDynamic(1, 33, k, a, 0, k, false, a, 0, 33, false, c, 0, n, panels, 0, scratch);
                });
        assertNone(
                "both transposed",
                () ->
                        kernels.matmulDynamic(
                                37, n, k, a, 0, 50, true, a, 0, 10, true, c, 0, n, panels, 0, scratch));
    }

    @Test
    void cells() {
        CellKernels kernels = new VectorCells(new VectorMap());
        int size = 37;
        float[] w = Twins.values(1, 4 * size * size);
        PackedCell lstm = kernels.packLstm(size, size, w, 0, w, 0, null, 0, 5, 5);
        PackedCell gru = kernels.packGru(size, size, false, w, 0, w, 0, null, 0, 5, 5);
        PackedCell linear = kernels.packGru(size, size, true, w, 0, w, 0, null, 0, 5, 5);
        PackedCell rnn = kernels.packRnn(size, size, UnaryFn.TANH, w, 0, w, 0, null, 0, 5, 5);
        float[] pre = new float[16 * lstm.preFloats()];
        float[] h = Twins.values(2, 16 * size);
        float[] c = Twins.values(3, 16 * size);
        float[] out = new float[16 * size];
        int stride = lstm.preFloats();
        for (int rows : new int[] {1, 5}) {
            assertNone(
                    "project",
                    () -> kernels.project(lstm, rows, h, 0, size, pre, 0, scratch));
            assertNone(
                    "lstm",
                    () ->
                            kernels.lstm(
                                    lstm, rows, h, 0, size, pre, 0, stride, h, 0, size, c, 0, size,
                                    out, 0, size, c, 0, size, false, scratch));
            for (PackedCell cell : new PackedCell[] {gru, linear}) {
                assertNone(
                        "gru",
                        () -> kernels.gru(cell, rows, h, 0, size, pre, 0, stride, h, 0, size, out, 0, size,
                        false, scratch));
            }
            assertNone(
                    "rnn",
                    () -> kernels.rnn(rnn, rows, h, 0, size, pre, 0, stride, h, 0, size, out, 0, size,
                    false, scratch));
        }
    }

    @Test
    void convolutionsAndPooling() {
        float[] x = Twins.values(1, 12 * 12 * 64);
        float[] y = new float[12 * 12 * 64];
        ConvShape[] shapes = {
            new ConvShape(1, 20, 40, 3, 3, 1, 1, 1, 1, 1, 1),
            new ConvShape(1, 3, 17, 3, 3, 1, 1, 2, 2, 2, 2),
            new ConvShape(1, 1, 8, 5, 5, 1, 1, 1, 1, 2, 2),
            new ConvShape(1, 37, 10, 1, 1, 1, 1, 1, 1, 0, 0),
            new ConvShape(4, 20, 40, 3, 3, 1, 1, 1, 1, 1, 1),
            new ConvShape(37, 37, 37, 3, 3, 1, 1, 1, 1, 1, 1),
            new ConvShape(37, 37, 37, 5, 5, 1, 1, 1, 1, 2, 2),
        };
        for (ConvShape shape : shapes) {
            for (long leastShaped : new long[] {0, Long.MAX_VALUE}) {
                ConvKernels kernels = new VectorConv(new VectorMap(), leastShaped);
                PackedFilter filter =
                        kernels.pack(shape, new ImageSize(12, 12, 12, 12), Twins.values(2, 40 * 37 * 25), 0);
                assertNone(
                        shape + (leastShaped == 0 ? " shaped" : ""),
                        () ->
                                kernels.conv(
                                        filter, x, 0, 12, 12, null, 0, false, RELU, y, 0, 12, 12,
                                        scratch));
            }
        }
        ConvKernels planes = new VectorConv(new VectorMap());
        for (int width : new int[] {12, 20, 40}) {
            for (int pad : new int[] {0, 1}) {
                ConvShape shape = new ConvShape(3, 3, 3, 3, 3, 1, 1, 1, 1, pad, pad);
                int outW = width - 2 + 2 * pad;
                assertNone("planes " + shape + " of " + width, () -> planes.planes(
                        shape, x, 0, 12, width, x, 9, x, 1, RELU, y, 0, 10 + 2 * pad, outW, 0, 3));
            }
        }
        PoolKernels pool = new VectorPool();
        PoolShape shape = new PoolShape(3, 3, 1, 1, 1, 1, 1, 1);
        for (int channels : new int[] {7, 37}) {
            assertNone("max", () -> pool.max(shape, channels, x, 0, 12, 12, y, 0, 12, 12));
            assertNone(
                    "average",
                    () -> pool.average(shape, channels, x, 0, 12, 12, true, 14, 14, y, 0, 12, 12));
        }
    }
}
