package dev.lanewise.compiler.random;

import dev.lanewise.formats.DType;
import java.util.ArrayList;
import java.util.List;

/**
 * A value of a random graph.
 *
 * @param limit no element's magnitude is expected to be larger; keeps functions in their ranges
 */
record Operand(String name, DType type, List<Extent> shape, double limit) {

    int rank() {
        return shape.size();
    }

    Extent extent(int axis) {
        return shape.get(axis);
    }

    boolean isFloat() {
        return type == DType.F32;
    }

    boolean isInteger() {
        return type == DType.I64 || type == DType.I32;
    }

    /** Whether all extents are numbers. */
    boolean isFixed() {
        return shape.stream().allMatch(Extent::isFixed);
    }

    /** Whether there are no elements, in some run at least. */
    boolean isEmpty() {
        return shape.stream().anyMatch(extent -> extent.min() == 0);
    }

    /** Elements in the run that has the most. */
    int size() {
        return size(shape);
    }

    static int size(List<Extent> shape) {
        return shape.stream().reduce(Extent.of(1), Extent::times).max();
    }

    /** The shape with another extent at an axis. */
    List<Extent> with(int axis, Extent extent) {
        List<Extent> changed = new ArrayList<>(shape);
        changed.set(axis, extent);
        return changed;
    }

    @Override
    public String toString() {
        return name + ":" + type + shape;
    }
}
