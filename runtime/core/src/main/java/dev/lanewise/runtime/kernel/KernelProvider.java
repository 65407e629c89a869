package dev.lanewise.runtime.kernel;

/**
 * A source of {@link Kernels}, found through {@link java.util.ServiceLoader}. Among the usable
 * providers the one of the highest {@link #priority()} is taken.
 */
public interface KernelProvider {

    /** The name that {@code -Dlanewise.kernels} uses: {@code vector} for every vector provider. */
    String name();

    /** Higher is preferred. The built-in scalar kernels have 0. */
    int priority();

    /**
     * Why these kernels would be slow or broken on this JVM, for people to read, with what to change;
     * or {@code null} where they are fast. Called before {@link #kernels()} and without any vector
     * operation having run.
     */
    String unusableBecause();

    /** The kernels; called at most once. */
    Kernels kernels();
}
