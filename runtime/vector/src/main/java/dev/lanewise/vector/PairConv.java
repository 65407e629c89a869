package dev.lanewise.vector;

import dev.lanewise.runtime.kernel.ConvKernels.ConvShape;
import dev.lanewise.runtime.kernel.ConvKernels.ImageSize;
import dev.lanewise.runtime.kernel.Kernels;
import java.lang.invoke.MethodHandles;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * One input channel and half as many output channels as a vector has lanes, such as a network's first layer on a grey
 * image: two neighbouring pixels share a vector. Rows of the image are first written with each element as often as
 * there are output channels, so that a vector of it is what one tap takes of two pixels; tiles are {@link
 * PairTile7x5}'s.
 */
final class PairConv extends PaddedConv {

    private static final VectorSpecies<Float> S = Lanes.SPECIES;
    private static final int L = Lanes.LANES;

    // Two neighbouring elements of a vector, each half a vector of times.
    private static final VectorShuffle<Float> PAIR_0 = pair(0);
    private static final VectorShuffle<Float> PAIR_1 = pair(1);
    private static final VectorShuffle<Float> PAIR_2 = pair(2);
    private static final VectorShuffle<Float> PAIR_3 = pair(3);
    private static final VectorShuffle<Float> PAIR_4 = pair(4);
    private static final VectorShuffle<Float> PAIR_5 = pair(5);
    private static final VectorShuffle<Float> PAIR_6 = pair(6);
    private static final VectorShuffle<Float> PAIR_7 = pair(7);

    /** Where in the scratch a vector of biases stands, and behind it the rows. */
    private static final int BIAS = 0;
    private static final int ROWS = BIAS + L;

    private final PairTile tile;
    /** Floats of a row. */
    private final int row;
    /** Rows that the scratch has room for. */
    private final int room;
    /** [kernelH, kernelW, 2, channels], twice the same. */
    private final float[] w;

    private PairConv(ConvShape s, ImageSize size, PairTile tile) {
        super(s, size);
        this.tile = tile;
        row = columns * s.outChannels();
        // the last element of a row is written as a whole vector
        room = (Kernels.SCRATCH_FLOATS - ROWS - L) / row;
        w = new float[s.kernelH() * s.kernelW() * L];
    }

    private static VectorShuffle<Float> pair(int pair) {
        return VectorShuffle.fromOp(S, lane -> 2 * pair + 2 * lane / L & L - 1);
    }

    /** {@code null} for other filters, and where there is no class to be had. */
    static PairConv of(ConvShape s, ImageSize size) {
        if (s.inChannels() != 1 || 2 * s.outChannels() != L || s.kernelW() > PairTile.MOST_TAPS
                || s.strideH() * s.strideW() != 1 || s.dilationH() * s.dilationW() != 1 || size.outW() < 2) {
            return null;
        }
        int tiles = (size.outW() + PairTile.MOST_PIXELS - 1) / PairTile.MOST_PIXELS;
        int pairs = Math.min((size.outW() + 2 * tiles - 1) / (2 * tiles), size.outW() / 2);
        int row = (size.outW() + s.kernelW() - 1) * s.outChannels();
        if ((Kernels.SCRATCH_FLOATS - ROWS - L) / row < 2 * s.kernelH()) {
            return null;
        }
        PairTile tile = Shaped.of(
                MethodHandles.lookup(), PairTile7x5.class, PairTile.class, pairs, s.kernelW(), s.outChannels(), row);
        return tile == null ? null : new PairConv(s, size, tile);
    }

    @Override
    void fill(float[] panels) {
        for (int tap = 0; tap < s.kernelH() * s.kernelW(); tap++) {
            System.arraycopy(panels, tap * Panels.WIDTH, w, tap * L, L / 2);
            System.arraycopy(panels, tap * Panels.WIDTH, w, tap * L + L / 2, L / 2);
        }
    }

    @Override
    void lines(
            float[] panels, float[] x, int xOff, float[] bias, int io, float[] y, int yOff, int from, int to,
            float[] scratch) {
        int init = bias == Tiling.ZEROS ? 0 : io;
        System.arraycopy(bias, init, scratch, BIAS, L / 2);
        System.arraycopy(bias, init, scratch, BIAS + L / 2, L / 2);
        int block = room - s.kernelH() + 1;
        for (int first = from; first < to; first += block) {
            int end = Math.min(to, first + block);
            int top = first - s.padTop();
            for (int ih = Math.max(0, top); ih < Math.min(size.inH(), end - 1 - s.padTop() + s.kernelH()); ih++) {
                spread(x, xOff + ih * size.inW(), scratch, ROWS + (ih - top) * row);
            }
            for (int oh = first; oh < end; oh++) {
                int kh0 = Taps.first(oh, 1, 1, s.padTop());
                int kh1 = Taps.end(oh, 1, 1, s.padTop(), s.kernelH(), size.inH(), kh0);
                tile.run(
                        size.outW(), kh0, kh1, scratch, ROWS + (oh - first) * row, w, BIAS, y,
                        yOff + oh * size.outW() * s.outChannels());
            }
        }
    }

    /** A row of x, each element as often as there are channels, and zeros around it. */
    private void spread(float[] x, int from, float[] scratch, int at) {
        int channels = L / 2;
        int left = s.padLeft() * channels;
        int copied = Math.min(size.inW(), columns - s.padLeft());
        Arrays.fill(scratch, at, at + left, 0f);
        int to = at + left;
        if (copied >= L) {
            for (int i = 0; i < copied; i += L) {
                int pixel = Math.min(i, copied - L);
                FloatVector v = FloatVector.fromArray(S, x, from + pixel);
                int pairs = to + pixel * channels;
                v.rearrange(PAIR_0).intoArray(scratch, pairs);
                v.rearrange(PAIR_1).intoArray(scratch, pairs + L);
                if (L > 4) {
                    v.rearrange(PAIR_2).intoArray(scratch, pairs + 2 * L);
                    v.rearrange(PAIR_3).intoArray(scratch, pairs + 3 * L);
                }
                if (L > 8) {
                    v.rearrange(PAIR_4).intoArray(scratch, pairs + 4 * L);
                    v.rearrange(PAIR_5).intoArray(scratch, pairs + 5 * L);
                    v.rearrange(PAIR_6).intoArray(scratch, pairs + 6 * L);
                    v.rearrange(PAIR_7).intoArray(scratch, pairs + 7 * L);
                }
            }
            to += copied * channels;
        } else {
            for (int i = 0; i < copied; i++) {
                FloatVector.broadcast(S, x[from + i]).intoArray(scratch, to);
                to += channels;
            }
        }
        for (; to < at + row; to += channels) {
            FloatVector.zero(S).intoArray(scratch, to);
        }
    }

    @Override
    long bytes() {
        return 4L * w.length;
    }

    @Override
    String form() {
        return Shaped.name(tile);
    }
}
