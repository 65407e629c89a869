package dev.lanewise.formats;

import dev.lanewise.formats.proto.ElementType;

/**
 * How a file holds the elements of an f32 weight. A weight of any rank counts as rows along its first
 * axis; {@code model.proto} says what lies where.
 */
public enum WeightForm {
    F32(ElementType.F32, "f32"),
    BF16(ElementType.BF16, "bf16"),
    F16(ElementType.F16, "f16"),
    /** Integers of 8 bits, a scale for each row. */
    INT8(ElementType.I8, "int8"),
    /** The same, and products round what they multiply with to 8 bits too. */
    INT8_DYNAMIC(ElementType.I8, "int8-dynamic"),
    /** Integers of 4 bits, a scale for each {@link #GROUP} elements of a row. */
    INT4(ElementType.I4, "int4");

    /** Elements that share a scale in {@link #INT4}. */
    public static final int GROUP = 32;

    /** Bytes of a group's codes. */
    public static final int GROUP_BYTES = GROUP / 2;

    private static final WeightForm[] VALUES = values();

    private final ElementType proto;
    private final String text;

    WeightForm(ElementType proto, String text) {
        this.proto = proto;
        this.text = text;
    }

    /** Groups of a row of so many elements; the last may not be full. */
    public static int groups(int rowElements) {
        return rowElements / GROUP + (rowElements % GROUP == 0 ? 0 : 1);
    }

    /** Bytes of the codes: of all elements but for their scales. */
    public long codeBytes(int rows, int rowElements) {
        long elements = (long) rows * rowElements;
        return switch (this) {
            case F32 -> 4 * elements;
            case BF16, F16 -> 2 * elements;
            case INT8, INT8_DYNAMIC -> elements;
            case INT4 -> (long) rows * groups(rowElements) * GROUP_BYTES;
        };
    }

    /** The number of scales. */
    public long scales(int rows, int rowElements) {
        return switch (this) {
            case F32, BF16, F16 -> 0;
            case INT8, INT8_DYNAMIC -> rows;
            case INT4 -> (long) rows * groups(rowElements);
        };
    }

    /** Where the scales begin, behind the codes. */
    public long scalesAt(int rows, int rowElements) {
        return codeBytes(rows, rowElements) + 3 & -4L;
    }

    /** Bytes of the whole. */
    public long bytes(int rows, int rowElements) {
        long scales = scales(rows, rowElements);
        return scales == 0 ? codeBytes(rows, rowElements) : scalesAt(rows, rowElements) + 4 * scales;
    }

    public ElementType proto() {
        return proto;
    }

    /** Whether each row has one scale. */
    public boolean scalesRows() {
        return this == INT8 || this == INT8_DYNAMIC;
    }

    /**
     * The form that a tensor's fields say, or {@code null} where this version knows none.
     *
     * @param roundInputs see the field {@code round_inputs}
     */
    public static WeightForm of(ElementType stored, boolean roundInputs) {
        if (roundInputs) {
            return stored == ElementType.I8 ? INT8_DYNAMIC : null;
        }
        for (WeightForm form : VALUES) {
            if (form.proto == stored) {
                return form;
            }
        }
        return null;
    }

    /** The form of that name, such as {@code int8}; {@code null} where there is none. */
    public static WeightForm named(String text) {
        for (WeightForm form : VALUES) {
            if (form.text.equals(text)) {
                return form;
            }
        }
        return null;
    }

    @Override
    public String toString() {
        return text;
    }
}
