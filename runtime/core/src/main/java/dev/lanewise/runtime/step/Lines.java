package dev.lanewise.runtime.step;

import dev.lanewise.runtime.plan.Operand;

/**
 * The lines of an operand along one axis: x as [outer, length, inner], a line for each pair (outer,
 * inner), its elements {@code inner} apart.
 */
final class Lines {

    /** Lines; 0 where the operand has no elements. */
    int count;
    int length;
    /** From an element to the next of its line. */
    int stride;

    void of(Operand x, int axis) {
        length = x.shape[axis];
        stride = x.size == 0 ? 0 : x.product(axis + 1, x.rank());
        count = x.size == 0 ? 0 : x.size / length;
    }

    /** Index of a line's first element. */
    int start(int line) {
        return line / stride * stride * length + line % stride;
    }
}
