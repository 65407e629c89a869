package dev.lanewise.compiler.op;

/** Row-major strides and the addresses they give, for the reference. */
final class Strides {

    private Strides() {}

    static int[] of(int[] shape) {
        int[] strides = new int[shape.length];
        int stride = 1;
        for (int axis = shape.length - 1; axis >= 0; axis--) {
            strides[axis] = stride;
            stride *= shape[axis];
        }
        return strides;
    }

    /** Position along each axis of element {@code i}, walked row-major. */
    static int[] unravel(int i, int[] shape) {
        int[] at = new int[shape.length];
        int rest = i;
        for (int axis = shape.length - 1; axis >= 0; axis--) {
            at[axis] = rest % shape[axis];
            rest /= shape[axis];
        }
        return at;
    }

    /** Address of element {@code i} of a tensor of {@code shape}, walked row-major, under other strides. */
    static int index(int i, int[] shape, int[] strides) {
        int index = 0;
        int rest = i;
        for (int axis = shape.length - 1; axis >= 0; axis--) {
            index += rest % shape[axis] * strides[axis];
            rest /= shape[axis];
        }
        return index;
    }
}
