package dev.lanewise.testing;

import dev.lanewise.formats.FormatException;
import dev.lanewise.runtime.Goldens;
import dev.lanewise.runtime.LoadOptions;
import dev.lanewise.runtime.Model;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Proves that a model computes on this machine what it computed where it was compiled: replays the
 * golden vectors that its file carries. Bits are compared, not approximations.
 */
public final class GoldenReplay {

    private GoldenReplay() {}

    /**
     * Replays with scalar kernels, and then with the best of this JVM.
     *
     * @throws AssertionError where a result differs, or the file carries no golden vectors
     * @throws IOException where the file cannot be read
     */
    public static void assertGoldens(Path file) throws IOException {
        assertGoldens(Model.load(file, LoadOptions.defaults().start(LoadOptions.Start.SCALAR)));
        assertGoldens(Model.load(file, LoadOptions.defaults().start(LoadOptions.Start.BEST_COLD)));
    }

    /**
     * Replays with the kernels that the model was loaded with.
     *
     * @throws AssertionError where a result differs, or the file carries no golden vectors
     */
    public static void assertGoldens(Model model) {
        if (model.file().message().getGoldensCount() == 0) {
            throw new AssertionError(model.name() + " carries no golden vectors: nothing would be tested");
        }
        try {
            Goldens.verify(model);
        } catch (FormatException e) {
            throw new AssertionError(e.getMessage(), e);
        }
    }
}
