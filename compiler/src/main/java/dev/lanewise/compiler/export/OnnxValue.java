package dev.lanewise.compiler.export;

import dev.lanewise.formats.DType;

/** A value of the ONNX graph that is being drafted. What tells values apart is identity; names are given last. */
final class OnnxValue {

    private final DType type;
    /** The name that it has in the model file; {@code null} where nobody named it. */
    private String wish;
    private String name;
    /** This value is {@code base} transposed by {@code permutation}; {@code null} for most. */
    private OnnxValue base;
    private int[] permutation;

    OnnxValue(DType type) {
        this.type = type;
    }

    DType type() {
        return type;
    }

    /** The first wish counts. */
    void wish(String newWish) {
        if (wish == null && newWish != null && !newWish.isEmpty()) {
            wish = newWish;
        }
    }

    String wish() {
        return wish;
    }

    void name(String newName) {
        name = newName;
    }

    /** The name in the ONNX file; {@code null} until names are given. */
    String name() {
        return name;
    }

    void isTransposed(OnnxValue of, int[] by) {
        base = of;
        permutation = by.clone();
    }

    OnnxValue base() {
        return base;
    }

    int[] permutation() {
        return permutation;
    }
}
