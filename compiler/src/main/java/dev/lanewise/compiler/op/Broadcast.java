package dev.lanewise.compiler.op;

/** Indices into operands that are broadcast against each other, for the reference. */
final class Broadcast {

    private final int[] shape;
    /** [operand][axis] */
    private final int[][] strides;

    private Broadcast(int[] shape, int[][] strides) {
        this.shape = shape;
        this.strides = strides;
    }

    static Broadcast of(int[]... shapes) {
        int rank = 0;
        for (int[] shape : shapes) {
            rank = Math.max(rank, shape.length);
        }
        int[] common = new int[rank];
        java.util.Arrays.fill(common, 1);
        for (int[] shape : shapes) {
            for (int axis = 0; axis < shape.length; axis++) {
                int at = axis + rank - shape.length;
                if (shape[axis] != 1) {
                    common[at] = shape[axis];
                }
            }
        }
        int[][] strides = new int[shapes.length][rank];
        for (int s = 0; s < shapes.length; s++) {
            int stride = 1;
            for (int axis = shapes[s].length - 1; axis >= 0; axis--) {
                strides[s][axis + rank - shapes[s].length] = shapes[s][axis] == 1 ? 0 : stride;
                stride *= shapes[s][axis];
            }
        }
        return new Broadcast(common, strides);
    }

    int[] shape() {
        return shape;
    }

    int size() {
        return dev.lanewise.compiler.graph.Literal.size(shape);
    }

    /** Index into an operand of element {@code i} of the result. */
    int index(int operand, int i) {
        int index = 0;
        int rest = i;
        for (int axis = shape.length - 1; axis >= 0; axis--) {
            index += rest % shape[axis] * strides[operand][axis];
            rest /= shape[axis];
        }
        return index;
    }
}
