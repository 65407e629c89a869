package dev.lanewise.vector;

import static dev.lanewise.runtime.kernel.AttentionKernels.BLOCK;
import static dev.lanewise.vector.AttentionStrips.STRIP;
import static dev.lanewise.vector.Lanes.LANES;
import static dev.lanewise.vector.Lanes.SPECIES;

import dev.lanewise.runtime.kernel.AttentionKernels;
import dev.lanewise.runtime.kernel.AttentionKernels.AttentionShape;
import dev.lanewise.runtime.scalar.Fma;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * The gradients of attention, in the blocks and strips of {@link AttentionStrips}: queries in lanes for scores,
 * weights and their gradients, d in lanes for the gradients of queries, keys and values. These gather in scratch, those
 * of keys and values for a block of keys at a time.
 *
 * <p>Scratch, in floats; T being the queries rounded up to 32, w headDim and u valueDim to a multiple of 16:
 *
 * <pre>
 * keys      [headDim, 64]             the block's keys, transposed
 * values    [valueDim, 64]            the block's values, transposed
 * key rows  [64, w]                   the block's keys
 * dk        [64, w]                   their gradients, but for the scale
 * dv        [64, u]
 * weights   [64, 32]                  scores, then weights, of a strip
 * ds        [64, 32]                  gradients of weights, then of scores
 * capped    [64, 32]                  scores without their bias
 * bias      [64, 32]                  the bias of a strip, transposed
 * ones      [32]                      what dq is not rescaled by
 * counts    [32]                      of keys that queries see
 * log sums  [T]
 * products  [T]                       dy · y
 * q strips  [T / 32, headDim, 32]     all queries, strip by strip transposed
 * dy strips [T / 32, valueDim, 32]
 * q rows    [T, w]
 * dy rows   [T, u]
 * dq        [T, w]                    but for the scale
 * </pre>
 */
final class AttentionGradientStrips {

    private AttentionGradientStrips() {}

    static void gradients(
            AttentionShape shape, int queries, int keys,
            float[] q, int qOff, int qStride, float[] k, int kOff, int kStride, float[] v, int vOff, int vStride,
            float[] bias, int biasOff, int biasStride, int lastKeyOfFirstQuery,
            float[] logSums, int logSumsOff, float[] y, int yOff, float[] dy, int dyOff, int yStride,
            float[] dq, int dqOff, float[] dk, int dkOff, float[] dv, int dvOff, float[] s, int scratchOff) {
        int dim = shape.headDim();
        int valueDim = shape.valueDim();
        int width = Lanes.roundUp(dim, 16);
        int valueWidth = Lanes.roundUp(valueDim, 16);
        int all = Lanes.roundUp(queries, STRIP);
        int valuesAt = scratchOff + dim * BLOCK;
        int keyRows = valuesAt + valueDim * BLOCK;
        int blockDk = keyRows + BLOCK * width;
        int blockDv = blockDk + BLOCK * width;
        int weights = blockDv + BLOCK * valueWidth;
        int ds = weights + BLOCK * STRIP;
        int capped = ds + BLOCK * STRIP;
        int turnedBias = capped + BLOCK * STRIP;
        int ones = turnedBias + BLOCK * STRIP;
        int counts = ones + STRIP;
        int sums = counts + STRIP;
        int products = sums + all;
        int strips = products + all;
        int dyStrips = strips + all * dim;
        int rows = dyStrips + all * valueDim;
        int dyRows = rows + all * width;
        int allDq = dyRows + all * valueWidth;

        Arrays.fill(s, ones, ones + STRIP, 1f);
        System.arraycopy(logSums, logSumsOff, s, sums, queries);
        Arrays.fill(s, sums + queries, products, Float.POSITIVE_INFINITY);
        for (int i = 0; i < queries; i++) {
            s[products + i] = RowSums.sumProducts(dy, dyOff + i * yStride, y, yOff + i * yStride, 0f, valueDim);
        }
        Arrays.fill(s, products + queries, strips, 0f);
        turn(queries, dim, q, qOff, qStride, s, strips);
        turn(queries, valueDim, dy, dyOff, yStride, s, dyStrips);
        VectorRows.copy(q, qOff, qStride, queries, dim, s, rows, width);
        VectorRows.copy(dy, dyOff, yStride, queries, valueDim, s, dyRows, valueWidth);
        Arrays.fill(s, allDq, allDq + all * width, 0f);
        int seen = AttentionKernels.visibleKeys(queries - 1, keys, lastKeyOfFirstQuery);
        for (int t = 0; t < seen; t += BLOCK) {
            int n = Math.min(BLOCK, seen - t);
            int whole = Lanes.roundUp(n, 8);
            VectorTranspose.transpose(k, kOff + t * kStride, kStride, n, dim, s, scratchOff, BLOCK);
            VectorTranspose.transpose(v, vOff + t * vStride, vStride, n, valueDim, s, valuesAt, BLOCK);
            VectorRows.copy(k, kOff + t * kStride, kStride, n, dim, s, keyRows, width);
            Arrays.fill(s, blockDk, weights, 0f);
            int first = (int) Math.max(0, Math.min(queries, (long) t - lastKeyOfFirstQuery)); // that sees key t
            for (int i = first & -STRIP; i < queries; i += STRIP) {
                int count = Math.min(STRIP, queries - i);
                AttentionStrips.scores(dim, shape.scale(), whole, count, s, scratchOff, strips + i * dim, weights);
                if (shape.softcap() != 0f) {
                    VectorSigmoid.scaledTanh(
                            shape.softcap(), 1f / shape.softcap(), s, weights, s, weights, n * STRIP);
                    System.arraycopy(s, weights, s, capped, n * STRIP);
                }
                if (bias != null) {
                    AttentionStrips.addBias(
                            n, count, bias, biasOff + i * biasStride + t, biasStride, s, turnedBias, weights);
                }
                Arrays.fill(s, weights + n * STRIP, weights + whole * STRIP, Float.NEGATIVE_INFINITY);
                // of the strip's first query; negative where only later ones see the block
                int visible = (int) Math.min(keys, (long) lastKeyOfFirstQuery + i + 1) - t;
                if (visible < n) {
                    AttentionStrips.hide(n, visible, s, weights, counts);
                }
                AttentionStrips.scores(valueDim, 1f, whole, count, s, valuesAt, dyStrips + i * valueDim, ds);
                for (int c = 0; c < count; c += LANES) {
                    StripSoftmaxGradient.weigh(whole, s, weights + c, ds + c, sums + i + c, products + i + c);
                }
                if (shape.softcap() != 0f) {
                    StripSoftmaxGradient.uncap(n * STRIP, 1f / shape.softcap(), s, capped, ds);
                }
                AttentionStrips.values(
                        n, visible, count, width, s, ds, ones, s, keyRows, width, allDq + i * width);
                addKeys(n, visible, count, s, ds, rows + i * width, blockDk, width);
                addKeys(n, visible, count, s, weights, dyRows + i * valueWidth, blockDv, valueWidth);
            }
            for (int j = 0; j < n; j++) {
                addScaled(s, blockDk + j * width, shape.scale(), dk, dkOff + (t + j) * kStride, dim);
                addScaled(s, blockDv + j * valueWidth, 1f, dv, dvOff + (t + j) * vStride, valueDim);
            }
        }
        for (int i = 0; i < queries; i++) {
            int row = dqOff + i * qStride;
            Arrays.fill(dq, row, row + dim, 0f);
            addScaled(s, allDq + i * width, shape.scale(), dq, row, dim);
        }
    }

    /** Strip by strip transposed; zeros for rows beyond the last one. */
    private static void turn(int rows, int dim, float[] x, int off, int stride, float[] s, int to) {
        for (int i = 0; i < rows; i += STRIP) {
            int count = Math.min(STRIP, rows - i);
            if (count < STRIP) {
                Arrays.fill(s, to + i * dim, to + (i + STRIP) * dim, 0f);
            }
            VectorTranspose.transpose(x, off + i * stride, stride, count, dim, s, to + i * dim, STRIP);
        }
    }

    /**
     * Adds what a strip gives to n keys, eight or four at a time, from the first query on that sees one of them. Rows
     * beyond n are junk.
     */
    private static void addKeys(
            int n, int visible, int count, float[] s, int weights, int rows, int sums, int width) {
        int tile = Lanes.MANY_REGISTERS ? 8 : 4;
        for (int t = 0; t < n; t += tile) {
            int from = Math.max(0, t - visible + 1); // query i sees visible + i keys
            int w = weights + t * STRIP;
            int to = sums + t * width;
            int d = 0;
            for (; d + 2 * LANES <= width; d += 2 * LANES) {
                if (Lanes.MANY_REGISTERS) {
                    StripKeyTiles.keys8x2(from, count, s, w, rows + d, to + d, width);
                } else {
                    StripKeyTiles.keys4x2(from, count, s, w, rows + d, to + d, width);
                }
            }
            if (d < width) { // 16 lanes, which come with many registers
                StripKeyTiles.keys8x1(from, count, s, w, rows + d, to + d, width);
            }
        }
    }

    /** y = x · scale + y, without −0. */
    private static void addScaled(float[] x, int xOff, float scale, float[] y, int yOff, int n) {
        FloatVector factor = FloatVector.broadcast(SPECIES, scale);
        int end = n & -LANES;
        for (int d = 0; d < end; d += LANES) {
            FloatVector before = FloatVector.fromArray(SPECIES, y, yOff + d);
            FloatVector.fromArray(SPECIES, x, xOff + d).fma(factor, before).add(0f).intoArray(y, yOff + d);
        }
        for (int d = end; d < n; d++) {
            y[yOff + d] = Fma.fma(x[xOff + d], scale, y[yOff + d]) + 0f;
        }
    }
}
