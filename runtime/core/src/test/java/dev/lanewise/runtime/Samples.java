package dev.lanewise.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lanewise.formats.DType;
import dev.lanewise.runtime.plan.Buffer;
import java.lang.reflect.Array;
import java.util.Random;
import java.util.function.ToIntFunction;

/** Arrays of every storage, and slow, plain ways to walk them: what steps are tested against. */
public final class Samples {

    private Samples() {}

    public static int size(int... shape) {
        int size = 1;
        for (int extent : shape) {
            size *= extent;
        }
        return size;
    }

    /** Random bits of the type, the same for the same seed; floats are ordinary numbers. */
    public static Object random(DType type, long seed, int... shape) {
        Random random = new Random(seed);
        Buffer buffer = Buffer.allocate(type.storage(), size(shape));
        for (int i = 0; i < buffer.length(); i++) {
            switch (type.storage()) {
                case FLOATS -> buffer.floats[i] = random.nextFloat() * 2 - 1;
                case DOUBLES -> buffer.doubles[i] = random.nextDouble() * 2 - 1;
                case LONGS -> buffer.longs[i] = random.nextLong();
                case INTS -> buffer.ints[i] = random.nextInt();
                case SHORTS -> buffer.shorts[i] = (short) random.nextInt();
                case BYTES -> buffer.bytes[i] = (byte) (type == DType.BOOL ? random.nextInt(2) : random.nextInt());
            }
        }
        return buffer.array();
    }

    public static float[] floats(long seed, int... shape) {
        return (float[]) random(DType.F32, seed, shape);
    }

    /** The multi-index of element {@code i}. */
    public static int[] index(int i, int... shape) {
        int[] index = new int[shape.length];
        for (int axis = shape.length - 1; axis >= 0; axis--) {
            index[axis] = i % shape[axis];
            i /= shape[axis];
        }
        return index;
    }

    /** The position of a multi-index. */
    public static int at(int[] index, int... shape) {
        int at = 0;
        for (int axis = 0; axis < shape.length; axis++) {
            at = at * shape[axis] + index[axis];
        }
        return at;
    }

    /**
     * Asserts that element {@code i} of y, of the given shape, is the element of x that {@code source} says
     * for its multi-index; -1 stands for zero.
     */
    public static void assertMoved(Object x, Object y, ToIntFunction<int[]> source, int... shape) {
        assertEquals(size(shape), Array.getLength(y));
        for (int i = 0; i < size(shape); i++) {
            int from = source.applyAsInt(index(i, shape));
            Object expected = from < 0 ? Array.get(Array.newInstance(x.getClass().getComponentType(), 1), 0)
                    : Array.get(x, from);
            int at = i;
            assertEquals(expected, Array.get(y, i), () -> "element " + java.util.Arrays.toString(index(at, shape)));
        }
    }
}
