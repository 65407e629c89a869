package dev.lanewise.vector25;

import dev.lanewise.runtime.kernel.MapKernels;
import dev.lanewise.vector.PackedPanels;
import dev.lanewise.vector.VectorCells;

/**
 * Recurrent cells whose weights lie in {@link AlignedPanels} where they only ever meet one row: the
 * recurrent ones where streams go one by one, the input ones where moreover steps do. Everything else
 * is {@link VectorCells}. Immutable and thread-safe; allocates only when packing.
 *
 * <p>The rule knows no sizes: a step of an LSTM was faster this way at every size from 32 to 512 units,
 * most where its weights fit the first cache. The numbers are in {@code docs/decisions/0003}.
 */
final class AlignedCells extends VectorCells {

    /** @param map computes the activations */
    AlignedCells(MapKernels map) {
        super(map);
    }

    @Override
    protected PackedPanels packGates(
            float[] w, int wOff, int gates, int k, int hiddenSize, int padded, int mostRows) {
        int columns = Math.multiplyExact(gates, padded);
        AlignedPanels panels = mostRows > 1 ? null : AlignedPanels.allocate(k, columns);
        if (panels == null) {
            return super.packGates(w, wOff, gates, k, hiddenSize, padded, mostRows);
        }
        for (int gate = 0; gate < gates; gate++) {
            panels.pack(gate * padded, w, wOff + gate * hiddenSize * k, hiddenSize, 1, k);
        }
        return panels;
    }
}
