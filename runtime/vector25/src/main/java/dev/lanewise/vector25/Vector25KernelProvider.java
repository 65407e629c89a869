package dev.lanewise.vector25;

import dev.lanewise.runtime.kernel.KernelProvider;
import dev.lanewise.runtime.kernel.Kernels;
import dev.lanewise.vector.VectorKernelProvider;

/**
 * Offers {@link Vector25Kernels} where {@link VectorKernelProvider} offers its own, before it. On a
 * Java older than 25 this class does not load, and the selector goes on to the other.
 */
public final class Vector25KernelProvider implements KernelProvider {

    private final KernelProvider onTheHeap = new VectorKernelProvider();

    @Override
    public String name() {
        return onTheHeap.name();
    }

    @Override
    public int priority() {
        return onTheHeap.priority() + 100;
    }

    @Override
    public String unusableBecause() {
        return onTheHeap.unusableBecause();
    }

    @Override
    public Kernels kernels() {
        return new Vector25Kernels();
    }
}
