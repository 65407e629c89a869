package dev.lanewise.runtime.plan;

import dev.lanewise.formats.FormatException;
import dev.lanewise.formats.Limits;
import dev.lanewise.formats.proto.DimProto;
import dev.lanewise.formats.proto.ExpressionProto;
import dev.lanewise.formats.proto.ModelProto;

/**
 * The table of extents: numbers, symbols that callers choose, expressions of both, and extents that
 * steps learn while they run. This class is the immutable definition; the values of one session lie
 * in an {@code int[]} of its own, which {@link #evaluate} completes.
 */
public final class Extents {

    private static final byte NUMBER = 0;
    private static final byte SYMBOL = 1;
    private static final byte EXPRESSION = 2;
    private static final byte LEARNT = 3;

    private final byte[] kind;
    /** The number, or the largest value. */
    private final int[] max;
    private final int[] min;
    private final ExpressionProto.Kind[] operator;
    private final int[] left;
    private final int[] right;
    private final String[] names;
    private final int[] bounds;
    private boolean learns;

    /** Reads and validates the table. */
    public Extents(String file, ModelProto model) {
        int n = model.getDimsCount();
        if (n > Limits.DIMS) {
            throw new FormatException(file, "dims", n + " extents; at most " + Limits.DIMS);
        }
        kind = new byte[n];
        max = new int[n];
        min = new int[n];
        operator = new ExpressionProto.Kind[n];
        left = new int[n];
        right = new int[n];
        names = new String[n];
        for (int i = 0; i < n; i++) {
            read(file, "dims[" + i + "]", i, model.getDims(i));
        }
        bounds = max.clone();
        int[] least = min.clone();
        for (int i = 0; i < n; i++) {
            if (kind[i] == EXPRESSION) {
                bounds[i] = clamp(most(i, least));
                least[i] = bounds[i] < 0 ? 0 : (int) Math.max(0, Math.min(bounds[i], least(i, least)));
            }
        }
    }

    /** The largest value that an expression can have for any values of its operands. */
    private long most(int i, int[] least) {
        long a = bounds[left[i]];
        long b = bounds[right[i]];
        if (a < 0 || b < 0) {
            return -1;
        }
        long leastB = least[right[i]];
        return switch (operator[i]) {
            case ADD -> a + b;
            case SUB -> a - leastB;
            case MUL -> a * b;
            case FLOOR_DIV -> b == 0 ? -1 : a / Math.max(1, leastB);
            case CEIL_DIV -> b == 0 ? -1 : -Math.floorDiv(-a, Math.max(1, leastB));
            case MIN -> Math.min(a, b);
            case MAX -> Math.max(a, b);
            case MOD -> b == 0 ? -1 : Math.min(a, b - 1);
            case UNRECOGNIZED -> throw new IllegalStateException();
        };
    }

    /** The least value likewise; what is below zero is an error and never gets used. */
    private long least(int i, int[] least) {
        long a = least[left[i]];
        long b = least[right[i]];
        long mostB = Math.max(1, bounds[right[i]]);
        return switch (operator[i]) {
            case ADD -> a + b;
            case SUB -> a - bounds[right[i]];
            case MUL -> a * b;
            case FLOOR_DIV -> a / mostB;
            case CEIL_DIV -> -Math.floorDiv(-a, mostB);
            case MIN -> Math.min(a, b);
            case MAX -> Math.max(a, b);
            case MOD -> 0;
            case UNRECOGNIZED -> throw new IllegalStateException();
        };
    }

    private void read(String file, String field, int i, DimProto dim) {
        switch (dim.getKindCase()) {
            case NUMBER -> {
                kind[i] = NUMBER;
                max[i] = min[i] = extent(file, field, dim.getNumber());
            }
            case SYMBOL -> {
                kind[i] = SYMBOL;
                names[i] = dim.getSymbol().getName();
                max[i] = extent(file, field, dim.getSymbol().getMax());
                min[i] = extent(file, field, dim.getSymbol().getMin());
                if (names[i].length() > Limits.NAME_BYTES || min[i] > max[i]) {
                    throw new FormatException(file, field, "a symbol with a name too long or a range upside down");
                }
            }
            case EXPRESSION -> {
                kind[i] = EXPRESSION;
                ExpressionProto expression = dim.getExpression();
                operator[i] = expression.getKind();
                left[i] = earlier(file, field, i, expression.getA());
                right[i] = earlier(file, field, i, expression.getB());
                if (operator[i] == ExpressionProto.Kind.UNRECOGNIZED) {
                    throw new FormatException(file, field, "an unknown kind of expression");
                }
            }
            case LEARNT_MAX -> {
                kind[i] = LEARNT;
                learns = true;
                max[i] = extent(file, field, dim.getLearntMax());
            }
            case KIND_NOT_SET -> throw new FormatException(file, field, "an extent without a value");
        }
    }

    private static int extent(String file, String field, int value) {
        if (value < 0) {
            throw new FormatException(file, field, Integer.toUnsignedString(value) + "; extents end at 2^31 - 1");
        }
        return value;
    }

    private static int earlier(String file, String field, int i, int id) {
        if (id < 0 || id >= i) {
            throw new FormatException(file, field, "refers to extent " + Integer.toUnsignedString(id)
                    + ", which is not an earlier one");
        }
        return id;
    }

    /** Whether steps learn extents while they run. */
    public boolean learns() {
        return learns;
    }

    public int count() {
        return kind.length;
    }

    public boolean isNumber(int id) {
        return kind[id] == NUMBER;
    }

    public boolean isSymbol(int id) {
        return kind[id] == SYMBOL;
    }

    public boolean isLearnt(int id) {
        return kind[id] == LEARNT;
    }

    /** The largest value of a number, symbol or learnt extent. */
    public int max(int id) {
        return max[id];
    }

    public int min(int id) {
        return min[id];
    }

    /** The name of a symbol; for anything else a short description. */
    public String name(int id) {
        return kind[id] == SYMBOL ? names[id] : kind[id] == NUMBER ? Integer.toString(max[id]) : "extent " + id;
    }

    /**
     * Upper bounds: what no value is above, whatever the symbols and learnt extents are. Bounds that
     * overflow are -1.
     */
    public int[] atMost() {
        return bounds.clone();
    }

    /** Values with every symbol and learnt extent at its largest; evaluated, not bounds. */
    public int[] allLargest() {
        int[] values = max.clone();
        evaluate(values);
        return values;
    }

    /** One value of {@link #atMost()}. */
    public int bound(int id) {
        return bounds[id];
    }

    private static int clamp(long value) {
        return value < 0 || value > Integer.MAX_VALUE ? -1 : (int) value;
    }

    /**
     * Recomputes all expressions. One that comes out below 0 or above 2^31 - 1, or that depends on such
     * a one, becomes -1: an error for whoever uses it, and none where it belongs to a branch that is not
     * taken, or to an extent that is still to be learnt.
     *
     * @param values [count()], symbols and learnt extents set
     */
    public void evaluate(int[] values) {
        for (int i = 0; i < values.length; i++) {
            if (kind[i] == EXPRESSION) {
                values[i] = clamp(value(i, values));
            }
        }
    }

    private long value(int i, int[] values) {
        long a = values[left[i]];
        long b = values[right[i]];
        if (a < 0 || b < 0) {
            return -1;
        }
        return switch (operator[i]) {
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> a * b;
            case FLOOR_DIV -> b == 0 ? -1 : Math.floorDiv(a, b);
            case CEIL_DIV -> b == 0 ? -1 : -Math.floorDiv(-a, b);
            case MIN -> Math.min(a, b);
            case MAX -> Math.max(a, b);
            case MOD -> b == 0 ? -1 : Math.floorMod(a, b);
            case UNRECOGNIZED -> throw new IllegalStateException();
        };
    }
}
