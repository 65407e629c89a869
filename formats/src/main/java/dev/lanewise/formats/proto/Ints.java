package dev.lanewise.formats.proto;

import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** Integers, or the bits of floats, of a repeated field; they grow while a message is read or built. */
final class Ints {

    static final Ints NONE = new Ints(0);

    private int[] values;
    private int size;

    private Ints(int room) {
        values = new int[room];
    }

    /** These with one more: the very object, unless it is {@link #NONE}. */
    Ints add(int value) {
        Ints longer = withRoom(1);
        longer.values[longer.size++] = value;
        return longer;
    }

    /** With memory for so many more. */
    Ints withRoom(int more) {
        if (this == NONE) {
            return more == 0 ? this : new Ints(Math.max(more, 4));
        }
        if (more > values.length - size) {
            values = Arrays.copyOf(values, Math.max(size + more, size + (size >> 1) + 4));
        }
        return this;
    }

    int get(int index) {
        return values[Objects.checkIndex(index, size)];
    }

    void set(int index, int value) {
        values[Objects.checkIndex(index, size)] = value;
    }

    int size() {
        return size;
    }

    Ints copy() {
        if (size == 0) {
            return NONE;
        }
        Ints copy = new Ints(0);
        copy.values = Arrays.copyOf(values, size);
        copy.size = size;
        return copy;
    }

    /** A view; no lambda, since a start would begin with making it. */
    List<Integer> asInts() {
        return new AbstractList<>() {
            @Override
            public Integer get(int index) {
                return Ints.this.get(index);
            }

            @Override
            public int size() {
                return size;
            }
        };
    }

    List<Float> asFloats() {
        return new AbstractList<>() {
            @Override
            public Float get(int index) {
                return Float.intBitsToFloat(Ints.this.get(index));
            }

            @Override
            public int size() {
                return size;
            }
        };
    }
}
