package dev.lanewise.vector;

import dev.lanewise.runtime.kernel.ConvKernels.ConvShape;
import java.lang.invoke.MethodHandles;

/**
 * Output pixels in a line, along a row or down a column, whose taps are the same ones: tiles of {@link
 * PixelTile} one after another, the last one reaching back over pixels that are done, which get the same
 * again. All output channels of a group, in panels. Immutable and thread-safe.
 */
final class PixelLine {

    private static final int P = Panels.WIDTH;
    private static final int L = Lanes.LANES;

    /** Pixels of a tile, at most. */
    private static final int MOST_PIXELS = 12;

    /** Cycles that a tile takes to start and to store, by taps: a guess at filters of some hundred taps. */
    private static final double START = 0.3;

    /** Where in the scratch a tile stands whose channels end within a vector, and behind it their bias. */
    private static final int STAGE = 0;
    private static final int BIAS = STAGE + (MOST_PIXELS + 1) * P;

    /** What lines use of the scratch. */
    static final int SCRATCH_FLOATS = BIAS + P;

    private final int out;
    private final int pixels;
    private final int xStep;
    private final int yStep;
    /** Whole panels of channels; {@code null} where there are fewer. */
    private final ConvTile whole;
    /** Channels behind the last whole panel; {@code null} where there are none. */
    private final ConvTile rest;
    private final int restChannels;
    /** From pixel to pixel in the stage; 0 where the tile stores into y. */
    private final int stageStep;

    private PixelLine(
            int out, int pixels, int xStep, int yStep, ConvTile whole, ConvTile rest, int restChannels,
            int stageStep) {
        this.out = out;
        this.pixels = pixels;
        this.xStep = xStep;
        this.yStep = yStep;
        this.whole = whole;
        this.rest = rest;
        this.restChannels = restChannels;
        this.stageStep = stageStep;
    }

    /**
     * {@code null} where there is no class to be had for it.
     *
     * @param length of a line, which decides about the tiles; at least 1
     * @param xStep from pixel to pixel in x
     * @param yStep from pixel to pixel in y
     * @param gaps whether tables of taps come with the places of their weights, see {@link ConvTile}
     */
    static PixelLine of(ConvShape s, int length, int xStep, int yStep, boolean gaps) {
        int out = s.outChannels() / s.group();
        int restChannels = out % P;
        int vectors = restChannels > L ? 2 : 1;
        int most = Lanes.MANY_REGISTERS || out <= L ? MOST_PIXELS : MOST_PIXELS / 2;
        int pixels = pixels(length, most, out > L ? 2 : 1);
        int stageStep = 0;
        if (restChannels % L != 0) {
            // neighbours without a gap stand in the stage as in y: what a pixel's last vector has too much is
            // overwritten by the next pixel
            stageStep = out < P && yStep == out ? yStep : vectors * L;
        }
        ConvTile whole = out < P ? null : tile(pixels, 2, xStep, yStep, gaps);
        ConvTile rest =
                restChannels == 0 ? null : tile(pixels, vectors, xStep, stageStep == 0 ? yStep : stageStep, gaps);
        boolean complete = (whole != null || out < P) && (rest != null || restChannels == 0);
        return complete
                ? new PixelLine(out, pixels, xStep, yStep, whole, rest, restChannels, stageStep)
                : null;
    }

    /**
     * Pixels of a tile, so that a line of {@code length} takes the least time: a tap of a tile takes a cycle for two
     * multiply-adds, or for two loads where these are more, and four to follow upon the last one.
     */
    private static int pixels(int length, int most, int vectors) {
        int best = 1;
        double least = Double.MAX_VALUE;
        for (int pixels = 1; pixels <= Math.min(length, most); pixels++) {
            int tiles = (length + pixels - 1) / pixels;
            double tap = Math.max(4, Math.max(pixels * vectors, pixels + vectors + 1) / 2.0);
            double time = tiles * (tap + START);
            if (time <= least) {
                least = time;
                best = pixels;
            }
        }
        return best;
    }

    private static ConvTile tile(int pixels, int vectors, int xStep, int yStep, boolean gaps) {
        return Shaped.of(
                MethodHandles.lookup(), PixelTile.class, ConvTile.class, pixels, vectors, xStep, yStep,
                gaps ? 1 : 0);
    }

    /** The tiles, for people. */
    String form() {
        return whole == null ? Shaped.name(rest)
                : rest == null ? Shaped.name(whole) : Shaped.name(whole) + " and " + Shaped.name(rest);
    }

    /** Pixels of a tile: a line has so many at least. */
    int pixels() {
        return pixels;
    }

    /**
     * Channels [n0, end) of a group at {@code length} pixels.
     *
     * @param at with {@code first} and {@code last} the taps, see {@link ConvTile}
     * @param xo the filter's first tap at the first pixel
     * @param k taps of the whole filter
     * @param wo the group's filter
     * @param bias of channel 0 of the group at {@code bo}, or {@link Tiling#ZEROS}
     * @param yo channel 0 of the group at the first pixel
     */
    void run(
            int length, int n0, int end, int[] at, int first, int last, float[] x, int xo, int k, float[] w,
            int wo, float[] bias, int bo, float floor, float[] y, int yo, float[] scratch) {
        for (int n = n0; n < end; n += P) {
            int panel = wo + Panels.offset(k, n);
            int init = bias == Tiling.ZEROS ? 0 : bo + n;
            if (end - n >= P) {
                whole.run(length, at, first, last, x, xo, w, panel, bias, init, floor, y, yo + n);
            } else if (stageStep == 0) {
                rest.run(length, at, first, last, x, xo, w, panel, bias, init, floor, y, yo + n);
            } else {
                System.arraycopy(bias, init, scratch, BIAS, restChannels);
                for (int i = 0; i < length; i += pixels) {
                    int pixel = Math.min(i, length - pixels);
                    rest.run(
                            pixels, at, first, last, x, xo + pixel * xStep, w, panel, scratch, BIAS, floor, scratch,
                            STAGE);
                    unstage(scratch, y, yo + pixel * yStep + n);
                }
            }
        }
    }

    private void unstage(float[] scratch, float[] y, int yo) {
        if (yStep == restChannels) {
            System.arraycopy(scratch, STAGE, y, yo, pixels * restChannels);
            return;
        }
        for (int i = 0; i < pixels; i++) {
            int from = STAGE + i * stageStep;
            int to = yo + i * yStep;
            for (int j = 0; j < restChannels; j++) {
                y[to + j] = scratch[from + j];
            }
        }
    }
}
