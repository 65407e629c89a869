package dev.lanewise.runtime;

import dev.lanewise.formats.KernelException;
import dev.lanewise.runtime.kernel.Kernels;
import java.util.logging.Logger;

/** Facts about the running library. Safe for any number of threads. */
public final class Lanewise {

    private static volatile KernelSelector.Selection selection;

    private Lanewise() {}

    /**
     * Which kernels are in use and why, as the log said when they were chosen.
     *
     * @throws KernelException where {@code -Dlanewise.kernels} asks for what this JVM has not
     */
    public static Backend backend() {
        return selection().backend();
    }

    /** The best kernels of this JVM, chosen at the first call. */
    static Kernels kernels() {
        return selection().kernels();
    }

    private static KernelSelector.Selection selection() {
        KernelSelector.Selection chosen = selection;
        return chosen != null ? chosen : select();
    }

    private static synchronized KernelSelector.Selection select() {
        if (selection == null) {
            KernelSelector.Selection chosen =
                    KernelSelector.select(System.getProperty(KernelSelector.PROPERTY));
            Logger.getLogger("dev.lanewise").info(() -> "Lanewise uses " + chosen.backend());
            selection = chosen;
        }
        return selection;
    }
}
