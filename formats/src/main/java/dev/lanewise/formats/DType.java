package dev.lanewise.formats;

import dev.lanewise.formats.proto.ElementType;

/** Element types of tensors. */
public enum DType {
    F32(Storage.FLOATS, 4, "f32", ElementType.F32),
    F64(Storage.DOUBLES, 8, "f64", ElementType.F64),
    /** IEEE binary16, its bits in a short. */
    F16(Storage.SHORTS, 2, "f16", ElementType.F16),
    /** The upper half of an f32, its bits in a short. */
    BF16(Storage.SHORTS, 2, "bf16", ElementType.BF16),
    I8(Storage.BYTES, 1, "i8", ElementType.I8),
    I16(Storage.SHORTS, 2, "i16", ElementType.I16),
    I32(Storage.INTS, 4, "i32", ElementType.I32),
    I64(Storage.LONGS, 8, "i64", ElementType.I64),
    U8(Storage.BYTES, 1, "u8", ElementType.U8),
    U16(Storage.SHORTS, 2, "u16", ElementType.U16),
    U32(Storage.INTS, 4, "u32", ElementType.U32),
    U64(Storage.LONGS, 8, "u64", ElementType.U64),
    /** 0 or 1 in a byte. */
    BOOL(Storage.BYTES, 1, "bool", ElementType.BOOL);

    /** The Java array that holds elements. */
    public enum Storage {
        FLOATS,
        DOUBLES,
        LONGS,
        INTS,
        SHORTS,
        BYTES;

        private static final Storage[] VALUES = values();

        public static int count() {
            return VALUES.length;
        }
    }

    private static final DType[] VALUES = values();

    private final Storage storage;
    private final int bytes;
    private final String text;
    private final ElementType proto;

    DType(Storage storage, int bytes, String text, ElementType proto) {
        this.storage = storage;
        this.bytes = bytes;
        this.text = text;
        this.proto = proto;
    }

    public Storage storage() {
        return storage;
    }

    /** Bytes of one element, in files and in arrays. */
    public int bytes() {
        return bytes;
    }

    public boolean isFloating() {
        return ordinal() <= BF16.ordinal();
    }

    /** Whether the values are integers without a sign; {@link #BOOL} counts. */
    public boolean isUnsigned() {
        return ordinal() >= U8.ordinal();
    }

    public boolean isInteger() {
        return !isFloating() && this != BOOL;
    }

    public ElementType proto() {
        return proto;
    }

    /** The type of a file's element type, or {@code null} where this version knows none. */
    public static DType of(ElementType type) {
        int number = type.ordinal();
        return number < VALUES.length ? VALUES[number] : null;
    }

    @Override
    public String toString() {
        return text;
    }
}
