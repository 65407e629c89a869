package dev.lanewise.compiler.cli;

import dev.lanewise.formats.KernelException;
import dev.lanewise.runtime.Backend;
import dev.lanewise.runtime.LoadOptions;
import picocli.CommandLine.Option;

/** The options that choose kernels. A choice that this JVM cannot meet is an error. */
final class KernelChoice {

    /** Families of kernels. */
    enum Family {
        SCALAR,
        VECTOR
    }

    @Option(names = "--kernels", paramLabel = "scalar|vector",
            description = "Kernels to run on; the fastest of this JVM if not given.")
    private Family family;

    @Option(names = "--lanes", paramLabel = "N",
            description = "Floats in a vector: 4, 8 or 16; the widest of this CPU if not given.")
    private Integer lanes;

    /**
     * Makes the choice, which holds for the whole process, and checks that it was met.
     *
     * @param best how to start where the fastest kernels are wanted
     * @throws KernelException where this JVM has not what was asked for
     */
    LoadOptions.Start choose(LoadOptions.Start best) {
        if (family == Family.SCALAR) {
            if (lanes != null) {
                throw new KernelException("--lanes is for vector kernels; scalar ones have none");
            }
            return LoadOptions.Start.SCALAR;
        }
        if (family == Family.VECTOR) {
            System.setProperty("lanewise.kernels", "vector");
        }
        if (lanes != null && lanes != 4 && lanes != 8 && lanes != 16) {
            throw new KernelException("--lanes " + lanes + ": vectors have 4, 8 or 16 lanes");
        }
        if (lanes != null) {
            System.setProperty("lanewise.lanes", lanes.toString()); // too late only where kernels were already chosen
        }
        Backend backend = dev.lanewise.runtime.Lanewise.backend();
        if (family == Family.VECTOR && backend.lanes() <= 1) {
            throw new KernelException("no vector kernels: " + backend.reason()
                    + (backend.advice().isEmpty() ? "" : "; " + backend.advice()));
        }
        if (lanes != null && backend.lanes() != lanes) {
            throw new KernelException(lanes + " lanes are not to be had: this process uses " + backend.kernels()
                    + " kernels, " + backend.lanes() + " lanes; give -Dlanewise.lanes=" + lanes + " to the JVM, on a"
                    + " CPU that has them");
        }
        return best;
    }
}
