package dev.lanewise.runtime.kernel;

/**
 * Elementwise functions over contiguous runs of f32. {@code y} may be exactly {@code x}, {@code a}
 * or {@code b}, but must not overlap them otherwise.
 *
 * <p>{@link BinaryFn#isPredicate() Predicates}, shifts and bitwise functions are not part of this
 * family: the typed steps have them.
 */
public interface MapKernels {

    /** {@code y[i] = fn(x[i])}; alpha and beta as {@link UnaryFn} says. */
    void unary(UnaryFn fn, float alpha, float beta, float[] x, int xOff, float[] y, int yOff, int n);

    /** {@code y[i] = fn(a[i], b[i])} */
    void binary(BinaryFn fn, float[] a, int aOff, float[] b, int bOff, float[] y, int yOff, int n);

    /** {@code y[i] = fn(a[i], b)} */
    void binaryRight(BinaryFn fn, float[] a, int aOff, float b, float[] y, int yOff, int n);

    /** {@code y[i] = fn(a, b[i])} */
    void binaryLeft(BinaryFn fn, float a, float[] b, int bOff, float[] y, int yOff, int n);
}
