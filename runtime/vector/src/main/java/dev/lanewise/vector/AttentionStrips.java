package dev.lanewise.vector;

import static dev.lanewise.runtime.kernel.AttentionKernels.BLOCK;
import static dev.lanewise.vector.Lanes.LANES;
import static dev.lanewise.vector.Lanes.SPECIES;
import static jdk.incubator.vector.VectorOperators.LT;

import dev.lanewise.runtime.kernel.AttentionKernels;
import dev.lanewise.runtime.kernel.AttentionKernels.AttentionShape;
import dev.lanewise.runtime.scalar.ScalarAttention;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * Attention of many queries: blocks of 64 keys outside, strips of 32 queries inside, queries in
 * lanes for the scores and the softmax, d in lanes for the values. Queries are transposed once,
 * keys once for all strips; the products are {@link StripTiles}, the rest {@link StripSoftmax}.
 *
 * <p>Scratch, in floats; T being the queries rounded up to 32, w valueDim to a multiple of 16:
 *
 * <pre>
 * keys    [headDim, 64]        the block's keys, transposed
 * values  [64, w]              the block's values
 * scores  [64, 32]             scores, then weights, of a strip
 * bias    [64, 32]             the bias of a strip, transposed
 * decay   [32]                 e^(m − m')
 * shift   [32]                 m', or 0 where it is −∞
 * parts   [16, 16]             of a sum
 * max     [T]                  running maximum m
 * sum     [T]                  running sum
 * queries [T / 32, headDim, 32]   all queries, strip by strip transposed
 * rows    [T, w]               running output
 * </pre>
 */
final class AttentionStrips {

    /** Queries of a strip: two of the widest vectors. With a block of keys it leaves room in the first cache. */
    static final int STRIP = 32;

    private static final boolean WIDE_TILES = Lanes.MANY_REGISTERS;

    /** Queries of a score tile: two vectors of them in 16 registers, else one at least. */
    private static final int COLUMNS = WIDE_TILES ? LANES : 2 * LANES;

    /** Whether a row of keys' values is read where it lies, or copied, so that rows share no cache sets. */
    private static final int NEAR = 128;

    private AttentionStrips() {}

    static void attend(
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
        int all = Lanes.roundUp(queries, STRIP);
        int values = scratchOff + headDim * BLOCK;
        int scores = values + BLOCK * width;
        int turnedBias = scores + BLOCK * STRIP;
        int decay = turnedBias + BLOCK * STRIP;
        int shift = decay + STRIP;
        int parts = shift + STRIP;
        int max = parts + 16 * 16;
        int sum = max + all;
        int strips = sum + all;
        int rows = strips + headDim * all;

        Arrays.fill(s, max, sum, Float.NEGATIVE_INFINITY);
        Arrays.fill(s, sum, strips, 0f);
        Arrays.fill(s, rows, rows + all * width, 0f);
        for (int i = 0; i < queries; i += STRIP) {
            int count = Math.min(STRIP, queries - i);
            int to = strips + i * headDim;
            if (count < STRIP) {
                Arrays.fill(s, to, to + STRIP * headDim, 0f);
            }
            VectorTranspose.transpose(q, qOff + i * qStride, qStride, count, headDim, s, to, STRIP);
        }
        boolean near = dim == width && vStride <= NEAR;
        int seen = AttentionKernels.visibleKeys(queries - 1, keys, lastKeyOfFirstQuery);
        for (int t = 0; t < seen; t += BLOCK) {
            int n = Math.min(BLOCK, seen - t);
            int past = AttentionKernels.pastOf(t, n, pastKeys);
            VectorTranspose.transpose(pastK, pastKOff + t * kStride, kStride, past, headDim, s, scratchOff, BLOCK);
            VectorTranspose.transpose(
                    k, kOff + (t + past) * kStride, kStride, n - past, headDim, s, scratchOff + past, BLOCK);
            boolean inPlace = near && (past == 0 || past == n);
            float[] valueRows = !inPlace ? s : past == 0 ? v : pastV;
            int valuesAt = !inPlace ? values : (past == 0 ? vOff : pastVOff) + t * vStride;
            int valueStride = inPlace ? vStride : width;
            if (!inPlace) {
                VectorRows.copy(pastV, pastVOff + t * vStride, vStride, past, dim, s, values, width);
                VectorRows.copy(
                        v, vOff + (t + past) * vStride, vStride, n - past, dim, s, values + past * width, width);
            }
            int first = (int) Math.max(0, Math.min(queries, (long) t - lastKeyOfFirstQuery)); // that sees key t
            for (int i = first & -STRIP; i < queries; i += STRIP) {
                int count = Math.min(STRIP, queries - i);
                int whole = n + 15 & -16;
                scores(shape.headDim(), shape.scale(), whole, count, s, scratchOff, strips + i * headDim, scores);
                if (shape.softcap() != 0f) {
                    VectorSigmoid.scaledTanh(
                            shape.softcap(), 1f / shape.softcap(), s, scores, s, scores, n * STRIP);
                }
                if (bias != null) {
                    addBias(n, count, bias, biasOff + i * biasStride + t, biasStride, s, turnedBias, scores);
                }
                Arrays.fill(s, scores + n * STRIP, scores + whole * STRIP, Float.NEGATIVE_INFINITY);
                // of the strip's first query; negative where only later ones see the block
                int visible = (int) Math.min(keys, (long) lastKeyOfFirstQuery + i + 1) - t;
                if (visible < n) {
                    hide(n, visible, s, scores, parts);
                }
                for (int c = 0; c < count; c += LANES) {
                    StripSoftmax.max(whole, s, scores + c, max + i + c, decay + c, shift + c);
                }
                for (int c = 0; c < count; c += LANES) {
                    StripSoftmax.weigh(whole, s, scores + c, shift + c, decay + c, sum + i + c, parts);
                }
                values(n, visible, count, width, s, scores, decay, valueRows, valuesAt, valueStride,
                        rows + i * width);
            }
        }
        for (int i = 0; i < queries; i++) {
            float total = s[sum + i];
            int row = rows + i * width;
            float factor = total == 0f ? 0f : 1f / total;
            if (dim == width) {
                VectorBinary.mul(s, row, factor, out, outOff + i * outStride, dim);
            } else {
                VectorBinary.mul(s, row, factor, s, row, width);
                System.arraycopy(s, row, out, outOff + i * outStride, dim);
            }
            if (logSums != null) {
                logSums[logSumsOff + i] = ScalarAttention.logSum(s[max + i], total);
            }
        }
    }

    /** Scaled scores [n, STRIP] of the first {@code count} queries; the others' are junk. */
    static void scores(int dim, float scale, int n, int count, float[] s, int k, int q, int to) {
        int columns = Lanes.roundUp(count, COLUMNS);
        int c = 0;
        for (; c + 2 * LANES <= columns; c += 2 * LANES) {
            if (WIDE_TILES) {
                for (int t = 0; t < n; t += 8) {
                    StripTiles.scores8x2(dim, scale, s, k + t, q + c, to + t * STRIP + c);
                }
            } else {
                for (int t = 0; t < n; t += 4) {
                    StripTiles.scores4x2(dim, scale, s, k + t, q + c, to + t * STRIP + c);
                }
            }
        }
        if (c < columns) {
            for (int t = 0; t < n; t += 8) {
                StripTiles.scores8x1(dim, scale, s, k + t, q + c, to + t * STRIP + c);
            }
        }
    }

    /** Adds the bias of {@code count} queries, one row for all of them where {@code stride} is 0. */
    static void addBias(
            int n, int count, float[] bias, int off, int stride, float[] s, int turned, int scores) {
        if (stride == 0) {
            for (int t = 0; t < n; t++) {
                VectorBinary.add(s, scores + t * STRIP, bias[off + t], s, scores + t * STRIP, STRIP);
            }
            return;
        }
        VectorTranspose.transpose(bias, off, stride, count, n, s, turned, STRIP);
        VectorBinary.add(s, scores, s, turned, s, scores, n * STRIP);
    }

    /** Hides the keys that causal queries do not see: query i sees {@code visible + i} of n keys. */
    static void hide(int n, int visible, float[] s, int scores, int counts) {
        for (int i = 0; i < STRIP; i++) {
            s[counts + i] = visible + i;
        }
        for (int c = 0; c < STRIP; c += LANES) {
            FloatVector seen = FloatVector.fromArray(SPECIES, s, counts + c);
            for (int t = Math.max(0, visible); t < n; t++) {
                int at = scores + t * STRIP + c;
                FloatVector x = FloatVector.fromArray(SPECIES, s, at);
                x.blend(Float.NEGATIVE_INFINITY, seen.compare(LT, t + 1)).intoArray(s, at);
            }
        }
    }

    /** Rescales the rows of {@code count} queries and adds the weighted values that each of them sees. */
    static void values(
            int n, int visible, int count, int width, float[] s, int weights, int decay,
            float[] v, int vOff, int vStride, int rows) {
        int i = 0;
        for (; WIDE_TILES && i + 8 <= count; i += 8) {
            int common = Math.max(0, Math.min(n, visible + i));
            int row = rows + i * width;
            int d = 0;
            for (; d + 2 * LANES <= width; d += 2 * LANES) {
                StripTiles.values8x2(common, s, weights + i, decay + i, v, vOff + d, vStride, row + d, width);
            }
            if (d < width) {
                StripTiles.values8x1(common, s, weights + i, decay + i, v, vOff + d, vStride, row + d, width);
            }
            if (common < n) {
                addRest(n, visible + i, common, 8, width, s, weights + i, v, vOff, vStride, row);
            }
        }
        for (; i < count; i += 4) { // rows beyond count are junk
            int common = Math.max(0, Math.min(n, visible + i));
            int row = rows + i * width;
            int d = 0;
            for (; d + 2 * LANES <= width; d += 2 * LANES) {
                StripTiles.values4x2(common, s, weights + i, decay + i, v, vOff + d, vStride, row + d, width);
            }
            if (d < width) {
                StripTiles.values4x1(common, s, weights + i, decay + i, v, vOff + d, vStride, row + d, width);
            }
            if (common < n) {
                addRest(n, visible + i, common, 4, width, s, weights + i, v, vOff, vStride, row);
            }
        }
    }

    /** Adds the values from {@code common} on that later queries of a tile see and the first does not. */
    private static void addRest(
            int n, int visible, int common, int tile, int width, float[] s, int weights,
            float[] v, int vOff, int vStride, int rows) {
        for (int i = 1; i < tile; i++) {
            int end = Math.min(n, visible + i);
            for (int t = common; t < end; t++) {
                addRow(s[weights + t * STRIP + i], width, v, vOff + t * vStride, s, rows + i * width);
            }
        }
    }

    private static void addRow(float weight, int width, float[] v, int vOff, float[] s, int row) {
        FloatVector w = FloatVector.broadcast(SPECIES, weight);
        for (int d = 0; d < width; d += LANES) {
            FloatVector y = FloatVector.fromArray(SPECIES, s, row + d);
            w.fma(FloatVector.fromArray(SPECIES, v, vOff + d), y).intoArray(s, row + d);
        }
    }
}
