package dev.lanewise.runtime.step;

import dev.lanewise.formats.DType;
import dev.lanewise.runtime.plan.Operand;
import java.util.Map;
import java.util.TreeMap;

/** Which of several tensors, none of which overlap, lies where in the arena. */
final class Ranges {

    private record Range(Operand operand, int number) {}

    /** [storage] by offset. */
    @SuppressWarnings({"unchecked", "rawtypes"})
    private final TreeMap<Integer, Range>[] byOffset = new TreeMap[DType.Storage.count()];

    /** Adds a tensor of the arena; false where it overlaps an earlier one. */
    boolean add(Operand operand, int number) {
        if (operand.capacity == 0) {
            return true;
        }
        if (overlapping(operand, -1)) {
            return false;
        }
        of(operand).put(operand.offset, new Range(operand, number));
        return true;
    }

    /** Whether a tensor overlaps one of another number. */
    boolean holdsOther(Operand operand, int number) {
        return operand.capacity > 0 && overlapping(operand, number);
    }

    private boolean overlapping(Operand operand, int number) {
        long end = (long) operand.offset + operand.capacity;
        Map.Entry<Integer, Range> entry = of(operand).floorEntry((int) Math.min(end - 1, Integer.MAX_VALUE));
        while (entry != null) {
            Range range = entry.getValue();
            if (range.operand.offset + (long) range.operand.capacity <= operand.offset) {
                return false; // they do not overlap each other, so that none before reaches further
            }
            if (range.operand.buffer == operand.buffer && range.number != number) {
                return true;
            }
            entry = of(operand).lowerEntry(entry.getKey());
        }
        return false;
    }

    private TreeMap<Integer, Range> of(Operand operand) {
        int storage = operand.type.storage().ordinal();
        if (byOffset[storage] == null) {
            byOffset[storage] = new TreeMap<>();
        }
        return byOffset[storage];
    }
}
