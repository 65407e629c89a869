package dev.lanewise.formats;

import dev.lanewise.formats.proto.ElementType;

/** Element types of tensors. */
public enum DType {
    F32(Storage.FLOATS, 32, "f32", ElementType.F32),
    F64(Storage.DOUBLES, 64, "f64", ElementType.F64),
    /** IEEE binary16, its bits in a short. */
    F16(Storage.SHORTS, 16, "f16", ElementType.F16),
    /** The upper half of an f32, its bits in a short. */
    BF16(Storage.SHORTS, 16, "bf16", ElementType.BF16),
    I8(Storage.BYTES, 8, "i8", ElementType.I8),
    I16(Storage.SHORTS, 16, "i16", ElementType.I16),
    I32(Storage.INTS, 32, "i32", ElementType.I32),
    I64(Storage.LONGS, 64, "i64", ElementType.I64),
    U8(Storage.BYTES, 8, "u8", ElementType.U8),
    U16(Storage.SHORTS, 16, "u16", ElementType.U16),
    U32(Storage.INTS, 32, "u32", ElementType.U32),
    U64(Storage.LONGS, 64, "u64", ElementType.U64),
    /** 0 or 1 in a byte. */
    BOOL(Storage.BYTES, 1, "bool", ElementType.BOOL),
    /** -8 to 7, each in a byte of its own. */
    I4(Storage.BYTES, 4, "i4", ElementType.I4),
    /** 0 to 15, each in a byte of its own. */
    U4(Storage.BYTES, 4, "u4", ElementType.U4);

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
    private final int bits;
    private final String text;
    private final ElementType proto;

    DType(Storage storage, int bits, String text, ElementType proto) {
        this.storage = storage;
        this.bits = bits;
        this.text = text;
        this.proto = proto;
    }

    public Storage storage() {
        return storage;
    }

    /** Bytes of one element, in files and in arrays. */
    public int bytes() {
        return (bits + 7) / 8;
    }

    /** Bits that an element's value has: 1 for {@link #BOOL}, 4 for the smallest integers, which take a byte each. */
    public int bits() {
        return bits;
    }

    /** What is left of a value in an integer type that has fewer bits. */
    public long wrap(long value) {
        int unused = 64 - bits;
        return isUnsigned() ? value << unused >>> unused : value << unused >> unused;
    }

    public boolean isFloating() {
        return ordinal() <= BF16.ordinal();
    }

    /** Whether the values are integers without a sign; {@link #BOOL} counts. */
    public boolean isUnsigned() {
        return ordinal() >= U8.ordinal() && this != I4;
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
