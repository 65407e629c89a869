package dev.lanewise.vector;

import dev.lanewise.runtime.kernel.KernelProvider;
import dev.lanewise.runtime.kernel.Kernels;
import dev.lanewise.runtime.scalar.Fma;

/**
 * Offers {@link VectorKernels} where the Vector API is compiled to vector instructions: on HotSpot
 * with C2 and hardware fused multiply-add. Elsewhere it is 10 to 1000 times slower than plain
 * loops.
 *
 * <p>The class itself links without the incubator module. It looks at system properties and not at
 * the JVM's flags: asking the management bean for these costs 40 ms of every start, and what a
 * property does not tell shows when the kernels are timed at warm-up.
 */
public final class VectorKernelProvider implements KernelProvider {

    @Override
    public String name() {
        return "vector";
    }

    @Override
    public int priority() {
        return 100;
    }

    @Override
    public String unusableBecause() {
        if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
            return "the module of the Vector API is not loaded: start Java with"
                    + " --add-modules jdk.incubator.vector";
        }
        String vm = System.getProperty("java.vm.name", "");
        String mode = System.getProperty("java.vm.info", "");
        if (mode.contains("interpreted")) {
            return "this JVM only interprets: start it without -Xint";
        }
        if (mode.contains("emulated-client") || vm.contains("Client")) {
            return "this JVM has only its C1 compiler, which does not compile the Vector API to"
                    + " vector instructions: start it without -XX:TieredStopAtLevel and"
                    + " -client";
        }
        if (!vm.contains("HotSpot") && !vm.contains("OpenJDK") || !vm.contains("Server")) {
            return "the Vector API is fast only on HotSpot with its C2 compiler and this is "
                    + vm + ": use an OpenJDK build such as Temurin";
        }
        if (!Fma.HARDWARE) {
            return "fused multiply-add is no instruction here: needs a processor with FMA (AVX2, or"
                    + " ARM), and -XX:+UseFMA where that was switched off";
        }
        return null;
    }

    @Override
    public Kernels kernels() {
        return new VectorKernels();
    }
}
