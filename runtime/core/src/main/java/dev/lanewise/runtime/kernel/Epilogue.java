package dev.lanewise.runtime.kernel;

/**
 * What is done to each element of a product or convolution before it is stored: an elementwise
 * function with its parameters, or nothing. Immutable.
 *
 * @param fn the function, or {@code null} for none
 * @param alpha first parameter of {@code fn}, see {@link UnaryFn}
 * @param beta second parameter of {@code fn}
 */
public record Epilogue(UnaryFn fn, float alpha, float beta) {

    /** Stores the sum as it is. */
    public static final Epilogue NONE = new Epilogue(null, 0f, 0f);

    public static Epilogue of(UnaryFn fn, float alpha, float beta) {
        return new Epilogue(fn, alpha, beta);
    }
}
