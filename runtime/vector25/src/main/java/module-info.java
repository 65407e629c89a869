/** The load-bound kernels once more, over aligned off-heap weights, for Java 25 and newer. */
module dev.lanewise.vector25 {
    requires dev.lanewise.runtime;
    requires dev.lanewise.vector;
    requires jdk.incubator.vector;

    provides dev.lanewise.runtime.kernel.KernelProvider with
            dev.lanewise.vector25.Vector25KernelProvider;
}
