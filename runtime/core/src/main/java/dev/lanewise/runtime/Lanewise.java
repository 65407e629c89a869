package dev.lanewise.runtime;

import dev.lanewise.runtime.kernel.Kernels;
import dev.lanewise.runtime.scalar.ScalarKernels;

/** Facts about the running library. */
public final class Lanewise {

    private Lanewise() {}

    /** The best kernels of this JVM, chosen at the first call. */
    static Kernels kernels() {
        return ScalarKernels.INSTANCE;
    }
}
