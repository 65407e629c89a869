package dev.lanewise.runtime.step;

import dev.lanewise.runtime.plan.Operand;
import dev.lanewise.runtime.plan.StepArgs;

/**
 * Index tuples of the ...ND steps: indices [batch..., i..., q], data [batch..., n1 ... nq, rest...]. Each
 * tuple names a slice of {@code rest} elements.
 */
final class Tuples {

    private final StepArgs args;
    private final Indices indices;
    private final Operand data;
    private final int batchDims;
    private int length;
    /** Elements of the data per batch, and tuples per batch. */
    private int batchElements;
    private int batchTuples;
    private int count;
    private int rest;

    Tuples(StepArgs args, Indices indices, Operand data, int batchDims) {
        this.args = args;
        this.indices = indices;
        this.data = data;
        this.batchDims = batchDims;
        if (batchDims >= indices.operand.rank() || batchDims >= data.rank()) {
            throw args.bad("ints", batchDims + " batch dims");
        }
    }

    /**
     * Checks the extents of {@code slices} [batch..., i..., rest...].
     */
    void prepare(Operand slices) {
        Operand i = indices.operand;
        int tupleAxes = i.rank() - 1;
        length = i.shape[tupleAxes];
        if (batchDims + length > data.rank()) {
            throw args.misfit("tuples of " + length + " indices for tensor '" + data.name + "' " + data.describe());
        }
        int restAxes = data.rank() - batchDims - length;
        args.requireEqual(slices.rank(), tupleAxes + restAxes, slices, "the rank");
        for (int a = 0; a < slices.rank(); a++) {
            int expected = a < tupleAxes ? i.shape[a] : data.shape[a - tupleAxes + batchDims + length];
            args.requireExtent(slices, a, expected);
        }
        for (int a = 0; a < batchDims; a++) {
            args.requireExtent(i, a, data.shape[a]);
        }
        // where there are no slices, none of these is used
        boolean empty = slices.size == 0;
        count = empty ? 0 : i.product(0, tupleAxes);
        rest = empty ? 0 : data.product(batchDims + length, data.rank());
        batchTuples = empty ? 1 : i.product(batchDims, tupleAxes);
        batchElements = empty || data.size == 0 ? 0 : data.product(batchDims, data.rank());
    }

    int count() {
        return count;
    }

    int rest() {
        return rest;
    }

    /** Address of the slice that a tuple names. */
    int address(int tuple) {
        int at = tuple / batchTuples * batchElements;
        for (int q = 0; q < length; q++) {
            int axis = batchDims + q;
            at += indices.at(tuple * length + q, data.shape[axis]) * data.stride(axis);
        }
        return data.offset + at;
    }
}
