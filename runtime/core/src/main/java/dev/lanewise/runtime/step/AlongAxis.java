package dev.lanewise.runtime.step;

import dev.lanewise.formats.Limits;
import dev.lanewise.runtime.plan.Operand;

/**
 * Walks the elements of an index tensor in order and keeps the address, in a data tensor of the same
 * rank, of the element at the same place but for one axis, where the index decides.
 */
final class AlongAxis {

    private final int axis;
    private final int[] counter = new int[Limits.RANK];
    private final int[] extent = new int[Limits.RANK];
    /** [axis] of the data; 0 for the axis of the index. */
    private final int[] stride = new int[Limits.RANK];
    private int rank;
    /** Distance of neighbours along the axis in the data. */
    int step;
    /** Elements of the data along the axis. */
    int length;

    AlongAxis(int axis) {
        this.axis = axis;
    }

    /** False where the indices reach beyond the data on another axis. */
    boolean prepare(Operand indices, Operand data) {
        rank = data.rank();
        for (int a = 0; a < rank; a++) {
            if (a != axis && indices.shape[a] > data.shape[a]) {
                return false;
            }
            extent[a] = indices.shape[a];
            stride[a] = a == axis ? 0 : data.stride(a);
        }
        step = data.stride(axis);
        length = data.shape[axis];
        return true;
    }

    /** The address for the first element. */
    int begin(int offset) {
        for (int a = 0; a < rank; a++) {
            counter[a] = 0;
        }
        return offset;
    }

    /** The address for the next element, {@code at} being that for this one. */
    int next(int at) {
        for (int a = rank - 1; a >= 0; a--) {
            at += stride[a];
            if (++counter[a] < extent[a]) {
                return at;
            }
            at -= extent[a] * stride[a];
            counter[a] = 0;
        }
        return at;
    }
}
