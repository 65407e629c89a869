package dev.lanewise.runtime.step;

import dev.lanewise.formats.DType;
import dev.lanewise.runtime.plan.Operand;
import dev.lanewise.runtime.plan.Step;
import dev.lanewise.runtime.plan.StepArgs;
import java.util.Arrays;

/**
 * The different ones among n indices, in the order in which they first come, and the sums of their rows of updates,
 * each in the order of the updates. A hash table of up to 4 n places, linearly probed, says where an index has its sum,
 * so that nothing grows with what the indices count.
 */
final class SumRowsStep extends Step {

    /** 2³² over the golden ratio: what indices lie next to each other is spread (Knuth, volume 3, 6.4). */
    private static final int SPREAD = 0x9E3779B9;

    private final StepArgs args;
    private final Indices indices;
    private final Operand updates;
    private final Operand ids;
    private final Operand sums;
    /** [places] 1 + the place of an id among the ids, 0 for none. */
    private final Operand table;
    private final int rows;
    private int count;
    private int width;
    private int shift;

    SumRowsStep(StepArgs args) {
        this.args = args;
        indices = new Indices(args, 0);
        updates = args.floatsIn(1);
        ids = args.require(args.out(0), DType.I32);
        sums = args.floatsOut(1);
        table = args.require(args.out(2), DType.I32);
        rows = args.integer(0, 1, Integer.MAX_VALUE);
    }

    @Override
    public void reshape() {
        count = indices.operand.size;
        args.requireEqual(ids.size, count, ids, "the number of elements");
        args.requireEqual(sums.size, updates.size, sums, "the number of elements");
        width = count == 0 ? 0 : updates.size / count;
        args.requireEqual((int) Math.min(Integer.MAX_VALUE, (long) width * count), updates.size, updates,
                "the number of elements");
        int bits = 33 - Integer.numberOfLeadingZeros(Math.max(1, count)); // at most half of the places are taken
        if (bits > 30 || table.capacity < 1 << bits) {
            throw args.misfit("scratch of " + table.capacity + " elements for " + count + " indices");
        }
        shift = 32 - bits;
    }

    @Override
    public void run() {
        int[] places = table.buffer.ints;
        int[] found = ids.buffer.ints;
        int size = 1 << 32 - shift;
        Arrays.fill(places, table.offset, table.offset + size, 0);
        Arrays.fill(found, ids.offset, ids.offset + count, -1);
        Arrays.fill(sums.buffer.floats, sums.offset, sums.offset + sums.size, 0f);
        int different = 0;
        for (int i = 0; i < count; i++) {
            int id = indices.at(i, rows);
            int at = id * SPREAD >>> shift;
            while (places[table.offset + at] > 0 && found[ids.offset + places[table.offset + at] - 1] != id) {
                at = at + 1 & size - 1;
            }
            if (places[table.offset + at] == 0) {
                found[ids.offset + different] = id;
                places[table.offset + at] = ++different;
            }
            add(i, places[table.offset + at] - 1);
        }
    }

    private void add(int from, int to) {
        float[] x = updates.buffer.floats;
        float[] y = sums.buffer.floats;
        int xAt = updates.offset + from * width;
        int yAt = sums.offset + to * width;
        for (int j = 0; j < width; j++) {
            y[yAt + j] += x[xAt + j];
        }
    }
}
