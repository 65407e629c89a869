package dev.lanewise.vector;

import static dev.lanewise.vector.Lanes.LANES;

import dev.lanewise.runtime.kernel.AttentionKernels;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.scalar.Fma;
import dev.lanewise.runtime.scalar.ScalarMath;
import java.util.Arrays;

/**
 * Attention with vectors: blocks of 64 keys outside, four queries at a time inside, both products
 * by {@link AttentionTiles}. A block's keys are transposed once for all queries, so that scores lie
 * in lanes.
 *
 * <p>Scratch, in floats:
 *
 * <pre>
 * keys    [headDim, 64]        the block's keys, transposed
 * scores  [4, 64]              scores, then weights, of four queries
 * max     [queries]            running maximum m
 * sum     [queries]            running sum
 * values  [64, valueFloats]    the block's values  } only where valueDim is not a multiple of the
 * rows    [queries, valueFloats]  running output   } lanes: rows then have a width that is
 * </pre>
 */
public final class VectorAttention implements AttentionKernels {

    private static final int TILE = AttentionTiles.QUERIES;

    /** Sixteen accumulators and their operands need 32 registers. */
    private static final boolean WIDE_TILES = Lanes.MANY_REGISTERS;

    private final VectorMap map = new VectorMap();

    @Override
    public void attend(
            AttentionShape shape, int queries, int keys,
            float[] q, int qOff, int qStride, float[] k, int kOff, int kStride,
            float[] v, int vOff, int vStride,
            float[] bias, int biasOff, int biasStride, int lastKeyOfFirstQuery,
            float[] out, int outOff, int outStride, float[] scratch, int scratchOff) {
        int headDim = shape.headDim();
        int dim = shape.valueDim();
        int scores = scratchOff + BLOCK * headDim;
        int maxes = scores + TILE * BLOCK;
        int sums = maxes + queries;
        int values = sums + queries;
        boolean padded = dim % LANES != 0;
        int width = padded ? Lanes.roundUp(dim, LANES) : dim;
        float[] rows = padded ? scratch : out;
        int rowsOff = padded ? values + BLOCK * width : outOff;
        int rowStride = padded ? width : outStride;

        Arrays.fill(scratch, maxes, sums, Float.NEGATIVE_INFINITY);
        Arrays.fill(scratch, sums, values, 0f);
        for (int i = 0; i < queries; i++) {
            Arrays.fill(rows, rowsOff + i * rowStride, rowsOff + i * rowStride + width, 0f);
        }
        int seen = AttentionKernels.visibleKeys(queries - 1, keys, lastKeyOfFirstQuery);
        for (int t = 0; t < seen; t += BLOCK) {
            int n = Math.min(BLOCK, seen - t);
            transpose(k, kOff + t * kStride, kStride, n, headDim, scratch, scratchOff);
            float[] valueRows = v;
            int valuesOff = vOff + t * vStride;
            int valueStride = vStride;
            if (padded) {
                copyRows(v, valuesOff, vStride, n, dim, scratch, values, width);
                valueRows = scratch;
                valuesOff = values;
                valueStride = width;
            }
            for (int i = 0; i < queries; i += TILE) {
                int tile = Math.min(TILE, queries - i);
                int first = t - 1 - lastKeyOfFirstQuery; // the first query that sees key t
                if (i + tile <= first) {
                    continue;
                }
                scoresOf(tile, headDim, shape.scale(), q, qOff + i * qStride, qStride, n,
                        scratch, scratchOff, scores);
                int common = n;
                for (int j = 0; j < tile; j++) {
                    int visible =
                            AttentionKernels.visibleKeys(i + j, keys, lastKeyOfFirstQuery) - t;
                    int biasRow = biasOff + (i + j) * biasStride + t;
                    int m = Math.min(n, visible);
                    int row = rowsOff + (i + j) * rowStride;
                    boolean any = m > 0
                            && weigh(shape, m, bias, biasRow, scratch, scores + j * BLOCK,
                                    maxes + i + j, sums + i + j, rows, row, width);
                    common = any ? Math.min(common, m) : 0;
                }
                addValues(tile, common, width, scratch, scores, valueRows, valuesOff, valueStride,
                        rows, rowsOff + i * rowStride, rowStride);
                for (int j = 0; j < tile; j++) {
                    int visible =
                            AttentionKernels.visibleKeys(i + j, keys, lastKeyOfFirstQuery) - t;
                    addRest(common, Math.min(n, visible), width, scratch, scores + j * BLOCK,
                            scratch[maxes + i + j], valueRows, valuesOff, valueStride,
                            rows, rowsOff + (i + j) * rowStride);
                }
            }
        }
        for (int i = 0; i < queries; i++) {
            float sum = scratch[sums + i];
            int row = rowsOff + i * rowStride;
            VectorBinary.mul(rows, row, sum == 0f ? 0f : 1f / sum, rows, row, width);
            if (padded) {
                System.arraycopy(rows, row, out, outOff + i * outStride, dim);
            }
        }
    }

    /** to[d, t] = k[t, d], four keys at a time; rows of {@code to} have {@link #BLOCK} floats. */
    private static void transpose(
            float[] k, int kOff, int kStride, int keys, int dim, float[] to, int toOff) {
        int t = 0;
        for (; t + 4 <= keys; t += 4) {
            int k0 = kOff + t * kStride;
            int k1 = k0 + kStride;
            int k2 = k1 + kStride;
            int k3 = k2 + kStride;
            for (int d = 0; d < dim; d++) {
                int at = toOff + d * BLOCK + t;
                to[at] = k[k0 + d];
                to[at + 1] = k[k1 + d];
                to[at + 2] = k[k2 + d];
                to[at + 3] = k[k3 + d];
            }
        }
        for (; t < keys; t++) {
            for (int d = 0; d < dim; d++) {
                to[toOff + d * BLOCK + t] = k[kOff + t * kStride + d];
            }
        }
    }

    private static void copyRows(
            float[] v, int vOff, int vStride, int rows, int dim, float[] to, int toOff, int width) {
        for (int i = 0; i < rows; i++) {
            System.arraycopy(v, vOff + i * vStride, to, toOff + i * width, dim);
            Arrays.fill(to, toOff + i * width + dim, toOff + (i + 1) * width, 0f);
        }
    }

    /** Scores of up to four queries, scaled; those beyond n are junk. */
    private static void scoresOf(
            int tile, int dim, float scale, float[] q, int qOff, int qStride, int n,
            float[] scratch, int keys, int scores) {
        int wide = 4 * LANES;
        if (tile == TILE) {
            int t = 0;
            for (; WIDE_TILES && t + 2 * LANES < n; t += wide) {
                AttentionTiles.scores4x4(
                        dim, scale, q, qOff, qStride, scratch, keys + t, scores + t);
            }
            for (; t < n; t += 2 * LANES) {
                AttentionTiles.scores4x2(
                        dim, scale, q, qOff, qStride, scratch, keys + t, scores + t);
            }
            return;
        }
        for (int j = 0; j < tile; j++) {
            for (int t = 0; t < n; t += wide) {
                AttentionTiles.scores1x4(
                        dim, scale, q, qOff + j * qStride, scratch, keys + t,
                        scores + j * BLOCK + t);
            }
        }
    }

    /**
     * Turns the first n scores of one query into weights and takes their sum; scales down what the
     * query has so far. Returns whether there was a key that is not masked.
     */
    private boolean weigh(
            AttentionShape shape, int n, float[] bias, int biasOff, float[] scratch, int scores,
            int maxAt, int sumAt, float[] rows, int row, int width) {
        int end = n + 15 & -16;
        if (shape.softcap() != 0f) {
            VectorSigmoid.scaledTanh(
                    shape.softcap(), 1f / shape.softcap(), scratch, scores, scratch, scores, end);
        }
        if (bias != null) {
            map.binary(
                    BinaryFn.ADD, scratch, scores, bias, biasOff, scratch, scores, n);
        }
        Arrays.fill(scratch, scores + n, scores + end, Float.NEGATIVE_INFINITY);
        float max = scratch[maxAt];
        float newMax = Math.max(max, RowSums.maxNumber(scratch, scores, end));
        if (newMax == Float.NEGATIVE_INFINITY) {
            newMax = VectorReduce.max(scratch, scores, end); // NaN, where there is nothing else
            if (newMax == Float.NEGATIVE_INFINITY) {
                return false;
            }
        }
        float blockSum = RowSums.expAndSum(scratch, scores, newMax, scratch, scores, end);
        if (newMax == max) { // the usual case; e^0 is 1 exactly
            scratch[sumAt] += blockSum;
            return true;
        }
        float decay = ScalarMath.exp(max - newMax);
        scratch[sumAt] = Fma.fma(scratch[sumAt], decay, blockSum);
        scratch[maxAt] = newMax;
        VectorBinary.mul(rows, row, decay, rows, row, width);
        return true;
    }

    /** Adds the first {@code n} weighted values to the rows of a whole tile. */
    private static void addValues(
            int tile, int n, int width, float[] weights, int weightsOff,
            float[] v, int vOff, int vStride, float[] rows, int rowsOff, int rowStride) {
        if (tile < TILE) {
            for (int j = 0; j < tile; j++) {
                addRow(0, n, width, weights, weightsOff + j * BLOCK, v, vOff, vStride,
                        rows, rowsOff + j * rowStride);
            }
            return;
        }
        int d = 0;
        for (; WIDE_TILES && d + 4 * LANES <= width; d += 4 * LANES) {
            AttentionTiles.values4x4(
                    n, weights, weightsOff, v, vOff + d, vStride, rows, rowsOff + d, rowStride);
        }
        for (; d + 2 * LANES <= width; d += 2 * LANES) {
            AttentionTiles.values4x2(
                    n, weights, weightsOff, v, vOff + d, vStride, rows, rowsOff + d, rowStride);
        }
        if (d < width) {
            AttentionTiles.values4x1(
                    n, weights, weightsOff, v, vOff + d, vStride, rows, rowsOff + d, rowStride);
        }
    }

    /**
     * Adds the weighted values from {@code from} to {@code n}, unless the query has met none but
     * masked keys.
     */
    private static void addRest(
            int from, int n, int width, float[] weights, int weightsOff, float max,
            float[] v, int vOff, int vStride, float[] rows, int row) {
        if (from < n && max != Float.NEGATIVE_INFINITY) {
            addRow(from, n, width, weights, weightsOff, v, vOff, vStride, rows, row);
        }
    }

    private static void addRow(
            int from, int n, int width, float[] weights, int weightsOff,
            float[] v, int vOff, int vStride, float[] rows, int row) {
        int d = 0;
        for (; d + 4 * LANES <= width; d += 4 * LANES) {
            AttentionTiles.values1x4(
                    from, n, weights, weightsOff, v, vOff + d, vStride, rows, row + d);
        }
        for (; d < width; d += LANES) {
            AttentionTiles.values1x1(
                    from, n, weights, weightsOff, v, vOff + d, vStride, rows, row + d);
        }
    }
}
