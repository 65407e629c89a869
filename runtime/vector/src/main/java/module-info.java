/** Kernels on the incubating Vector API, over arrays, for Java 17 and newer. */
module dev.lanewise.vector {
    requires dev.lanewise.runtime;
    requires jdk.incubator.vector;
    requires java.management;
    requires static jdk.management;

    exports dev.lanewise.vector to
            dev.lanewise.vector25;

    provides dev.lanewise.runtime.kernel.KernelProvider with
            dev.lanewise.vector.VectorKernelProvider;
}
