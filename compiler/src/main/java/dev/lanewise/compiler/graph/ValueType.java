package dev.lanewise.compiler.graph;

import dev.lanewise.formats.DType;
import java.util.ArrayList;
import java.util.List;

/** Element type and extents of a value, outermost axis first. Immutable. */
public record ValueType(DType type, List<Dim> shape) {

    public ValueType {
        shape = List.copyOf(shape);
    }

    public static ValueType of(DType type, long... shape) {
        List<Dim> dims = new ArrayList<>();
        for (long extent : shape) {
            dims.add(Dim.of(extent));
        }
        return new ValueType(type, dims);
    }

    public int rank() {
        return shape.size();
    }

    public Dim dim(int axis) {
        return shape.get(axis);
    }

    /** Product of all extents. */
    public Dim size() {
        return product(shape);
    }

    public static Dim product(List<Dim> dims) {
        Dim product = Dim.ONE;
        for (Dim dim : dims) {
            product = product.times(dim);
        }
        return product;
    }

    public boolean isStatic() {
        return shape.stream().allMatch(Dim::isConstant);
    }

    /** The extents as numbers; only where {@link #isStatic()}. */
    public int[] extents() {
        return shape.stream().mapToInt(dim -> Math.toIntExact(dim.constant())).toArray();
    }

    @Override
    public String toString() {
        return type + shape.toString();
    }
}
