package dev.lanewise.runtime.kernel;

/**
 * Elementwise functions of one argument. {@code a} and {@code b} stand for the parameters alpha and
 * beta that go with some of them. The order is part of the file format: append only.
 */
public enum UnaryFn {
    /** |x| */
    ABS,
    /** -x */
    NEG,
    /** √x */
    SQRT,
    /** 1 / x */
    RECIPROCAL,
    /** x · x */
    SQUARE,
    /** a · x + b, by one fused multiply-add */
    AFFINE,
    EXP,
    LOG,
    SIN,
    COS,
    TAN,
    ASIN,
    ACOS,
    ATAN,
    SINH,
    COSH,
    TANH,
    ASINH,
    ACOSH,
    ATANH,
    /** 1 / (1 + e⁻ˣ) */
    SIGMOID,
    ERF,
    FLOOR,
    CEIL,
    /** to the nearest integer, halves to the even one */
    ROUND,
    /** -1 or 1; ±0 and NaN stay */
    SIGN,
    /** max(x, 0) */
    RELU,
    /** x ≥ 0 ? x : a · x */
    LEAKY_RELU,
    /** min(max(x, a), b) */
    CLIP,
    /** x > 0 ? x : a · (eˣ − 1) */
    ELU,
    /** x > 0 ? b · x : b · (a · eˣ − a) */
    SELU,
    /** max(x, 0) + min(0, a · (e^(x/a) − 1)) */
    CELU,
    /** ln(1 + eˣ) */
    SOFTPLUS,
    /** x / (1 + |x|) */
    SOFTSIGN,
    /** min(max(a · x + b, 0), 1) */
    HARD_SIGMOID,
    /** x · min(max(x / 6 + 0.5, 0), 1) */
    HARD_SWISH,
    /** x · Φ(x), by erf */
    GELU,
    /** 0.5 · x · (1 + tanh(√(2/π) · (x + 0.044715 · x³))) */
    GELU_TANH,
    /** x · sigmoid(a · x); SiLU where a = 1 */
    SWISH,
    /** x · tanh(ln(1 + eˣ)) */
    MISH,
    /** x > a ? x : 0 */
    THRESHOLDED_RELU,
    /** x < −a ? x + b : x > a ? x − b : 0 */
    SHRINK,
    /** a · tanh(b · x) */
    SCALED_TANH,
    /** boolean not */
    NOT,
    /** every bit inverted; integers only */
    BITWISE_NOT,
}
