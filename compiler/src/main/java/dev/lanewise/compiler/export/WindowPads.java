package dev.lanewise.compiler.export;

import dev.lanewise.compiler.graph.Dim;

/** What is padded behind an axis along which a window slides: steps say it by the extent that comes out. */
final class WindowPads {

    /** Paddings that are tried: a file may state any stride. */
    private static final int MOST_TRIED = 256;

    private WindowPads() {}

    /**
     * The padding behind, with which a window that must lie inside gives that many outputs; -1 where there is none.
     *
     * @param reach elements from the window's first to its last, both included
     */
    static int after(Dim x, Dim y, int reach, int stride, int before) {
        // where the extents are at their bounds so much is needed, and what does not make up a stride is left over
        long least = Math.max(0, (y.max() - 1) * stride + reach - x.max() - before);
        for (long after = least; after < least + Math.min(stride, MOST_TRIED) && after <= Integer.MAX_VALUE; after++) {
            if (rounded(x.plus(before + after - reach), stride, false).equals(y)) {
                return (int) after;
            }
        }
        return -1;
    }

    /** Whether a window that may reach beyond what is padded gives that many outputs. */
    static boolean rounds(Dim x, Dim y, int reach, int stride, int before, int after, boolean up) {
        Dim count = rounded(x.plus(before + (long) after - reach), stride, up);
        // one that would begin behind the input gives none
        return count.equals(y) || up && count.min(x.plus(before).ceilDiv(stride)).equals(y);
    }

    private static Dim rounded(Dim room, int stride, boolean up) {
        return (up ? room.ceilDiv(stride) : room.floorDiv(stride)).plus(1);
    }
}
