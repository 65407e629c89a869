/** Loads compiled models and runs them. */
module dev.lanewise.runtime {
    requires transitive dev.lanewise.formats;
    requires java.logging;

    exports dev.lanewise.runtime;
    exports dev.lanewise.runtime.generate;
    exports dev.lanewise.runtime.kernel;
    exports dev.lanewise.runtime.train;
    exports dev.lanewise.runtime.plan to
            dev.lanewise.compiler,
            dev.lanewise.testing;
    exports dev.lanewise.runtime.scalar to
            dev.lanewise.vector,
            dev.lanewise.vector25,
            dev.lanewise.compiler;

    uses dev.lanewise.runtime.kernel.KernelProvider;
}
