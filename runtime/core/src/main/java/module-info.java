/** Loads compiled models and runs them. */
module dev.lanewise.runtime {
    requires transitive dev.lanewise.formats;
    requires java.logging;

    exports dev.lanewise.runtime.kernel;

    uses dev.lanewise.runtime.kernel.KernelProvider;
}
