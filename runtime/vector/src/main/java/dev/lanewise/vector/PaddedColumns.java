package dev.lanewise.vector;

import dev.lanewise.runtime.kernel.ConvKernels.ConvShape;
import dev.lanewise.runtime.kernel.ConvKernels.ImageSize;
import dev.lanewise.runtime.kernel.Kernels;
import java.util.Arrays;

/** The whole image with zeros at its sides, computed by the tiles of {@link DirectConv}. */
final class PaddedColumns extends PaddedConv {

    /** Where the image stands in the scratch. */
    private static final int AT = PixelLine.SCRATCH_FLOATS;

    private final DirectTiles tiles;

    private PaddedColumns(ConvShape s, ImageSize size, DirectTiles tiles) {
        super(s, size);
        this.tiles = tiles;
    }

    /** {@code null} for images that the scratch has no room for. */
    static PaddedColumns of(ConvShape s, ImageSize size) {
        int columns = columns(s, size);
        if ((long) size.inH() * columns * s.inChannels() > Kernels.SCRATCH_FLOATS - AT) {
            return null;
        }
        DirectTiles tiles =
                DirectConv.of(withoutPadding(s), new ImageSize(size.inH(), columns, size.outH(), size.outW()));
        return tiles == DirectTiles.NONE ? null : new PaddedColumns(s, size, tiles);
    }

    @Override
    void fill(float[] panels) {
        // the tiles read the panels themselves
    }

    @Override
    void lines(
            float[] panels, float[] x, int xOff, float[] bias, int io, float[] y, int yOff, int from, int to,
            float[] scratch) {
        copy(x, xOff, scratch);
        for (int oh = from; oh < to; ) {
            int kh0 = Taps.first(oh, s.strideH(), s.dilationH(), s.padTop());
            int kh1 = Taps.end(oh, s.strideH(), s.dilationH(), s.padTop(), s.kernelH(), size.inH(), kh0);
            int end = Taps.runEnd(oh, to, s.strideH(), s.dilationH(), s.padTop(), s.kernelH(), size.inH());
            tiles.rectangle(
                    panels, scratch, AT, columns, bias, io, 0f, y, yOff, size.outW(), oh, end, kh0, kh1, 0,
                    size.outW(), 0, s.kernelW(), scratch);
            oh = end;
        }
    }

    private void copy(float[] x, int xOff, float[] scratch) {
        int left = s.padLeft() * s.inChannels();
        int row = columns * s.inChannels();
        int image = size.inW() * s.inChannels();
        int copied = Math.min(image, row - left);
        for (int ih = 0; ih < size.inH(); ih++) {
            int to = AT + ih * row;
            Arrays.fill(scratch, to, to + left, 0f);
            System.arraycopy(x, xOff + ih * image, scratch, to + left, copied);
            Arrays.fill(scratch, to + left + copied, to + row, 0f);
        }
    }

    @Override
    String form() {
        return tiles.form();
    }
}
