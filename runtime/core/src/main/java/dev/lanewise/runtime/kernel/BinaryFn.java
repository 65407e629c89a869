package dev.lanewise.runtime.kernel;

/**
 * Elementwise functions of two arguments of one type. Comparisons and logic give booleans, all
 * others their arguments' type. The order is part of the file format: append only.
 */
public enum BinaryFn {
    ADD,
    SUB,
    MUL,
    /** integers: towards zero; by zero gives zero */
    DIV,
    /** IEEE minimum: NaN wins, −0 is less than +0 */
    MIN,
    /** IEEE maximum: NaN wins, +0 is more than −0 */
    MAX,
    /** aᵇ */
    POW,
    /** remainder with the sign of b (as Python) */
    MOD,
    /** remainder with the sign of a (as C's fmod) */
    FMOD,
    /** x ≥ 0 ? x : slope · x */
    PRELU,
    /** arithmetic for signed, logical for unsigned types; integers only */
    SHIFT_LEFT,
    SHIFT_RIGHT,
    BITWISE_AND,
    BITWISE_OR,
    BITWISE_XOR,
    AND,
    OR,
    XOR,
    EQUAL,
    LESS,
    LESS_OR_EQUAL,
    GREATER,
    GREATER_OR_EQUAL,
    /** b > 0 ? a : 0 */
    GATE,
    ;

    /** Whether the result is boolean whatever the arguments' type. */
    public boolean isPredicate() {
        return ordinal() >= AND.ordinal() && ordinal() <= GREATER_OR_EQUAL.ordinal();
    }
}
