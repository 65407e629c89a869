package dev.lanewise.vector;

import dev.lanewise.runtime.kernel.LayoutKernels;
import dev.lanewise.runtime.scalar.ScalarLayout;

/**
 * Layouts by the vector API. Immutable and thread-safe; allocates nothing.
 *
 * <p>What does not fill a square goes by plain loops: squares of shorter vectors were faster there, but
 * vectors of a second width make C2 box those of the first.
 */
public final class VectorLayout implements LayoutKernels {

    private final LayoutKernels narrow = new ScalarLayout();

    @Override
    public void transpose(
            int rows, int columns, float[] x, int xOff, int ldx, float[] y, int yOff, int ldy) {
        if (rows == 3 && columns >= Lanes.LANES && ldy == 3) {
            ThreePlanes.interleave(columns, x, xOff, ldx, y, yOff);
        } else if (rows < Lanes.LANES || columns < Lanes.LANES) {
            narrow.transpose(rows, columns, x, xOff, ldx, y, yOff, ldy);
        } else {
            VectorTranspose.transpose(x, xOff, ldx, rows, columns, y, yOff, ldy);
        }
    }
}
