package dev.lanewise.runtime.step;

import dev.lanewise.formats.DType;
import dev.lanewise.formats.Floats16;
import dev.lanewise.formats.PlanException;
import dev.lanewise.runtime.plan.Buffer;
import dev.lanewise.runtime.plan.Operand;
import dev.lanewise.runtime.plan.SessionMemory;
import dev.lanewise.runtime.plan.Step;
import dev.lanewise.runtime.plan.StepArgs;

/**
 * The k largest or smallest along an axis, the best first, and of equal ones the one of lower index
 * first. NaN is larger than any number. Where k is data, the extent along the axis is learnt.
 *
 * <p>A heap of k with the worst on top: n · log k, and nothing but k elements of scratch. The result
 * comes out sorted whether or not that was asked for.
 */
final class TopKStep extends Step {

    private final StepArgs args;
    private final SessionMemory memory;
    private final Operand x;
    private final Operand k;
    private final Operand values;
    private final Operand indices;
    private final int axis;
    private final boolean largest;
    /** [k] The heap: an order-preserving image of the value, smaller is better, and the index. */
    private final long[] keys;
    private final int[] places;
    private int heap;

    TopKStep(StepArgs args) {
        this.args = args;
        memory = args.memory();
        x = args.in(0);
        k = args.inOrNull(1);
        values = args.out(0);
        indices = args.require(args.out(1), DType.I64);
        axis = args.axis(0, x);
        largest = args.flag(1);
        args.flag(2);
        args.requireSameType(x, values);
        args.requireRank(values, x.rank());
        args.requireRank(indices, x.rank());
        if (k != null) {
            args.require(k, DType.I64);
        }
        // at most as long as the indices, which the file has declared
        int room = Math.min(indices.capacity, memory.definition().bound(values.dim(axis)));
        keys = new long[room];
        places = new int[room];
    }

    @Override
    public void reshape() {
        if (k != null) {
            args.requireEqual(k.size, 1, k, "the number of elements");
        } else {
            check();
        }
    }

    private void check() {
        for (int a = 0; a < x.rank(); a++) {
            args.requireExtent(indices, a, values.shape[a]);
            if (a != axis) {
                args.requireExtent(values, a, x.shape[a]);
            }
        }
        if (values.shape[axis] > x.shape[axis]) {
            throw args.misfit(values.shape[axis] + " of " + x.shape[axis] + " elements along axis " + axis);
        }
    }

    @Override
    public void run() {
        if (k != null) {
            long wanted = k.buffer.longs[k.offset];
            if (wanted < 0 || wanted > x.shape[axis]) {
                throw new PlanException(args.describe() + ": k is " + wanted + ", of " + x.shape[axis] + " elements");
            }
            memory.learn(values.dim(axis), (int) wanted, values.name);
            memory.learn(indices.dim(axis), (int) wanted, indices.name);
            values.refresh(memory.extents());
            indices.refresh(memory.extents());
            check();
        }
        if (values.size == 0) {
            return;
        }
        int inner = x.product(axis + 1, x.rank());
        int outer = values.product(0, axis);
        int n = x.shape[axis];
        int kept = values.shape[axis];
        for (int o = 0; o < outer; o++) {
            for (int i = 0; i < inner; i++) {
                select(x.offset + o * n * inner + i, inner, n, kept);
                take(x.offset + o * n * inner + i, o * kept * inner + i, inner, kept);
            }
        }
    }

    private void select(int from, int stride, int n, int kept) {
        heap = 0;
        for (int j = 0; j < n; j++) {
            long key = key(from + j * stride);
            if (heap < kept) {
                rise(heap++, key, j);
            } else if (key < keys[0]) { // an equal one of higher index is worse
                sink(key, j);
            }
        }
    }

    /** Empties the heap, the worst first, into the last place first. */
    private void take(int from, int to, int stride, int kept) {
        for (int j = kept - 1; j >= 0; j--) {
            int place = places[0];
            int at = to + j * stride;
            x.buffer.copy(from + place * stride, values.buffer, values.offset + at, 1);
            indices.buffer.longs[indices.offset + at] = place;
            heap--;
            sink(keys[heap], places[heap]);
        }
    }

    private boolean worse(long key, int place, long otherKey, int otherPlace) {
        return key > otherKey || key == otherKey && place > otherPlace;
    }

    private void rise(int at, long key, int place) {
        while (at > 0) {
            int parent = (at - 1) / 2;
            if (!worse(key, place, keys[parent], places[parent])) {
                break;
            }
            keys[at] = keys[parent];
            places[at] = places[parent];
            at = parent;
        }
        keys[at] = key;
        places[at] = place;
    }

    /** Puts an element in the place of the top. */
    private void sink(long key, int place) {
        int at = 0;
        while (true) {
            int child = 2 * at + 1;
            if (child >= heap) {
                break;
            }
            if (child + 1 < heap && worse(keys[child + 1], places[child + 1], keys[child], places[child])) {
                child++;
            }
            if (!worse(keys[child], places[child], key, place)) {
                break;
            }
            keys[at] = keys[child];
            places[at] = places[child];
            at = child;
        }
        keys[at] = key;
        places[at] = place;
    }

    /** A number that is the smaller the better the element is. */
    private long key(int at) {
        Buffer b = x.buffer;
        long ascending = switch (x.type) {
            case F32 -> ordered(b.floats[at]);
            case F64 -> ordered(b.doubles[at]);
            case F16 -> ordered(Floats16.fromF16(b.shorts[at]));
            case BF16 -> ordered(Floats16.fromBf16(b.shorts[at]));
            case I8, I4 -> b.bytes[at];
            case U8, U4, BOOL -> b.bytes[at] & 0xff;
            case I16 -> b.shorts[at];
            case U16 -> b.shorts[at] & 0xffff;
            case I32 -> b.ints[at];
            case U32 -> b.ints[at] & 0xffffffffL;
            case I64 -> b.longs[at];
            case U64 -> b.longs[at] ^ Long.MIN_VALUE;
        };
        return largest ? ~ascending : ascending;
    }

    /** The bits of a double, so that they order as the numbers do; both zeros are one, so are all NaNs. */
    private static long ordered(double value) {
        long bits = Double.doubleToLongBits(value + 0.0);
        return bits ^ bits >> 63 & Long.MAX_VALUE;
    }
}
