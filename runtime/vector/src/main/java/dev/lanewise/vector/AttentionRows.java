package dev.lanewise.vector;

import static dev.lanewise.runtime.kernel.AttentionKernels.BLOCK;
import static dev.lanewise.vector.Lanes.LANES;

import dev.lanewise.runtime.kernel.AttentionKernels;
import dev.lanewise.runtime.kernel.AttentionKernels.AttentionShape;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.scalar.Fma;
import dev.lanewise.runtime.scalar.ScalarAttention;
import dev.lanewise.runtime.scalar.ScalarMath;
import java.util.Arrays;

/**
 * Attention of few queries, as in decoding: scores have keys in lanes, each block of keys being
 * transposed once for all queries, or in registers where there is only one. Several blocks go through
 * each stage together, so that the chains of one block hide behind the work of the next.
 *
 * <p>Scratch, in floats, w being valueDim rounded up to a multiple of 16:
 *
 * <pre>
 * keys    [headDim, 64]        a block's keys, transposed; or keys of both parts side by side, as they are
 * values  [64, w]              a block's values, where reading whole vectors would leave their array
 * scores  [queries, SPAN]      scores, then weights
 * max     [queries]            running maximum m
 * sum     [queries]            running sum
 * decay   [SPAN / 64]          e^(m − m') of each block
 * rows    [queries, w]         running output
 * </pre>
 */
final class AttentionRows {

    /** Queries that {@link AttentionStrips} takes no longer than this for. */
    static final int MOST = Math.max(3, LANES / 2 - 1);

    /** Keys that pass through a stage together. */
    private static final int SPAN = 8 * BLOCK;

    private final VectorMap map = new VectorMap();

    void attend(
            AttentionShape shape, int queries, int keys,
            float[] q, int qOff, int qStride,
            int pastKeys, float[] pastK, int pastKOff, float[] pastV, int pastVOff,
            float[] k, int kOff, int kStride, float[] v, int vOff, int vStride,
            float[] bias, int biasOff, int biasStride, int lastKeyOfFirstQuery,
            float[] out, int outOff, int outStride, float[] logSums, int logSumsOff,
            float[] s, int scratchOff) {
        int headDim = shape.headDim();
        int dim = shape.valueDim();
        int width = Lanes.roundUp(dim, 16);
        int values = scratchOff + headDim * BLOCK;
        int scores = values + BLOCK * width;
        int max = scores + queries * SPAN;
        int sum = max + queries;
        int decay = sum + queries;
        int rows = decay + SPAN / BLOCK;

        Arrays.fill(s, max, sum, Float.NEGATIVE_INFINITY);
        Arrays.fill(s, sum, decay, 0f);
        Arrays.fill(s, rows, rows + queries * width, 0f);
        int seen = AttentionKernels.visibleKeys(queries - 1, keys, lastKeyOfFirstQuery);
        for (int t = 0; t < seen; t += SPAN) {
            int n = Math.min(SPAN, seen - t);
            int past = AttentionKernels.pastOf(t, n, pastKeys);
            if (queries == 1 && KeySquares.fit(headDim)) {
                scoresOfOne(shape, n, q, qOff, past, pastK, pastKOff + t * kStride,
                        k, kOff + t * kStride, kStride, s, scratchOff, scores);
            } else {
                scores(shape, queries, n, q, qOff, qStride, past, pastK, pastKOff + t * kStride,
                        k, kOff + t * kStride, kStride, s, scratchOff, scores);
            }
            for (int i = 0; i < queries; i++) {
                int visible = Math.min(n, AttentionKernels.visibleKeys(i, keys, lastKeyOfFirstQuery) - t);
                int weights = scores + i * SPAN;
                if (visible > 0) {
                    weigh(shape, visible, bias, biasOff + i * biasStride + t, s, weights, max + i, sum + i, decay);
                    addValues(visible, dim, width, s, weights, decay, past, pastV, pastVOff + t * vStride,
                            v, vOff + t * vStride, vStride, values, rows + i * width);
                }
            }
        }
        for (int i = 0; i < queries; i++) {
            float total = s[sum + i];
            int row = rows + i * width;
            VectorBinary.mul(s, row, total == 0f ? 0f : 1f / total, s, row, width);
            System.arraycopy(s, row, out, outOff + i * outStride, dim);
            if (logSums != null) {
                logSums[logSumsOff + i] = ScalarAttention.logSum(s[max + i], total);
            }
        }
    }

    /** Scaled scores [queries, n]; up to the end of the last block they are junk. */
    private static void scores(
            AttentionShape shape, int queries, int n, float[] q, int qOff, int qStride,
            int pastKeys, float[] pastK, int pastKOff, float[] k, int kOff, int kStride,
            float[] s, int turned, int scores) {
        int dim = shape.headDim();
        for (int t = 0; t < n; t += BLOCK) {
            int block = Math.min(BLOCK, n - t);
            int past = AttentionKernels.pastOf(t, block, pastKeys);
            VectorTranspose.transpose(pastK, pastKOff + t * kStride, kStride, past, dim, s, turned, BLOCK);
            VectorTranspose.transpose(
                    k, kOff + (t + past) * kStride, kStride, block - past, dim, s, turned + past, BLOCK);
            for (int i = 0; i < queries; i++) {
                for (int at = 0; at < block; at += 4 * LANES) {
                    RowAttentionTiles.scores1x4(
                            dim, shape.scale(), q, qOff + i * qStride, s, turned + at, scores + i * SPAN + t + at);
                }
            }
        }
    }

    /** Scaled scores [n] of one query. The last sixteen keys reach back over those before. */
    private static void scoresOfOne(
            AttentionShape shape, int n, float[] q, int qOff,
            int pastKeys, float[] pastK, int pastKOff, float[] k, int kOff, int kStride,
            float[] s, int copy, int scores) {
        int dim = shape.headDim();
        for (int t = 0; t < n; t += 16) {
            int first = Math.max(0, Math.min(t, n - 16));
            int past = AttentionKernels.pastOf(first, 16, pastKeys);
            if (first + 16 <= n && past == 16) {
                KeySquares.scores(dim, q, qOff, pastK, pastKOff + first * kStride, kStride, s, scores + first);
            } else if (first + 16 <= n && past == 0) {
                KeySquares.scores(dim, q, qOff, k, kOff + first * kStride, kStride, s, scores + first);
            } else { // keys of both parts, or fewer than sixteen
                int some = Math.min(past, n - first);
                VectorRows.copy(pastK, pastKOff + first * kStride, kStride, some, dim, s, copy, dim);
                VectorRows.copy(
                        k, kOff + (first + some) * kStride, kStride, Math.min(16, n - first) - some, dim,
                        s, copy + some * dim, dim);
                KeySquares.scores(dim, q, qOff, s, copy, dim, s, scores + first);
            }
        }
        VectorBinary.mul(s, scores, shape.scale(), s, scores, n);
    }

    /**
     * Turns n scores of one query into weights, block by block.
     *
     * @param decay gets e^(m − m') of each block
     */
    private void weigh(
            AttentionShape shape, int n, float[] bias, int biasOff, float[] s, int scores,
            int maxAt, int sumAt, int decay) {
        int end = n + 15 & -16;
        if (shape.softcap() != 0f) {
            VectorSigmoid.scaledTanh(shape.softcap(), 1f / shape.softcap(), s, scores, s, scores, end);
        }
        if (bias != null) {
            map.binary(BinaryFn.ADD, s, scores, bias, biasOff, s, scores, n);
        }
        Arrays.fill(s, scores + n, scores + end, Float.NEGATIVE_INFINITY);
        for (int t = 0; t < n; t += BLOCK) {
            s[decay + t / BLOCK] = RowSums.maxNumber(s, scores + t, Math.min(BLOCK, end - t));
        }
        float max = s[maxAt];
        float sum = s[sumAt];
        for (int t = 0; t < n; t += BLOCK) {
            float newMax = Math.max(max, s[decay + t / BLOCK]);
            float shift = newMax == Float.NEGATIVE_INFINITY ? 0f : newMax; // none but masked keys: e^−∞ each
            float blockSum =
                    RowWeights.weightAndSum(s, scores + t, shift, Math.min(BLOCK, end - t));
            float before = newMax == max ? 1f : ScalarMath.weight(max - newMax); // e^0 is 1 exactly
            sum = Fma.fma(sum, before, blockSum);
            s[decay + t / BLOCK] = before;
            max = newMax;
        }
        s[maxAt] = max;
        s[sumAt] = sum;
    }

    /** Rescales one query's row and adds n weighted values, block by block. */
    private static void addValues(
            int n, int dim, int width, float[] s, int weights, int decay,
            int pastKeys, float[] pastV, int pastVOff, float[] v, int vOff, int vStride, int copy, int row) {
        for (int t = 0; t < n; t += BLOCK) {
            int block = Math.min(BLOCK, n - t);
            float before = s[decay + t / BLOCK];
            int past = AttentionKernels.pastOf(t, block, pastKeys);
            if (dim < width && !(reach(past, width, pastV, pastVOff + t * vStride, vStride)
                    && reach(block - past, width, v, vOff + (t + past) * vStride, vStride))) {
                VectorRows.copy(pastV, pastVOff + t * vStride, vStride, past, dim, s, copy, width);
                VectorRows.copy(
                        v, vOff + (t + past) * vStride, vStride, block - past, dim, s, copy + past * width, width);
                addBlock(block, width, before, s, weights + t, s, copy, width, row);
                continue;
            }
            if (past > 0) {
                addBlock(past, width, before, s, weights + t, pastV, pastVOff + t * vStride, vStride, row);
            }
            if (past < block) {
                addBlock(
                        block - past, width, past > 0 ? 1f : before, s, weights + t + past,
                        v, vOff + (t + past) * vStride, vStride, row);
            }
        }
    }

    /** Whether n rows can be read in whole vectors: what lies behind their values ends in lanes that nobody reads. */
    private static boolean reach(int n, int width, float[] v, int vOff, int vStride) {
        return n == 0 || vOff + (n - 1) * vStride + width <= v.length;
    }

    private static void addBlock(
            int n, int width, float decay, float[] s, int weights, float[] v, int vOff, int vStride, int row) {
        int d = 0;
        for (; d + 4 * LANES <= width; d += 4 * LANES) {
            RowAttentionTiles.values1x4(n, decay, s, weights, v, vOff + d, vStride, row + d);
        }
        for (; d + 2 * LANES <= width; d += 2 * LANES) {
            RowAttentionTiles.values1x2(n, decay, s, weights, v, vOff + d, vStride, row + d);
        }
        for (; d < width; d += LANES) {
            RowAttentionTiles.values1x1(n, decay, s, weights, v, vOff + d, vStride, row + d);
        }
    }
}
