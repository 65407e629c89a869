package dev.lanewise.vector25;

import dev.lanewise.runtime.kernel.MapKernels;
import dev.lanewise.vector.PackedPanels;
import dev.lanewise.vector.VectorCells;

/**
 * Recurrent cells whose weights lie in {@link AlignedPanels} where they only ever meet one row: the
 * recurrent ones where streams go one by one, the input ones where moreover steps do. Everything else
 * is {@link VectorCells}. Immutable and thread-safe; allocates only when packing.
 *
 * <p>The rule asks for the rows and for no size: a step of an LSTM took 1.05 to 1.25 times as long on
 * the heap at 32 units, 1.0 to 1.1 at 64, 0.85 to 1.4 at 128, where both ways change from process to
 * process, and 1.0 to 1.1 at 256 and 512, on an AMD machine. See {@code
 * docs/decisions/0003-aligned-weights-on-java-25.md}.
 */
final class AlignedCells extends VectorCells {

    /** @param map computes the activations */
    AlignedCells(MapKernels map) {
        super(map);
    }

    @Override
    protected PackedPanels allocate(int k, int columns, int mostRows) {
        PackedPanels panels = mostRows > 1 ? null : AlignedPanels.allocate(k, columns);
        return panels == null ? super.allocate(k, columns, mostRows) : panels;
    }
}
