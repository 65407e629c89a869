package dev.lanewise.compiler.graph;

import dev.lanewise.formats.DType;
import dev.lanewise.formats.Floats16;
import dev.lanewise.formats.WeightForm;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.function.IntUnaryOperator;

/**
 * A tensor whose values are known: a weight, or an operand of the double-precision reference.
 * Immutable; dense, row-major. The values lie in the Java array of the element type's storage, or are
 * one value everywhere (a splat), which is never expanded unless its elements are asked for.
 */
public final class Literal {

    private final DType type;
    private final int[] shape;
    private final int size;
    private final boolean splat;
    private final Object array;
    private final WeightForm form;
    /** The bytes of another form than f32, whose values the array has; else {@code null}. */
    private final byte[] stored;

    private Literal(DType type, int[] shape, boolean splat, Object array) {
        this(type, shape, splat, array, WeightForm.F32, null);
    }

    private Literal(DType type, int[] shape, boolean splat, Object array, WeightForm form, byte[] stored) {
        this.form = form;
        this.stored = stored;
        this.type = type;
        this.shape = shape.clone();
        this.size = size(shape);
        this.splat = splat;
        this.array = array;
    }

    /** Product of extents. */
    public static int size(int[] shape) {
        long size = 1;
        for (int extent : shape) {
            size = Math.multiplyExact(size, (long) extent);
        }
        return Math.toIntExact(size);
    }

    /** Takes over {@code values}; they must not change afterwards. */
    public static Literal of(float[] values, int... shape) {
        return new Literal(DType.F32, shape, false, values).checked(values.length);
    }

    /** i64 values. Takes them over. */
    public static Literal of(long[] values, int... shape) {
        return new Literal(DType.I64, shape, false, values).checked(values.length);
    }

    /** A scalar of i64. */
    public static Literal scalar(long value) {
        return of(new long[] {value});
    }

    /** A scalar of f32. */
    public static Literal scalar(float value) {
        return of(new float[] {value});
    }

    /**
     * A weight in f32 that is stored in another form, rows along its first axis. Takes the arrays over.
     *
     * @param values what the form's bytes stand for
     */
    public static Literal stored(WeightForm form, byte[] bytes, float[] values, int... shape) {
        return new Literal(DType.F32, shape, false, values, form, bytes).checked(values.length);
    }

    private Literal checked(int length) {
        if (length != size) {
            throw new IllegalArgumentException(length + " values for " + describe());
        }
        return this;
    }

    /** Any type from doubles: rounded as the type does (integers truncate and wrap). */
    public static Literal of(DType type, double[] values, int... shape) {
        if (type == DType.F64) {
            return new Literal(type, shape, false, values).checked(values.length);
        }
        Object array = allocate(type, values.length);
        for (int i = 0; i < values.length; i++) {
            switch (type) {
                case F32 -> ((float[]) array)[i] = (float) values[i];
                case F16 -> ((short[]) array)[i] = Floats16.toF16(values[i]);
                case BF16 -> ((short[]) array)[i] = Floats16.toBf16(values[i]);
                case BOOL -> ((byte[]) array)[i] = (byte) (values[i] != 0 ? 1 : 0);
                default -> setLong(type, array, i, (long) values[i]);
            }
        }
        return new Literal(type, shape, false, array).checked(values.length);
    }

    /** Any integer type or bool from longs, wrapped to the type. */
    public static Literal of(DType type, long[] values, int... shape) {
        if (type.isFloating()) {
            return of(type, Arrays.stream(values).asDoubleStream().toArray(), shape);
        }
        if (type.storage() == DType.Storage.LONGS) {
            return new Literal(type, shape, false, values).checked(values.length);
        }
        Object array = allocate(type, values.length);
        for (int i = 0; i < values.length; i++) {
            setLong(type, array, i, type == DType.BOOL && values[i] != 0 ? 1 : values[i]);
        }
        return new Literal(type, shape, false, array).checked(values.length);
    }

    private static void setLong(DType type, Object array, int i, long value) {
        switch (type.storage()) {
            case LONGS -> ((long[]) array)[i] = value;
            case INTS -> ((int[]) array)[i] = (int) value;
            case SHORTS -> ((short[]) array)[i] = (short) value;
            case BYTES -> ((byte[]) array)[i] = (byte) (type == DType.BOOL ? value : type.wrap(value));
            case FLOATS, DOUBLES -> throw new IllegalArgumentException(type.toString());
        }
    }

    /** One value everywhere. */
    public static Literal splat(DType type, double value, int... shape) {
        return new Literal(type, shape, true, of(type, new double[] {value}).array);
    }

    /** This value of one element, everywhere. */
    public Literal spread(int... newShape) {
        if (size != 1) {
            throw new IllegalArgumentException("not one element: " + describe());
        }
        return new Literal(type, newShape, true, array);
    }

    /**
     * From little-endian bytes, as many as the shape needs.
     *
     * @param bytes read from its position
     */
    public static Literal decode(DType type, ByteBuffer bytes, int... shape) {
        int n = size(shape);
        ByteBuffer in = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        Object array = allocate(type, n);
        switch (type.storage()) {
            case FLOATS -> in.asFloatBuffer().get((float[]) array);
            case DOUBLES -> in.asDoubleBuffer().get((double[]) array);
            case LONGS -> in.asLongBuffer().get((long[]) array);
            case INTS -> in.asIntBuffer().get((int[]) array);
            case SHORTS -> in.asShortBuffer().get((short[]) array);
            case BYTES -> in.get((byte[]) array);
        }
        return new Literal(type, shape, false, array);
    }

    /** How it is stored in a model file. */
    public WeightForm form() {
        return form;
    }

    /** The bytes of its {@link #form()} in a model file; one element where {@link #isSplat()}. */
    public byte[] store() {
        return stored != null ? stored : encode();
    }

    /** Little-endian bytes of the elements; one element where {@link #isSplat()}. */
    public byte[] encode() {
        int n = splat ? Math.min(1, size) : size;
        ByteBuffer out = ByteBuffer.allocate(n * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        switch (type.storage()) {
            case FLOATS -> out.asFloatBuffer().put((float[]) array, 0, n);
            case DOUBLES -> out.asDoubleBuffer().put((double[]) array, 0, n);
            case LONGS -> out.asLongBuffer().put((long[]) array, 0, n);
            case INTS -> out.asIntBuffer().put((int[]) array, 0, n);
            case SHORTS -> out.asShortBuffer().put((short[]) array, 0, n);
            case BYTES -> out.put((byte[]) array, 0, n);
        }
        return out.array();
    }

    private static Object allocate(DType type, int n) {
        return switch (type.storage()) {
            case FLOATS -> new float[n];
            case DOUBLES -> new double[n];
            case LONGS -> new long[n];
            case INTS -> new int[n];
            case SHORTS -> new short[n];
            case BYTES -> new byte[n];
        };
    }

    public DType type() {
        return type;
    }

    public int[] shape() {
        return shape.clone();
    }

    public int rank() {
        return shape.length;
    }

    public int extent(int axis) {
        return shape[axis];
    }

    public int size() {
        return size;
    }

    public boolean isSplat() {
        return splat;
    }

    public ValueType valueType() {
        return ValueType.of(type, Arrays.stream(shape).asLongStream().toArray());
    }

    /** Element {@code i} in row-major order. */
    public double doubleAt(int i) {
        int at = splat ? 0 : i;
        return switch (type) {
            case F32 -> ((float[]) array)[at];
            case F64 -> ((double[]) array)[at];
            case F16 -> Floats16.fromF16(((short[]) array)[at]);
            case BF16 -> Floats16.fromBf16(((short[]) array)[at]);
            case U64 -> unsigned(((long[]) array)[at]);
            default -> longAt(i);
        };
    }

    private static double unsigned(long bits) {
        return bits >= 0 ? bits : (bits >>> 1 | bits & 1) * 2.0;
    }

    /** Element {@code i} as an integer: floats are truncated, u64 gives its bits. */
    public long longAt(int i) {
        int at = splat ? 0 : i;
        return switch (type) {
            case I64, U64 -> ((long[]) array)[at];
            case I32 -> ((int[]) array)[at];
            case U32 -> ((int[]) array)[at] & 0xffffffffL;
            case I16 -> ((short[]) array)[at];
            case U16 -> ((short[]) array)[at] & 0xffff;
            case I8, I4 -> ((byte[]) array)[at];
            case U8, U4, BOOL -> ((byte[]) array)[at] & 0xff;
            case F32, F64, F16, BF16 -> (long) doubleAt(i);
        };
    }

    /** All elements; a copy. */
    public double[] toDoubles() {
        double[] values = new double[size];
        Arrays.setAll(values, this::doubleAt);
        return values;
    }

    /** All elements; a copy. */
    public long[] toLongs() {
        long[] values = new long[size];
        Arrays.setAll(values, this::longAt);
        return values;
    }

    /** The elements of an f32 tensor; not to be changed. */
    public float[] floats() {
        if (!splat) {
            return (float[]) array;
        }
        float[] values = new float[size];
        Arrays.fill(values, ((float[]) array)[0]);
        return values;
    }

    /** The same elements under other extents of the same product. */
    public Literal reshape(int... newShape) {
        if (size(newShape) != size) {
            throw new IllegalArgumentException(describe() + " as " + Arrays.toString(newShape));
        }
        return new Literal(type, newShape, splat, array);
    }

    /**
     * A tensor whose element {@code i} is this one's element {@code source(i)}: every movement of
     * elements is one of these.
     */
    public Literal select(IntUnaryOperator source, int... newShape) {
        if (splat) {
            return new Literal(type, newShape, true, array);
        }
        int n = size(newShape);
        Object selected = allocate(type, n);
        switch (type.storage()) {
            case FLOATS -> {
                for (int i = 0; i < n; i++) {
                    ((float[]) selected)[i] = ((float[]) array)[source.applyAsInt(i)];
                }
            }
            case DOUBLES -> {
                for (int i = 0; i < n; i++) {
                    ((double[]) selected)[i] = ((double[]) array)[source.applyAsInt(i)];
                }
            }
            case LONGS -> {
                for (int i = 0; i < n; i++) {
                    ((long[]) selected)[i] = ((long[]) array)[source.applyAsInt(i)];
                }
            }
            case INTS -> {
                for (int i = 0; i < n; i++) {
                    ((int[]) selected)[i] = ((int[]) array)[source.applyAsInt(i)];
                }
            }
            case SHORTS -> {
                for (int i = 0; i < n; i++) {
                    ((short[]) selected)[i] = ((short[]) array)[source.applyAsInt(i)];
                }
            }
            case BYTES -> {
                for (int i = 0; i < n; i++) {
                    ((byte[]) selected)[i] = ((byte[]) array)[source.applyAsInt(i)];
                }
            }
        }
        return new Literal(type, newShape, false, selected);
    }

    /** Whether type, shape and bits are the same. */
    public boolean sameAs(Literal other) {
        return type == other.type && Arrays.equals(shape, other.shape)
                && (splat == other.splat
                        ? Arrays.equals(encode(), other.encode())
                        : Arrays.equals(toDoubles(), other.toDoubles()));
    }

    public String describe() {
        return type + Arrays.toString(shape);
    }

    @Override
    public String toString() {
        return describe() + (splat ? " of " + doubleAt(0) : "");
    }
}
