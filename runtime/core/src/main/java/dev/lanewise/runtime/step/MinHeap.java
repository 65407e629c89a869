package dev.lanewise.runtime.step;

/** The smallest of some numbers first: a binary heap in an array of fixed length. Allocates nothing after that. */
final class MinHeap {

    /** The first {@link #size} are the heap: no element is smaller than the one at (i − 1) / 2. */
    private final long[] elements;

    private int size;

    /**
     * @param room the largest number of elements
     */
    MinHeap(int room) {
        elements = new long[room];
    }

    int size() {
        return size;
    }

    void clear() {
        size = 0;
    }

    void add(long element) {
        int at = size++;
        while (at > 0 && elements[(at - 1) / 2] > element) {
            elements[at] = elements[(at - 1) / 2];
            at = (at - 1) / 2;
        }
        elements[at] = element;
    }

    /** Takes the smallest out; there must be one. */
    long remove() {
        long smallest = elements[0];
        long element = elements[--size];
        int at = 0;
        for (int child = 1; child < size; child = 2 * at + 1) {
            if (child + 1 < size && elements[child + 1] < elements[child]) {
                child++;
            }
            if (elements[child] >= element) {
                break;
            }
            elements[at] = elements[child];
            at = child;
        }
        elements[at] = element;
        return smallest;
    }
}
