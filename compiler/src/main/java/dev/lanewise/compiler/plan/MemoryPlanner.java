package dev.lanewise.compiler.plan;

import dev.lanewise.formats.DType;
import dev.lanewise.formats.PlanException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Places tensors in the arena: knows only sizes and lifetimes. The largest first, each at the lowest
 * offset that is free for its whole life (greedy by size: Pisarchyk, Lee, "Efficient Memory Management
 * for Deep Neural Net Inference", 2020).
 */
public final class MemoryPlanner {

    /** Offsets are multiples of this many elements, so that rows start alike in every tensor. */
    private static final int ALIGNMENT = 16;

    /** Memory needed from the first position to the last, both included. */
    public static final class Request {
        final String name;
        final DType.Storage storage;
        final long elements;
        final int first;
        final int last;
        int offset = -1;

        public Request(String name, DType.Storage storage, long elements, int first, int last) {
            this.name = name;
            this.storage = storage;
            this.elements = elements;
            this.first = first;
            this.last = last;
        }

        /** Where it was placed. */
        public int offset() {
            return offset;
        }

        private boolean meets(Request other) {
            return first <= other.last && other.first <= last;
        }
    }

    private MemoryPlanner() {}

    /**
     * Places all requests.
     *
     * @return [storage] elements that the arena needs
     * @throws PlanException where one storage would exceed what an array can hold
     */
    public static int[] place(List<Request> requests) {
        int[] elements = new int[DType.Storage.count()];
        for (DType.Storage storage : DType.Storage.values()) {
            List<Request> ofStorage = new ArrayList<>();
            requests.stream().filter(r -> r.storage == storage && r.elements > 0).forEach(ofStorage::add);
            elements[storage.ordinal()] = placeStorage(ofStorage);
        }
        for (Request request : requests) {
            request.offset = Math.max(0, request.offset);
        }
        return elements;
    }

    private static int placeStorage(List<Request> requests) {
        requests.sort(Comparator.comparingLong((Request r) -> -r.elements).thenComparingInt(r -> r.first));
        List<Request> placed = new ArrayList<>(); // by offset
        long end = 0;
        for (Request request : requests) {
            long offset = 0;
            for (Request other : placed) {
                if (request.meets(other)) {
                    if (offset + request.elements <= other.offset) {
                        break;
                    }
                    offset = Math.max(offset, align(other.offset + other.elements));
                }
            }
            if (offset + request.elements > Integer.MAX_VALUE - 64) {
                throw new PlanException("tensor '" + request.name + "' of " + request.elements
                        + " elements does not fit the arena; lower the bounds with --dim");
            }
            request.offset = (int) offset;
            int at = placed.size();
            while (at > 0 && placed.get(at - 1).offset > offset) {
                at--;
            }
            placed.add(at, request);
            end = Math.max(end, offset + request.elements);
        }
        return (int) end;
    }

    private static long align(long elements) {
        return (elements + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    /**
     * The least that any placement needs: the largest sum of what is alive at one position.
     *
     * @return [storage] elements
     */
    public static long[] lowerBound(List<Request> requests) {
        int positions = requests.stream().mapToInt(r -> r.last + 1).max().orElse(0);
        long[][] change = new long[DType.Storage.count()][positions + 1];
        for (Request request : requests) {
            change[request.storage.ordinal()][request.first] += request.elements;
            change[request.storage.ordinal()][request.last + 1] -= request.elements;
        }
        long[] bound = new long[change.length];
        for (int s = 0; s < change.length; s++) {
            long alive = 0;
            for (long step : change[s]) {
                alive += step;
                bound[s] = Math.max(bound[s], alive);
            }
        }
        return bound;
    }
}
